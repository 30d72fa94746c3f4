/** One look at an object of Flux, which is asked to reconcile where that is wanted. */

import { appliedBy, type Deploys } from "../../core/cluster/coverage.ts";
import { commitsOf, type FluxFacts, fluxVerdict, hasApplied } from "../../core/cluster/flux.ts";
import type { FluxRef } from "../../core/cluster/flux-object.ts";
import type { CommitId } from "../../core/ids.ts";
import type { StepVerdict } from "../../core/results/verify.ts";
import type { Clock, Flux } from "../../ports.ts";
import type { Ancestry } from "./ancestry.ts";
import { type ArgoQuestion, only } from "./argo-facts.ts";
import type { ArgoMode, DeployerLook } from "./argo-look.ts";

/** The world of a look. */
export interface FluxLookPorts {
  readonly flux: Flux;
  readonly ancestry: Ancestry;
}

/** What was seen in one look. Without facts there is no such object. */
interface FluxSeen {
  readonly verdict: StepVerdict;
  readonly facts?: FluxFacts;
}

/** Looks once. */
export async function lookAtFlux(
  ref: FluxRef,
  question: ArgoQuestion,
  { flux, ancestry }: FluxLookPorts,
): Promise<FluxSeen> {
  const found = await flux.read(ref);
  if (found === undefined) {
    const detail = `there is none of that name in "${ref.namespace}"`;
    return { verdict: { kind: "waiting", detail, hint: "Check verify.flux." } };
  }
  const { repository, branch, pinned, commit } = question;
  const { object, source } = found;
  const holdsOurs = (one: CommitId) => ancestry.isManifestAncestor(commit, one);
  const ours = new Set<string>(await only(commitsOf(found), holdsOurs));
  const facts = { object, source, followed: { repository, branch, pinned: pinned.pins }, ours };
  return { verdict: fluxVerdict(facts), facts };
}

/** Returns the look that `verify` takes again and again. It asks for a reconciliation once. */
export function fluxLook(
  ref: FluxRef,
  question: ArgoQuestion & { readonly mode: ArgoMode },
  ports: FluxLookPorts & { readonly clock: Clock },
): DeployerLook {
  let isAsked = question.mode === "wait";
  let deploys: Deploys | undefined;
  const look = async (): Promise<StepVerdict> => {
    const seen = await lookAtFlux(ref, question, ports);
    const { verdict, facts } = seen;
    deploys = appliesIn(seen);
    if (isAsked || facts === undefined || hasApplied(facts)) return verdict;
    if (facts.object.isSuspended || facts.source?.isSuspended) return verdict;
    isAsked = true;
    const now = new Date(ports.clock.nowMs()).toISOString();
    // The source first: what it has not fetched cannot be applied.
    if (facts.source !== undefined) await ports.flux.reconcile(facts.source, now);
    await ports.flux.reconcile(ref, now);
    return { kind: "waiting", detail: `${verdict.detail}; asked for a reconciliation` };
  };
  return { look, deploys: () => deploys };
}

/** Returns what an object of Flux applies of the pins; undefined where it is none of ours. */
export function appliesIn({ verdict, facts }: FluxSeen): Deploys | undefined {
  const isForeign = verdict.kind === "failed" && verdict.code === "config";
  return facts === undefined || isForeign ? undefined : appliedBy(facts.object);
}
