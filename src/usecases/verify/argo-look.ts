/** One look at Argo CD: it is asked to compare and, where that is wanted, to sync. */

import { type ArgoFacts, argoVerdict, awaitsSync, hasArrived } from "../../core/cluster/argo.ts";
import type { Application } from "../../core/cluster/argo-application.ts";
import { sourcesFrom } from "../../core/cluster/argo-claim.ts";
import type { ArgoRef } from "../../core/cluster/argo-ref.ts";
import { type Deploys, deployedBy } from "../../core/cluster/coverage.ts";
import { asFailure } from "../../core/failure.ts";
import type { StepVerdict } from "../../core/results/verify.ts";
import type { ArgoCd } from "../../ports.ts";
import { type ArgoFactsPorts, type ArgoQuestion, argoFacts } from "./argo-facts.ts";

/** What is watched, and what was last seen to be deployed by it. */
export interface DeployerLook {
  readonly look: () => Promise<StepVerdict>;
  /** Undefined: it was not seen yet, or is none of ours. */
  readonly deploys: () => Deploys | undefined;
}

/** Whether Argo CD is waited for, or asked for a sync as well. */
export type ArgoMode = "wait" | "sync";

/** The world of a look. */
export interface ArgoLookPorts extends ArgoFactsPorts {
  readonly argocd: ArgoCd;
}

/** An Application that was read, and whether it was asked to compare and did not answer. */
interface Reading {
  readonly application: Application;
  readonly isUnanswered: boolean;
}

/**
 * Reads an Application after a comparison with git. A controller that is down or busy holds the
 * answer back for good, which a plain read does not wait for.
 */
export async function readCompared(ref: ArgoRef, argocd: ArgoCd): Promise<Reading> {
  try {
    return { application: await argocd.application(ref, "refresh"), isUnanswered: false };
  } catch (error) {
    if (asFailure(error).code !== "cluster-unreachable") throw error;
    return { application: await argocd.application(ref, "as-is"), isUnanswered: true };
  }
}

/** How many looks are plain reads after a comparison that was not answered. */
const quietLooks = 5;

/**
 * Returns the look at an Application. It is asked to compare until our commit has arrived: from
 * then on what changes is the cluster, which Argo CD watches by itself.
 */
export function argoLook(
  ref: ArgoRef,
  question: ArgoQuestion & { readonly mode: ArgoMode },
  ports: ArgoLookPorts,
): DeployerLook {
  const { argocd } = ports;
  let deploys: Deploys | undefined;
  const asked = new Set<string>();
  let arrived = false;
  let quiet = 0;
  let staleOperation: string | undefined;

  const read = async (): Promise<Reading> => {
    if (arrived || quiet > 0) {
      const isUnanswered = !arrived;
      quiet -= 1;
      return { application: await argocd.application(ref, "as-is"), isUnanswered };
    }
    const reading = await readCompared(ref, argocd);
    if (reading.isUnanswered) quiet = quietLooks;
    return reading;
  };

  const look = async (): Promise<StepVerdict> => {
    const { application, isUnanswered } = await read();
    const gathered = await argoFacts(application, question, ports);
    deploys = deploysIn(gathered, question);
    // Once for what it was compared with: a sync that fails again is an answer, not a reason.
    const compared = sourcesFrom(application, gathered.followed).map(({ revision }) => revision);
    const what = compared.join(" ");
    const isSyncAsked = asked.has(what);
    const facts: ArgoFacts = { ...gathered, staleOperation, isUnanswered, isSyncAsked };
    arrived = hasArrived(facts);
    if (!awaitsSync(facts) || isSyncAsked) return argoVerdict(facts);
    if (question.mode === "wait") {
      return argoVerdict({ ...facts, closed: await closedNow(ref, facts, argocd) });
    }
    // What an operation said before we asked is not the answer.
    staleOperation = application.operation?.startedAt;
    const answer = await argocd.sync(ref);
    if (answer === "closed") {
      const closed = (await argocd.syncWindows(ref))?.closed ?? "a sync window denies it now";
      return argoVerdict({ ...facts, closed });
    }
    if (answer === "asked") asked.add(what);
    const busy = "another operation runs; the sync comes after it";
    return { kind: "waiting", detail: answer === "asked" ? "asked for a sync" : busy };
  };
  return { look, deploys: () => deploys };
}

/** Returns what an Application deploys of the pins; undefined where it is none of ours. */
export function deploysIn(
  { claim, application, followed }: ArgoFacts,
  { pinned }: ArgoQuestion,
): Deploys | undefined {
  return claim.kind === "foreign" ? undefined : deployedBy(application, followed, pinned.pins);
}

/** Returns what keeps an Application from syncing by itself, where it would. */
export async function closedNow(
  ref: ArgoRef,
  facts: ArgoFacts,
  argocd: ArgoCd,
): Promise<string | undefined> {
  if (!facts.application.isAutomated || !awaitsSync(facts)) return undefined;
  return (await argocd.syncWindows(ref))?.closed;
}
