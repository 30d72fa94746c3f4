/**
 * What Flux says of a Kustomization or a HelmRelease and of the source under it. Shapes:
 * kustomize.toolkit.fluxcd.io/v1, helm.toolkit.fluxcd.io/v2, source.toolkit.fluxcd.io/v1.
 */

import type { ResourceName } from "./argo-application.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";
import type { NamespaceRef } from "./workload.ts";

const fluxKinds = ["Kustomization", "HelmRelease"] as const;
/** What of Flux can be followed. */
export type FluxKind = (typeof fluxKinds)[number];

/** What an object of Flux is called in its namespace. */
export interface FluxName {
  readonly kind: FluxKind;
  readonly name: string;
}

/** Which object of Flux. */
export interface FluxRef extends FluxName, NamespaceRef {}

/** Returns the object that `Kustomization/apps` names, or undefined when its kind is another. */
export function asFluxName(text: string): FluxName | undefined {
  const [kind, name, ...rest] = text.split("/");
  const known = fluxKinds.find((other) => other === kind);
  return known === undefined || !name || rest.length > 0 ? undefined : { kind: known, name };
}

/** A source of Flux. */
export interface SourceRef extends NamespaceRef {
  /** `GitRepository`, `OCIRepository`, `HelmRepository`, `HelmChart` or `Bucket`. */
  readonly kind: string;
  readonly name: string;
}

/** An object's state, by its conditions. */
export interface FluxState {
  readonly isSuspended: boolean;
  /** Whether its controller has seen its present specification. */
  readonly isObserved: boolean;
  /** `True`, `False` or `Unknown`; empty if it is not set yet. */
  readonly ready: string;
  /** The condition's own reason and message. */
  readonly reason: string;
  readonly message: string;
  /** Whether Flux has given up until something changes. */
  readonly isStalled: boolean;
}

/** A Kustomization or a HelmRelease. */
export interface FluxObject extends FluxRef, FluxState {
  readonly source: SourceRef | undefined;
  /** The folder of the source that it applies; undefined for a chart. */
  readonly path: string | undefined;
  /** What it has applied: a commit where the source is one of git, else Flux's own text. */
  readonly applied: string;
  readonly attempted: string;
  /** What it has made. */
  readonly made: readonly ResourceName[];
}

/** A source. */
export interface FluxSource extends SourceRef, FluxState {
  readonly repository: string;
  readonly branch: string;
  /** What it has fetched. */
  readonly revision: string;
}

/** Reads an object, or returns undefined when the answer is none. */
export function readFluxObject(ref: FluxRef, json: unknown): FluxObject | undefined {
  const [spec, status] = [at(json, "spec"), at(json, "status")];
  if (textAt(json, "metadata", "name") !== ref.name || spec === undefined) return undefined;
  const isKustomization = ref.kind === "Kustomization";
  const sourceRef = isKustomization
    ? at(spec, "sourceRef")
    : at(spec, "chart", "spec", "sourceRef");
  // What an OCI artifact was made from is named beside its digest.
  const applied =
    textAt(status, "lastAppliedOriginRevision") || textAt(status, "lastAppliedRevision");
  const chart = textAt(status, "history", "0", "chartVersion");
  return {
    ...{ kind: ref.kind, name: ref.name, ...placeOf(ref), ...stateOf(json) },
    source: sourceRef === undefined ? undefined : readSourceRef(sourceRef, ref),
    path: isKustomization
      ? textAt(spec, "path").replace(/^\.?\/+|^\.$|\/+$/g, "") || "."
      : undefined,
    applied: commitIn(applied || chart),
    attempted: commitIn(textAt(status, "lastAttemptedRevision")),
    made: listAt(status, "inventory", "entries").map((entry) => madeOf(textAt(entry, "id"))),
  };
}

/** Reads a source. */
export function readFluxSource(ref: SourceRef, json: unknown): FluxSource {
  const spec = at(json, "spec");
  const artifact = at(json, "status", "artifact");
  const origin = textAt(artifact, "metadata", "org.opencontainers.image.revision");
  const from = textAt(artifact, "metadata", "org.opencontainers.image.source");
  return {
    ...{ kind: ref.kind, name: ref.name, ...placeOf(ref), ...stateOf(json) },
    repository: from || textAt(spec, "url"),
    branch: textAt(spec, "ref", "branch") || (at(spec, "ref") === undefined ? "master" : ""),
    revision: commitIn(origin || textAt(artifact, "revision")),
  };
}

function readSourceRef(ref: unknown, { namespace, context }: NamespaceRef): SourceRef {
  const [kind, name] = [textAt(ref, "kind"), textAt(ref, "name")];
  return { kind, name, namespace: textAt(ref, "namespace") || namespace, context };
}

function placeOf({ namespace, context }: NamespaceRef): NamespaceRef {
  return { namespace, context };
}

function stateOf(json: unknown): FluxState {
  const conditions = listAt(json, "status", "conditions");
  const condition = (type: string) => conditions.find((one) => textAt(one, "type") === type);
  const ready = condition("Ready");
  const generation = numberAt(json, "metadata", "generation") ?? 0;
  return {
    isSuspended: at(json, "spec", "suspend") === true,
    isObserved: (numberAt(json, "status", "observedGeneration") ?? -1) >= generation,
    ready: textAt(ready, "status"),
    reason: textAt(ready, "reason"),
    message: textAt(ready, "message"),
    isStalled: textAt(condition("Stalled"), "status") === "True",
  };
}

/** `main@sha1:COMMIT`, up to Flux 0.36 `main/COMMIT`; what names no commit stays as it is. */
function commitIn(revision: string): string {
  return /(?:^|[@:/])(?:sha1:)?([0-9a-f]{40})$/.exec(revision)?.[1] ?? revision;
}

/** `NAMESPACE_NAME_GROUP_KIND`. */
function madeOf(id: string): ResourceName {
  const [, name = "", , kind = ""] = id.split("_");
  return { kind, name };
}
