/** What an audit asks of the histories, and the facts that follow. */

import type { LedgerHold } from "../../core/history/audit-fates.ts";
import { judgeByMessage } from "../../core/history/code-commits.ts";
import { type CodePlace, codeLine, releaseLine } from "../../core/history/code-line.ts";
import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import { believed, type DateQuestion } from "../../core/history/dates.ts";
import type { BranchHistory, ToolCommit } from "../../core/history/deploys.ts";
import { type RevisionReader, revisionReader, tagIn } from "../../core/history/pin-revision.ts";
import { type FilePins, PinVersions } from "../../core/history/pin-versions.ts";
import { Releases } from "../../core/history/releases.ts";
import { SourceGraph } from "../../core/history/source-graph.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Scope } from "../../core/landing/hold.ts";
import { holdsPath } from "../../core/landing/holds-file.ts";
import { isManifestPath, type Mention } from "../../core/pins/index.ts";
import { isRelease, type TagFormat } from "../../core/tag-format.ts";
import type { DeployLog } from "../../ports.ts";
import { holdsAt } from "./holds-at.ts";
import { judgeMixed } from "./mixed-branch.ts";
import { followedChanges } from "./moved-files.ts";
import { StandingFiles } from "./standing-files.ts";

/** Which pins of which branch are meant, and what tells deploys from other commits. */
export interface AuditScope extends Scope {
  /** Manifests of all environments on the branch. Absent: the scope's own are all. */
  readonly manifestPaths?: readonly string[] | undefined;
}

/** What an audit is about. */
export interface AuditSubject extends AuditScope {
  readonly images: readonly ImageName[];
  readonly tagFormat: TagFormat;
  /** What the subjects of deploy commits from before Landfall match. */
  readonly pattern: RegExp;
  /** Commits that were made later are not there yet, in milliseconds since the epoch. */
  readonly asOfMs: number;
  /** By which clock the commits' dates are judged. Absent: they are taken as they are. */
  readonly dates?: DateQuestion;
  /** Whether manifests count too where they were before they came below the paths. */
  readonly follow?: boolean;
}

/** All that an audit needs to know. */
export interface AuditFacts {
  readonly graph: SourceGraph;
  readonly branch: BranchHistory;
  /** What deploys are made of, newest first. */
  readonly code: readonly CodePlace[];
  readonly releases: Releases;
  /** Which commits of the source pins hold. */
  readonly revisions: RevisionReader;
  readonly holds: readonly LedgerHold[];
  /** What was asked about and never occurs in the history, as far as all of that could be read. */
  readonly absent: { readonly paths: readonly string[]; readonly images: readonly string[] };
  /** What names the images at the end of the time asked about, and is no pin. */
  readonly mentions: readonly Mention[];
  readonly warnings: readonly string[];
}

/** Reads both histories and the manifests in them. Throws what the log throws. */
export async function gatherFacts(subject: AuditSubject, log: DeployLog): Promise<AuditFacts> {
  const { manifests, source } = datedBy(subject.dates, await log.histories());
  const { paths, manifestPaths = paths, follow, tagFormat, dates } = subject;
  const wanted = [...paths, holdsPath];
  const changes = follow
    ? await followedChanges(wanted, manifests, log)
    : await log.changes(manifests, wanted);
  const beside =
    manifestPaths.length > paths.length ? await log.changes(manifests, manifestPaths) : [];
  const pins = await readPins(subject, { changes, manifests, log });
  const releases = await releasesFor(tagFormat, pins, log);
  const isReleased = tagFormat.digits === undefined;
  const graph = new SourceGraph(isReleased ? releases.dated(source, dates?.nowMs) : source);
  const read = { changes, manifests, graph, log };
  const judge =
    source === manifests
      ? await judgeMixed(subject, { ...read, changes: new Map([...beside, ...changes]), pins })
      : judgeByMessage(subject.pattern);
  const branch = {
    commits: manifests,
    changes,
    pinsIn: (content: string) => pins.known.get(content),
    toolOf: (commit: LoggedCommit) => ownTool(judge.toolOf(commit), subject),
  };
  const held = await holdsAt(subject, read);
  return {
    graph,
    branch,
    releases,
    code: isReleased ? releaseLine(graph, releases) : codeLine(graph, judge),
    revisions: revisionReader(graph, tagFormat, releases),
    holds: held.holds,
    absent: absentFrom(subject, read, pins),
    mentions: pins.mentions,
    warnings: [...pins.warnings, ...held.warnings, ...undated(source)],
  };
}

