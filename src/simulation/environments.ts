/** One scene in two environments of one branch: who comes to each, and what prod waits for. */

import type { Choices } from "./choices.ts";
import type { Place } from "./invariants/history.ts";
import type { ModelTree } from "./model/objects.ts";
import { type Job, manifestsPath, type Scenario } from "./scenario.ts";

/** An environment, and what is done there. */
export interface ScenePlace extends Place {
  /** What promotions leave beside the branch. */
  readonly marks: readonly ("attempted" | "landed")[];
}

const names = ["staging", "prod"] as const;

const after = { environment: "staging", verified: false, soakMs: 0 };

const places: readonly ScenePlace[] = names.map((environment) => {
  const path = `${manifestsPath}/${environment}`;
  if (environment === "staging") return { environment, path, marks: ["landed"] };
  return { environment, path, gate: { environment, after, approve: false }, marks: ["attempted"] };
});

/** Prod comes later: what is promoted there has mostly landed in staging by then. */
const latestMs: Readonly<Record<string, number>> = { staging: 1_000, prod: 20_000 };

/**
 * Puts a scene into both environments: the same manifests in each, and the same jobs. Whoever rolls
 * back may be followed by somebody who releases, and fate may freeze an environment for a while.
 */
export function inBoth(scene: Scenario, fate: Choices): Scenario {
  const jobs = scene.jobs.flatMap((job) => {
    return names.flatMap((environment): readonly Job[] => {
      const own = { ...job, name: `${job.name}-${environment}`, environment };
      if (job.command === "promote") return [{ ...own, latestMs: latestMs[environment] }];
      if (job.command !== "rollback" || fate.choose(2) === 0) return [own];
      const name = `${job.name}-release-${environment}`;
      return [own, { ...own, name, command: "release", latestMs: 15_000 }];
    });
  });
  const freezes = names.filter(() => fate.choose(3) === 0).flatMap((name) => freezeOf(name, scene));
  return { ...scene, places, tree: inFolders(scene.tree), jobs: [...freezes, ...jobs] };
}

function freezeOf(environment: string, { images, source }: Scenario): readonly Job[] {
  const job = { environment, images, revision: source.tip };
  return [
    { ...job, name: `freeze-${environment}`, command: "freeze", latestMs: 15_000 },
    { ...job, name: `thaw-${environment}`, command: "thaw", latestMs: 40_000 },
  ];
}

function inFolders(tree: ModelTree): ModelTree {
  return new Map(
    [...tree].flatMap(([path, bytes]): (readonly [string, Uint8Array])[] => {
      if (!path.startsWith(`${manifestsPath}/`)) return [[path, bytes]];
      const rest = path.slice(manifestsPath.length);
      return names.map((name) => [`${manifestsPath}/${name}${rest}`, bytes]);
    }),
  );
}
