/** The table of `landfall status`, as wide as the terminal lets it be. */

import { expect, test } from "vitest";
import type { StatusResult } from "../../../src/core/results/status.ts";
import { uncoloured } from "../../../src/report/style.ts";
import { statusText } from "../../../src/report/text/status.ts";
import { hostileResults } from "../../support/sample-results.ts";

const isStatus = (result: { command: string }) => result.command === "status";
const status = hostileResults("acme").find(isStatus) as StatusResult;
const wide = statusText([status], uncoloured, { length: "brief" });
const narrow = statusText([status], uncoloured, { length: "brief", columns: 40 });

test("where it fits, or nobody reads it on a terminal, it is one table", () => {
  const [head = "", first = ""] = wide.split("\n");
  expect(head).toMatch(/^ +image +git +registry +pins/);
  expect(first.length).toBeGreaterThan(40);
  const width = Math.max(
    ...wide
      .split("\n\n")[0]!
      .split("\n")
      .map((line) => line.length),
  );
  expect(statusText([status], uncoloured, { length: "brief", columns: width })).toBe(wide);
  expect(statusText([status], uncoloured, { length: "brief", columns: width - 1 })).toBe(narrow);
});

test("where it does not, each image has a block with a line for each place, and no word is lost", () => {
  expect(narrow).toMatch(/^ {2}git +\S/m);
  expect(narrow).toMatch(/^ {2}registry +\S/m);
  const wordsOf = (text: string) => new Set(text.split(/\s+/));
  // But for the heading of the images, which need none.
  expect(new Set([...wordsOf(narrow), "", "image"])).toEqual(wordsOf(wide));
});
