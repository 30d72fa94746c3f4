/** `landfall race`: one seeded race in the lab, on a model of the remote. Touches no network. */

import { raceText } from "../report/text/race.ts";
import type { OutputFlags } from "../settings/output-flags.ts";
import { type Process, usageError } from "../settings/process.ts";
import { parseFaults } from "../simulation/faults.ts";
import { race } from "../simulation/race.ts";
import type { RaceShape } from "../simulation/scenario.ts";
import { printResult, styleFor } from "./output.ts";

/** The flags of the command, as typed. */
export interface RaceFlags extends OutputFlags {
  readonly deployers: string;
  readonly syncs: string;
  readonly rollbacks: string;
  readonly foreign: string;
  readonly seed: string;
  readonly shape: RaceShape;
  readonly faults: string;
  readonly timeout?: string;
}

const few = { from: 0, to: 64 } as const;

/**
 * Runs the command and returns its exit status: 0 when no law is broken, 1 otherwise.
 *
 * @throws Failure `usage` for a number or a fault that cannot be read.
 */
export async function runRace(flags: RaceFlags, io: Process): Promise<number> {
  const result = await race({
    deployers: wholeNumber(flags.deployers, { flag: "--deployers", from: 1, to: 64 }),
    company: {
      syncs: wholeNumber(flags.syncs, { flag: "--syncs", ...few }),
      rollbacks: wholeNumber(flags.rollbacks, { flag: "--rollbacks", ...few }),
      foreign: wholeNumber(flags.foreign, { flag: "--foreign", ...few }),
    },
    seed: wholeNumber(flags.seed, { flag: "--seed", from: 0, to: 2 ** 31 - 1 }),
    shape: flags.shape,
    faults: parseFaults(flags.faults),
    ...timeoutOf(flags),
  });
  printResult(result, () => raceText(result, styleFor(flags, io)), { ...flags, io });
  return result.exit;
}

/** The replay line of a race writes its deadline as `--timeout 20000ms`. */
function timeoutOf({ timeout }: RaceFlags): { readonly timeoutMs?: number } {
  if (timeout === undefined) return {};
  const bounds = { flag: "--timeout", from: 1, to: 3_600_000 };
  return { timeoutMs: wholeNumber(timeout.replace(/ms$/, ""), bounds) };
}

interface Bounds {
  readonly flag: string;
  readonly from: number;
  readonly to: number;
}

function wholeNumber(text: string, { flag, from, to }: Bounds): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw usageError(`Cannot read ${flag} "${text}"`, `Write a whole number from ${from} to ${to}.`);
}
