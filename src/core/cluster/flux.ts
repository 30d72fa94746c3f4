/** Whether Flux has applied our commit, or one that holds it, and finds the result ready. */

import { asCommitId } from "../ids.ts";
import { sameRepository } from "../repository-url.ts";
import type { StepVerdict } from "../results/verify.ts";
import { type Followed, isOwner, listed } from "./argo-claim.ts";
import type { FluxObject, FluxSource, FluxState } from "./flux-object.ts";

/** One look at an object of Flux, with what git says of the commits in it. */
export interface FluxFacts {
  readonly object: FluxObject;
  /** Undefined: it has none of its own, or that is not there. */
  readonly source: FluxSource | undefined;
  readonly followed: Followed;
  /** The commits among those it names that are ours or descend from it. */
  readonly ours: ReadonlySet<string>;
}

/** Judges an object of Flux. */
export function fluxVerdict(facts: FluxFacts): StepVerdict {
  return foreign(facts) ?? (isFromGit(facts) ? byCommit(facts) : byItself(facts));
}

/** A chart from a Helm repository names versions: what changes is the release itself, in git. */
function isFromGit({ object, source }: FluxFacts): boolean {
  return object.kind === "Kustomization" || source?.kind === "GitRepository";
}

function foreign({ object, source, followed }: FluxFacts): StepVerdict | undefined {
  const name = `${object.kind}/${object.name}`;
  const hint = "Name in verify.flux what applies the pins.";
  const { repository, branch, pinned } = followed;
  if (source?.kind === "GitRepository") {
    const isOurs = sameRepository(source.repository, repository);
    const isBranch = source.branch === branch || source.branch === "";
    if (!isOurs || !isBranch) {
      const what = `"${source.repository}"${source.branch && `, branch ${source.branch}`}`;
      const detail = `${name} applies ${what}, not ${branch} of "${repository}"`;
      return { kind: "failed", detail, hint, code: "config" };
    }
  }
  const { path, made } = object;
  if (path === undefined || pinned.length === 0) return undefined;
  const holds = pinned.some(({ file }) => path === "." || file.startsWith(`${path}/`));
  const makes = made.some((resource) => pinned.some((pin) => isOwner(resource, pin)));
  if (holds || makes) return undefined;
  const files = [...new Set(pinned.map(({ file }) => file))];
  const detail = `${name} applies "${path}", not ${listed(files)}, which pins the images`;
  return { kind: "failed", detail, hint, code: "config" };
}

/** Returns the commit that an object is at: a release's is that of its chart's source. */
function commitOf({ object, source }: FluxFacts): string {
  return object.kind === "Kustomization" ? object.applied : (source?.revision ?? "");
}

/** Returns whether what it has applied holds our commit, as far as a commit tells. */
export function hasApplied(facts: FluxFacts): boolean {
  return facts.ours.has(commitOf(facts));
}

/** Returns the commits of which the verdict needs to know whether they hold ours. */
export function commitsOf({ object, source }: Pick<FluxFacts, "object" | "source">) {
  const named = [object.applied, object.attempted, source?.revision ?? ""];
  return [...new Set(named)].flatMap((text) => asCommitId(text) ?? []);
}

function byCommit(facts: FluxFacts): StepVerdict {
  const { object, source, ours } = facts;
  const commit = commitOf(facts);
  const release = object.kind === "HelmRelease" ? ` (chart ${object.applied || "not yet"})` : "";
  const what = `applied ${commit === "" ? "nothing yet" : short(commit)}${release}`;
  if (ours.has(commit)) return readiness(object, what);
  const detail = `${what}, which is not our commit yet`;
  const held = suspension([object, source]);
  if (held !== undefined) {
    return { kind: "failed", detail: `${detail}; ${held.what}`, hint: held.hint };
  }
  if (source?.ready === "False") {
    return { kind: "waiting", detail: `${detail}; ${nameOf(source)}: ${wordsOf(source)}` };
  }
  if (ours.has(object.attempted) && hasFailed(object)) {
    const hint = "Fix what Flux names; it tries again by itself.";
    return { kind: "failed", detail: `${detail}; ${wordsOf(object)}`, hint };
  }
  const words = object.ready === "True" ? "" : `; ${wordsOf(object)}`;
  return { kind: "waiting", detail: `${detail}${words}` };
}

function hasFailed({ ready, reason, isStalled }: FluxState): boolean {
  return isStalled || (ready === "False" && reason !== "DependencyNotReady");
}

function byItself({ object, source }: FluxFacts): StepVerdict {
  const version = object.applied === "" ? "nothing yet" : `chart ${object.applied}`;
  const held = suspension([object, source]);
  if (!object.isObserved && held !== undefined) {
    return { kind: "failed", detail: held.what, hint: held.hint };
  }
  return readiness(object, `released ${version}`);
}

function readiness(object: FluxObject, what: string): StepVerdict {
  if (!object.isObserved) {
    return { kind: "waiting", detail: `${what}; its controller has not seen the change yet` };
  }
  const suspended = object.isSuspended ? " (it is suspended)" : "";
  if (object.ready === "True") return { kind: "done", detail: `${what}, Ready${suspended}` };
  const detail = `${what}; ${wordsOf(object)}${suspended}`;
  if (!hasFailed(object)) return { kind: "waiting", detail };
  return { kind: "failed", detail, hint: "Look at the events and logs of what Flux names." };
}

type Named = Pick<FluxObject, "name" | "namespace" | "isSuspended"> & { readonly kind: string };

function suspension(all: readonly (Named | undefined)[]) {
  const held = all.find((one) => one?.isSuspended);
  if (held === undefined) return undefined;
  return {
    what: `${nameOf(held)} is suspended`,
    hint: `Flux applies nothing of it until somebody resumes it: set spec.suspend of ${nameOf(held)} in "${held.namespace}" to false.`,
  };
}

function nameOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

function wordsOf({ ready, reason, message }: FluxState): string {
  if (ready === "") return "it has no status yet";
  return `Ready is ${ready}${reason === "" ? "" : ` (${reason})`}${message === "" ? "" : `: ${message}`}`;
}

function short(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision;
}
