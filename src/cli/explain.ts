/** What to say of an error that no result tells of, and the exit status it deserves. */

import { CommanderError } from "commander";
import { exitOfFailure, Failure } from "../core/failure.ts";
import { plainLines } from "../report/safe-text.ts";
import { type Process, usageError } from "../settings/process.ts";
import { printError, printFailure } from "./output.ts";
import { annotateFailure } from "./publish.ts";

/**
 * Prints an error and returns its exit status. Anything but a Failure is a bug of ours.
 *
 * @param argv The words of the command line: the first names the command.
 */
export function explain(error: unknown, argv: readonly string[], io: Process): number {
  const how = { command: argv[0], json: argv.includes("--json"), io };
  if (error instanceof CommanderError) {
    // Commander has printed what was wrong, and where help is.
    const failure = usageError(error.message.replace(/^error: /, ""), "See the command's --help.");
    annotateFailure(failure, io);
    printError(failure, { ...how, exit: 2 });
    return 2;
  }
  if (error instanceof Failure) {
    const exit = exitOfFailure(error.code);
    printFailure(error, { ...how, exit });
    return exit;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`landfall: this is a bug in Landfall, please report it\n${plainLines(stack)}\n`);
  return 1;
}
