/**
 * One race: N deployers under a seeded fate, judged by the laws. The same seed is the same race.
 */

import type { RaceResult, RaceRun } from "../core/results/race.ts";
import { landPolicy } from "../usecases/landing/land.ts";
import { type Crew, realCrew } from "./actors/commands.ts";
import { check } from "./checker.ts";
import { seededChoices } from "./choices.ts";
import { inBoth } from "./environments.ts";
import { type Faults, printFaults, requestFaultKinds, swarm } from "./faults.ts";
import { historyOf, type SimulationRun, start, startRepeat } from "./harness.ts";
import { isWell, type Operation, type RaceHistory } from "./invariants/history.ts";
import { ModelForge } from "./model/forge.ts";
import { idOf } from "./model/objects.ts";
import { seeded } from "./random.ts";
import { alone, type Companions, type RaceShape, scenarioOf } from "./scenario.ts";
import { World } from "./world.ts";

/** Which race to run. */
export interface RaceOptions {
  readonly deployers: number;
  readonly seed: number;
  readonly shape: RaceShape;
  readonly faults: Faults;
  /** Who races beside the deployers. Absent: nobody. */
  readonly company?: Companions | undefined;
  /** Whether all of it happens in two environments of the branch, staging and prod. */
  readonly environments?: boolean | undefined;
  /** Whether deployers land together. Absent: each for itself. */
  readonly together?: boolean | undefined;
  /** How changes reach the branch. Absent: they are pushed. */
  readonly land?: "push" | "pull-request" | undefined;
  /** The deadline of every deployer, in milliseconds. Absent: the seed chooses, short ones too. */
  readonly timeoutMs?: number;
  /** Whom to race. The real use cases, unless a test wants to see a law broken. */
  readonly crew?: Partial<Crew>;
}

/** A race with all that it left behind. */
export interface SimulatedRace {
  readonly result: RaceResult;
  readonly trace: readonly string[];
  readonly evidence: RaceHistory;
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
export async function runRace(options: RaceOptions): Promise<SimulatedRace> {
  const { seed, faults } = options;
  const chance = seeded(seed * 2 + 1);
  const isByRequest = options.land === "pull-request";
  const requestFaults = isByRequest ? swarm(faults, seeded(seed * 2), requestFaultKinds) : {};
  const fate = seededChoices(seed, { ...swarm(faults, chance), ...requestFaults });
  const alike = scenarioOf(options, fate);
  const scene = options.environments ? inBoth(alike, fate) : alike;
  const world = new World(scene, fate, "timed");
  if (isByRequest) world.forge = new ModelForge(world.objects, world.server);
  const timeoutMs = options.timeoutMs ?? chance.pick(timeoutsMs);
  const crew = { ...realCrew, ...options.crew };
  const run: SimulationRun = { world, scene, crew, policy: { ...landPolicy, timeoutMs } };
  const operations = start(run);
  await world.scheduler.run(stepsMax);
  if (fate.injected.size === 0) await repeatLast(run, operations);
  const evidence = historyOf(run, operations);
  return { result: resultOf(options, run, evidence), trace: world.scheduler.trace, evidence };
}

/** Runs the last job once more, when all is quiet, if it did then what it would do now. */
async function repeatLast(run: SimulationRun, operations: readonly Operation[]): Promise<void> {
  const job = run.scene.jobs.at(-1)!;
  const last = operations.find(({ actor }) => actor === job.name);
  if (last === undefined || !isWell(last)) return;
  // What others landed after it had looked is to go back too.
  const { moves } = run.world.server;
  const isOvertaken = moves.some(({ by, atMs }) => atMs > last.startedMs && by !== job.name);
  if (job.command === "rollback" && isOvertaken) return;
  startRepeat(run, job, operations);
  await run.world.scheduler.run(stepsMax);
}

function resultOf(
  options: RaceOptions,
  { world }: SimulationRun,
  evidence: RaceHistory,
): RaceResult {
  const { deployers, seed, shape, faults, company = alone } = options;
  const { syncs, rollbacks, foreign } = company;
  const violations = check(evidence);
  return {
    ...{ version: 1, command: "race", seed, deployers, syncs, rollbacks, foreign, shape },
    ...(options.environments && { environments: true as const }),
    ...(options.land === "pull-request" && { land: options.land }),
    faults: printFaults(faults),
    rounds: world.server.moves.slice(1).map(({ tip, atMs, by }) => {
      const { message } = world.objects.get(tip);
      return { atMs, winner: by, subject: message.slice(0, message.indexOf("\n")), commit: tip };
    }),
    runs: evidence.operations.map(runOf),
    injected: Object.fromEntries([...world.fate.injected].sort(([a], [b]) => (a < b ? -1 : 1))),
    steps: world.scheduler.trace.length,
    schedule: idOf(world.scheduler.trace.join("\n")).slice(0, 12),
    violations,
    replay: replayOf(options),
    exit: violations.length === 0 ? 0 : 1,
  };
}

/** The command line of a race. What is as ever is left out. */
function replayOf(options: RaceOptions): string {
  const { deployers, seed, shape, faults, company = alone, timeoutMs } = options;
  const { environments, together, land } = options;
  const others = Object.entries(company).filter(([, count]) => count > 0);
  return [
    `landfall race --deployers ${deployers}`,
    ...others.map(([who, count]) => `--${who} ${count}`),
    ...(environments ? ["--environments"] : []),
    ...(together ? ["--together"] : []),
    ...(land === "pull-request" ? ["--land pull-request"] : []),
    `--seed ${seed} --shape ${shape} --faults ${printFaults(faults)}`,
    ...(timeoutMs === undefined ? [] : [`--timeout ${timeoutMs}ms`]),
  ].join(" ");
}

function runOf({ actor, command, revision, startedMs, end }: Operation): RaceRun {
  const name = { name: actor, command, revision };
  if (end === undefined) return { ...name, outcome: "crashed" };
  return { ...name, outcome: end.outcome, code: end.code, waitedMs: end.atMs - startedMs };
}
