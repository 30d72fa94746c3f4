/** One deployer of the demo: the real use case over real adapters, in a world on loopback. */

import { openHistory } from "../adapters/git/history.ts";
import { openRemote } from "../adapters/git/remote.ts";
import { localSource } from "../adapters/git/source.ts";
import { createRegistry } from "../adapters/registry/registry.ts";
import type { Revision } from "../core/ids.ts";
import type { ImageName } from "../core/image-ref.ts";
import type { PromoteResult } from "../core/results/promote.ts";
import type { TagFormat } from "../core/tag-format.ts";
import type { Clock, Progress, Random } from "../ports.ts";
import { landPolicy } from "../usecases/landing/land.ts";
import { promote } from "../usecases/promote/promote.ts";

/** Who deploys what, and where. */
export interface Deployer {
  readonly revision: Revision;
  readonly deploy: string;
  /** URL of the manifests, on a server that is as fast or slow as this deployer's line. */
  readonly repository: string;
  /** The developer's clone, whose history says what is newer. */
  readonly source: string;
  readonly images: readonly ImageName[];
  readonly tagFormat: TagFormat;
  readonly paths: readonly string[];
  readonly progress: Progress;
}

/** What every deployer of the demo shares. */
export interface DemoWorld {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly login: { readonly username: string; readonly password: string };
  readonly signal?: AbortSignal | undefined;
}

/** Promotes one revision, as `landfall promote` would. */
export async function deployOnce(deployer: Deployer, world: DemoWorld): Promise<PromoteResult> {
  const { root, env, clock, random, signal } = world;
  const shared = { env, temporary: root, timeoutMs: 60_000, signal };
  const remote = await openRemote({
    ...shared,
    url: deployer.repository,
    branch: "main",
    credentials: {},
    identity: { name: "Landfall demo", email: "demo@localhost" },
  });
  const local = await localSource(deployer.source);
  const history = await openHistory({ ...shared, local, upstream: async () => undefined });
  const credentials = () => world.login;
  const registry = createRegistry({ credentials, clock, random, timeoutMs: 30_000, signal });
  const { revision, tagFormat, paths, deploy, repository, progress } = deployer;
  try {
    return await promote(
      {
        ...{ revision, tagFormat, paths, deploy, repository, branch: "main" },
        images: deployer.images.map((image) => ({ image })),
        ...{ superseded: "record", divergence: "refuse", mode: "push", skipCi: true },
      },
      { remote, history, registry, clock, random, progress },
      landPolicy,
    );
  } finally {
    await Promise.all([remote.close(), history.close()]);
  }
}
