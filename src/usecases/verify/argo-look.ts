/** One look at Argo CD: it is asked to compare and, where that is wanted, to sync. */

import { type ArgoFacts, argoVerdict, awaitsSync, hasArrived } from "../../core/cluster/argo.ts";
import type { Application } from "../../core/cluster/argo-application.ts";
import { sourcesFrom } from "../../core/cluster/argo-claim.ts";
import { asFailure } from "../../core/failure.ts";
import type { StepVerdict } from "../../core/results/verify.ts";
import type { ArgoCd } from "../../ports.ts";
import { type ArgoFactsPorts, type ArgoQuestion, argoFacts } from "./argo-facts.ts";

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
export async function readCompared(argocd: ArgoCd): Promise<Reading> {
  try {
    return { application: await argocd.application("refresh"), isUnanswered: false };
  } catch (error) {
    if (asFailure(error).code !== "cluster-unreachable") throw error;
    return { application: await argocd.application("as-is"), isUnanswered: true };
  }
}

/** How many looks are plain reads after a comparison that was not answered. */
const quietLooks = 5;

/**
 * Returns the look at an Application. It is asked to compare until our commit has arrived: from
 * then on what changes is the cluster, which Argo CD watches by itself.
 */
export function argoLook(
  question: ArgoQuestion,
  mode: ArgoMode,
  ports: ArgoLookPorts,
): () => Promise<StepVerdict> {
  const { argocd } = ports;
  const asked = new Set<string>();
  let arrived = false;
  let quiet = 0;
  let staleOperation: string | undefined;

  const read = async (): Promise<Reading> => {
    if (arrived || quiet > 0) {
      const isUnanswered = !arrived;
      quiet -= 1;
      return { application: await argocd.application("as-is"), isUnanswered };
    }
    const reading = await readCompared(argocd);
    if (reading.isUnanswered) quiet = quietLooks;
    return reading;
  };

  return async () => {
    const { application, isUnanswered } = await read();
    const gathered = await argoFacts(application, question, ports);
    // Once for what it was compared with: a sync that fails again is an answer, not a reason.
    const compared = sourcesFrom(application, gathered.followed).map(({ revision }) => revision);
    const what = compared.join(" ");
    const isSyncAsked = asked.has(what);
    const facts: ArgoFacts = { ...gathered, staleOperation, isUnanswered, isSyncAsked };
    arrived = hasArrived(facts);
    if (!awaitsSync(facts) || isSyncAsked) return argoVerdict(facts);
    if (mode === "wait") return argoVerdict({ ...facts, closed: await closedNow(argocd, facts) });
    // What an operation said before we asked is not the answer.
    staleOperation = application.operation?.startedAt;
    const answer = await argocd.sync();
    if (answer === "closed") {
      const closed = (await argocd.syncWindows())?.closed ?? "a sync window denies it now";
      return argoVerdict({ ...facts, closed });
    }
    if (answer === "asked") asked.add(what);
    const busy = "another operation runs; the sync comes after it";
    return { kind: "waiting", detail: answer === "asked" ? "asked for a sync" : busy };
  };
}

/** Returns what keeps an Application from syncing by itself, where it would. */
export async function closedNow(argocd: ArgoCd, facts: ArgoFacts): Promise<string | undefined> {
  if (!facts.application.isAutomated || !awaitsSync(facts)) return undefined;
  return (await argocd.syncWindows())?.closed;
}
