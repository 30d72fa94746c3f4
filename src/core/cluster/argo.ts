/** Whether Argo CD has applied our commit, or one that holds it, and finds the result well. */

import { asCommitId, type CommitId } from "../ids.ts";
import { sameRepository } from "../repository-url.ts";
import type { StepVerdict } from "../results/verify.ts";
import type { Application, ArgoOperation, ArgoSource, Unwell } from "./argo-application.ts";

/** The branch that Argo CD is to follow. */
export interface Followed {
  readonly repository: string;
  readonly branch: string;
}

/** One look at an Application, with what git says of the revisions in it. */
export interface ArgoFacts {
  readonly application: Application;
  readonly followed: Followed;
  /** The revisions among those of `revisionsOf` that are our commit or descend from it. */
  readonly ours: ReadonlySet<string>;
  /** When the operation began that was over before we asked for one: it proves nothing. */
  readonly staleOperation?: string | undefined;
}

/** Returns the sources that come from our repository. Of several, those on our branch. */
export function sourcesFrom(
  { sources }: Application,
  { repository, branch }: Followed,
): readonly ArgoSource[] {
  const own = sources.filter((source) => sameRepository(source.repository, repository));
  const onBranch = own.filter(({ targetRevision }) => targetRevision === branch);
  return onBranch.length > 0 ? onBranch : own;
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

/** Returns whether asking for a sync would help: our commit is known, differs, and nothing runs. */
export function wantsSync(facts: ArgoFacts): boolean {
  const { sync, isOperationQueued, operation } = facts.application;
  return hasArrived(facts) && sync === "OutOfSync" && !isOperationQueued && !isRunning(operation);
}

/**
 * Judges an Application. `Synced` alone is nothing: before the refresh it is said of the old
 * revision, and an operation that failed may have been somebody else's.
 */
export function argoVerdict(facts: ArgoFacts): StepVerdict {
  const { application, followed } = facts;
  const own = sourcesFrom(application, followed);
  const [first] = own;
  if (application.isHydrated) return hydrated(application);
  if (first === undefined) return noSource(application, followed);
  const late = own.find(({ revision }) => !facts.ours.has(revision));
  if (late !== undefined) {
    return waiting(
      `${stateOf(application)} at ${nameOf(late)}, which is not our commit yet`,
      facts,
    );
  }
  const { operation } = application;
  if (application.isOperationQueued) return waiting("the sync is about to begin", facts);
  if (isRunning(operation)) return waiting(`syncing: ${operation.message}`, facts);
  // Also where all is applied: a hook after the sync may be what failed.
  if (hasFailed(facts)) return syncFailed(operation);
  const where = `at ${nameOf(first)}`;
  if (application.sync !== "Synced") {
    return waiting(`${stateOf(application)} ${where}${whyUnsynced(application)}`, facts);
  }
  if (application.health === "Healthy") return { kind: "done", detail: `Synced ${where}, Healthy` };
  const detail = `Synced ${where}, ${application.health}${listed(application.unwell.map(toldOf))}`;
  if (isOnlySuspended(application)) return { kind: "done", detail };
  if (application.health !== "Degraded") return waiting(detail, facts);
  return { kind: "failed", detail, hint: "Look at the events and logs of what is not well." };
}

/** A CronJob that somebody suspended is as it is meant to be; a paused Deployment is on its way. */
function isOnlySuspended({ health, unwell }: Application): boolean {
  const isMeant = (one: Unwell) => one.kind === "CronJob" && one.health === "Suspended";
  return health === "Suspended" && unwell.length > 0 && unwell.every(isMeant);
}

function toldOf({ kind, name, health, message }: Unwell): string {
  return `${kind}/${name} ${health}${message === "" ? "" : ` (${message})`}`;
}

function waiting(detail: string, { application: { errors } }: ArgoFacts): StepVerdict {
  return { kind: "waiting", detail: `${detail}${errors.map((error) => `; ${error}`).join("")}` };
}

function isRunning(operation: ArgoOperation | undefined): operation is ArgoOperation {
  return operation?.phase === "Running" || operation?.phase === "Terminating";
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
    detail: `the sync ended in ${operation?.phase}: ${operation?.message}`,
    hint: "Mend the manifests or what Argo CD names, then sync again.",
  };
}

function whyUnsynced({ isAutomated, sync, unsynced }: Application): string {
  if (sync !== "OutOfSync") return "";
  return isAutomated ? listed(unsynced) : "; it does not sync by itself: ask for it with --sync";
}

function stateOf({ sync, health }: Application): string {
  return `${sync}, ${health}`;
}

const listedMax = 3;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > listedMax ? ` and ${names.length - listedMax} more` : "";
  return `: ${names.slice(0, listedMax).join(", ")}${more}`;
}

function nameOf({ revision, targetRevision }: ArgoSource): string {
  const commit = revision === "" ? "no revision" : revision.slice(0, 7);
  return targetRevision === "" ? commit : `${commit} of ${targetRevision}`;
}

function noSource({ name, sources }: Application, { repository }: Followed): StepVerdict {
  const others = sources.map((source) => `"${source.repository}"`).join(", ") || "none";
  return {
    kind: "failed",
    detail: `no source of "${name}" is "${repository}"; its sources: ${others}`,
    hint: "Check verify.argocd.app, and that manifests.repository names what Argo CD follows.",
  };
}

function hydrated({ name }: Application): StepVerdict {
  return {
    kind: "failed",
    detail: `"${name}" follows a branch that Argo CD's source hydrator writes, not the manifests`,
    hint: "Leave verify.argocd out for it, and verify the rollout and the pages.",
  };
}
