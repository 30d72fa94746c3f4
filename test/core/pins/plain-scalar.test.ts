/** Which tags need quotes, held against the answers of the programs that read manifests. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isScalar, isSeq, parseDocument } from "yaml";
import { readsAsText } from "../../../src/core/pins/plain-scalar.ts";
import { yamlWords } from "../../support/yaml-words.ts";

const fixture = readFileSync(new URL("../../fixtures/yaml-words.txt", import.meta.url), "utf8");
const [, numbers = [], allTexts = []] = fixture
  .split(/^# (?:Numbers|Text) .*\n/m)
  .map((lines) => lines.split(/\s+/).filter((word) => word !== ""));

/** Returns the words that the `yaml` package takes for text, by either version of YAML. */
function textsToPackage(words: readonly string[]): ReadonlySet<string> {
  const texts = new Set<string>();
  // One document for each word takes a minute, and one for all of them longer.
  for (let at = 0; at < words.length; at += 500) {
    const some = words.slice(at, at + 500);
    const read = (["1.1", "1.2"] as const).map((version) => {
      const { contents } = parseDocument(some.map((word) => `- ${word}\n`).join(""), { version });
      return isSeq(contents) ? contents.items : [];
    });
    const isText = (item: unknown) => isScalar(item) && typeof item.value === "string";
    for (const [place, word] of some.entries()) {
      if (read.every((items) => isText(items[place]))) texts.add(word);
    }
  }
  return texts;
}

test("200,000 words are text exactly when go-yaml, PyYAML and the package say so", () => {
  const words = yamlWords();
  const texts = textsToPackage([...words]);
  const corrected = new Map([
    ...numbers.map((word) => [word, false] as const),
    ...allTexts.map((word) => [word, true] as const),
  ]);
  const wrong = [...words].filter(
    (word) => readsAsText(word) !== (corrected.get(word) ?? texts.has(word)),
  );
  expect(wrong).toEqual([]);
  expect(words.size).toBe(200_000);
  // The fixture is of these words, and of no older list.
  expect([...corrected.keys()].filter((word) => !words.has(word))).toEqual([]);
}, 300_000);

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
