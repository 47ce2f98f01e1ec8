import { type Document, MongoClient, MongoServerError } from "mongodb";

const notYetInitialized = 94;

/**
 * Makes the server on this port the only member of a replica set rs0, with the address by which clients reach it.
 * Resolves to true once it is the primary; false and a rejection mean "not yet".
 */
export async function makeReplicaSet(port: number): Promise<boolean> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 1_000,
    connectTimeoutMS: 1_000,
  });
  try {
    const admin = client.db("admin");
    const wanted = `127.0.0.1:${port}`;
    const config = await currentConfig(() => admin.command({ replSetGetConfig: 1 }));
    if (config === undefined) {
      await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: wanted }] } });
    } else if (config["members"][0].host !== wanted) {
      // The previous port was taken, so the server runs on a new one.
      const members = [{ ...config["members"][0], host: wanted }];
      await admin.command({ replSetReconfig: { ...config, version: config["version"] + 1, members }, force: true });
    }
    return (await admin.command({ hello: 1 }))["isWritablePrimary"] === true;
  } finally {
    await client.close();
  }
}

async function currentConfig(ask: () => Promise<Document>): Promise<Document | undefined> {
  try {
    return (await ask())["config"];
  } catch (error) {
    if (error instanceof MongoServerError && error.code === notYetInitialized) return undefined;
    throw error;
  }
}
