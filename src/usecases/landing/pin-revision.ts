/** Which revision a pin holds, and how that is known. The one answer for every command. */

import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import type { Pin } from "../../core/pins/index.ts";
import { revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { History, Registry, Remote } from "../../ports.ts";

/** A revision, and what says that a pin holds it. `digest`: the label of the image there. */
export interface HeldRevision {
  readonly revision: Revision;
  readonly knownBy: "tag" | "record" | "label" | "digest";
}

/** What reading a pin's revision needs of the world. */
export interface RevisionPorts {
  readonly remote: Pick<Remote, "messageOf">;
  readonly history: History;
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
 * by the image's label. Undefined when none of them names a commit of the source history.
 */
export async function revisionOf(
  pin: Pin,
  { tagFormat, tip, ports }: RevisionQuestion,
): Promise<HeldRevision | undefined> {
  const { history, registry } = ports;
  const prefix = pin.tag === undefined ? undefined : revisionPrefixIn(tagFormat, pin.tag);
  const byDigits = prefix === undefined ? undefined : await history.resolve(prefix);
  if (byDigits !== undefined) return { revision: byDigits, knownBy: "tag" };
  const fits = (revision: Revision) => prefix === undefined || revision.startsWith(prefix);

  if (prefix !== undefined) {
    const recorded = readMessage(await ports.remote.messageOf(tip))?.revision;
    if (recorded !== undefined && fits(recorded)) return known(recorded, "record", history);
  }
  const reference = pin.digest ?? asKnownTag(pin.tag);
  if (registry === undefined || reference === undefined) return undefined;
  const labelled = await registry.revisionOf(pin.image, reference);
  if (labelled === undefined || !fits(labelled)) return undefined;
  return known(labelled, pin.digest === undefined ? "label" : "digest", history);
}

async function known(
  named: Revision,
  knownBy: HeldRevision["knownBy"],
  history: History,
): Promise<HeldRevision | undefined> {
  const revision = await history.resolve(named);
  return revision === undefined ? undefined : { revision, knownBy };
}

function asKnownTag(tag: Tag | undefined): Tag | undefined {
  return tag === undefined || floating.has(tag) ? undefined : tag;
}
