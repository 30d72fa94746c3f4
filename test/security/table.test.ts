/** SECURITY.md says of every threat what tries it: no row is left out, and every test exists. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/source-files.ts";

const page = readFileSync(join(root, "SECURITY.md"), "utf8");
const rows = [...page.matchAll(/^\| (B\d+) \|(.*)\|$/gm)].map(([, id = "", text = ""]) => {
  const [threat = "", done = "", tests = ""] = text.split("|").map((cell) => cell.trim());
  return { id, threat, done, tests };
});
/** As the table names them: a file, and words of the test's title. */
const named = ({ tests }: (typeof rows)[number]) =>
  [...tests.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)].map(([, file = "", title = ""]) => ({
    file,
    title,
  }));

test("the table has B1 to B23, each once and in order", () => {
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 23 }, (_, at) => `B${at + 1}`));
});

test.each(rows)("$id says what is done, and which test tries it or why none does", (row) => {
  expect(row.threat).not.toBe("");
  expect(row.done).not.toBe("");
  const isSaid = named(row).length > 0 || /^No test: .{20}/.test(row.tests);
  expect(isSaid, row.tests).toBe(true);
});

test.each(rows.flatMap(named))("$file has a test of “$title”", ({ file, title }) => {
  expect(existsSync(join(root, file))).toBe(true);
  const text = readFileSync(join(root, file), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .join(" ");
  // A title is the text before a test's function.
  const titles = [...text.matchAll(/(["`])((?:(?!\1).)+)\1,\s+(?:async\s|\w+)?\(/g)];
  expect(titles.map(([, , found = ""]) => found)).toContainEqual(expect.stringContaining(title));
});

test("whoever finds a weakness is told where to report it, and for which versions it counts", () => {
  expect(page).toMatch(/^## How to report\n[^#]*private vulnerability reporting/m);
  expect(page).toMatch(/^## Supported versions\n/m);
  expect(page).toMatch(/^## Threat model\n/m);
});
