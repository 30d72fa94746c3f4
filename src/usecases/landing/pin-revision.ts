/** Which revision a pin holds, and how that is known. The one answer for every command. */

import type { CommitId, Digest, Revision, Tag } from "../../core/ids.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import { type RecordedCommit, recordedRevision } from "../../core/landing/records.ts";
import { type Pin, plainTagOf } from "../../core/pins/index.ts";
import { releasesIn, revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { Registry, Remote, SourceHistory } from "../../ports.ts";

/** A revision, and what says that a pin holds it. `digest`: the label of the image there. */
export interface HeldRevision {
  readonly revision: Revision;
  readonly knownBy: "tag" | "record" | "label" | "digest";
}

/** A pin whose tag names several revisions, and nothing tells which of them it holds. */
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
  /** The commit of the manifests branch that the pin is in. */
  readonly tip: CommitId;
  readonly ports: RevisionPorts;
  /** What the newest deploy commits say of themselves. Asked only where nothing else tells. */
  readonly records: () => Promise<readonly RecordedCommit[]>;
}

/** Tags that name whatever was pushed last, so their label says nothing about what was deployed. */
const floating: ReadonlySet<string> = new Set(["latest", "main", "master", "edge", "nightly"]);

/**
 * Returns the revision that a pin holds. A tag of our format tells by its digits, else by the tip's
 * own trailer, else by the image's label. Any other tells by the git tag of that name, the label,
 * or the deploy that moved the image there. Undefined when none of them names a commit of the
 * source history; ambiguous when the digits name several and nothing else tells, and when a git tag
 * is elsewhere than at what was deployed by its name.
 */
export async function revisionOf(
  pin: Pin,
  question: RevisionQuestion,
): Promise<HeldRevision | AmbiguousRevision | undefined> {
  const { tag } = pin;
  const digits = tag === undefined ? undefined : revisionPrefixIn(question.tagFormat, tag);
  const release = () => byRelease(plainTagOf(pin), question);
  // All digits may also be a date: `20261126`.
  if (digits !== undefined) return (await byDigits(pin, digits, question)) ?? release();
  const reference = pin.digest ?? asKnownTag(tag);
  if (reference === undefined) return undefined;
  const label = () => byLabel(pin, reference, question.ports);
  // A digest is exact, and its tag may have been pushed again.
  if (pin.digest !== undefined) {
    return (await label()) ?? (await release()) ?? byRecord(pin, question);
  }
  const tagged = await release();
  if (tagged === undefined) return (await label()) ?? byRecord(pin, question);
  const deployed = (await byRecord(pin, question))?.revision;
  if (deployed === undefined || deployed === tagged.revision) return tagged;
  return { among: [tagged.revision, deployed] };
}

async function byDigits(
  pin: Pin,
  digits: string,
  { tip, ports }: RevisionQuestion,
): Promise<HeldRevision | AmbiguousRevision | undefined> {
  const { history, remote } = ports;
  const among = await history.candidates(digits);
  const [only, ...others] = among;
  if (only !== undefined && others.length === 0) return { revision: only, knownBy: "tag" };
  const untold = only === undefined ? undefined : { among };
  const recorded = readMessage(await remote.messageOf(tip))?.revision;
  if (recorded?.startsWith(digits)) return (await known(recorded, "record", history)) ?? untold;
  const reference = pin.digest ?? pin.tag;
  const labelled = reference && (await byLabel(pin, reference, ports));
  return labelled?.revision.startsWith(digits) ? labelled : untold;
}

async function byRelease(
  tag: Tag | undefined,
  { tagFormat, ports }: RevisionQuestion,
): Promise<HeldRevision | undefined> {
  const revision = tag && (await releasedAs(tag, tagFormat, ports.history));
  return revision && { revision, knownBy: "tag" };
}

/** Returns the revision whose git tag an image's tag is made from. */
export async function releasedAs(
  tag: string,
  tagFormat: TagFormat,
  history: Pick<SourceHistory, "named">,
): Promise<Revision | undefined> {
  for (const name of releasesIn(tagFormat, tag)) {
    const [revision, ...others] = await history.named(`refs/tags/${name}`);
    if (revision !== undefined) return others.length === 0 ? revision : undefined;
  }
  return undefined;
}

async function byLabel(
  { image, digest }: Pin,
  reference: Tag | Digest,
  { registry, history }: RevisionPorts,
): Promise<HeldRevision | undefined> {
  const labelled = await registry?.revisionOf(image, reference);
  if (labelled === undefined) return undefined;
  return known(labelled, digest === undefined ? "label" : "digest", history);
}

async function byRecord(
  pin: Pin,
  { ports, records }: RevisionQuestion,
): Promise<HeldRevision | undefined> {
  if (pin.tag === undefined) return undefined;
  const recorded = recordedRevision(pin.image, pin.tag, await records());
  return recorded === undefined ? undefined : known(recorded, "record", ports.history);
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
