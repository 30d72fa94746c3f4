/**
 * Commits of the manifests branch → the deploys among them: what each moved, and who made it. From
 * the oldest to the newest, because a merge often only brings what had landed before.
 */

import type { Revision } from "../ids.ts";
import { type ReadRecord, type RecordedOutcome, readMessage } from "../landing/commit-message.ts";
import type { LedgerDeploy } from "../results/audit.ts";
import { type FileChange, type LoggedCommit, subjectOf } from "./commits.ts";
import { type PinChange, pinChanges } from "./pin-changes.ts";
import type { RevisionReader } from "./pin-revision.ts";
import type { FilePins } from "./pin-versions.ts";

/** A commit that a tool made, by its own words. */
export interface ToolCommit {
  readonly kind: Exclude<LedgerDeploy["kind"], "by-hand">;
  readonly record: ReadRecord | undefined;
}

/** A change of a pin, and the commits of the source that it is about, by their places. */
export interface PinStep extends PinChange {
  readonly fromRevision: number | undefined;
  readonly toRevision: number | undefined;
}

/** Returns whether a pin came to hold something else than before. */
export function isMove({ from, to }: Partial<PinChange>): boolean {
  return from !== undefined && to !== undefined && from !== to;
}

/** A commit of the manifests branch that changed pins or said something of a deploy. */
export interface DeployStep {
  readonly commit: LoggedCommit;
  readonly kind: LedgerDeploy["kind"];
  /** By its trailer, else by the tags that it moved pins to. */
  readonly revision: number | undefined;
  readonly pins: readonly PinStep[];
}

/** The manifests branch, read. */
export interface BranchHistory {
  /** Children before their parents, the tip first. */
  readonly commits: readonly LoggedCommit[];
  /** The manifests that commits changed, by the commits' ids. */
  readonly changes: ReadonlyMap<string, readonly FileChange[]>;
  /** Pins by the id of a content. Undefined: no manifest, or one that cannot be read. */
  readonly pinsIn: (content: string) => FilePins | undefined;
  /** Returns what a tool says of a commit that is its own. */
  readonly toolOf: (commit: LoggedCommit) => ToolCommit | undefined;
}

const kindOf: Readonly<Record<RecordedOutcome, ToolCommit["kind"]>> = {
  landed: "deploy",
  superseded: "superseded",
  recovered: "recovery",
  "rolled-back": "rollback",
  released: "release",
};

/** What the subjects of recoveries have said since before Landfall. */
const recoveryWords = "recover missing manifest update";

/** Returns what a commit's message says of the tool that made it, or undefined for people's. */
export function readTool(commit: LoggedCommit, pattern: RegExp): ToolCommit | undefined {
  const record = /^landfall-deploy:/im.test(commit.message)
    ? readMessage(commit.message)
    : undefined;
  if (record !== undefined) return { kind: kindOf[record.outcome], record };
  const subject = subjectOf(commit);
  if (!pattern.test(subject)) return undefined;
  return { kind: subject.includes(recoveryWords) ? "recovery" : "deploy", record };
}

/**
 * Returns the deploys of a branch, oldest first. Of the lines that were merged into it, what a tool
 * landed there counts (a branch that was merged the wrong way round has its own past on the side);
 * what people did there counts when it is merged.
 */
export function deploySteps(
  { commits, changes, pinsIn, toolOf }: BranchHistory,
  revisions: RevisionReader,
): readonly DeployStep[] {
  const line = firstParentLine(commits);
  const standing = new Map<string, string>();
  const steps: DeployStep[] = [];
  for (const commit of [...commits].reverse()) {
    const tool = toolOf(commit);
    const changed = changes.get(commit.id) ?? [];
    const isOurs = tool !== undefined || line.has(commit.id);
    if (!isOurs || (tool === undefined && changed.length === 0)) continue;
    const found = changed.flatMap((file) => changesOf(file, pinsIn));
    const news = found.map((change) => asNews(change, standing));
    const { kind, pins } = readSteps(commit, tool, news, revisions);
    const isSilent = kind === "by-hand" || kind === "deploy" || kind === "recovery";
    if (pins.length === 0 && isSilent) continue;
    const recorded = kind === "by-hand" ? undefined : tool?.record?.revision;
    const named = recorded === undefined ? undefined : revisions.find(recorded);
    const moved = pins.find((pin) => pin.from !== pin.to && pin.toRevision !== undefined);
    steps.push({ commit, kind, revision: named ?? moved?.toRevision, pins });
  }
  return steps;
}

/**
 * Returns what a commit did, and who made it. What a tool records of itself counts where the diff
 * does what it says: `git cherry-pick` and `git commit -C` carry the words of an old deploy along.
 */
export function readSteps<Change extends Pick<PinChange, "from" | "to">>(
  { message }: Pick<LoggedCommit, "message">,
  tool: ToolCommit | undefined,
  changes: readonly Change[],
  revisions: RevisionReader,
) {
  const steps = (recorded?: Revision) =>
    changes.map((change) => ({
      ...change,
      fromRevision: revisions.heldBy(change.from),
      toRevision: revisions.heldBy(change.to, recorded),
    }));
  const pins = steps(tool?.record?.revision);
  const isTrue = tool !== undefined && isBorneOut({ ...tool, message }, pins, revisions);
  return isTrue ? { kind: tool.kind, pins } : { kind: "by-hand" as const, pins: steps() };
}

/** Scripts from before Landfall record nothing, and do go back: that is what a checker repairs. */
function isBorneOut(
  { kind, record, message }: ToolCommit & { readonly message: string },
  pins: readonly Pick<PinStep, "from" | "to" | "fromRevision" | "toRevision">[],
  revisions: RevisionReader,
): boolean {
  const moved = pins.filter(isMove);
  if (record === undefined || moved.length === 0) return true;
  if (kind === "superseded" || kind === "release") return false;
  const isNamed = moved.every(({ to = "" }) => message.includes(to.split("@")[0]!));
  if (kind === "rollback") return isNamed;
  return (
    isNamed &&
    moved.every(
      ({ fromRevision: from, toRevision: to }) =>
        from === undefined || to === undefined || from === to || !revisions.isIn(to, from),
    )
  );
}

/** What cannot be read on either side says nothing, rather than that its pins went away. */
function changesOf(
  { path, before, after }: FileChange,
  pinsIn: BranchHistory["pinsIn"],
): readonly PinChange[] {
  const was = before === undefined ? undefined : pinsIn(before);
  const is = after === undefined ? undefined : pinsIn(after);
  const isUnread = (before !== undefined && !was) || (after !== undefined && !is);
  return isUnread ? [] : pinChanges(path, was, is);
}

/** Remembers what the pins of the branch hold. What they held already did not move. */
function asNews(change: PinChange, standing: Map<string, string>): PinChange {
  const { file, site, keyBefore, to } = change;
  const nameBefore = `${file}\0${keyBefore}`;
  const isKnown = to !== undefined && standing.get(nameBefore) === to;
  standing.delete(nameBefore);
  if (to !== undefined) standing.set(`${file}\0${site.key}`, to);
  return isKnown ? { ...change, from: to } : change;
}

function firstParentLine(commits: readonly LoggedCommit[]): ReadonlySet<string> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const line = new Set<string>();
  for (let at = commits[0]; at !== undefined; at = byId.get(at.parents[0] ?? "")) line.add(at.id);
  return line;
}
