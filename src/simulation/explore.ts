/** Every order of every step of a small race, and every place where a fault could strike it. */

import { landPolicy } from "../usecases/landing/land.ts";
import { type Crew, realCrew } from "./actors/commands.ts";
import { CommandMemory } from "./actors/memory.ts";
import { check } from "./checker.ts";
import { allFates, type Budget, type EnumeratedChoices } from "./choices.ts";
import { historyOf, type SimulationRun, start } from "./harness.ts";
import type { Violation } from "./invariants/history.ts";
import type { PinsRead } from "./invariants/ledger.ts";
import { idOf } from "./model/objects.ts";
import { type Companions, type RaceShape, scenarioOf } from "./scenario.ts";
import { World } from "./world.ts";

/** Which small race to explore. */
export interface ExploreOptions {
  readonly deployers: number;
  readonly shape: RaceShape;
  /** Who races beside them. Absent: nobody. */
  readonly company?: Companions | undefined;
  readonly together?: boolean;
  readonly budget: Budget;
  readonly crew?: Partial<Crew>;
  /** Whether states that were met before are gone through again. Only to test the exploring. */
  readonly revisit?: boolean;
  /** Whether every use case is run from its beginning, in every run. Only to test the exploring. */
  readonly forget?: boolean;
}

/** What exploring found. */
export interface Exploration {
  /** Runs that went to their end, and those that came to a state from which all was known. */
  readonly runs: number;
  readonly pruned: number;
  readonly states: number;
  /** How each run ended: what every deployer said, in order. Without repeats. */
  readonly endings: ReadonlySet<string>;
  /** The first run that broke laws, with its steps. */
  readonly broken: { violations: readonly Violation[]; trace: readonly string[] } | undefined;
}

const stepsMax = 5_000;

/**
 * Runs a race in every order. Two runs that come to the same state (where the branch stood, what
 * everyone was told and waits for) go on alike, so the second ends there; and what an actor was
 * seen to do when it was told the same before, it is taken to do again.
 */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const seen = new Set<string>();
  const endings = new Set<string>();
  const pins: PinsRead = new Map();
  // What a mutant does may depend on more than what it is answered.
  const memory = options.crew === undefined && !options.forget ? new CommandMemory() : undefined;
  let runs = 0;
  let pruned = 0;
  let broken: Exploration["broken"];
  for (const choices of allFates(options.budget)) {
    const isKnown = (world: World) => {
      if (!choices.isFresh()) return false;
      const state = stateOf(world, choices);
      if (seen.has(state)) return options.revisit !== true;
      seen.add(state);
      return false;
    };
    const run = await runOnce(options, { choices, memory, isKnown });
    if (run === undefined) {
      pruned += 1;
      continue;
    }
    runs += 1;
    const evidence = historyOf(run.run, run.operations);
    endings.add(run.operations.map(({ actor, end }) => `${actor} ${end?.outcome}`).join(", "));
    const violations = check(evidence, pins);
    if (violations.length > 0) broken = { violations, trace: run.run.world.scheduler.trace };
    if (broken !== undefined) break;
  }
  return { runs, pruned, states: seen.size, endings, broken };
}

/** One path through the choices, and where it may stop. */
interface PathOptions {
  readonly choices: EnumeratedChoices;
  readonly memory: CommandMemory | undefined;
  readonly isKnown: (world: World) => boolean;
}

/** Runs one path to its end. Undefined: it came to a state that is known. */
async function runOnce(
  { crew, ...cast }: ExploreOptions,
  { choices, memory, isKnown }: PathOptions,
) {
  const scenario = scenarioOf(cast, choices);
  const world = new World(scenario, choices, "free");
  const run: SimulationRun = {
    ...{ world, scene: scenario, crew: { ...realCrew, ...crew }, policy: landPolicy },
    ...(memory && { memory }),
  };
  const operations = start(run);
  let stopped = false;
  await world.scheduler.run(stepsMax, () => {
    stopped = isKnown(world);
    return stopped;
  });
  return stopped ? undefined : { run, operations };
}

function stateOf(world: World, fate: EnumeratedChoices): string {
  const injected = [...fate.injected].flat().join(" ");
  return idOf(`${fate.left()} ${injected}\n${world.state()}`);
}
