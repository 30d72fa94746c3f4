/**
 * The facts of a promotion at one tip: every pin of every image, and its relation to ours.
 */

import { Failure } from "../../core/failure.ts";
import type { Revision } from "../../core/ids.ts";
import type { ImageName } from "../../core/image-ref.ts";
import type { Target } from "../../core/landing/change.ts";
import { decide, type PinFact, type Relation } from "../../core/landing/decide.ts";
import {
  freezeOn,
  type Hold,
  holdsAgainst,
  holdsOn,
  type RevisionHold,
} from "../../core/landing/hold.ts";
import { holdsPath } from "../../core/landing/holds-file.ts";
import type { ImageEvaluation, Promotion } from "../../core/landing/promotion.ts";
import { pinHolds } from "../../core/pins/index.ts";
import { compareReleases } from "../../core/release.ts";
import { isRelease, type TagFormat } from "../../core/tag-format.ts";
import type { Clock, SourceHistory } from "../../ports.ts";
import { candidatesOf } from "./pin-revision.ts";
import { pinsOf, type RevisionSnapshot } from "./snapshot.ts";

/** What evaluating needs of the world, besides the snapshot. */
export interface EvaluationPorts {
  readonly history: SourceHistory;
  readonly clock: Clock;
}

/**
 * Decides what a snapshot says about a promotion, image by image.
 *
 * @throws Failure `image-not-pinned` when no manifest names an image.
 */
export async function evaluate(
  promotion: Omit<Promotion, "warnings">,
  snapshot: RevisionSnapshot,
  ports: EvaluationPorts,
): Promise<readonly ImageEvaluation[]> {
  const { revision, divergence, adoption, tagFormat } = promotion;
  const written = await snapshot.holds();
  const holds = holdsAgainst(promotion, written.holds, ports.clock.nowMs());
  const images: ImageEvaluation[] = [];
  for (const target of promotion.targets) {
    const own = target.revision ?? revision;
    const related = await relate(target, own, { snapshot, history: ports.history });
    const facts = related.map((fact) => asRelease(fact, { target, own, tagFormat }));
    const heldBy = await coveringHold(target.image, holds, { revision: own, ports });
    const unordered =
      adoption === "allow" ? undefined : facts.find((fact) => isUnordered(fact, tagFormat))?.pin;
    const wanted = decide({ pins: facts, heldBy, divergence, unordered });
    const isLeft = wanted.kind === "move" && (await isUnchanged(target, facts, { own, ports }));
    const decision = isLeft ? ({ kind: "unchanged" } as const) : wanted;
    const overtaken =
      decision.kind === "move" ? await overtakenBy(own, target.image, { holds, facts, ports }) : [];
    images.push({ target, facts, decision, overtaken });
  }
  return images;
}

function isUnordered({ pin, relation }: PinFact, tagFormat: TagFormat): boolean {
  return relation.kind === "foreign" && isRelease(tagFormat, pin.tag ?? "");
}

/** Of two releases of one revision the later one stays, whichever is promoted last. */
function asRelease(
  { pin, relation }: PinFact,
  about: { readonly target: Target; readonly own: Revision; readonly tagFormat: TagFormat },
): PinFact {
  const { target, own, tagFormat } = about;
  const isSame = relation.kind === "older" && relation.revision === own;
  const isLater =
    isSame &&
    [pin.tag, target.tag].every((tag) => tag !== undefined && isRelease(tagFormat, tag)) &&
    compareReleases(pin.tag!, target.tag) > 0;
  return isLater ? { pin, relation: { kind: "newer", revision: own } } : { pin, relation };
}

/** Returns how every pin of an image relates to the revision that it is wanted to hold. */
export async function relate(
  target: Target,
  wanted: Revision,
  { snapshot, history }: { readonly snapshot: RevisionSnapshot; readonly history: SourceHistory },
): Promise<readonly PinFact[]> {
  const facts: PinFact[] = [];
  for (const pin of pinsOf(target.image, snapshot)) {
    if (pinHolds(pin, target)) facts.push({ pin, relation: { kind: "equal" } });
    else {
      for (const revision of candidatesOf(await snapshot.revisionOf(pin))) {
        facts.push({ pin, relation: await relationOf(revision, wanted, history) });
      }
    }
  }
  return facts;
}

