/** Which revision a pin holds, and how that is known. The one answer for every command. */

import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import type { Pin } from "../../core/pins/index.ts";
import { revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { Registry, Remote, SourceHistory } from "../../ports.ts";

/** A revision, and what says that a pin holds it. `digest`: the label of the image there. */
export interface HeldRevision {
  readonly revision: Revision;
  readonly knownBy: "tag" | "record" | "label" | "digest";
}

/** A pin whose digits name several revisions, and nothing tells which of them it holds. */
export interface AmbiguousRevision {
  readonly revision?: undefined;
  readonly knownBy?: undefined;
  readonly among: readonly Revision[];
}

/** What reading a pin's revision needs of the world. */
export interface RevisionPorts {
  readonly remote: Pick<Remote, "messageOf">;
  readonly history: SourceHistory;
  /** Undefined: images are not asked for their labels. */
  readonly registry: Pick<Registry, "revisionOf"> | undefined;
}

/** What it takes to read a pin's revision. */
export interface RevisionQuestion {
  readonly tagFormat: TagFormat;
  /** The commit of the manifests branch that the pin stands in. */
  readonly tip: CommitId;
  readonly ports: RevisionPorts;
}

/** Tags that name whatever was pushed last, so their label says nothing about what was deployed. */
const floating: ReadonlySet<string> = new Set(["latest", "main", "master", "edge", "nightly"]);

/**
 * Returns the revision that a pin holds: by its tag's digits, else by the tip's own trailer, else
 * by the image's label. Undefined when none of them names a commit of the source history, and
 * ambiguous when the digits name several and nothing else tells.
 */
export async function revisionOf(
  pin: Pin,
  { tagFormat, tip, ports }: RevisionQuestion,
): Promise<HeldRevision | AmbiguousRevision | undefined> {
  const { history, registry } = ports;
  const prefix = pin.tag === undefined ? undefined : revisionPrefixIn(tagFormat, pin.tag);
  const among = prefix === undefined ? [] : await history.candidates(prefix);
  const [byDigits, ...others] = among;
  if (byDigits !== undefined && others.length === 0) return { revision: byDigits, knownBy: "tag" };
  const untold = byDigits === undefined ? undefined : { among };
  const fits = (revision: Revision) => prefix === undefined || revision.startsWith(prefix);

  if (prefix !== undefined) {
    const recorded = readMessage(await ports.remote.messageOf(tip))?.revision;
    if (recorded !== undefined && fits(recorded)) {
      return (await known(recorded, "record", history)) ?? untold;
    }
  }
  const reference = pin.digest ?? asKnownTag(pin.tag);
  if (registry === undefined || reference === undefined) return untold;
  const labelled = await registry.revisionOf(pin.image, reference);
  if (labelled === undefined || !fits(labelled)) return untold;
  const knownBy = pin.digest === undefined ? "label" : "digest";
  return (await known(labelled, knownBy, history)) ?? untold;
}

/** Returns the revisions that a pin may hold: one that nobody can tell is `undefined`. */
export function candidatesOf(
  held: HeldRevision | AmbiguousRevision | undefined,
): readonly (Revision | undefined)[] {
  return held !== undefined && "among" in held ? held.among : [held?.revision];
}

async function known(
  named: Revision,
  knownBy: HeldRevision["knownBy"],
  history: SourceHistory,
): Promise<HeldRevision | undefined> {
  const revision = await history.resolve(named);
  return revision === undefined ? undefined : { revision, knownBy };
}

function asKnownTag(tag: Tag | undefined): Tag | undefined {
  return tag === undefined || floating.has(tag) ? undefined : tag;
}