/** What is recorded of another environment says nothing of this one. */
function ownTool(
  tool: ToolCommit | undefined,
  { environment }: AuditSubject,
): ToolCommit | undefined {
  const recorded = tool?.record?.environment;
  return recorded === undefined || recorded === (environment ?? recorded) ? tool : undefined;
}

/** Git tags are asked for where a pin may be named like one. */
async function releasesFor(
  tagFormat: TagFormat,
  { known }: ReadPins,
  log: DeployLog,
): Promise<Releases> {
  const mayBeOne = (held: string) => isRelease(tagFormat, tagIn(held));
  const isAsked =
    tagFormat.digits === undefined || [...known.values()].some(({ held }) => held.some(mayBeOne));
  return new Releases(isAsked ? await log.tags() : []);
}

type Histories = Awaited<ReturnType<DeployLog["histories"]>>;

function datedBy(dates: DateQuestion | undefined, { manifests, source }: Histories): Histories {
  if (dates === undefined) return { manifests, source };
  const own = believed(manifests, dates);
  return { manifests: own, source: source === manifests ? own : believed(source, dates) };
}

/** So many commits are named that cannot be told the age of. */
const undatedMax = 3;

function undated(source: readonly LoggedCommit[]): readonly string[] {
  const ids = source.filter(({ isDated }) => isDated === false).map(({ id }) => id.slice(0, 7));
  if (ids.length === 0) return [];
  const more = ids.length > undatedMax ? ` and ${ids.length - undatedMax} more` : "";
  const names = ids.slice(0, undatedMax).join(", ");
  return [`The date of ${names}${more} cannot be right: the grace time does not count for it`];
}

function absentFrom({ paths, images }: AuditSubject, { changes }: Read, pins: ReadPins) {
  const files = [...changes.values()].flat().map(({ path }) => path);
  const isThere = (path: string) =>
    path === "." || files.some((file) => file === path || file.startsWith(`${path}/`));
  const pinned = new Set(
    [...pins.known.values()].flatMap(({ sites }) => sites.map(({ image }) => image)),
  );
  // What cannot be read may well pin it, and is warned of.
  const missing = pins.warnings.length > 0 ? [] : images.map(printImageName);
  return {
    paths: paths.filter((path) => !isThere(path)),
    images: missing.filter((name) => !pinned.has(name)),
  };
}

interface Read {
  readonly changes: ReadonlyMap<string, readonly FileChange[]>;
  readonly manifests: readonly LoggedCommit[];
  readonly graph: SourceGraph;
  readonly log: DeployLog;
}

interface ReadPins {
  readonly known: ReadonlyMap<string, FilePins>;
  /** Files that have ever pinned one of the images. */
  readonly files: ReadonlySet<string>;
  readonly mentions: readonly Mention[];
  readonly warnings: readonly string[];
}

/** Reads the pins of every version of every manifest, the oldest first. */
async function readPins(
  { images, asOfMs }: AuditSubject,
  { changes, manifests, log }: Omit<Read, "graph">,
): Promise<ReadPins> {
  const inTime = manifests.filter(({ atMs }) => atMs <= asOfMs).reverse();
  const changed = inTime.flatMap(({ id }) => changes.get(id) ?? []);
  const pathOf = new Map<string, string>();
  for (const { path, before, after } of changed) {
    if (!isManifestPath(path) || path === holdsPath) continue;
    if (before !== undefined && !pathOf.has(before)) pathOf.set(before, path);
    if (after !== undefined && !pathOf.has(after)) pathOf.set(after, path);
  }
  const { rules = {} } = log;
  const standing = new StandingFiles(changed, images);
  const versions = new PinVersions(images, rules);
  const known = new Map<string, FilePins>();
  const files = new Set<string>();
  const unread = new Map<string, number>();
  await log.read([...pathOf.keys()], (content, bytes) => {
    const path = pathOf.get(content)!;
    standing.note(content, bytes);
    const pins = versions.read(path, bytes);
    if (pins === undefined) unread.set(path, (unread.get(path) ?? 0) + 1);
    else known.set(content, pins);
    if (pins === undefined || pins.sites.length > 0) files.add(path);
  });
  const warnings = [...unread].map(
    ([path, count]) => `Cannot tell the pins of ${versionsOf(count)} of "${path}"`,
  );
  return { known, files, mentions: standing.mentions(rules), warnings };
}

function versionsOf(count: number): string {
  return count === 1 ? "one version" : `${count} versions`;
}
