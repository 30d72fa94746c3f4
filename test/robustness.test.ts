/** docs/robustness.md promises tests by name: each must exist, and say what it catches. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./support/source-files.ts";

const text = readFileSync(join(root, "docs/robustness.md"), "utf8");

/** The rows of the tables, without heads: cell by cell. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:what|---)/.test(line))
  .map((line) => line.slice(2, -2).split(" | "));

/** The tests that a cell names: a file between backticks, then titles between quotes. */
function testsIn(cell: string): readonly (readonly [file: string, title: string])[] {
  const parts = cell.matchAll(/`(test\/[^`]+\.ts)`|"([^"]+)"/g);
  let file = "";
  return [...parts].flatMap(([, path, title]) => {
    if (path !== undefined) file = path;
    return title === undefined ? [] : [[file, title] as const];
  });
}

describe("docs/robustness.md", () => {
  test("has a table of failures, of four columns", () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
  });

  test("names in each row a test, and what it was seen red without", () => {
    const isBare = (cell: string) => /^\W*$/.test(cell);
    const bare = rows.filter(([, , tests = "", red = ""]) => !testsIn(tests).length || isBare(red));
    expect(bare.map(([what]) => what)).toEqual([]);
  });

  test("names only tests that exist", () => {
    const named = rows.flatMap(([, , tests = ""]) => testsIn(tests));
    const missing = named.filter(([file, title]) => {
      const path = join(root, file);
      return !existsSync(path) || !readFileSync(path, "utf8").includes(title);
    });
    expect(missing).toEqual([]);
  });

  test("names only files and directories that exist", () => {
    const paths = [...text.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g)].map(([, path]) => path!);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
