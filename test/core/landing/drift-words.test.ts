/** The sentences of the checker: what is the matter, word for word, and what to do about it. */

import { describe, expect, test } from "vitest";
import type { CommitId, Digest, Revision, Tag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { Drift, DriftFacts, DriftPin } from "../../../src/core/landing/drift.ts";
import { detailOf, hintOf } from "../../../src/core/landing/drift-words.ts";
import type { Hold } from "../../../src/core/landing/hold.ts";
import type { SyncVerdict } from "../../../src/core/results/sync.ts";

const [old, wanted, newest] = ["1", "2", "3"].map((digit) => digit.repeat(40)) as [
  Revision,
  Revision,
  Revision,
];
const image = parseImageName("acme/web")!;
const digest = `sha256:${"a".repeat(64)}` as Digest;
const by = "c".repeat(40) as CommitId;

let lines = 0;
function pin(kind: DriftPin["relation"]["kind"], tag: string, more: Partial<DriftPin> = {}) {
  lines += 1;
  const place = { file: "k8s/web.yaml", line: lines, column: 9, owner: "", keyPath: "image" };
  const slots = { tag: undefined, digest: undefined };
  const held = { image, tag: (tag || undefined) as Tag, digest: undefined, slots };
  const relation = kind === "older" ? { kind, revision: old } : { kind, revision: newest };
  return {
    pin: { ...place, form: "reference", ...held },
    ...{ relation, isPublished: true, movedAwayBy: undefined, ...more },
  } as DriftPin;
}

/** One pin of every kind, each with a tag of its own; two are older, one of them moved away. */
const pins: readonly DriftPin[] = [
  ...[pin("equal", "sha-2222222"), pin("older", "sha-1111111"), pin("older", "sha-1111111")],
  ...[pin("older", "sha-0000000", { movedAwayBy: by }), pin("newer", "sha-3333333")],
  ...[pin("diverged", "sha-4444444", { isPublished: false }), pin("foreign", "latest")],
  ...[pin("foreign", ""), pin("diverged", "sha-5555555", { isPublished: false })],
];
const hold: Hold = {
  ...{ images: [image], through: wanted, reason: "it is slow", by: "ana" },
  at: "2026-11-23T10:00:00Z",
};
const facts: DriftFacts = {
  wanted: { revision: wanted, tag: "sha-2222222" as Tag, digest },
  ...{ pins, heldBy: hold, coming: "sha-3333333" as Tag, newest, movedAway: "leave" },
  stalled: {
    ...{ revision: newest, tag: "sha-3333333" as Tag },
    missing: ["acme/web", "acme/api"],
  },
};
const all =
  "sha-2222222, sha-1111111, sha-0000000, sha-3333333, sha-4444444, latest, (no tag), sha-5555555";

function driftOf(verdict: SyncVerdict, rest: readonly SyncVerdict[] = []): Drift {
  const problems = [verdict, ...rest].map((each) => ({ verdict: each, isCured: false }));
  return { verdict, problems, moves: [] };
}

const said: Readonly<Record<SyncVerdict, readonly [detail: string, hint?: string]>> = {
  "in-sync": [`The pins hold ${all}; nothing newer has all its images.`],
  ahead: [
    "sha-3333333 is newer than sha-2222222, the newest revision that was found to have all its images.",
  ],
  pending: [
    "sha-3333333 is younger than the grace time: its deploy may still be on its way.",
    undefined,
  ],
  held: [
    `sha-2222222 is held through ${wanted}: it is slow (ana, 2026-11-23T10:00:00Z).`,
    "Promote a newer revision, or lift the hold with `landfall release`.",
  ],
  behind: [
    "sha-2222222 has all its images, and the pins hold sha-1111111, sha-0000000.",
    "An image that belongs with it must not move: see to that one first.",
  ],
  mixed: [
    `One image, several tags: ${all}.`,
    "See to the places that are named: no run moves them while something is in the way.",
  ],
  floating: [
    "No commit of the source is named by latest, (no tag).",
    `Land it by \`landfall promote --revision ${wanted}\`.`,
  ],
  stalled: [
    "The grace time has passed, and sha-3333333 is still without acme/web, acme/api.",
    `Look at the build of ${newest}, and run it again.`,
  ],
  reverted: [
    `sha-2222222 had landed, and commit ${by} moved it away from sha-0000000 (k8s/web.yaml:4) by hand.`,
    "Land it again by `landfall sync --force`, or keep it out for good by `landfall rollback`.",
  ],
  missing: [
    "The registry does not have what is pinned: sha-4444444, sha-5555555.",
    `Publish it again, or land one that is all there: \`landfall promote --revision ${wanted}\`.`,
  ],
  diverged: [
    "Another line of history than that of sha-2222222 is pinned: sha-4444444, sha-5555555.",
    `If it is meant to go, \`landfall promote --allow-diverged --revision ${wanted}\`.`,
  ],
  unreadable: ["Something could not be read."],
};

test.each(Object.entries(said))("%s", (verdict, [detail, hint]) => {
  const drift = driftOf(verdict as SyncVerdict);
  expect(detailOf(drift, facts)).toBe(detail);
  expect(hintOf(drift, facts)).toBe(hint);
});

test("a tag that was published again is told from another line of history", () => {
  const again = { ...facts, pins: [pin("equal", "sha-2222222")] };
  expect(detailOf(driftOf("diverged"), again)).toBe(
    "sha-2222222 was published again, and the pins hold its earlier digest.",
  );
});

describe("of several things that are the matter", () => {
  test("the worst is said first, the others follow, each once", () => {
    const drift = { ...driftOf("stalled", ["behind", "pending"]) };
    const problems = drift.problems.toReversed();
    expect(detailOf({ ...drift, problems }, facts)).toBe(
      [said.stalled[0], said.pending[0], said.behind[0]].join(" "),
    );
  });

  test("the worst that is open has the hint, else the first that is", () => {
    const problems = [
      { verdict: "behind", isCured: true },
      { verdict: "mixed", isCured: false },
      { verdict: "floating", isCured: false },
    ] as const;
    const of = (verdict: SyncVerdict) => hintOf({ verdict, problems, moves: [] }, facts);
    expect(of("floating")).toBe(said.floating[1]);
    expect(of("behind")).toBe(said.mixed[1]);
    const cured = problems.slice(0, 1);
    expect(hintOf({ verdict: "behind", problems: cured, moves: [] }, facts)).toBeUndefined();
  });
});

test("nothing is stalled for want of a tag that no release has: the format is another one", () => {
  const release = pin("older", "v1.2.3", { isRelease: true });
  const drift: Drift = {
    verdict: "stalled",
    problems: [{ verdict: "stalled", isCured: false }],
    moves: [],
  };
  expect(hintOf(drift, { ...facts, pins: [release] })).toContain('tag: "{release}"');
  expect(hintOf(drift, { ...facts, pins: [release, pin("older", "sha-1111111")] })).toContain(
    "build",
  );
});
