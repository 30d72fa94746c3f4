/** Flags and file → which deploy is meant, and where it is to be seen. */

import { asFluxName, type FluxRef } from "../core/cluster/flux-object.ts";
import type { SmokePage } from "../core/cluster/smoke.ts";
import { asWorkloadName } from "../core/cluster/workload.ts";
import { defaults } from "../core/defaults.ts";
import { asCommitId } from "../core/ids.ts";
import type { ManifestFlags, Settings } from "../settings/options.ts";
import { usageError } from "../settings/process.ts";
import type { DeployQuestion } from "../usecases/verify/resolve-deploy.ts";
import type { RolloutPlace } from "../usecases/verify/wanted-workloads.ts";
import type { ClusterFlags } from "../wiring/cluster.ts";

/** The flags of the commands that look at a deploy. */
export interface DeployFlags extends ManifestFlags, ClusterFlags {
  readonly revision?: string;
  readonly commit?: string;
}

/** Returns which deploy is meant. */
export function deployQuestion(
  { revision, commit }: DeployFlags,
  { images, paths, tagFormat, branch }: Settings,
  repository: string,
): DeployQuestion {
  const commitId = asCommitId(commit ?? "");
  if (commit !== undefined && commitId === undefined) {
    throw usageError(
      `Cannot read the commit "${commit}"`,
      "Give its full id of 40 digits, as the result of `landfall promote` has it.",
    );
  }
  return { images, paths, tagFormat, repository, branch, revision, commit: commitId };
}

/** Returns where workloads are, or undefined when no rollout is to be followed. */
export function rolloutPlaces({ config }: Settings): readonly RolloutPlace[] | undefined {
  return config?.verify?.rollout?.map(({ namespace, context, workloads }) => ({
    ...{ namespace, context },
    workloads: workloads?.flatMap((text) => asWorkloadName(text) ?? []),
  }));
}

/** Returns the objects of Flux that apply the pins; undefined when none is to be looked at. */
export function fluxRefs({ config }: Settings): readonly FluxRef[] | undefined {
  return config?.verify?.flux?.flatMap(({ namespace, context, objects }) =>
    objects.flatMap((text) => {
      const name = asFluxName(text);
      return name === undefined ? [] : [{ ...name, namespace, context }];
    }),
  );
}

/** Returns the pages that are to show the deploy. */
export function smokePages({ config }: Settings): readonly SmokePage[] {
  const pages = config?.verify?.smoke ?? [];
  return pages.map((page) => ({ ...page, status: page.status ?? defaults.smoke.status }));
}
