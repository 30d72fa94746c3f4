/** Lets the jobs of a scene run as the real use cases, and keeps what each of them said. */

import { sameImage } from "../core/image-ref.ts";
import { readCommit } from "../core/landing/commit-message.ts";
import { tagOf } from "../core/tag-format.ts";
import { type LandPolicy, landPolicy } from "../usecases/landing/land.ts";
import { type Crew, runCommand } from "./actors/commands.ts";
import type { CommandMemory } from "./actors/memory.ts";
import { sendPeople } from "./actors/people.ts";
import { sendReviewers } from "./actors/reviewers.ts";
import { harmless } from "./faults.ts";
import type { Operation, RaceHistory } from "./invariants/history.ts";
import type { ModelForge } from "./model/forge.ts";
import { type Job, type Scenario, tagFormat } from "./scenario.ts";
import type { Account, World } from "./world.ts";

/** A race that goes on: all that its runs share. */
export interface SimulationRun {
  readonly world: World;
  readonly scene: Scenario;
  readonly crew: Crew;
  readonly policy: LandPolicy;
  /** What actors did in the worlds before. Absent: every use case is run from its beginning. */
  readonly memory?: CommandMemory;
}

/** An operation that is under way: its end is filled in when it ends. */
type Running = { -readonly [Key in keyof Operation]: Operation[Key] };

/** When a run begins at the latest, in milliseconds. Some come when there is something to find. */
const latestMs: Readonly<Record<Job["command"], number>> = {
  promote: 1_000,
  rollback: 4_000,
  release: 15_000,
  freeze: 4_000,
  thaw: 15_000,
  sync: 12_000,
};

/** How often a deployer that was cut off is started again. */
const runsMax = 4;

/**
 * Starts all jobs, and the people beside them. Returns the operations, which fill as time goes on.
 */
export function start(play: SimulationRun): readonly Operation[] {
  const operations: Running[] = [];
  const gone = new Set<string>();
  for (const job of play.scene.jobs) startRun(job, 1, { play, operations, gone });
  const { world } = play;
  sendPeople(world, play.scene);
  const isOver = () => operations.every(({ actor, end }) => end !== undefined || gone.has(actor));
  if (world.forge !== undefined) sendReviewers(world, world.forge, isOver);
  return operations;
}

/** Runs one job once more, with nothing beside it. */
export function startRepeat(play: SimulationRun, job: Job, operations: readonly Operation[]): void {
  const account = play.world.enter(`${job.name}-repeat`);
  const operation = operationOf(job, { actor: `${job.name}-repeat`, play, isRepeat: true });
  (operations as Running[]).push(operation);
  play.world.scheduler.watch(run(job, { operation, account, play }));
}

interface RunContext {
  readonly play: SimulationRun;
  readonly operations: Running[];
  /** Those that were cut off. */
  readonly gone: Set<string>;
  readonly before?: Account;
}

function startRun(job: Job, count: number, context: RunContext): void {
  const { play, operations, gone, before } = context;
  const actor = count === 1 ? job.name : `${job.name}-run${count}`;
  const account = play.world.enter(actor, before);
  const operation = operationOf(job, { actor, play, isRepeat: false });
  operations.push(operation);
  if (count < runsMax) {
    play.world.scheduler.mayCrash(actor, () => {
      gone.add(actor);
      startRun(job, count + 1, { ...context, before: account });
    });
  }
  play.world.scheduler.watch(run(job, { operation, account, play }));
}

function operationOf(
  { command, environment, revision, images }: Job,
  { actor, play, isRepeat }: { actor: string; play: SimulationRun; isRepeat: boolean },
): Running {
  return {
    actor,
    command,
    environment,
    deploy: actor,
    revision,
    images: images.map((image) => ({ image, tag: tagOf(tagFormat, revision) })),
    startedMs: play.world.scheduler.nowMs,
    isRepeat,
  };
}

interface JobRun {
  readonly operation: Running;
  readonly account: Account;
  readonly play: SimulationRun;
}

async function run(job: Job, { operation, account, play }: JobRun): Promise<void> {
  const { world } = play;
  const { actor } = operation;
  await world.scheduler.begin(actor, world.fate.lasts(0, job.latestMs ?? latestMs[job.command]));
  operation.startedMs = world.scheduler.nowMs;
  const { end, images } = await runCommand(job, actor, play);
  operation.end = { ...end, atMs: world.scheduler.nowMs };
  operation.images = operation.images.filter(({ image }) =>
    images.some((one) => sameImage(one, image)),
  );
  const { doubts, left, proposed, denials } = account;
  operation.pushes = { doubts: doubts.size + left.size + proposed.size, denials };
  account.told += `${end.outcome}\n`;
  world.scheduler.trace.push(`${world.scheduler.nowMs} ${actor} says ${end.outcome}`);
}

/** The longest that an operation may take: the deadline, and the reads that may follow it. */
function boundMsOf(policy: LandPolicy): number {
  const answerMs = 2 * 20_120;
  const reads = policy.readsMax * (policy.reads.maxMs + answerMs);
  return policy.timeoutMs + policy.rounds.maxMs + reads + 6 * answerMs;
}

function requestsOf(
  { requests, byPeople, overwritten, madeOn }: ModelForge,
  { objects, fate }: World,
) {
  const open = requests.flatMap(({ number, state, head }) => {
    if (state !== "open" || head === undefined || byPeople.has(head)) return [];
    return [{ number, record: readCommit(objects.get(head).message) }];
  });
  return { open, overwritten, madeOn, isLate: fate.injected.has("late") };
}

/** Gathers what a run left behind. */
export function historyOf(play: SimulationRun, operations: readonly Operation[]): RaceHistory {
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
    byPeople: new Set(
      moves.flatMap(({ tip, by, how }) => (how === "swap" && by.startsWith("people") ? [tip] : [])),
    ),
    requests: world.forge && requestsOf(world.forge, world),
    source: scene.source,
    images: scene.images,
    places: scene.places,
    marks: world.server.marks,
    isUndisturbed: !happened(["revert", "hold", "rewind", "pick"]),
    mustSucceed: !hindered && play.policy.timeoutMs >= landPolicy.timeoutMs,
    boundMs: happened(["stall"]) ? Number.POSITIVE_INFINITY : boundMsOf(play.policy),
  };
}
