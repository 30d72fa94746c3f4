/**
 * What the git of this machine says, scene by scene, and what it is taken for. `npm run texts`
 * writes it down again, so that a new git shows as a diff.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { readFetchFailure, readPushReply } from "../../../../src/adapters/git/text.ts";
import type { GitExchange } from "../../../../src/adapters/git/words.ts";
import { type Scene, scenes } from "../../../support/git-scenes.ts";

const file = new URL("../../../fixtures/git-said.json", import.meta.url);
/** What was said, by the name of the scene. */
interface Recorded {
  readonly git: string;
  readonly said: Readonly<Record<string, GitExchange>>;
}
const recorded = JSON.parse(readFileSync(file, "utf8")) as Recorded;
const version = execFileSync("git", ["--version"]).toString().trim();
const isWritten = process.env.TEXTS === "write";
const heard: Record<string, GitExchange> = {};

/** What the words of a scene are taken for. */
function meaning({ id }: Scene, said: GitExchange): string {
  if (id.startsWith("fetch ")) return readFetchFailure(said, "https://h/o/r.git").code;
  return readPushReply(said).kind;
}

describe("git's words", () => {
  test.each(scenes)("$id: $means", async (scene) => {
    const said = await scene.play();
    heard[scene.id] = said;
    expect(meaning(scene, said), JSON.stringify(said)).toBe(scene.means);
    // Another git may word it otherwise, as long as it is understood.
    if (!isWritten && version === recorded.git) expect(said).toEqual(recorded.said[scene.id]);
  });

  afterAll(() => {
    if (!isWritten) return;
    const text = JSON.stringify({ git: version, said: heard }, undefined, 2);
    writeFileSync(file, `${text}\n`);
  });
});

// While it is written anew, there is nothing to hold it against.
if (!isWritten)
  describe("the words on record", () => {
    test("mean what they should, scene by scene, and none is missing", () => {
      const meanings = scenes.map((scene) => [scene.id, meaning(scene, recorded.said[scene.id]!)]);
      expect(meanings).toEqual(scenes.map(({ id, means }) => [id, means]));
      expect(Object.keys(recorded.said)).toEqual(scenes.map(({ id }) => id));
    });
  });
