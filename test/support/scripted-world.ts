/** The model world with faults at chosen steps, for scenarios that have a name. */

import type { CommitId } from "../../src/core/ids.ts";
import type { ImageName } from "../../src/core/image-ref.ts";
import type { Hold, Scope } from "../../src/core/landing/hold.ts";
import { holdsPath, readHolds, writeHolds } from "../../src/core/landing/holds-file.ts";
import type { PromoteResult } from "../../src/core/results/promote.ts";
import type { SyncResult } from "../../src/core/results/sync.ts";
import { tagOf } from "../../src/core/tag-format.ts";
import type { Registry, Remote } from "../../src/ports.ts";
import type { Choices } from "../../src/simulation/choices.ts";
import type { FaultKind } from "../../src/simulation/faults.ts";
import { ModelLog } from "../../src/simulation/model/deploy-log.ts";
import { ModelRemote } from "../../src/simulation/model/remote.ts";
import { ModelRegistry } from "../../src/simulation/model/source.ts";
import {
  manifestsPath,
  type RaceShape,
  type Scenario,
  scenarioOf,
  tagFormat,
} from "../../src/simulation/scenario.ts";
import { World } from "../../src/simulation/world.ts";
import { type LandPolicy, landPolicy } from "../../src/usecases/landing/land.ts";
import type { ReadPorts } from "../../src/usecases/landing/read-patiently.ts";
import { promote } from "../../src/usecases/promote/promote.ts";
import type { PromoteRequest } from "../../src/usecases/promote/promotion.ts";
import { release } from "../../src/usecases/rollback/release.ts";
import { type RollbackRequest, rollback } from "../../src/usecases/rollback/rollback.ts";
import type { SyncRequest } from "../../src/usecases/sync/request.ts";
import { sync } from "../../src/usecases/sync/sync.ts";
import { withLies } from "./lying-remote.ts";

/** At which of its opportunities a fault strikes, counted from 1. */
export type Script = Readonly<Partial<Record<FaultKind, readonly number[] | "always">>>;

