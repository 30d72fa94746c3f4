/** docs/environment.md names every variable that is read, and none that is not. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, sourceFiles } from "../support/source-files.ts";

const docs = readFileSync(join(root, "docs/environment.md"), "utf8");
const source = sourceFiles(["src"], /\.ts$/)
  .map(({ text }) => text)
  .join("\n");

/** Names that other variables are made of, or that are no variables of ours. */
const parts = new Set(["LANDFALL_GITHUB_APP", "LANDFALL_REGISTRY_", "LANDFALL_RESULT_FILE"]);
const namesIn = (text: string) =>
  new Set([...text.matchAll(/\bLANDFALL_[A-Z_]*[A-Z]\b/g)].map(([name]) => name));

test("every LANDFALL_ variable of the source is in docs/environment.md", () => {
  const read = [...namesIn(source)].filter((name) => !parts.has(name));
  expect(read.length).toBeGreaterThan(20);
  expect(read.filter((name) => !namesIn(docs).has(name))).toEqual([]);
});

test("every LANDFALL_ variable of docs/environment.md is read", () => {
  // `secret("X")` reads X_FILE as well.
  const isRead = (name: string) =>
    namesIn(source).has(name) ||
    new RegExp(`secret\\("${name.replace(/_FILE$/, "")}"`).test(source);
  const named = [...namesIn(docs)];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !isRead(name))).toEqual([]);
});
