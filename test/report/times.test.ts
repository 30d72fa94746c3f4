/** Points in time of results: in milliseconds, and in RFC 3339. */

import { expect, test } from "vitest";
import { resultSchema } from "../../src/report/schema/index.ts";
import { withTimes } from "../../src/report/schema/times.ts";

const ms = Date.UTC(2026, 10, 26, 15, 4, 5, 678);
const text = "2026-11-26T15:04:05.678Z";

test.each([
  ["a point in time", { atMs: ms }, { atMs: ms, at: text }],
  ["however deep", { a: [{ b: { sinceMs: ms } }] }, { a: [{ b: { sinceMs: ms, since: text } }] }],
  ["a duration is none", { tookMs: 12, lagMs: ms }, { tookMs: 12, lagMs: ms }],
  ["nor is a simulation's time", { atMs: 1_234 }, { atMs: 1_234 }],
  ["what is there stays", { atMs: ms, at: "then" }, { atMs: ms, at: "then" }],
  ["unknown stays unknown", { goneMs: undefined, x: null }, { goneMs: undefined, x: null }],
])("%s", (_, result, printed) => {
  expect(withTimes(result)).toEqual(printed);
});

test("the schemas say so", () => {
  const schema = JSON.stringify(resultSchema("audit"));
  expect(schema).toContain(
    '"asOf":{"description":"asOfMs in RFC 3339.","type":"string","format":"date-time"}',
  );
  expect(schema).not.toContain('"took":');
});
