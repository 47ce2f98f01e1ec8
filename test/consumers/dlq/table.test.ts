import { expect, test } from "@jest/globals";
import { type Column, table } from "../../../consumers/dlq/table.ts";

const columns: Column[] = [
  { head: "ID" },
  { head: "SINCE" },
  { head: "REASON", canBeCut: true },
  { head: "KEY", canBeCut: true },
  { head: "DETAIL" },
];
const detail = "ownerId: expected text, received a number";
const rows = [
  ["0/3", "2026-11-22 10:00:00Z", "booking_conflict", "0f8fad5b-d9cb-469f-a165-70867728950e", detail],
  ["11/1024", "2026-11-22 10:00:00Z", "tombstone", "-", ""],
];

test("where there is room, each column is as wide as its widest cell", () => {
  expect(table(columns, rows, Number.POSITIVE_INFINITY)).toEqual([
    "ID       SINCE                 REASON            KEY                                   DETAIL",
    `0/3      2026-11-22 10:00:00Z  booking_conflict  0f8fad5b-d9cb-469f-a165-70867728950e  ${detail}`,
    "11/1024  2026-11-22 10:00:00Z  tombstone         -",
  ]);
});

test("with less room those that can be cut give way, so that the last column can be read", () => {
  expect(table(columns, rows, 90)).toEqual([
    "ID       SINCE                 REASON        KEY           DETAIL",
    "0/3      2026-11-22 10:00:00Z  booking_con…  0f8fad5b-d9…  ownerId: expected text, receiv…",
    "11/1024  2026-11-22 10:00:00Z  tombstone     -",
  ]);
});

test("with too little room for that the last column has a line of its own", () => {
  expect(table(columns, rows, 60)).toEqual([
    "ID       SINCE                 REASON         KEY",
    "0/3      2026-11-22 10:00:00Z  booking_conf…  0f8fad5b-d9c…",
    `         ${detail}`,
    "11/1024  2026-11-22 10:00:00Z  tombstone      -",
  ]);
});

test("there may be more rows than a call takes arguments", () => {
  const many = Array.from({ length: 200_000 }, (_, index) => [`0/${index}`, "", "", "", detail]);
  expect(table(columns, many, 120)).toHaveLength(200_001);
});
