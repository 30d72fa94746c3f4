/** What to say of an error that no result tells of, and the exit status it deserves. */

import { exitOfFailure, Failure } from "../core/failure.ts";
import { plainLines } from "../report/safe-text.ts";
import type { Process } from "../settings/process.ts";
import { printFailure } from "./output.ts";

/** Prints an error and returns its exit status. Anything but a Failure is a bug of ours. */
export function explain(error: unknown, io: Process): number {
  if (error instanceof Failure) {
    printFailure(error, io);
    return exitOfFailure(error.code);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`landfall: this is a bug in Landfall, please report it\n${plainLines(stack)}\n`);
  return 1;
}
