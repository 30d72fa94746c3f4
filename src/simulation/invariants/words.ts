/** Laws about what operations say: the branch must bear them out. */

import { sameImage } from "../../core/image-ref.ts";
import { type Hold, holdsOn, isFreeze } from "../../core/landing/hold.ts";
import { exitOfOutcome, type Outcome } from "../../core/results/promote.ts";
import { holdsAt } from "./branch.ts";
import type { Invariant, Operation, RecordedCommit, StatedOutcome, Violation } from "./history.ts";
import { changedFiles, type Entry, type HistoryIndex } from "./ledger.ts";

/** Judges I1, I2, I7, the truth of words, and exit statuses, operation by operation. */
export function outcomeInvariants(ledger: HistoryIndex): readonly Violation[] {
  return ledger.evidence.operations.flatMap((operation) => {
    const { end } = operation;
    if (end === undefined) return [];
    return [
      ...lawsOf[end.outcome](operation, end, ledger),
      ...exitLaw(operation, end),
      ...repeatLaw(operation, ledger),
    ];
  });
}

type WordLaw = (
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
) => readonly Violation[];

const lawsOf: Readonly<Record<Outcome, WordLaw>> = {
  landed: landedLaw,
  unchanged: unchangedLaw,
  superseded: supersededLaw,
  held: heldLaw,
  refused: refusedLaw,
  failed: (operation, _, ledger) => nothingReachable("I2", operation, ledger),
  unknown: unknownLaw,
  proposed: proposedLaw,
  "would-land": (operation, _, ledger) => nothingReachable("truth", operation, ledger),
};

/** I1: our commit is in the branch, carries our deploy id, and the pins were in it. */
function landedLaw(
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
): readonly Violation[] {
  const { actor, deploy } = operation;
  const { commit } = end;
  if (commit !== undefined && ledger.evidence.cutOff.has(commit)) return [];
  const entry = commit === undefined ? undefined : ledger.entry(commit);
  if (entry === undefined) return [broken("I1", `${actor} landed ${commit}, which is not there`)];
  if (entry.deploy !== deploy) {
    return [broken("I1", `${actor} landed ${commit}, which is not of ${deploy}`)];
  }
  if (isAt(entry.commit, operation, ledger)) return [];
  return [broken("I1", `${actor} landed ${commit}, and its pins are elsewhere`)];
}

/**
 * Every image has a pin at its tag, and none at an older revision; after going back, none anywhere
 * else.
 */
function isAt(commit: RecordedCommit, operation: Operation, ledger: HistoryIndex): boolean {
  const { images, revision, command } = operation;
  const { source } = ledger.evidence;
  const pins = ledger.pinsAt(commit);
  if (command === "release" || command === "freeze" || command === "thaw") {
    return areHoldsAs(command, holdsAt(commit), images);
  }
  if (command === "rollback") {
    // People may have spelled the tag that it was deployed with otherwise.
    const isBack = (pin: (typeof pins)[number], tag: string) =>
      pin.tag === tag || ledger.revisionOf(pin) === revision;
    return images.every(({ image, tag }) =>
      pins.every((pin) => !sameImage(pin.image, image) || isBack(pin, tag)),
    );
  }
  return images.every(({ image, tag }) => {
    const own = pins.filter((pin) => sameImage(pin.image, image));
    return own.some((pin) => pin.tag === tag || holdsNewer(pin)) && !own.some(isOlder);
  });
  function holdsNewer(pin: (typeof pins)[number]): boolean {
    const held = ledger.revisionOf(pin);
    return held !== undefined && source.precedes(revision, held);
  }
  function isOlder(pin: (typeof pins)[number]): boolean {
    const held = ledger.revisionOf(pin);
    return held !== undefined && held !== revision && source.precedes(held, revision);
  }
}

/** A release leaves no hold of its images, a freeze leaves one, a thaw none. */
function areHoldsAs(
  command: "release" | "freeze" | "thaw",
  holds: readonly Hold[],
  images: Operation["images"],
): boolean {
  if (command === "release") return images.every(({ image }) => holdsOn(image, holds).length === 0);
  return holds.some(isFreeze) === (command === "freeze");
}

/** A hold keeps it out, or a freeze, at the tip that it is about. */
function heldLaw(
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
): readonly Violation[] {
  const { actor, revision, images } = operation;
  const violations = nothingReachable("truth", operation, ledger);
  const tip = end.tip === undefined ? undefined : ledger.entry(end.tip);
  if (tip === undefined) return violations;
  const holds = holdsAt(tip.commit);
  const isHeld = images.some(({ image }) =>
    holdsOn(image, holds).some(({ through }) => ledger.evidence.source.precedes(revision, through)),
  );
  if (isHeld || holds.some(isFreeze)) return violations;
  return [...violations, broken("truth", `${actor} said held of ${end.tip}, and nothing holds it`)];
}

