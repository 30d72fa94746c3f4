/** The checker's judgement of one image, from facts alone. */

import { describe, expect, test } from "vitest";
import type { CommitId, Digest, Revision, Tag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { Relation } from "../../../src/core/landing/decide.ts";
import {
  type DriftFacts,
  type DriftPin,
  judgeTogether,
  judgeUnmoved,
} from "../../../src/core/landing/drift.ts";
import { detailOf, hintOf } from "../../../src/core/landing/drift-words.ts";
import type { Hold } from "../../../src/core/landing/hold.ts";
import { syncVerdicts, worstOf } from "../../../src/core/results/sync.ts";

const revisionOf = (digit: string) => digit.repeat(40) as Revision;
const [old, wanted, newer, side] = ["1", "2", "3", "4"].map(revisionOf) as [
  Revision,
  Revision,
  Revision,
  Revision,
];
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}` as Digest;
const by = "c".repeat(40) as CommitId;
const image = parseImageName("acme/web")!;
const hold: Hold = { images: [image], through: wanted, reason: "slow", by: "ana", at: "now" };

let count = 0;
function pin(tag: string, relation: Relation, more: Partial<DriftPin> = {}): DriftPin {
  count += 1;
  const place = { file: `k8s/${count}.yaml`, line: count, column: 1, owner: "", keyPath: "image" };
  const slots = { tag: undefined, digest: undefined };
  const held = { image, tag: tag as Tag, digest: undefined, slots };
  return {
    pin: { ...place, form: "reference", ...held },
    ...{ relation, isPublished: true, movedAwayBy: undefined, ...more },
  };
}
function pinnedTo(digest: Digest, at: DriftPin): DriftPin {
  return { ...at, pin: { ...at.pin, digest } };
}

const is = () => pin("sha-2222222", { kind: "equal" });
const older = (more: Partial<DriftPin> = {}) =>
  pin("sha-1111111", { kind: "older", revision: old }, more);
const ahead = () => pin("sha-3333333", { kind: "newer", revision: newer });
const apart = () => pin("sha-4444444", { kind: "diverged", revision: side, lost: [] });
const latest = () => pin("latest", { kind: "foreign" });
const spelled = () => pin("sha-22222222", { kind: "older", revision: wanted });
const gone: Partial<DriftPin> = { isPublished: false };
const away: Partial<DriftPin> = { movedAwayBy: by };
const again = () =>
  pinnedTo(digestOf("a"), pin("sha-2222222", { kind: "older", revision: wanted }));
const stalled = {
  revision: newer,
  tag: "sha-3333333" as Tag,
  missing: ["acme/api"],
};

function factsOf(pins: readonly DriftPin[], more: Partial<DriftFacts> = {}): DriftFacts {
  return {
    wanted: { revision: wanted, tag: "sha-2222222" as Tag, digest: digestOf("b") },
    ...{ pins, heldBy: undefined, coming: undefined, stalled: undefined, newest: wanted },
    ...{ movedAway: "leave", ...more },
  };
}

/** Judges one image alone, and counts the places that are moved. */
function judged(facts: DriftFacts) {
  const [drift] = judgeTogether([facts]);
  const left = drift!.problems.filter(({ isCured }) => !isCured).map(({ verdict }) => verdict);
  return { verdict: drift!.verdict, moves: drift!.moves.length, left };
}

const coming = "sha-3333333" as Tag;
const all = ["diverged", "behind", "mixed"];
describe.each<[string, DriftFacts, string, number, readonly string[]]>([
  ["all at what is wanted", factsOf([is(), is()]), "in-sync", 0, []],
  ["all older", factsOf([older(), older()]), "behind", 2, []],
  ["one older", factsOf([is(), older()]), "mixed", 1, []],
  ["all spelled otherwise", factsOf([spelled()]), "in-sync", 0, []],
  ["one spelled otherwise", factsOf([is(), spelled()]), "mixed", 1, []],
  ["all newer", factsOf([ahead()]), "ahead", 0, ["ahead"]],
  ["all at the newest there is", factsOf([ahead()], { newest: newer }), "in-sync", 0, []],
  ["one newer", factsOf([ahead(), older()]), "mixed", 0, ["behind", "mixed", "ahead"]],
  ["one on another line", factsOf([apart(), older()]), "diverged", 0, all],
  ["published again", factsOf([again(), older()]), "diverged", 0, all],
  ["a name of no revision", factsOf([latest()]), "floating", 0, ["floating"]],
  ["one of these, one older", factsOf([latest(), older()]), "floating", 1, ["floating"]],
  ["not published", factsOf([pin("sha-9", { kind: "equal" }, gone)]), "missing", 0, ["missing"]],
  ["one of these, one there", factsOf([latest(), is()]), "floating", 0, ["floating"]],
  [
    "one of two not published that is moved",
    factsOf([older(gone), pin("sha-2222222", { kind: "equal" }, gone)]),
    ...(["missing", 1, ["missing"]] as const),
  ],
  [
    "at what is wanted by its digest alone",
    factsOf([is(), { ...is(), pin: { ...is().pin, tag: undefined, digest: digestOf("b") } }]),
    ...(["in-sync", 0, []] as const),
  ],
  [
    "one newer, one spelled otherwise",
    factsOf([is(), spelled(), ahead()]),
    ...(["mixed", 1, ["mixed", "ahead"]] as const),
  ],
  [
    "older, with a digest of its own",
    factsOf([pinnedTo(digestOf("a"), older())]),
    ...(["behind", 1, []] as const),
  ],
  [
    "spelled otherwise, with the digest that is wanted",
    factsOf([pinnedTo(digestOf("b"), spelled())]),
    ...(["in-sync", 0, []] as const),
  ],
  [
    "with a digest, where that of what is wanted is not known",
    factsOf([again()], { wanted: { revision: wanted, tag: "sha-2222222" as Tag } }),
    ...(["in-sync", 0, []] as const),
  ],
  [
    "at two tags, where nothing whole is in sight",
    factsOf([older(), pin("sha-0", { kind: "older", revision: old })], { wanted: undefined }),
    ...(["mixed", 0, ["mixed"]] as const),
  ],
  ["not published, and older", factsOf([older(gone)]), "missing", 1, []],
  ["held", factsOf([older()], { heldBy: hold }), "held", 0, ["held"]],
  ["held, and there already", factsOf([is()], { heldBy: hold }), "in-sync", 0, []],
  ["moved away by hand", factsOf([older(away)]), "reverted", 0, ["reverted"]],
  ["one of two moved away", factsOf([older(away), older()]), "reverted", 0, ["reverted"]],
  ["forced", factsOf([older(away)], { movedAway: "land again" }), "reverted", 1, []],
  ["a deploy on its way", factsOf([is()], { coming }), "pending", 0, ["pending"]],
  ["that, and a gap", factsOf([older()], { coming }), "behind", 1, ["pending"]],
  ["a build that failed", factsOf([is()], { stalled }), "stalled", 0, ["stalled"]],
  ["that, and a gap below it", factsOf([older()], { stalled }), "stalled", 1, ["stalled"]],
  [
    "nothing whole in sight",
    factsOf([older()], { wanted: undefined, stalled }),
    "stalled",
    0,
    ["stalled"],
  ],
])("%s", (_, facts, verdict, moves, left) => {
  test(`is ${verdict}, and ${moves} of ${facts.pins.length} are moved`, () => {
    expect(judged(facts)).toEqual({ verdict, moves, left });
  });

  test("is said in sentences, without a hole", () => {
    const [drift] = judgeTogether([facts]);
    const said = `${detailOf(drift!, facts)} ${hintOf(drift!, facts) ?? ""}`;
    expect(said).not.toMatch(/undefined|\[object|NaN/);
    expect(said.trim()).toMatch(/^\S.*[.`]$/);
  });
});

