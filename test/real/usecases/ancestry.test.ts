/** Which commits came after which, asked of real repositories that grow meanwhile. */

import { expect, onTestFinished, test } from "vitest";
import { openHistory } from "../../../src/adapters/git/history.ts";
import { asTag, type CommitId, type Tag } from "../../../src/core/ids.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import { ancestryOf } from "../../../src/usecases/verify/ancestry.ts";
import { openSandbox, type SandboxOptions } from "../../support/git-sandbox.ts";

const format = parseTagFormat("sha-{revision:7}");
const tagOf = (commit: CommitId): Tag => asTag(`sha-${commit.slice(0, 7)}`)!;

async function open(options: SandboxOptions = {}) {
  const box = await openSandbox(options);
  const door = () =>
    openHistory({
      upstream: async () => ({ url: box.url, credentials: {} }),
      ...{ env: process.env, temporary: box.temporary, timeoutMs: 30_000 },
    });
  const ancestry = ancestryOf({ source: door, manifests: door }, format);
  onTestFinished(() => ancestry.close());
  /** How often the server was asked what it has. */
  const looks = () => box.stats.byKind["git-upload-pack:GET"] ?? 0;
  return { box, ancestry, looks };
}

test("a commit that came after the history was opened is found", async () => {
  const { box, ancestry, looks } = await open();
  const first = await box.tip();
  const ours = await box.addCommit([{ path: "a", bytes: "1" }]);
  expect(await ancestry.isManifestAncestor(ours, first)).toBe(false);
  const later = await box.addCommit([{ path: "a", bytes: "2" }]);
  expect(await ancestry.isManifestAncestor(ours, later)).toBe(true);
  expect(await ancestry.isManifestAncestor(later, ours)).toBe(false);
  expect(looks()).toBe(2);
});

test("a commit is its own ancestor, without any question", async () => {
  const { box, ancestry, looks } = await open();
  const tip = await box.tip();
  expect(await ancestry.isManifestAncestor(tip, tip)).toBe(true);
  expect(looks()).toBe(0);
});

test("what nobody knows is asked for some times, and then never again", async () => {
  const { box, ancestry, looks } = await open();
  const tip = await box.tip();
  const nobody = "f".repeat(40) as CommitId;
  for (let asks = 0; asks < 9; asks += 1) {
    expect(await ancestry.isManifestAncestor(tip, nobody)).toBe(false);
  }
  expect(looks()).toBe(5);
});

test("tags are newer by the commits they name, and by nothing else", async () => {
  const { box, ancestry } = await open();
  const first = await box.tip();
  const second = await box.addCommit([{ path: "a", bytes: "1" }]);
  const [older, newer] = [tagOf(first), tagOf(second)];
  expect(await ancestry.isNewerTag(newer, older)).toBe(true);
  expect(await ancestry.isNewerTag(older, newer)).toBe(false);
  expect(await ancestry.isNewerTag(newer, newer)).toBe(false);
  expect(await ancestry.isNewerTag(asTag("latest")!, older)).toBe(false);
});

test("a server that is away is said to be so, and asked again later", async () => {
  let isAway = true;
  const { box, ancestry } = await open({ fault: () => (isAway ? { status: 503 } : "pass") });
  const ours = await box.tip();
  const later = await box.addCommit([{ path: "a", bytes: "1" }]);
  await expect(ancestry.isManifestAncestor(ours, later)).rejects.toMatchObject({
    code: "remote-unreachable",
  });
  isAway = false;
  expect(await ancestry.isManifestAncestor(ours, later)).toBe(true);
});
