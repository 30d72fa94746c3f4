/** Reads of JSON of any shape: what is not there, or is something else, counts as nothing. */

import { expect, test } from "vitest";
import { at, listAt, numberAt, textAt, textsAt } from "../../../src/core/cluster/json.ts";

const json = { a: { n: 3, s: "x", l: ["x", 1, null, "y"], nan: Number.NaN, z: null } };

test.each([
  ["n", 3, ""],
  ["s", undefined, "x"],
  ["nan", undefined, ""],
  ["z", undefined, ""],
  ["l", undefined, ""],
  ["none", undefined, ""],
])("under %j stands the number %s and the text %j", (key, number, text) => {
  expect(numberAt(json, "a", key)).toBe(number);
  expect(textAt(json, "a", key)).toBe(text);
});

test("of a list, all is there, or its texts alone", () => {
  expect(listAt(json, "a", "l")).toEqual(["x", 1, null, "y"]);
  expect(textsAt(json, "a", "l")).toEqual(["x", "y"]);
  expect([listAt(json, "a", "s"), textsAt(json, "b")]).toEqual([[], []]);
});

test("a path ends where there is nothing, and at what every object has", () => {
  expect(at(json, "a", "z", "deeper")).toBeUndefined();
  expect(at(json, "a", "s", "length")).toBeUndefined();
  expect(at(json, "constructor")).toBeUndefined();
  expect(at(json)).toBe(json);
});
