/** Which resources of an Application are not well, and the words of the pod that is to blame. */

import { listAt, textAt } from "./json.ts";

/** A resource that is not Healthy. */
export interface Unwell {
  readonly kind: string;
  readonly name: string;
  readonly health: string;
  /** Argo CD's own words; empty when it has none. */
  readonly message: string;
  /** What keeps it so, further down: `Pod/web-5d8-x: Back-off pulling image …`. */
  readonly because?: string | undefined;
}

const nodesUpMax = 10;

/**
 * Returns what is not well. The tree repeats the resources, and adds their outcomes: a pod's
 * words go with the resource that it belongs to.
 *
 * @param resources `status.resources`.
 * @param nodes The nodes of the Application's tree, if it was read.
 */
export function unwellIn(
  resources: readonly unknown[],
  nodes: readonly unknown[],
): readonly Unwell[] {
  const tree = treeOf(nodes);
  const roots = [...resources, ...nodes.filter((node) => tree.rootOf(node) === node)];
  const byName = new Map<string, unknown>();
  for (const root of roots) {
    const known = byName.get(keyOf(root));
    // Argo CD up to 3.x has the health in one of the two, or in both.
    if (known === undefined || healthOf(known) === "") byName.set(keyOf(root), root);
  }
  const blamed = nodes.filter((node) => isUnwell(node) && tree.rootOf(node) !== node);
  const unwell = [...byName.values()].filter(isUnwell).map((root) => {
    const cause = blamed
      .filter((node) => keyOf(tree.rootOf(node)) === keyOf(root))
      .sort((a, b) => weightOf(b) - weightOf(a))[0];
    return { ...readUnwell(root), ...(cause !== undefined && { because: toldOf(cause) }) };
  });
  // A pod may outlive what it belongs to.
  const orphans = blamed.filter((node) => !byName.has(keyOf(tree.rootOf(node))));
  return [...unwell, ...orphans.map(readUnwell)];
}

function treeOf(nodes: readonly unknown[]) {
  const byId = new Map(nodes.map((node) => [textAt(node, "uid"), node]));
  return {
    rootOf(node: unknown): unknown {
      let here = node;
      for (let up = 0; up < nodesUpMax; up += 1) {
        const [parent] = listAt(here, "parentRefs");
        const above = parent && byId.get(textAt(parent, "uid"));
        if (above === undefined) return parent ?? here;
        here = above;
      }
      return here;
    },
  };
}

/** Words say more than none, and a pod's more than a ReplicaSet's. */
function weightOf(node: unknown): number {
  const isTold = textAt(node, "health", "message") !== "";
  return (isTold ? 2 : 0) + (textAt(node, "kind") === "Pod" ? 1 : 0);
}

function toldOf(node: unknown): string {
  const { kind, name, health, message } = readUnwell(node);
  return `${kind}/${name} ${message === "" ? `is ${health}` : `: ${message}`}`.replace(" :", ":");
}

function readUnwell(node: unknown): Unwell {
  const [kind, name] = [textAt(node, "kind"), textAt(node, "name")];
  return { kind, name, health: healthOf(node), message: textAt(node, "health", "message") };
}

function healthOf(node: unknown): string {
  return textAt(node, "health", "status");
}

function isUnwell(node: unknown): boolean {
  return !["", "Healthy"].includes(healthOf(node));
}

function keyOf(node: unknown): string {
  return ["kind", "namespace", "name"].map((field) => textAt(node, field)).join("/");
}