test.each([
  ["held", factsOf([older()], { heldBy: hold })],
  ["diverged", factsOf([apart()])],
  ["moved away", factsOf([older(away)])],
])("an image that is %s keeps its neighbour where it is", (_, facts) => {
  const [, neighbour] = judgeTogether([facts, factsOf([older()])]);
  expect(neighbour).toMatchObject({ verdict: "behind", moves: [] });
});

test("an image that is there does not, held or moved away from elsewhere", () => {
  for (const facts of [factsOf([is()], { heldBy: hold }), factsOf([{ ...is(), ...away }])]) {
    expect(judgeTogether([facts, factsOf([older()])])[1]!.moves).toHaveLength(1);
  }
});

test("an image that must not move has all its gaps open", () => {
  const { verdict, problems, moves } = judgeUnmoved(factsOf([is(), older(gone)]));
  expect({ verdict, moves }).toEqual({ verdict: "missing", moves: [] });
  expect(problems).toEqual([
    { verdict: "missing", isCured: false },
    { verdict: "behind", isCured: false },
    { verdict: "mixed", isCured: false },
  ]);
});

test("an image that is ahead does not", () => {
  const [, neighbour] = judgeTogether([factsOf([ahead()]), factsOf([older()])]);
  expect(neighbour!.moves).toHaveLength(1);
});

