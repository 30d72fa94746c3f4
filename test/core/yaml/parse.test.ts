import { describe, expect, test } from "vitest";
import { depthMax, parseYaml } from "../../../src/core/yaml/parse.ts";

const shapes: readonly (readonly [string, (depth: number) => string])[] = [
  ["lists in brackets", (depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`],
  ["maps in braces", (depth) => `${"{a: ".repeat(depth)}1${"}".repeat(depth)}`],
  [
    "maps by indent",
    (depth) => Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
  ],
  ["lists by indent", (depth) => `${"- ".repeat(depth)}1`],
];

describe.each(shapes)("%s", (_what, nested) => {
  test("are read as deep as anybody nests", () => {
    expect(parseYaml(nested(depthMax - 2)).errors).toEqual([]);
  });

  test.each([depthMax + 1, 20 * depthMax])("are an error at %i levels", (depth) => {
    const [error] = parseYaml(nested(depth)).errors;
    expect(error?.message).toBe("it nests deeper than 400 levels");
  });
});
