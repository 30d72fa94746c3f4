/**
 * Every row of the failure table has a text on record, and each that real git can be brought to say
 * is played by it.
 */

import { expect, test } from "vitest";
import { github } from "../../fixtures/forge-replies.ts";
import { git } from "../../fixtures/git-replies.ts";
import { registryRows } from "../../fixtures/registry-replies.ts";
import { scenes } from "../../support/git-scenes.ts";

const rowsOf = (letter: string, last: number) =>
  Array.from({ length: last }, (_, at) => `${letter}${at + 1}`);

/** The rows that some id of these begins with. */
function named(ids: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(ids.map(({ id }) => id.replace(/^fetch /, "").split(" ")[0]!));
}

/** Rows of git's that need another git, server or key than a test has, and whose words they are. */
const notPlayed = {
  G4: "of git's source: a lease with --force-if-includes",
  G6: "of GitHub",
  G7: "of servers with git 2.51 or newer",
  G28: "of GitHub",
  G39: "no text: git is killed (test/adapters/git/run.test.ts)",
  G40: "of ssh (test/real/adapters/git/ssh.test.ts)",
};

test.each([
  ["git", rowsOf("G", 40), git],
  ["GitHub", rowsOf("H", 9), github],
  ["the registries", rowsOf("R", 13), registryRows],
])("each row of %s has a text on record", (_, rows, fixtures) => {
  const known = named(fixtures);
  expect(rows.filter((row) => !known.has(row))).toEqual([]);
});

test("each row of git's is played by the git of this machine, or says why not", () => {
  const played = named(scenes);
  const rest = rowsOf("G", 40).filter((row) => !played.has(row));
  expect(rest).toEqual(Object.keys(notPlayed));
});