describe("where nothing whole is in sight", () => {
  const nothing = (...pins: readonly DriftPin[]) => factsOf(pins, { wanted: undefined });
  const bare = () => pin("", { kind: "foreign" });
  test.each<[string, DriftFacts, string, string | undefined]>([
    [
      "what is ahead",
      nothing(ahead()),
      "sha-3333333 is newer than the newest revision, the newest revision that was found to have all its images.",
      undefined,
    ],
    [
      "another line",
      nothing(apart()),
      "Another line of history than that of the newest revision is pinned: sha-4444444.",
      "If it is meant to go, `landfall promote --allow-diverged --revision SHA`.",
    ],
    [
      "no tag",
      nothing({ ...bare(), pin: { ...bare().pin, tag: undefined } }),
      "No commit of the source is named by (no tag).",
      "Land it by `landfall promote --revision SHA`.",
    ],
    [
      "what is not published",
      nothing(older(gone)),
      "The registry does not have what is pinned: sha-1111111.",
      "Publish it again, or go to a revision whose images are all there.",
    ],
  ])("%s is said all the same", (_, facts, detail, hint) => {
    const [drift] = judgeTogether([facts]);
    expect(detailOf(drift!, facts)).toBe(detail);
    expect(hintOf(drift!, facts)).toBe(hint);
  });
});

test("what is wanted is named in what to do", () => {
  const hints = [latest(), apart(), pin("sha-9", { kind: "equal" }, gone)].map((one) => {
    const facts = factsOf([one]);
    return hintOf(judgeTogether([facts])[0]!, facts);
  });
  expect(hints).toEqual([
    `Land it by \`landfall promote --revision ${wanted}\`.`,
    `If it is meant to go, \`landfall promote --allow-diverged --revision ${wanted}\`.`,
    `Publish it again, or land one that is all there: \`landfall promote --revision ${wanted}\`.`,
  ]);
});

test("pins that name digests alone are mixed when these differ", () => {
  const bare = (digit: string) => {
    const at = pinnedTo(digestOf(digit), ahead());
    return { ...at, pin: { ...at.pin, tag: undefined } };
  };
  expect(judged(factsOf([bare("c"), bare("d")])).left).toEqual(["mixed", "ahead"]);
  expect(judged(factsOf([bare("c"), bare("c")])).left).toEqual(["ahead"]);
});

test("the worst of some verdicts is the one that stands last", () => {
  for (const [at, verdict] of syncVerdicts.entries()) {
    expect(worstOf([...syncVerdicts.slice(0, at + 1)].reverse())).toBe(verdict);
  }
  expect(worstOf([])).toBe("in-sync");
});
