/** `landfall rollback` and `landfall release` as users run them, on the sample app. */

import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openAppWorld } from "./support/app-world.ts";
import { runCli } from "./support/run-cli.ts";

type World = Awaited<ReturnType<typeof openAppWorld>>;

let world: World;
let one: string;
let two: string;

const tagOf = (revision: string) => `sha-${revision.slice(0, 7)}`;
const run = (...args: string[]) => runCli(args, { cwd: world.app, env: { GITHUB_ACTOR: "ana" } });
const holds = () => world.truth("show", "main:.landfall/holds.yaml");

async function json(...args: string[]) {
  const { status, out, err } = await run(...args, "--json", "--quiet");
  const result = JSON.parse(out);
  expect(result.exit, err).toBe(status);
  return result;
}

/** The tags of all images of the app, as they stand in the branch. */
async function pinned(): Promise<readonly string[]> {
  const files = await world.truth("grep", "-h", "image: .*rbs-", "main", "--", "infra/k8s/prod");
  return [...new Set(files.match(/sha-\w+/g))];
}

beforeEach(async () => {
  world = await openAppWorld();
  onTestFinished(() => world.close());
  one = await world.commit("feat: one");
  await json("promote", "--revision", one);
  two = await world.commit("feat: two");
  await json("promote", "--revision", two);
});

describe("back one deploy", () => {
  const back = ["rollback", "--steps", "1", "--reason", "it is slow"];

  test("the pins and the hold land in one commit, which says why", async () => {
    const result = await json(...back);
    expect(result).toMatchObject({ version: 1, command: "rollback", outcome: "landed", exit: 0 });
    expect(result).toMatchObject({ revision: one, attempts: 1, warnings: [] });
    expect(await world.truth("rev-parse", "main")).toBe(result.commit);
    expect(await pinned()).toEqual([tagOf(one)]);
    expect(await holds()).toContain(`through: "${two}"`);
    expect(result.holds).toMatchObject([{ change: "set", through: two, reason: "it is slow" }]);
    expect(result.holds[0]).toMatchObject({ by: "ana" });
    const message = await world.truth("log", "-1", "--format=%B", "main");
    expect(message).toMatch(
      /^chore\(gitops\): roll image tags back to sha-\w{7}\n\nWhy: it is slow/,
    );
    expect(message).toContain("Landfall-Outcome: rolled-back");
  });

  test("what went out is held; what is newer lands, and lifts the hold", async () => {
    await json(...back);
    expect(await json("promote", "--revision", two)).toMatchObject({ outcome: "held", exit: 4 });
    expect(await pinned()).toEqual([tagOf(one)]);
    const before = await holds();
    const three = await world.commit("fix: three");
    expect(await json("promote", "--revision", three)).toMatchObject({ outcome: "landed" });
    expect(await holds()).toBe(before);
    expect(await json("promote", "--revision", two)).toMatchObject({ outcome: "superseded" });
  });

  test("release lifts it, once", async () => {
    await json(...back);
    const released = await json("release");
    expect(released).toMatchObject({ command: "release", outcome: "landed", exit: 0 });
    expect(released.holds).toMatchObject([{ change: "lifted", through: two }]);
    expect(await holds()).toContain("holds: []");
    expect(await pinned(), "a release moves no pin").toEqual([tagOf(one)]);
    expect(await json("release")).toMatchObject({ outcome: "unchanged", exit: 0, holds: [] });
    expect(await json("promote", "--revision", two)).toMatchObject({ outcome: "landed" });
  });

  test("the same again makes no commit", async () => {
    const { commit } = await json(...back);
    expect(await json(...back)).toMatchObject({ outcome: "unchanged", exit: 0, holds: [] });
    expect(await world.truth("rev-parse", "main")).toBe(commit);
  });
}, 60_000);
