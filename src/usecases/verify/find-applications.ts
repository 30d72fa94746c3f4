/** Which Applications of Argo CD are to show the deploy: those named, and those that are found. */

import type { Application } from "../../core/cluster/argo-application.ts";
import { claimOf, listed, type Surroundings } from "../../core/cluster/argo-claim.ts";
import {
  type ArgoRef,
  type ArgoSelector,
  fitsName,
  printRefs,
  printSelector,
  refNamed,
} from "../../core/cluster/argo-ref.ts";
import { isOfTheWorld, type Observation, unobserved } from "../../core/cluster/observation.ts";
import { mayPass } from "../../core/failure.ts";
import type { ArgoCd, Clock } from "../../ports.ts";
import { type ArgoFactsPorts, type ArgoQuestion, claimAt } from "./argo-facts.ts";

/** An Application that is to show the deploy, or why none could be found. */
export interface WantedApp {
  /** What people call it. */
  readonly target: string;
  readonly found: ArgoRef | Observation;
}

/** What the Applications are to deploy. */
export type FindQuestion = Pick<ArgoQuestion, "repository" | "branch" | "pinned">;

/** The world of a search. */
export interface FindPorts extends ArgoFactsPorts {
  readonly argocd: ArgoCd;
  readonly clock: Clock;
}

/**
 * Returns the Applications, each once. Of those that a selector finds, the ones that deploy
 * something else are left out; one that is named is not, for that is a mistake to be told.
 */
export async function findApplications(
  selectors: readonly ArgoSelector[],
  question: FindQuestion,
  ports: FindPorts,
): Promise<readonly WantedApp[]> {
  const refs: ArgoRef[] = [];
  const failed: WantedApp[] = [];
  for (const selector of selectors) {
    const found = await foundBy(selector, question, ports);
    if ("state" in found) failed.push({ target: printSelector(selector), found });
    else refs.push(...found.filter((ref) => !refs.some((known) => isSame(known, ref))));
  }
  const names = printRefs(refs);
  return [...refs.map((found, n) => ({ target: names[n] ?? found.app, found })), ...failed];
}

/** Returns what a selector means where the pins cannot be read: only a name says it. */
export function unseen(selector: ArgoSelector): WantedApp {
  const untold: Observation = {
    state: "unreadable",
    detail: "the pins, which tell the Applications, cannot be read",
    hint: "Fix first what keeps the branch from being read.",
  };
  return { target: printSelector(selector), found: refNamed(selector) ?? untold };
}

function isSame(a: ArgoRef, b: ArgoRef): boolean {
  return a.server === b.server && a.app === b.app && a.namespace === b.namespace;
}

async function foundBy(
  selector: ArgoSelector,
  question: FindQuestion,
  ports: FindPorts,
): Promise<readonly ArgoRef[] | Observation> {
  const named = refNamed(selector);
  if (named !== undefined) return [named];
  try {
    const all = await listPatiently(selector, ports);
    const meant = all.filter(({ name }) => fitsName(selector.app ?? "*", name));
    return await oursAmong(meant, selector, { question, ports });
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    return unobserved(error);
  }
}

/** How often a list is asked for, and the wait between, in milliseconds. */
const asksMax = 3;
const askAgainMs = 2_000;

async function listPatiently(
  selector: ArgoSelector,
  { argocd, clock }: FindPorts,
): Promise<readonly Application[]> {
  for (let asks = 1; ; asks += 1) {
    try {
      return await argocd.applications(selector);
    } catch (error) {
      if (!(isOfTheWorld(error) && mayPass(error)) || asks === asksMax) throw error;
      await clock.sleepMs(error.retryAfterMs ?? askAgainMs);
    }
  }
}

interface Search {
  readonly question: FindQuestion;
  readonly ports: FindPorts;
}

async function oursAmong(
  meant: readonly Application[],
  { server }: ArgoSelector,
  { question, ports }: Search,
): Promise<readonly ArgoRef[] | Observation> {
  const { repository, branch, pinned } = question;
  const followed = { repository, branch, pinned: pinned.pins };
  const ours: ArgoRef[] = [];
  const others: string[] = [];
  for (const application of meant) {
    const { name, namespace } = application;
    const ref = { server, app: name, namespace: namespace || undefined };
    // Most are somebody else's, which is told without asking anybody.
    let claim = claimOf(application, followed, hopes(application));
    if (claim.kind !== "foreign") {
      // The list leaves out what an Application is made of.
      const whole = await ports.argocd.application(ref, "as-is");
      claim = await claimAt(pinned.tip, { application: whole, followed }, ports);
    }
    if (claim.kind === "foreign") others.push(claim.detail);
    else ours.push(ref);
  }
  return ours.length > 0 ? ours : noneOf(others);
}

function hopes({ sources }: Application): Surroundings {
  return { onBranch: new Set(sources.map(({ revision }) => revision)), elsewhere: [] };
}

function noneOf(others: readonly string[]): Observation {
  const detail =
    others.length === 0
      ? "there is no such Application that the token may get"
      : `none of ${others.length} Applications deploys the pins: ${listed(others)}`;
  const hint = "Check verify.argocd, and what the token may get.";
  return { state: "failed", detail, hint, code: "config" };
}
