/** Whether Argo CD has applied our commit, or one that holds it, and finds the result well. */

import { asCommitId, type CommitId } from "../ids.ts";
import type { StepVerdict } from "../results/verify.ts";
import type { Application, ArgoOperation, ArgoResource } from "./argo-application.ts";
import { type Claim, type Followed, isOwner, listed, sourcesFrom } from "./argo-claim.ts";
import type { Unwell } from "./argo-health.ts";
import type { ArgoSource } from "./argo-source.ts";

/** One look at an Application, with what git and its server say of what is in it. */
export interface ArgoFacts {
  readonly application: Application;
  readonly followed: Followed;
  readonly claim: Claim;
  /** The revisions among those of `revisionsOf` that are our commit or descend from it. */
  readonly ours: ReadonlySet<string>;
  /** Images of ours that its pods run at another tag, where only that says what it deploys. */
  readonly stale: readonly string[];
  /** Whether its pods run what is pinned, all of it and nothing else of ours. */
  readonly isPinnedRunning?: boolean;
  /** When the operation began that was over before we asked for one: it proves nothing. */
  readonly staleOperation?: string | undefined;
  /** Whether a sync was asked for, of what it is compared with now. */
  readonly isSyncAsked?: boolean;
  /** Whether it was asked to compare with git, and has not answered. */
  readonly isUnanswered?: boolean;
  /** What its sync windows say where they keep it from syncing. */
  readonly closed?: string | undefined;
}

/** Returns the commits of which the verdict needs to know whether they hold ours. */
export function revisionsOf(application: Application, followed: Followed): readonly CommitId[] {
  const compared = sourcesFrom(application, followed).map(({ revision }) => revision);
  const all = [...compared, ...(application.operation?.revisions ?? [])];
  return [...new Set(all)].flatMap((revision) => asCommitId(revision) ?? []);
}

/** Returns whether Argo CD has compared with our commit, or one that holds it. */
export function hasArrived({ application, followed, ours }: ArgoFacts): boolean {
  const own = sourcesFrom(application, followed);
  return own.length > 0 && own.every(({ revision }) => ours.has(revision));
}

/** Returns whether our commit is known and differs, and nothing is under way about that. */
export function awaitsSync(facts: ArgoFacts): boolean {
  const { sync, isOperationAsked, operation } = facts.application;
  if (facts.claim.kind === "foreign" || !hasArrived(facts) || sync !== "OutOfSync") return false;
  const isUnderWay = isOperationAsked || isRunning(operation);
  return !isUnderWay && differingOf(facts).length > 0;
}

/**
 * Judges an Application. `Synced` alone is nothing: before the refresh it is about the old
 * revision, and an operation that failed may have been somebody else's.
 */
export function argoVerdict(facts: ArgoFacts): StepVerdict {
  const { application, followed, claim } = facts;
  const own = sourcesFrom(application, followed);
  if (claim.kind === "foreign") return { ...claim, kind: "failed", code: "config" };
  const late = own.find(({ revision }) => !facts.ours.has(revision));
  if (late !== undefined) return notYet(late, facts);
  const { operation } = application;
  if (isRunning(operation)) return running(operation, facts);
  if (application.isOperationAsked) {
    const hint = "If it never does, check Argo CD's application controller.";
    return waiting("the sync is about to begin", facts, hint);
  }
  // Also where all is applied: a hook after the sync may be what failed.
  if (hasFailed(facts)) return syncFailed(operation);
  const where = own.map(nameOf).join(" and ") || "sources of its own";
  const differing = differingOf(facts);
  if (differing.length > 0) return unsynced(facts, where, differing);
  return healthOf(facts, `Synced at ${where}`);
}

function healthOf(facts: ArgoFacts, where: string): StepVerdict {
  const { health, unwell, resources } = facts.application;
  const beside = resources.filter(({ isSynced }) => !isSynced).map(toldOfResource);
  const also = beside.length === 0 ? "" : `; beside it, ${listed(beside)} OutOfSync`;
  const detail = `${where}, ${health}${colon(unwell.map(toldOf))}${also}`;
  if (health === "Healthy" && facts.stale.length > 0) {
    return waiting(`${detail}; it runs ${listed(facts.stale)}`, facts);
  }
  if (health === "Healthy" || isOnlySuspended(facts.application)) return { kind: "done", detail };
  if (health === "Degraded") return { kind: "failed", detail, hint: lookThere };
  return waiting(detail, facts, hintFor(facts.application));
}

const lookThere = "Look at the events and logs of what is not well.";

function hintFor({ health, unwell }: Application): string | undefined {
  if (health === "Suspended") return "Somebody paused it: resume what is suspended.";
  return unwell.some(({ because }) => because !== undefined) ? lookThere : undefined;
}

/** A CronJob that somebody suspended is as it is meant to be; a paused Deployment is on its way. */
function isOnlySuspended({ health, unwell }: Application): boolean {
  const isMeant = (one: Unwell) => one.kind === "CronJob" && one.health === "Suspended";
  return health === "Suspended" && unwell.length > 0 && unwell.every(isMeant);
}

function toldOf({ kind, name, health, message, because }: Unwell): string {
  const words = [message, because ?? ""].filter((text) => text !== "").join("; ");
  return `${kind}/${name} ${health}${words === "" ? "" : ` (${words})`}`;
}

function waiting(detail: string, { application }: ArgoFacts, otherwise?: string): StepVerdict {
  const errors = application.errors.map((error) => `; ${error}`).join("");
  const fix = "Fix what Argo CD names: until then nothing new reaches the cluster.";
  const hint = errors === "" ? otherwise : fix;
  return { kind: "waiting", detail: `${detail}${errors}`, ...(hint !== undefined && { hint }) };
}

