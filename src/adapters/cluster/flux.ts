/** Flux by the API of its custom resources. Writes one annotation, and only when it is told to. */

import {
  type FluxObject,
  type FluxSource,
  readFluxObject,
  readFluxSource,
  type SourceRef,
} from "../../core/cluster/flux-object.ts";
import { at } from "../../core/cluster/json.ts";
import { asFailure } from "../../core/failure.ts";
import type { Flux } from "../../ports.ts";
import { type Asking, askJson, nonsense, type Question } from "./json.ts";
import { type Ask, asksOf, type KubernetesOptions, unlessMissing } from "./kubernetes.ts";

/** The versions of each kind that are in use, the newest first, and its name in a path. */
const resources: Readonly<Record<string, readonly [versions: readonly string[], name: string]>> = {
  Kustomization: [["kustomize.toolkit.fluxcd.io/v1"], "kustomizations"],
  HelmRelease: [["helm.toolkit.fluxcd.io/v2", "helm.toolkit.fluxcd.io/v2beta2"], "helmreleases"],
  GitRepository: [["source.toolkit.fluxcd.io/v1"], "gitrepositories"],
  OCIRepository: [
    ["source.toolkit.fluxcd.io/v1", "source.toolkit.fluxcd.io/v1beta2"],
    "ocirepositories",
  ],
};

interface Ref {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Opens Flux. Nothing is sent yet. */
export function openFlux(options: KubernetesOptions): Flux {
  const { ask, asking } = asksOf(options);
  const read = (ref: Ref) => readAny(ref, ask, asking);
  return {
    async read(ref) {
      const found = await read(ref);
      if (found === undefined) return undefined;
      const object = readFluxObject(ref, found.json);
      if (object === undefined) throw nonsense(found.question, `something else than a ${ref.kind}`);
      return { object, source: await sourceOf(object, read) };
    },
    async reconcile(ref, requestedAt) {
      const found = await read(ref);
      if (found === undefined) return;
      const annotations = { "reconcile.fluxcd.io/requestedAt": requestedAt };
      const question: Question = {
        ...found.question,
        ...{ method: "PATCH", contentType: "application/merge-patch+json" },
        ...{ doing: `ask for a reconciliation of the ${ref.kind} "${ref.name}"` },
        ...{ body: { metadata: { annotations } } },
        hints: { ...found.question.hints, 403: `Give its role the right to patch ${ref.kind}s.` },
      };
      await askJson(question, asking);
    },
  };
}

async function sourceOf(
  { source }: FluxObject,
  read: (ref: SourceRef) => ReturnType<typeof readAny>,
): Promise<FluxSource | undefined> {
  if (source === undefined || resources[source.kind] === undefined) return undefined;
  const found = await read(source);
  return found && readFluxSource(source, found.json);
}

/** Reads an object in the newest version that the server has. */
async function readAny(ref: Ref, ask: Ask, asking: Asking) {
  const [versions, resource] = resources[ref.kind]!;
  for (const [n, version] of versions.entries()) {
    const place = `namespaces/${encodeURIComponent(ref.namespace)}/${resource}`;
    const path = `apis/${version}/${place}/${encodeURIComponent(ref.name)}`;
    const question = await ask(path, `read the ${ref.kind} "${ref.name}"`, `get ${resource}`);
    try {
      const json = await unlessMissing(askJson(question, asking), ref.name);
      return json === undefined || at(json, "metadata") === undefined
        ? undefined
        : { json, question };
    } catch (error) {
      const isOld = asFailure(error).code === "cluster-not-found" && n < versions.length - 1;
      if (!isOld) throw error;
    }
  }
  return undefined;
}
