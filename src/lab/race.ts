/**
 * One race: N deployers under a seeded fate, judged by the laws. The same seed is the same race.
 */

import type { RaceResult, RaceRun } from "../core/race-result.ts";
import { landPolicy } from "../usecases/land.ts";
import { check } from "./checker.ts";
import type { Evidence, Operation } from "./evidence.ts";
import { seededFate } from "./fate.ts";
import { type Faults, printFaults, swarm } from "./faults.ts";
import { idOf } from "./objects.ts";
import { seeded } from "./random.ts";
import { type Shape, sceneOf } from "./scene.ts";
import { type Deployer, evidenceOf, type Play, realDeployer, start, startRepeat } from "./stage.ts";
import { World } from "./world.ts";

/** Which race to run. */
export interface RaceOptions {
  readonly deployers: number;
  readonly seed: number;
  readonly shape: Shape;
  readonly faults: Faults;
  /** The deadline of every deployer, in milliseconds. Absent: the seed chooses, short ones too. */
  readonly timeoutMs?: number;
  /** Whom to race. The real use case, unless a test wants to see a law broken. */
  readonly deployer?: Deployer;
}

/** A race with all that it left behind. */
export interface Race {
  readonly result: RaceResult;
  readonly trace: readonly string[];
  readonly evidence: Evidence;
}

/**
 * Deadlines that seeds choose from, in milliseconds. Short ones run out, which is to be told truly.
 */
const timeoutsMs = [2_000, 20_000, landPolicy.timeoutMs, landPolicy.timeoutMs];

/** A race that takes longer than this is stuck. */
const stepsMax = 400_000;

/** Runs a race and returns its result. */
export async function race(options: RaceOptions): Promise<RaceResult> {
  return (await runRace(options)).result;
}

/** Runs a race and returns everything about it. */
export async function runRace(options: RaceOptions): Promise<Race> {
  const { deployers, seed, shape, faults } = options;
  const chance = seeded(seed * 2 + 1);
  const fate = seededFate(seed, swarm(faults, chance));
  const scene = sceneOf(shape, deployers, fate);
  const world = new World(scene, fate, "timed");
  const timeoutMs = options.timeoutMs ?? chance.pick(timeoutsMs);
  const deployer = options.deployer ?? realDeployer;
  const play: Play = { world, scene, deployer, policy: { ...landPolicy, timeoutMs } };
  const operations = start(play);
  await world.scheduler.run(stepsMax);
  if (fate.injected.size === 0) await repeatLast(play, operations);
  const evidence = evidenceOf(play, operations);
  return { result: resultOf(options, play, evidence), trace: world.scheduler.trace, evidence };
}

/** Runs the last job once more, when all is quiet. */
async function repeatLast(play: Play, operations: readonly Operation[]): Promise<void> {
  startRepeat(play, play.scene.jobs.at(-1)!, operations);
  await play.world.scheduler.run(stepsMax);
}

function resultOf(options: RaceOptions, { world }: Play, evidence: Evidence): RaceResult {
  const { deployers, seed, shape, faults } = options;
  const violations = check(evidence);
  const printed = printFaults(faults);
  const timeout = options.timeoutMs === undefined ? "" : ` --timeout ${options.timeoutMs}ms`;
  return {
    ...{ version: 1, command: "race", seed, deployers, shape, faults: printed },
    rounds: world.server.moves.slice(1).map(({ tip, atMs, by }) => {
      const { message } = world.objects.get(tip);
      return { atMs, winner: by, subject: message.slice(0, message.indexOf("\n")), commit: tip };
    }),
    runs: evidence.operations.map(runOf),
    injected: Object.fromEntries([...world.fate.injected].sort(([a], [b]) => (a < b ? -1 : 1))),
    steps: world.scheduler.trace.length,
    schedule: idOf(world.scheduler.trace.join("\n")).slice(0, 12),
    violations,
    replay: `landfall race --deployers ${deployers} --seed ${seed} --shape ${shape} --faults ${printed}${timeout}`,
    exit: violations.length === 0 ? 0 : 1,
  };
}

function runOf({ actor, revision, startedMs, end }: Operation): RaceRun {
  const name = { name: actor, revision };
  if (end === undefined) return { ...name, outcome: "crashed" };
  return { ...name, outcome: end.outcome, code: end.code, waitedMs: end.atMs - startedMs };
}
