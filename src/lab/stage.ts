/** Lets the jobs of a scene run as the real use case, and keeps what each of them said. */

import type { PromoteResult } from "../core/result.ts";
import { tagOf } from "../core/tag-format.ts";
import { type LandPolicy, landPolicy } from "../usecases/land.ts";
import { type PromotePorts, promote } from "../usecases/promote.ts";
import type { PromoteRequest } from "../usecases/promotion.ts";
import type { Evidence, Operation, Said } from "./evidence.ts";
import { harmless } from "./faults.ts";
import { ModelRemote } from "./model-remote.ts";
import { sendPeople } from "./people.ts";
import { type Job, manifestsPath, type Scene, tagFormat } from "./scene.ts";
import { ModelRegistry } from "./source.ts";
import type { Account, World } from "./world.ts";

/** The use case under test: the real one, or one that a mutant has taken the place of. */
export type Deployer = (
  request: PromoteRequest,
  ports: PromotePorts,
  about: { readonly policy: LandPolicy; readonly world: World; readonly actor: string },
) => Promise<PromoteResult>;

/** The real use case. */
export const realDeployer: Deployer = (request, ports, { policy }) =>
  promote(request, ports, policy);

/** A deployer's whole story: its runs, of which all but the last may have been cut off. */
export interface Play {
  readonly world: World;
  readonly scene: Scene;
  readonly deployer: Deployer;
  readonly policy: LandPolicy;
}

/** An operation that is under way: its end is filled in when it ends. */
type Running = { -readonly [Key in keyof Operation]: Operation[Key] };

/** How often a deployer that was cut off is started again. */
const runsMax = 4;

/**
 * Starts all jobs, and the people beside them. Returns the operations, which fill as time goes on.
 */
export function start(play: Play): readonly Operation[] {
  const operations: Running[] = [];
  for (const job of play.scene.jobs) startRun(job, 1, { play, operations });
  sendPeople(play.world, play.scene);
  return operations;
}

/** Runs one job once more, with nothing beside it. */
export function startRepeat(play: Play, job: Job, operations: readonly Operation[]): void {
  const account = play.world.enter(`${job.name}-repeat`);
  const operation = operationOf(job, { actor: `${job.name}-repeat`, play, isRepeat: true });
  (operations as Running[]).push(operation);
  play.world.scheduler.watch(run(job, { operation, account, play }));
}

interface Cast {
  readonly play: Play;
  readonly operations: Running[];
  readonly before?: Account;
}

function startRun(job: Job, count: number, { play, operations, before }: Cast): void {
  const actor = count === 1 ? job.name : `${job.name}-run${count}`;
  const account = play.world.enter(actor, before);
  const operation = operationOf(job, { actor, play, isRepeat: false });
  operations.push(operation);
  if (count < runsMax) {
    play.world.scheduler.mayCrash(actor, () =>
      startRun(job, count + 1, { play, operations, before: account }),
    );
  }
  play.world.scheduler.watch(run(job, { operation, account, play }));
}

function operationOf(
  { revision, images }: Job,
  { actor, play, isRepeat }: { actor: string; play: Play; isRepeat: boolean },
): Running {
  return {
    actor,
    command: "promote",
    deploy: actor,
    revision,
    images: images.map((image) => ({ image, tag: tagOf(tagFormat, revision) })),
    startedMs: play.world.scheduler.nowMs,
    isRepeat,
  };
}

interface Run {
  readonly operation: Running;
  readonly account: Account;
  readonly play: Play;
}

async function run(job: Job, { operation, account, play }: Run): Promise<void> {
  const { world, scene, policy } = play;
  const { actor } = operation;
  await world.scheduler.after(actor, "begin", world.fate.lasts(0, 1_000));
  operation.startedMs = world.scheduler.nowMs;
  const ports: PromotePorts = {
    remote: new ModelRemote(world, actor),
    history: scene.source,
    registry: new ModelRegistry(world, scene.shelf, actor),
    clock: world.scheduler.clockOf(actor),
    random: { unit: () => world.fate.unit() },
    progress: { step: () => {}, warn: () => {} },
  };
  const result = await play.deployer(requestOf(job, actor), ports, { policy, world, actor });
  operation.end = saidBy(result, world.scheduler.nowMs);
  operation.pushes = { doubts: account.doubts.size, denials: account.denials };
  account.told += `${result.outcome}\n`;
  world.scheduler.trace.push(`${world.scheduler.nowMs} ${actor} says ${result.outcome}`);
}

function requestOf({ revision, images }: Job, deploy: string): PromoteRequest {
  return {
    revision,
    images: images.map((image) => ({ image })),
    tagFormat,
    paths: [manifestsPath],
    repository: "model",
    branch: "main",
    deploy,
    superseded: "record",
    divergence: "refuse",
    mode: "push",
    skipCi: true,
  };
}

function saidBy({ outcome, exit, commit, tip, failure }: PromoteResult, atMs: number): Said {
  return { atMs, outcome, exit, commit, tip, code: failure?.code };
}

/** The longest that an operation may take: the deadline, and the reads that may follow it. */
function boundMsOf(policy: LandPolicy): number {
  const answerMs = 2 * 20_120;
  const reads = policy.readsMax * (policy.reads.maxMs + answerMs);
  return policy.timeoutMs + policy.rounds.maxMs + reads + 6 * answerMs;
}

/** Gathers what a run left behind. */
export function evidenceOf(play: Play, operations: readonly Operation[]): Evidence {
  const { world, scene } = play;
  const { moves } = world.server;
  const log = world.objects.log(world.server.tip);
  const held = new Set(log.map(({ id }) => id));
  const cutOff = new Set(
    moves.flatMap(({ how, by }, at) =>
      how === "force" && by.startsWith("people")
        ? world.objects.log(moves[at - 1]!.tip).flatMap(({ id }) => (held.has(id) ? [] : [id]))
        : [],
    ),
  );
  const happened = (kinds: readonly string[]) =>
    kinds.some((kind) => world.fate.injected.has(kind as never));
  const hindered = [...world.fate.injected.keys()].some((kind) => !harmless.has(kind));
  return {
    log: log.map(({ id, message, tree }) => ({ id, message, files: tree })),
    operations,
    tips: moves.map(({ tip }) => tip),
    cutOff,
    source: scene.source,
    images: scene.images,
    isUndisturbed: !happened(["revert", "hold", "rewind"]),
    mustSucceed: !hindered && play.policy.timeoutMs >= landPolicy.timeoutMs,
    boundMs: happened(["stall"]) ? Number.POSITIVE_INFINITY : boundMsOf(play.policy),
  };
}
