/** What the checker says of an image: what is the matter, and what to do about it. */

import { printPlace } from "../failure.ts";
import { printPinned } from "../pins/pin.ts";
import type { SyncVerdict } from "../results/sync.ts";
import type { Drift, DriftFacts, DriftPin } from "./drift.ts";
import { endOf, heldBecause } from "./hold-words.ts";

type Words = (facts: DriftFacts) => string;

/** Returns one sentence for each thing that is the matter, the worst first. */
export function detailOf({ verdict, problems }: Drift, facts: DriftFacts): string {
  const rest = problems.map((problem) => problem.verdict).filter((other) => other !== verdict);
  return [verdict, ...rest].map((each) => details[each](facts)).join(" ");
}

/** Returns what to do about the worst thing that no move of ours cures, if anything. */
export function hintOf({ verdict, problems }: Drift, facts: DriftFacts): string | undefined {
  const open = problems.filter(({ isCured }) => !isCured).map((problem) => problem.verdict);
  const worst = open.includes(verdict) ? verdict : open[0];
  return worst === undefined ? undefined : hints[worst]?.(facts);
}

const wantedTag: Words = ({ wanted }) => wanted?.tag ?? "the newest revision";

const details: Readonly<Record<SyncVerdict, Words>> = {
  "in-sync": ({ pins }) => `The pins hold ${tagsOf(pins)}; nothing newer has all its images.`,
  ahead: (facts) =>
    `${tagsOf(ofKind(facts, "newer"))} is newer than ${wantedTag(facts)}, the newest revision that was found to have all its images.`,
  pending: ({ coming }) =>
    `${coming} is younger than the grace time: its deploy may still be on its way.`,
  held: (facts) => `${heldBecause(wantedTag(facts), facts.heldBy!)}.`,
  behind: (facts) =>
    `${wantedTag(facts)} has all its images, and the pins hold ${tagsOf(ofKind(facts, "older"))}.`,
  mixed: ({ pins }) => `One image, several tags: ${tagsOf(pins)}.`,
  floating: (facts) => `No commit of the source is named by ${tagsOf(ofKind(facts, "foreign"))}.`,
  stalled: ({ stalled }) =>
    `The grace time has passed, and ${stalled?.tag} is still without ${stalled?.missing.join(", ")}.`,
  reverted: (facts) => {
    const moved = facts.pins.find(({ movedAwayBy }) => movedAwayBy !== undefined)!;
    return `${wantedTag(facts)} had landed, and commit ${moved.movedAwayBy} moved it away from ${placesOf([moved])} by hand.`;
  },
  missing: ({ pins }) =>
    `The registry does not have what is pinned: ${tagsOf(pins.filter(({ isPublished }) => !isPublished))}.`,
  diverged: (facts) => {
    const others = ofKind(facts, "diverged");
    return others.length > 0
      ? `Another line of history than that of ${wantedTag(facts)} is pinned: ${tagsOf(others)}.`
      : `${wantedTag(facts)} was published again, and the pins hold its earlier digest.`;
  },
  unreadable: () => "Something could not be read.",
};

const promoting: Words = ({ wanted }) =>
  `Land it by \`landfall promote --revision ${wanted?.revision ?? "SHA"}\`.`;

const hints: Readonly<Partial<Record<SyncVerdict, Words>>> = {
  held: ({ heldBy }) => endOf(heldBy!),
  behind: () => "An image that belongs with it must not move: see to that one first.",
  mixed: () => "See to the places that are named: no run moves them while something is in the way.",
  floating: promoting,
  stalled: ({ stalled, pins }) =>
    pins.every(({ isRelease }) => isRelease)
      ? 'Images are named after releases here: set `tag: "{release}"` in landfall.yaml.'
      : `Look at the build of ${stalled?.revision}, and run it again.`,
  reverted: () =>
    "Land it again by `landfall sync --force`, or keep it out for good by `landfall rollback`.",
  missing: ({ wanted }) =>
    wanted === undefined
      ? "Publish it again, or go to a revision whose images are all there."
      : `Publish it again, or land one that is all there: \`landfall promote --revision ${wanted.revision}\`.`,
  diverged: ({ wanted }) =>
    `If it is meant to go, \`landfall promote --allow-diverged --revision ${wanted?.revision ?? "SHA"}\`.`,
};

function ofKind({ pins }: DriftFacts, kind: DriftPin["relation"]["kind"]): readonly DriftPin[] {
  return pins.filter(({ relation }) => relation.kind === kind);
}

function held({ pin }: DriftPin): string {
  return printPinned(pin) || "(no tag)";
}

function tagsOf(pins: readonly DriftPin[]): string {
  return [...new Set(pins.map(held))].join(", ");
}

function placesOf(pins: readonly DriftPin[]): string {
  return pins
    .map((each) => `${held(each)} (${printPlace({ file: each.pin.file, line: each.pin.line })})`)
    .join(", ");
}
