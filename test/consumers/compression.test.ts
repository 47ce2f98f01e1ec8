import { describe, expect, test } from "@jest/globals";
import { unpackLz4 } from "../../consumers/compression.ts";

// Three events in one batch as librdkafka 2 packs them.
const frame =
  "BCJNGGBAglUAAAD0BYoBAAAAAX57ImJvb2tpbmdJZCI6DAChLTEiLCJvd25lchYAAQoAcyIsInNlZWsTAAILADAifQBHAB8CRwAFHzJHABofBEcABR8zRwARUGVyIn0AAAAAAA==";

describe("lz4", () => {
  test("unpacks what other producers packed", () => {
    const unpacked = unpackLz4(Buffer.from(frame, "base64")).toString();
    for (const booking of ["booking-1", "booking-2", "booking-3"]) {
      expect(unpacked).toContain(`{"bookingId":"${booking}","ownerId":"owner","seekerId":"seeker"}`);
    }
  });

  test("refuses what is no frame", () => {
    expect(() => unpackLz4(Buffer.from("no frame at all"))).toThrow();
  });
});