/** What runs already may be what keeps Argo CD from taking up our commit. */
function notYet(late: ArgoSource, facts: ArgoFacts): StepVerdict {
  const { application, isUnanswered } = facts;
  const { comparedAt, operation } = application;
  const since = comparedAt === "" ? "" : ` (compared ${comparedAt})`;
  const busy = isRunning(operation) ? `; a sync runs${said(operation)}` : "";
  const mute = isUnanswered ? "; asked to compare, it does not answer" : "";
  const detail = `${stateOf(application)} at ${nameOf(late)}, which is not our commit yet${since}`;
  const hint = isUnanswered
    ? "Check Argo CD's application controller and repo server."
    : "`landfall verify` asks it to compare. If it stays so, check what it follows and can read.";
  return waiting(`${detail}${busy}${mute}`, facts, hint);
}

/** Argo CD begins a sync that failed again: by default five times, for about six minutes. */
function running(operation: ArgoOperation, facts: ArgoFacts): StepVerdict {
  const isRetry = operation.retries > 0 || /\bRetrying attempt\b/.test(operation.message);
  const hint = "Argo CD will try again: fix what it names, or wait longer (--timeout).";
  return waiting(`syncing${said(operation)}`, facts, isRetry ? hint : undefined);
}

function isRunning(operation: ArgoOperation | undefined): operation is ArgoOperation {
  return operation?.phase === "Running" || operation?.phase === "Terminating";
}

/** Returns what an operation says, and what of it failed, after a colon. */
function said({ message, failures }: ArgoOperation): string {
  const words = [message, ...failures.filter((text) => !message.includes(text))];
  const told = words.filter((text) => text !== "").join("; ");
  return told === "" ? "" : `: ${told}`;
}

/** Only an operation that was about our commit speaks of it. */
function hasFailed({ application: { operation }, ours, staleOperation }: ArgoFacts): boolean {
  if (operation === undefined || operation.startedAt === staleOperation) return false;
  const isAboutOurs = operation.revisions.some((revision) => ours.has(revision));
  return isAboutOurs && (operation.phase === "Failed" || operation.phase === "Error");
}

function syncFailed(operation: ArgoOperation | undefined): StepVerdict {
  return {
    kind: "failed",
    detail: `the sync ended in ${operation?.phase}${operation === undefined ? "" : said(operation)}`,
    hint: "Fix the manifests or what Argo CD names, then sync again.",
  };
}

const workloads =
  /^(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|CronJob|Job|Pod|Rollout|Application)$/;

/**
 * Returns what keeps our commit from being applied. A deploy changes what pins its images; what
 * else differs (a Service that needs pruning, an injected certificate) was so before, and may stay.
 * So may what differs in the workloads themselves once they were synced and run the pinned images:
 * the replicas that an autoscaler has set.
 */
function differingOf(facts: ArgoFacts): readonly string[] {
  const { application, followed, isPinnedRunning } = facts;
  const { sync, resources } = application;
  if (sync === "Synced" || (isPinnedRunning && isSyncedAlready(facts))) return [];
  const unsynced = resources.filter(({ isSynced }) => !isSynced);
  if (sync !== "OutOfSync" || unsynced.length === 0) return [""];
  const kinds: readonly ((one: ArgoResource) => boolean)[] = [
    (one) => followed.pinned.some((pin) => isOwner(one, pin)),
    ({ kind }) => workloads.test(kind),
    () => true,
  ];
  const isMeant = kinds.find((isOf) => resources.some(isOf)) ?? (() => true);
  return unsynced.filter((one) => isMeant(one) && !one.needsPruning).map(toldOfResource);
}

function unsynced(facts: ArgoFacts, where: string, differing: readonly string[]): StepVerdict {
  const { application, isSyncAsked, closed } = facts;
  const names = colon(differing.filter((name) => name !== ""));
  const detail = `${stateOf(application)} at ${where}${names}`;
  if (application.sync !== "OutOfSync") return waiting(detail, facts);
  if (closed !== undefined) {
    return waiting(`${detail}; ${closed}`, facts, "Wait for the window, or change it in Argo CD.");
  }
  if (isSyncAsked) return waiting(`${detail}; asked for a sync`, facts);
  if (!application.isAutomated) {
    return waiting(`${detail}; it does not sync by itself: ask for it with --sync`, facts);
  }
  if (!isSpent(facts)) return waiting(detail, facts);
  const why = "it does not sync the same commit again by itself (selfHeal is off)";
  const hint = "Ask for it with `landfall verify --sync`, if nobody set it so on purpose.";
  return { kind: "failed", detail: `${detail}; ${why}`, hint };
}

/** Automated sync without self-healing acts once for each revision. */
function isSpent(facts: ArgoFacts): boolean {
  return !facts.application.isSelfHealing && isSyncedAlready(facts);
}

function isSyncedAlready({ application, followed }: ArgoFacts): boolean {
  const { operation } = application;
  if (operation?.phase !== "Succeeded") return false;
  const compared = sourcesFrom(application, followed).map(({ revision }) => revision);
  return compared.every((revision) => operation.revisions.includes(revision));
}

function toldOfResource({ kind, name, needsPruning }: ArgoResource): string {
  return `${kind}/${name}${needsPruning ? " (needs pruning)" : ""}`;
}

function stateOf({ sync, health }: Application): string {
  return `${sync}, ${health}`;
}

function colon(names: readonly string[]): string {
  return names.length === 0 ? "" : `: ${listed(names)}`;
}

function nameOf({ revision, targetRevision }: ArgoSource): string {
  const isCommit = asCommitId(revision) !== undefined;
  const commit = revision === "" ? "no revision" : isCommit ? revision.slice(0, 7) : "no commit";
  return targetRevision === "" ? commit : `${commit} of ${targetRevision}`;
}