function unchangedLaw(
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
): readonly Violation[] {
  const tip = end.tip === undefined ? undefined : ledger.entry(end.tip);
  const violations = nothingReachable("truth", operation, ledger);
  if (tip === undefined || isAt(tip.commit, operation, ledger)) return violations;
  return [...violations, broken("truth", `${operation.actor} said unchanged of ${end.tip}`)];
}

/** A pin held a newer revision, and nothing of ours was moved. */
function supersededLaw(
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
): readonly Violation[] {
  const { source } = ledger.evidence;
  const violations = ledger
    .entriesOf(operation)
    .filter(movesPins)
    .map(({ commit }) => broken("truth", `${operation.actor} is superseded, yet ${commit.id}`));
  // The commit that says so is on the tip that it is about. The last tip may be far from it.
  const at = end.commit ?? end.tip;
  const seen = at === undefined ? undefined : ledger.entry(at);
  if (seen === undefined) return violations;
  const newer = ledger.pinsAt(seen.commit).some((pin) => {
    const held = ledger.revisionOf(pin);
    const isOurs = operation.images.some(({ image }) => sameImage(image, pin.image));
    const isNewer = held !== undefined && held !== operation.revision;
    return isOurs && isNewer && source.precedes(operation.revision, held);
  });
  if (newer) return violations;
  return [...violations, broken("truth", `${operation.actor} is superseded by nothing`)];
}

function movesPins({ commit, parent }: Entry): boolean {
  return parent !== undefined && changedFiles(parent, commit).length > 0;
}

/** I2, and: the server's rules did say no, or the lines of history had parted. */
function refusedLaw(
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
): readonly Violation[] {
  const violations = nothingReachable("I2", operation, ledger);
  const { pushes, actor } = operation;
  const isRuled = ["diverged", "gated", "request-refused"].includes(end.code ?? "");
  if (isRuled || pushes === undefined || pushes.denials > 0) return violations;
  return [...violations, broken("truth", `${actor} said refused, and no rule had refused it`)];
}

function unknownLaw({ actor, pushes }: Operation): readonly Violation[] {
  if (pushes === undefined || pushes.doubts > 0) return [];
  return [broken("truth", `${actor} said unknown, and nothing was in doubt`)];
}

/** It may be merged afterwards, but the tip that this was about did not have it. */
function proposedLaw(
  operation: Operation,
  end: StatedOutcome,
  ledger: HistoryIndex,
): readonly Violation[] {
  const tip = end.tip === undefined ? undefined : ledger.entry(end.tip);
  // A hold may be missing where the pins are right, and a checker may have seen nothing.
  const isSilent = tip === undefined || operation.command !== "promote";
  if (isSilent || !isAt(tip.commit, operation, ledger)) return [];
  // What was proposed may spell the tag as the settings do, where people have spelled it otherwise.
  const isSpelledOtherwise = ledger.pinsAt(tip.commit).some((pin) => {
    const own = operation.images.find(({ image }) => sameImage(image, pin.image));
    return own && pin.tag !== own.tag && ledger.revisionOf(pin) === operation.revision;
  });
  if (isSpelledOtherwise) return [];
  return [broken("truth", `${operation.actor} said proposed, and ${end.tip} has it`)];
}

function nothingReachable(
  law: Invariant,
  operation: Operation,
  ledger: HistoryIndex,
): readonly Violation[] {
  const { actor, end } = operation;
  return ledger
    .entriesOf(operation)
    .map(({ commit }) => broken(law, `${actor} said ${end?.outcome}, yet ${commit.id} is there`));
}

/** Exit statuses are those of docs/design.md, section 2. A failure may be finer: 2, 4 and 6. */
function exitLaw({ actor, command }: Operation, end: StatedOutcome): readonly Violation[] {
  const { outcome, exit, code } = end;
  // What was waited for in vain is not known to be done.
  const finer = outcome === "failed" ? [2, 6] : outcome === "proposed" ? [5] : [];
  // A checker may have done what could be done, and have found what only people can fix.
  const isLeft = command === "sync" && exitOfOutcome(outcome) === 0 && code !== undefined;
  const right = [exitOfOutcome(outcome), ...finer, ...(isLeft ? [1, 2, 3, 6] : [])];
  if (right.includes(exit)) return [];
  return [broken("exit", `${actor} said ${outcome} and exited with ${exit}`)];
}

/** I7: the same again, with nothing in between, makes no commit. */
function repeatLaw(operation: Operation, ledger: HistoryIndex): readonly Violation[] {
  if (!operation.isRepeat) return [];
  return ledger
    .entriesOf(operation)
    .map(({ commit }) => broken("I7", `${operation.actor} did it again in ${commit.id}`));
}

function broken(law: Invariant, message: string): Violation {
  return { law, message };
}
