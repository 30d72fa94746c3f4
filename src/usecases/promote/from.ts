/** What another environment runs, to be promoted from there: the same tags, the same digests. */

import { Failure, printPlace } from "../../core/failure.ts";
import type { Revision } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Target } from "../../core/landing/change.ts";
import { plainTagOf } from "../../core/pins/index.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { Remote, SourceHistory } from "../../ports.ts";
import type { RevisionPorts } from "../landing/pin-revision.ts";
import { pinsOf, snapshotAt, withRevisions } from "../landing/snapshot.ts";

/** An environment to promote from. */
export interface FromEnvironment {
  readonly environment: string;
  readonly paths: readonly string[];
}

/** An image as it runs there. */
export interface FoundTarget extends Target {
  readonly revision: Revision;
}

/** What is read, and by whom. */
interface FromContext {
  readonly images: readonly ImageName[];
  readonly tagFormat: TagFormat;
  readonly remote: Remote;
  readonly ports: RevisionPorts & { readonly history: SourceHistory };
}

/**
 * Reads what an environment holds of each image.
 *
 * @throws Failure `usage` when it holds two things of one image; `unknown-revision` when a tag
 *   there names no commit of the source; `image-not-pinned`.
 */
export async function targetsFrom(
  from: FromEnvironment,
  { images, tagFormat, remote, ports }: FromContext,
): Promise<readonly FoundTarget[]> {
  const tip = await remote.fetchTip();
  const seen = await snapshotAt(tip, { images, paths: from.paths }, remote);
  const snapshot = withRevisions(seen, tagFormat, { ...ports, remote });
  const targets: FoundTarget[] = [];
  for (const image of images) {
    const [first, ...others] = pinsOf(image, snapshot);
    const { tag, digest } = first!;
    const odd = others.find(
      (pin) => plainTagOf(pin) !== plainTagOf(first!) || (pin.tag === tag && pin.digest !== digest),
    );
    if (odd !== undefined) {
      throw new Failure(
        "usage",
        `Cannot promote what ${from.environment} runs: it holds two versions of "${printImageName(image)}"`,
        `Make ${printPlace(first!)} and ${printPlace(odd)} the same there, or name a --revision.`,
      );
    }
    const held = await snapshot.revisionOf(first!);
    if (held?.revision === undefined || tag === undefined) {
      throw new Failure(
        "unknown-revision",
        `Cannot promote what ${from.environment} runs: ${printPlace(first!)} names no commit`,
        `Promote a revision to ${from.environment} first.`,
      );
    }
    targets.push({ image, tag, digest, revision: held.revision });
  }
  return targets;
}

/** Returns the newest of some revisions: the one that a deploy commit names. */
export async function newestOf(
  targets: readonly FoundTarget[],
  history: SourceHistory,
): Promise<Revision> {
  let newest = targets[0]!.revision;
  for (const { revision } of targets) {
    if (await history.isAncestor(newest, revision)) newest = revision;
  }
  return newest;
}