/** Returns how what a pin holds relates to another revision, by descent alone. */
export async function descentOf(
  revision: Revision | undefined,
  wanted: Revision,
  history: Pick<SourceHistory, "isAncestor">,
): Promise<Relation> {
  if (revision === undefined) return { kind: "foreign" };
  if (await history.isAncestor(revision, wanted)) return { kind: "older", revision };
  if (await history.isAncestor(wanted, revision)) return { kind: "newer", revision };
  return { kind: "diverged", revision, lost: [] };
}

/** Returns how what a pin holds relates to the revision that somebody wants it to hold. */
export async function relationOf(
  held: Revision | undefined,
  wanted: Revision,
  history: SourceHistory,
): Promise<Relation> {
  const descent = await descentOf(held, wanted, history);
  if (descent.kind !== "diverged") return descent;
  const { revision } = descent;
  // A fix that was cherry-picked is the same change under another id.
  const lost = await history.lacking(revision, wanted);
  if (lost.length === 0) return { kind: "older", revision };
  const isWithin = (await history.lacking(wanted, revision)).length === 0;
  return isWithin ? { kind: "newer", revision } : { kind: "diverged", revision, lost };
}

/** Returns whether nothing that an image is built from has changed since what all its pins hold. */
async function isUnchanged(
  { builtFrom }: Target,
  facts: readonly PinFact[],
  { own, ports }: { readonly own: Revision; readonly ports: Pick<EvaluationPorts, "history"> },
): Promise<boolean> {
  if (builtFrom === undefined) return false;
  const held = new Set<Revision>();
  for (const { relation } of facts) {
    if (relation.kind !== "older" || relation.revision === own) return false;
    held.add(relation.revision);
  }
  for (const revision of held) {
    if (await ports.history.changed(revision, own, builtFrom)) return false;
  }
  return true;
}

/**
 * Returns the holds that a revision brings to an end: it has what they keep out, and no pin had
 * gone past them before.
 */
async function overtakenBy(
  revision: Revision,
  image: ImageName,
  about: {
    readonly holds: readonly Hold[];
    readonly facts: readonly PinFact[];
    readonly ports: EvaluationPorts;
  },
): Promise<readonly RevisionHold[]> {
  const { history } = about.ports;
  const overtaken: RevisionHold[] = [];
  for (const hold of holdsOn(image, about.holds)) {
    if (!(await history.isAncestor(hold.through, revision))) continue;
    let isPassed = false;
    for (const { relation } of about.facts) {
      const held = "revision" in relation ? relation.revision : undefined;
      isPassed ||= held !== undefined && (await history.isAncestor(hold.through, held));
    }
    if (!isPassed) overtaken.push(hold);
  }
  return overtaken;
}

/** Returns the hold that keeps a revision of an image out, if one does. Throws `bad-manifest`. */
export async function coveringHold(
  image: ImageName,
  holds: readonly Hold[],
  { revision, ports }: { readonly revision: Revision; readonly ports: EvaluationPorts },
): Promise<Hold | undefined> {
  const freeze = freezeOn(image, holds);
  if (freeze !== undefined) return freeze;
  for (const hold of holdsOn(image, holds)) {
    if (hold.freeze) return hold;
    const through = await ports.history.resolve(hold.through);
    if (through === undefined) throw strangeHold(hold);
    if (await ports.history.isAncestor(revision, through)) return hold;
  }
  return undefined;
}

function strangeHold(hold: RevisionHold): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot tell what a hold covers: the source history has no commit "${hold.through}"`,
    "Give the source whose history holds that commit, or lift the hold with `landfall release`.",
    { place: { file: holdsPath } },
  );
}
