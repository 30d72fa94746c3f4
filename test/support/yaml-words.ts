/** 200,000 words that can be tags, most of which some reader of YAML might take for a number. */

import { type Chance, seeded } from "../../src/simulation/random.ts";

const digits = "0123456789";
const hex = `${digits}abcdef`;
const constants = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"];

/** Returns the same words on every machine. Change it, and the fixture must be made anew. */
export function yamlWords(count = 200_000): ReadonlySet<string> {
  const words = new Set<string>();
  for (const word of [...shortWords("0178_.-eExXoObBaf", 3), ...casesOf(constants)])
    add(word, words);
  const chance = seeded(13);
  while (words.size < count) add(chance.pick(kinds)(chance), words);
  return words;
}

function add(word: string, words: Set<string>): void {
  if (/^\w[\w.-]{0,127}$/.test(word)) words.add(word);
}

function shortWords(letters: string, lengthMax: number): string[] {
  let [all, last] = [[] as string[], [""]];
  for (let length = 1; length <= lengthMax; length += 1) {
    last = last.flatMap((word) => [...letters].map((letter) => word + letter));
    all = [...all, ...last];
  }
  return all;
}

function casesOf(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const cases = [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)];
    return cases.flatMap((one) => [one, `${one}1`, `_${one}`, `${one}.0`, one.slice(0, -1)]);
  });
}

function run(letters: string, [min, max]: readonly [number, number], chance: Chance): string {
  const length = min + chance.index(max - min + 1);
  return Array.from({ length }, () => letters[chance.index(letters.length)]).join("");
}

type Kind = (chance: Chance) => string;

const revision = (length: number): Kind => {
  return (chance) => run(hex, [length, length], chance);
};

const kinds: readonly Kind[] = [
  ...[7, 7, 7, 7, 7, 7, 8, 8, 8, 12, 40].map(revision),
  (chance) => run(digits, [1, 18], chance),
  (chance) => run(`${digits}_`, [1, 12], chance),
  (chance) =>
    `${run(digits, [1, 6], chance)}e${chance.pick(["", "-", "_"])}${run(digits, [1, 2], chance)}`,
  (chance) =>
    `${run(digits, [0, 4], chance)}.${run(`${digits}_`, [0, 4], chance)}${chance.pick(["", "e1", "E-2"])}`,
  (chance) =>
    `${run(digits, [1, 3], chance)}.${run(digits, [1, 3], chance)}${chance.pick(["", ".1"])}`,
  (chance) =>
    `${run(digits, [4, 4], chance)}-${run(digits, [1, 2], chance)}-${run(digits, [1, 2], chance)}`,
  (chance) =>
    `${chance.pick(["19", "20"])}${run(digits, [2, 2], chance)}-${chance.pick(["01", "1", "12"])}-${chance.pick(["01", "1", "30"])}`,
  (chance) => `${chance.pick(["v", "sha-", "release-", "pr-", "_"])}${run(hex, [1, 9], chance)}`,
  (chance) => run("abcdefghijklmnopqrstuvwxyz0123456789_.-", [3, 12], chance),
  (chance) => (chance.happens(0.1) ? basedNumber(chance) : run(hex, [6, 9], chance)),
];

function basedNumber(chance: Chance): string {
  const letters = chance.pick(["01", "01234567", `${digits}abcdefABCDEF_`]);
  return `0${chance.pick([..."xXoObB"])}${chance.pick(["", "_"])}${run(letters, [1, 12], chance)}`;
}
