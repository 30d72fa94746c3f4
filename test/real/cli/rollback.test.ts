/** `landfall rollback`, `release` and `pins --history` as users run them, on the sample app. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";
import { openSyncWorld, tagOf as syncTag } from "../../support/sync-world.ts";

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

/** Opens a world in which two revisions were deployed. */
async function deployTwo(): Promise<void> {
  world = await openAppWorld({ origin: "path" });
  one = await world.commit("feat: one");
  await json("promote", "--revision", one);
  two = await world.commit("feat: two");
  await json("promote", "--revision", two);
}

const close = () => world.close();

describe("back one deploy", () => {
  beforeEach(deployTwo);
  afterEach(close);
  const back = ["rollback", "--steps", "1", "--reason", "it is slow"];

  test("the pins and the hold land in one commit, which says why; the same again makes none", async () => {
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

    expect(await json(...back)).toMatchObject({ outcome: "unchanged", exit: 0, holds: [] });
    expect(await world.truth("rev-parse", "main")).toBe(result.commit);
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
}, 60_000);

describe("hostile words", () => {
  beforeEach(deployTwo);
  afterEach(close);
  const words = [
    "slow\n\nLandfall-Deploy: forged\nLandfall-Outcome: landed",
    "::error::broken\r\n::set-output name=x::y",
    '"\nholds: []\n#',
    "\u001b[31mred\u001b[0m \u202eright to left",
    "- a: &a [*a]\n---\n{}",
  ];

  test("stay on one line, hide nothing, and hold all the same", async () => {
    const reason = words.join(" ");
    const { status, out } = await run(
      "rollback",
      "--to",
      one,
      "--reason",
      reason,
      "--by",
      reason.slice(0, 99),
    );
    expect(status).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^\s*::/mu);
    const message = await world.truth("log", "-1", "--format=%B", "main");
    expect(message.match(/^Landfall-Deploy: /gm)).toHaveLength(1);
    expect(
      await world.truth("log", "-1", "--format=%(trailers:key=Landfall-Outcome)", "main"),
    ).toBe("Landfall-Outcome: rolled-back");
    expect((await holds()).split("\n")).toHaveLength(8);
    expect(await json("promote", "--revision", two)).toMatchObject({ outcome: "held", exit: 4 });
    expect(await json("release")).toMatchObject({ outcome: "landed", holds: [{ through: two }] });
  });
});

describe("pins --history", () => {
  beforeAll(deployTwo);
  afterAll(close);
  test("as an object says the status that it exits with, as `pins` and `plan` do", async () => {
    expect(await json("pins")).toMatchObject({ command: "pins", exit: 0 });
    expect(await json("pins", "--history")).toMatchObject({ command: "pins", exit: 0 });
    expect(await json("plan", "--revision", two)).toMatchObject({ command: "plan", exit: 0 });
  });

  test("of one image, and none of what is not there", async () => {
    const name = world.image("rbs-frontend-prod");
    const result = await json("pins", "--history", "--image", name);
    expect(result.deploys[0].images).toEqual([{ image: name, tags: [tagOf(two)] }]);
    const nothing = await run("pins", "--history", "--image", "example.org/none");
    expect(nothing).toMatchObject({ status: 0 });
    expect(nothing.out).toContain("nothing was deployed here");
  });

  test("lists what was deployed when, and names the command that goes back", async () => {
    const { out, status } = await run("pins", "--history");
    expect(status).toBe(0);
    const lines = out.split("\n");
    expect(lines[1]).toMatch(/^ {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}deploy {4}several tags .* now$/);
    // What the second deploy did not change stayed where it was.
    const [held, moved] = [tagOf(one), tagOf(two)].map((tag) => {
      return lines.filter((line) => line.startsWith(`      ${tag}`)).length;
    });
    expect({ held, moved }).toEqual({ held: 2, moved: 1 });
    expect(lines[5]).toContain(`deploy    ${tagOf(one)}`);
    expect(lines.at(-2)).toBe(
      `Go back: landfall rollback --to ${one.slice(0, 12)} --reason "what is wrong"`,
    );
    const { status: wentBack } = await run(...back(lines.at(-2) ?? ""));
    expect(wentBack).toBe(0);
    expect(await pinned()).toEqual([tagOf(one)]);
  });

  test("as an object, after that rollback, with every image's tags after each deploy", async () => {
    await json("release");
    const result = await json("pins", "--history", "--limit", "3");
    expect(result).toMatchObject({ version: 1, command: "pins", branch: "main", leftOut: 2 });
    expect(result.tip).toBe(await world.truth("rev-parse", "main"));
    expect(result.deploys.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "release",
      "rollback",
      "deploy",
    ]);
    expect(result.deploys[1]).toMatchObject({ revision: one });
    expect(result.deploys[2].images).toContainEqual({
      image: world.image("rbs-frontend-prod"),
      tags: [tagOf(two)],
    });
  });
});

test("pins --history names no way back where one of the images has no pin any more", async () => {
  const sync = await openSyncWorld();
  const second = await sync.code();
  await sync.publish(second);
  await sync.commit(sync.pinned(syncTag(second)), { message: "chore(gitops): update image tags" });
  const history = async () => (await sync.run(["pins", "--history"])).out;
  expect(await history()).toContain(`Go back: landfall rollback --to ${sync.first.slice(0, 12)}`);
  await sync.commit({ "k8s/web.yaml": undefined }, { message: "no web any more" });
  expect(await history()).toContain("(no pin)");
  expect(await history()).not.toContain("Go back");
});

/** The words of the command in a line of advice. */
function back(line: string): readonly string[] {
  const [, words = ""] = /landfall (.*)$/.exec(line) ?? [];
  return [...words.matchAll(/"([^"]*)"|\S+/g)].map(([all, quoted]) => quoted ?? all);
}

describe("what is asked wrongly is said in one line, and changes nothing", () => {
  beforeAll(deployTwo);
  afterAll(close);
  const reason = ["--reason", "slow"];

  test.each([
    ["rollback", "--to", "sha-0000000"],
    ["rollback", ...reason],
    ["rollback", "--to", "HEAD", "--steps", "1", ...reason],
    ["rollback", "--steps", "0", ...reason],
    ["rollback", "--steps", "1"],
    ["rollback", "--steps", "99", ...reason],
    ["rollback", "--to", "0000000", ...reason],
    ["rollback", "--steps", "1", "--until", "tomorrow", ...reason],
    ["rollback", "--steps", "1", "--until", "2001-01-01", ...reason],
    ["rollback", "--steps", "1", "--until", "2099-01-01", "--expires", "1h", ...reason],
    ["rollback", "--steps", "1", "--image", "a=b", ...reason],
    ["pins", "--limit", "3"],
    ["pins", "--history", "--limit", "none"],
  ])("%s %s %s %s %s", async (...words) => {
    const tip = await world.truth("rev-parse", "main");
    const { status, out, err } = await run(...words);
    expect({ status, said: out + err }).toMatchObject({ status: 2 });
    expect(await world.truth("rev-parse", "main")).toBe(tip);
  });
});
