/** A change that waits beside the branch: how it is written, and where it still fits. */

import { expect, test } from "vitest";
import { asDigest, asTag, type CommitId } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeMessage } from "../../../src/core/landing/commit-message.ts";
import {
  areHoldsAsBefore,
  editWaiting,
  filesAbout,
  isForgotten,
  readWaiting,
  type WaitingChange,
  waitingRef,
  writeWaiting,
  writeWithdrawn,
} from "../../../src/core/landing/waiting.ts";

const image = parseImageName("ghcr.io/acme/web")!;
const revision = "a".repeat(40) as never;
const message = writeMessage({
  ...{ outcome: "landed", deploy: "d1", revision, tags: ["v2"], skipCi: true },
  moves: [{ image: "ghcr.io/acme/web", from: "v1", to: "v2" }],
});
const change: WaitingChange = {
  ...{ deploy: "d1", environment: undefined, branch: "main", base: "b".repeat(40) as CommitId },
  ...{ deadlineMs: 2_000, paths: ["apps"], images: [image], message, atSeconds: 1 },
  author: { name: "A", email: "a@localhost" },
  pins: [{ file: "apps/web.yaml", image, before: "v1", tag: asTag("v2"), digest: undefined }],
};

const filesOf = (files: Record<string, string>) =>
  Object.entries(files).map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }));
const edited = (files: Record<string, string>, over: Partial<WaitingChange> = {}) =>
  editWaiting({ ...change, ...over }, filesOf(files), {})?.map(({ bytes }) =>
    new TextDecoder().decode(bytes),
  );
const web = (tag: string) => `kind: Pod\nimage: ghcr.io/acme/web:${tag} # kept\n`;

test("a change is read as it was written", () => {
  expect(readWaiting(writeWaiting(change)!)).toEqual(change);
  const digest = asDigest(`sha256:${"c".repeat(64)}`);
  const pinned = { ...change, pins: [{ ...change.pins[0]!, digest }] };
  expect(readWaiting(writeWaiting(pinned)!)).toEqual(pinned);
});

test.each<[string, object]>([
  ["of a later version", { version: 2 }],
  ["without a base", { base: "main" }],
  ["with a tag that is none", { pins: [{ ...change.pins[0], image: "web", tag: "x y" }] }],
  ["with a pin that is none", { pins: ["web"] }],
  ["whose words are another deploy's", { deploy: "d2" }],
  ["of another environment than its words say", { environment: "prod" }],
  ["without an author", { author: undefined }],
  ["without a deadline", { deadlineMs: "soon" }],
])("a change %s is none", (_, over) => {
  const raw = { ...JSON.parse(writeWaiting(change)!), ...over };
  expect(readWaiting(JSON.stringify(raw))).toBeUndefined();
});

test.each(["", "[]", "null", "{", `"${"x".repeat(70_000)}"`])("%j is no change", (text) => {
  expect(readWaiting(text)).toBeUndefined();
});

test("a change that is too big, or whose id is no name of a ref, does not wait", () => {
  const pins = Array.from({ length: 1_000 }, () => change.pins[0]!);
  expect(writeWaiting({ ...change, pins })).toBeUndefined();
  for (const deploy of ["a..b", "a.lock", "a/b", "a b", "-a", ".a", "a.", ""]) {
    expect(waitingRef(deploy), deploy).toBeUndefined();
  }
  expect(waitingRef("run-12.3")).toBe("refs/landfall/waiting/run-12.3");
});

test("it moves its pins, and nothing else, where they hold what they held", () => {
  expect(edited({ "apps/web.yaml": web("v1") })).toEqual([web("v2")]);
  const others = `# longer now\n${web("v1")}`;
  expect(edited({ "apps/web.yaml": others })).toEqual([`# longer now\n${web("v2")}`]);
  const stays = [{ ...change.pins[0]!, tag: undefined }];
  expect(edited({ "apps/web.yaml": web("v1") }, { pins: stays })).toEqual([]);
});

test.each<[string, Record<string, string>]>([
  ["hold something else", { "apps/web.yaml": web("v3") }],
  ["are gone", { "apps/web.yaml": "kind: Pod\n" }],
  ["are in another file", { "apps/moved.yaml": web("v1") }],
  ["are more", { "apps/web.yaml": web("v1"), "apps/worker.yaml": web("v1") }],
  ["cannot be read", { "apps/web.yaml": "image: ghcr.io/acme/web:v1\n  : [" }],
])("it does not fit where its pins %s", (_, files) => {
  expect(edited(files)).toBeUndefined();
});

test("what decides about it are its own files, and manifests in its paths that changed", () => {
  const changed = ["apps/new.yaml", "apps/README.md", "other/x.yaml"];
  expect(filesAbout(change, changed)).toEqual(["apps/new.yaml", "apps/web.yaml"]);
  expect(areHoldsAsBefore(changed)).toBe(true);
  expect(areHoldsAsBefore([".landfall/holds.yaml"])).toBe(false);
});

test("it is forgotten ten minutes after its time, and so is what stands in its place", () => {
  const text = writeWaiting(change)!;
  expect(isForgotten(text, 2_000 + 600_000)).toBe(false);
  expect(isForgotten(text, 2_001 + 600_000)).toBe(true);
  expect(isForgotten(writeWithdrawn("d1", 5_000), 606_000)).toBe(true);
  expect(readWaiting(writeWithdrawn("d1", 5_000))).toBeUndefined();
  expect(isForgotten("{}", 1e12)).toBe(false);
});
