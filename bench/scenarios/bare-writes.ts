import { createRows, type Scenario } from "../outcome.ts";

const batches = [1, 10, 100, 500];
const underWay = 2;

export const bareWrites: Scenario = {
  name: "bare-writes",
  title: "The database alone",
  about:
    `The driver's bare insertMany, majority and journal, unordered, ${underWay} under way, of documents like an entry ` +
    "of the log with one unique index: what no design on this database can pass.",
  turn: async (bed, options) => {
    const rows = createRows();
    for (const batch of batches) {
      const mongodbUri = bed.databaseUri("bench-writes");
      const { perS } = await bed.generator.tell("writeBatches", { mongodbUri, batch, underWay, ...options });
      rows.add(`batches of ${batch}: documents`, "1/s", "write", perS);
    }
    return rows.rows;
  },
  ratios: () => [],
};
