/**
 * The facts of a promotion at one tip: every pin of every image, and how it stands to our revision.
 */

import { Failure } from "../../core/failure.ts";
import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import {
  decide,
  type ImageDecision,
  type PinFact,
  type Relation,
} from "../../core/landing/decide.ts";
import { type Hold, holdsOn, holdsPath, readHolds } from "../../core/landing/hold.ts";
import { findPins, needlesOf, type Pin, pinHolds } from "../../core/pins/index.ts";
import { revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { Clock, History, ManifestFile, Registry, Remote } from "../../ports.ts";
import type { Promotion, Target } from "../promote/promotion.ts";

/** One image at one tip: what is asked, what stands there, what follows. */
export interface ImageEvaluation {
  readonly target: Target;
  readonly facts: readonly PinFact[];
  readonly decision: ImageDecision;
}

/** All that a tip says about a promotion. */
export interface Evaluation {
  readonly files: readonly ManifestFile[];
  readonly images: readonly ImageEvaluation[];
}

/** What surveying needs of the world. The registry is absent when images are not to be checked. */
export interface EvaluationPorts {
  readonly remote: Remote;
  readonly history: History;
  readonly registry: Registry | undefined;
  readonly clock: Clock;
}

/**
 * Gathers what the tip says about a promotion and decides, image by image.
 *
 * @throws Failure `image-not-pinned` when no manifest names an image, `bad-manifest` when one that
 *   does cannot be read safely.
 */
export async function evaluate(
  promotion: Promotion,
  tip: CommitId,
  ports: EvaluationPorts,
): Promise<Evaluation> {
  const names = promotion.targets.map((target) => target.image);
  const files = await ports.remote.findManifests(tip, promotion.paths, needlesOf(names));
  const pins = files.flatMap((file) => findPins(file, names));
  const holds = readHolds(await ports.remote.readFile(tip, holdsPath));
  const images: ImageEvaluation[] = [];
  for (const target of promotion.targets) {
    const own = pins.filter((pin) => sameImage(pin.image, target.image));
    if (own.length === 0) throw notPinned(target.image, promotion.paths);
    const facts: PinFact[] = [];
    for (const pin of own) {
      facts.push({ pin, relation: await relate(pin, { target, promotion, tip, ports }) });
    }
    const heldBy = await coveringHold(target.image, holds, { revision: promotion.revision, ports });
    const decision = decide({ pins: facts, heldBy, divergence: promotion.divergence });
    images.push({ target, facts, decision });
  }
  return { files, images };
}

/** What a pin is compared with, and where it stands. */
export interface EvaluationContext {
  readonly target: Target;
  readonly promotion: Pick<Promotion, "revision" | "tagFormat">;
  readonly tip: CommitId;
  readonly ports: EvaluationPorts;
}

/** Returns how the revision that a pin holds stands to the promotion's. */
export async function relate(pin: Pin, about: EvaluationContext): Promise<Relation> {
  const { target, promotion, tip, ports } = about;
  if (pinHolds(pin, target)) return { kind: "equal" };
  const revision = await revisionOf(pin, { ...promotion, tip, ports });
  return relationOf(revision, promotion.revision, ports.history);
}

/** Returns how what a pin holds stands to the revision that it is wanted to hold. */
export async function relationOf(
  revision: Revision | undefined,
  wanted: Revision,
  history: History,
): Promise<Relation> {
  if (revision === undefined) return { kind: "foreign" };
  if (await history.isAncestor(revision, wanted)) return { kind: "older", revision };
  const isNewer = await history.isAncestor(wanted, revision);
  return { kind: isNewer ? "newer" : "diverged", revision };
}

/** What it takes to read a pin's revision. */
export interface PinQuestion {
  readonly tagFormat: TagFormat;
  /** The commit of the manifests branch that the pin stands in. */
  readonly tip: CommitId;
  readonly ports: EvaluationPorts;
}

/** Tags that name whatever was pushed last, so their label says nothing about what was deployed. */
const floating: ReadonlySet<string> = new Set(["latest", "main", "master", "edge", "nightly"]);

/**
 * Returns the revision that a pin holds: by its tag's digits, else by the tip's own trailer, else
 * by the image's label. Undefined when none of them names a commit of the source history.
 */
export async function revisionOf(
  pin: Pin,
  { tagFormat, tip, ports }: PinQuestion,
): Promise<Revision | undefined> {
  const prefix = pin.tag === undefined ? undefined : revisionPrefixIn(tagFormat, pin.tag);
  const byDigits = prefix === undefined ? undefined : await ports.history.resolve(prefix);
  if (byDigits !== undefined) return byDigits;
  const fits = (revision: Revision) => prefix === undefined || revision.startsWith(prefix);

  if (prefix !== undefined) {
    const recorded = readMessage(await ports.remote.messageOf(tip))?.revision;
    if (recorded !== undefined && fits(recorded)) return ports.history.resolve(recorded);
  }
  const reference = pin.digest ?? asKnownTag(pin.tag);
  if (ports.registry === undefined || reference === undefined) return undefined;
  const labelled = await ports.registry.revisionOf(pin.image, reference);
  return labelled !== undefined && fits(labelled) ? ports.history.resolve(labelled) : undefined;
}

function asKnownTag(tag: Tag | undefined): Tag | undefined {
  return tag === undefined || floating.has(tag) ? undefined : tag;
}

/** Returns the hold that keeps a revision of an image out, if one does. Throws `bad-manifest`. */
export async function coveringHold(
  image: ImageName,
  holds: readonly Hold[],
  { revision, ports }: { readonly revision: Revision; readonly ports: EvaluationPorts },
): Promise<Hold | undefined> {
  for (const hold of holdsOn(image, holds, ports.clock.nowMs())) {
    const through = await ports.history.resolve(hold.through);
    if (through === undefined) throw strangeHold(hold);
    if (await ports.history.isAncestor(revision, through)) return hold;
  }
  return undefined;
}

function strangeHold(hold: Hold): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot tell what a hold covers: the source history has no commit "${hold.through}"`,
    "Give the source whose history holds that commit, or lift the hold with `landfall release`.",
    { place: { file: holdsPath } },
  );
}

/** Returns the failure of an image that no manifest names. */
export function notPinned(image: ImageName, paths: readonly string[]): Failure {
  return new Failure(
    "image-not-pinned",
    `Cannot move "${printImageName(image)}": no manifest under ${paths.map((p) => `"${p}"`).join(", ")} names it`,
    "Check the image's name and the paths, or add the image to a manifest first.",
  );
}