/** A fate that strikes as it is told, and takes the middle of everything else. */
function scriptedFate(script: Script): Choices {
  const asked = new Map<FaultKind, number>();
  const injected = new Map<FaultKind, number>();
  return {
    injected,
    choose: () => 0,
    strikes(kind) {
      const count = (asked.get(kind) ?? 0) + 1;
      asked.set(kind, count);
      const told = script[kind];
      const isNow = told === "always" || told?.includes(count) === true;
      if (isNow) injected.set(kind, (injected.get(kind) ?? 0) + 1);
      return isNow;
    },
    lasts: (minMs) => minMs,
    unit: () => 0.5,
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A world for one actor at a time, and for people who change the branch at once. */
export class Stage {
  readonly world: World;
  readonly scene: Scenario;

  constructor({ script = {}, shape = "same", deployers = 3 }: StageOptions = {}) {
    const fate = scriptedFate(script);
    this.scene = scenarioOf({ shape, deployers }, fate);
    this.world = new World(this.scene, fate, "timed");
  }

  /** Returns the ports of an actor who has entered. */
  ports(actor: string): ReadPorts {
    const { world } = this;
    world.enter(actor);
    return {
      remote: new ModelRemote(world, actor),
      clock: world.scheduler.clockOf(actor),
      random: { unit: () => world.fate.unit() },
      progress: { step: () => {}, warn: () => {} },
    };
  }

  /** Lets a task run to its end, and everything that is under way with it. */
  async settle<Value>(task: Promise<Value>): Promise<Value> {
    this.world.scheduler.watch(task);
    await this.world.scheduler.run(10_000);
    return task;
  }

  /** Runs the promotion of one job. */
  promote(job: number, asked: Asked = {}): Promise<PromoteResult> {
    const { scene, world } = this;
    const { revision, images } = scene.jobs[job - 1]!;
    const deploy = asked.request?.deploy ?? `deploy-${world.accounts.size + 1}`;
    const request: PromoteRequest = {
      revision,
      images: images.map((image) => ({ image })),
      tagFormat,
      paths: [manifestsPath],
      repository: "model",
      branch: "main",
      superseded: "record",
      divergence: "refuse",
      mode: "push",
      skipCi: true,
      ...asked.request,
      deploy,
    };
    const landPorts = this.ports(deploy);
    const registry = this.#registryFor(deploy, asked);
    const remote = withLies(landPorts.remote, asked.lies ?? {});
    const ports = { ...landPorts, remote, history: scene.source, registry };
    return this.settle(promote(request, ports, { ...landPolicy, ...asked.policy }));
  }

  /** Runs the checker once. */
  sync(asked: Partial<SyncRequest> = {}): Promise<SyncResult> {
    const { scene, world } = this;
    const deploy = asked.deploy ?? `sync-${world.accounts.size + 1}`;
    const request: SyncRequest = {
      images: scene.images.map((image) => ({ image })),
      ...{ tagFormat, paths: [manifestsPath], repository: "model", branch: "main" },
      ...{ source: "model", pattern: /^chore\(gitops\)/, lookback: 100, graceMs: 0 },
      ...{ movedAway: "leave", mode: "push", skipCi: true },
      ...asked,
      deploy,
    };
    const landPorts = this.ports(deploy);
    const ports = {
      ...landPorts,
      history: scene.source,
      registry: new ModelRegistry(world, scene.shelf, deploy),
      log: new ModelLog(world, deploy),
    };
    return this.settle(sync(request, ports, landPolicy));
  }

  /** Rolls back, to what a job's revision is unless told otherwise. */
  rollback(
    goal: number | RollbackRequest["goal"],
    asked: Partial<RollbackRequest> = {},
    more: Pick<Asked, "registry"> = {},
  ): Promise<PromoteResult> {
    const { scene, world } = this;
    const deploy = asked.deploy ?? `rollback-${world.accounts.size + 1}`;
    const to = typeof goal === "number" ? { to: scene.jobs[goal - 1]!.revision } : goal;
    const request: RollbackRequest = {
      ...{ goal: to, images: scene.images.map((image) => ({ image })) },
      ...{ reason: "it is slow", by: "ana", tagFormat, paths: [manifestsPath] },
      ...{ repository: "model", branch: "main", pattern: /^chore\(gitops\)/ },
      ...{ mode: "push", skipCi: true },
      ...asked,
      deploy,
    };
    const landPorts = this.ports(deploy);
    const ports = {
      ...landPorts,
      history: scene.source,
      registry: this.#registryFor(deploy, more),
      log: new ModelLog(world, deploy),
    };
    return this.settle(rollback(request, ports, landPolicy));
  }

  #registryFor(actor: string, { registry }: Pick<Asked, "registry">): Registry | undefined {
    const { scene, world } = this;
    return registry === "none" ? undefined : new ModelRegistry(world, scene.shelf, actor);
  }

  /** Lifts the holds on some images. */
  release(
    images: readonly ImageName[] = this.scene.images,
    mode: "push" | "dry-run" = "push",
    scope: Scope = { paths: [manifestsPath] },
  ): Promise<PromoteResult> {
    const deploy = `release-${this.world.accounts.size + 1}`;
    const where = { repository: "model", branch: "main", ...scope };
    const request = { images, tagFormat, ...where, deploy, mode };
    return this.settle(release({ ...request, skipCi: true }, this.ports(deploy), landPolicy));
  }

  /** Returns the tag of a job's revision. */
  tag(job: number): string {
    return tagOf(tagFormat, this.scene.jobs[job - 1]!.revision);
  }

  /** Lets somebody commit to the branch, at once. */
  commit(path: string, text: string | undefined): CommitId {
    const { world } = this;
    const bytes = text === undefined ? undefined : encoder.encode(text);
    const draft = { parent: world.server.tip, atSeconds: 0, message: `docs: ${path}\n` };
    const commit = world.objects.write({ ...draft, changes: [{ path, bytes }] });
    world.server.swap({ commit }, "people");
    return commit;
  }

  /** Returns a file as it stands at the tip. */
  file(path: string): string {
    return decoder.decode(this.world.objects.get(this.world.server.tip).tree.get(path));
  }

  /** Returns the tags that a scene's two manifests hold. */
  tags(): readonly (string | undefined)[] {
    const paths = ["deploy/web.yaml", "deploy/api.yaml"];
    return paths.map((path) => /sha-\w+|hotfix-\d/.exec(this.file(path))?.[0]);
  }

  /** Returns the holds at the tip. */
  holds(): readonly Hold[] {
    return readHolds(this.world.objects.get(this.world.server.tip).tree.get(holdsPath));
  }

  /** Lets somebody write the holds, at once. */
  writeHolds(holds: readonly Hold[]): void {
    this.commit(holdsPath, decoder.decode(writeHolds(holds)));
  }

  /** Returns what time it is for everybody. */
  get nowMs(): number {
    return this.world.scheduler.clockOf("anybody").nowMs();
  }

  /** Returns the first lines of the commits after the first, oldest first. */
  subjects(): readonly string[] {
    const log = this.world.objects.log(this.world.server.tip).slice(1);
    return log.map(({ message }) => message.slice(0, message.indexOf("\n")));
  }
}

/** What a stage is set up with. */
export interface StageOptions {
  readonly script?: Script;
  readonly shape?: RaceShape;
  readonly deployers?: number;
}

/** What differs from an ordinary promotion. */
export interface Asked {
  readonly lies?: Partial<Remote>;
  readonly request?: Partial<PromoteRequest>;
  readonly policy?: Partial<LandPolicy>;
  readonly registry?: "none";
}
