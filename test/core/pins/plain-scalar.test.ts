/** Which tags need quotes, held against the answers of the programs that read manifests. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isScalar, parseDocument } from "yaml";
import { readsAsText } from "../../../src/core/pins/plain-scalar.ts";
import { yamlWords } from "../../support/yaml-words.ts";

const fixture = readFileSync(new URL("../../fixtures/yaml-words.txt", import.meta.url), "utf8");
const [, numbers = [], texts = []] = fixture
  .split(/^# (?:Numbers|Text) .*\n/m)
  .map((lines) => lines.split(/\s+/).filter((word) => word !== ""));

/** What the `yaml` package says, by either version of YAML. */
function isTextToPackage(word: string): boolean {
  return (["1.1", "1.2"] as const).every((version) => {
    const { contents } = parseDocument(word, { version });
    return isScalar(contents) && typeof contents.value === "string";
  });
}

test("200,000 words are text exactly when go-yaml, PyYAML and the package say so", () => {
  const words = yamlWords();
  const corrected = new Map([
    ...numbers.map((word) => [word, false] as const),
    ...texts.map((word) => [word, true] as const),
  ]);
  const wrong = [...words].filter(
    (word) => readsAsText(word) !== (corrected.get(word) ?? isTextToPackage(word)),
  );
  expect(wrong).toEqual([]);
  expect(words.size).toBe(200_000);
  // The fixture is of these words, and of no older list.
  expect([...corrected.keys()].filter((word) => !words.has(word))).toEqual([]);
}, 60_000);

test.each([
  ["4081777", false],
  ["88497660", false],
  ["1e3", false],
  ["0X1F4", false],
  ["0o_17", false],
  ["8e1_0", false],
  ["2026-11-26", false],
  ["NO", false],
  ["y", false],
  ["e118251", true],
  ["sha-1234567", true],
  ["1.2.3", true],
  ["0123abc", true],
  ["_1", true],
  ["nO", true],
])("the revision or version %s is text: %s", (word, isText) => {
  expect(readsAsText(word)).toBe(isText);
});
