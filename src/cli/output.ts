/** How commands print: results, progress and failures. */

import { type Failure, printPlace } from "../core/failure.ts";
import { reportFailure } from "../core/results/promote.ts";
import type { Progress } from "../ports.ts";
import { inertJson, plain } from "../report/safe-text.ts";
import { withTimes } from "../report/schema/times.ts";
import { coloured, type Style, uncoloured } from "../report/style.ts";
import type { OutputFlags, ReportFlags } from "../settings/output-flags.ts";
import type { Process } from "../settings/process.ts";
import { annotateFailure, publish, writeResult } from "./publish.ts";

/** Returns the colours that suit the output: none for pipes, dumb terminals and who wants none. */
export function styleFor(voice: OutputFlags, io: Process): Style {
  if (voice.color === false || (io.env.NO_COLOR ?? "") !== "") return uncoloured;
  const forced = (io.env.FORCE_COLOR ?? "0") !== "0";
  const isCapable = io.outIsTerminal && io.env.TERM !== "dumb";
  return isCapable || forced ? coloured : uncoloured;
}

/** Returns progress that goes to the messages, or nowhere when asked to be quiet. */
export function progressFor(voice: OutputFlags, io: Process): Progress {
  const say = (text: string) => io.err(`${plain(text)}\n`);
  return voice.quiet ? { step: () => {}, warn: () => {} } : { step: say, warn: say };
}

/** How a result is asked for: the flags of its command, and what only some commands can make. */
export interface OutputOptions extends OutputFlags, ReportFlags {
  readonly io: Process;
  /** Makes the page that `--html` is for. */
  readonly page?: () => string;
}

/** Prints one result, an object for programs or text for people, and writes its reports. */
export function printResult(result: object, text: () => string, telling: OutputOptions): void {
  const { io, page } = telling;
  io.out(telling.json ? `${inertJson(withTimes(result))}\n` : text());
  writeResult(result, io);
  publish(result, page, telling);
}

/** How a failure outside of any result is printed. */
interface FailureOptions extends Pick<OutputFlags, "json"> {
  readonly io: Process;
  readonly command: string | undefined;
  readonly exit: number;
}

/** Prints a failure for people, and for programs when they have asked. */
export function printFailure(failure: Failure, options: FailureOptions): void {
  const place = failure.place === undefined ? "" : `${printPlace(failure.place)}: `;
  options.io.err(`landfall: ${plain(place + failure.message)}\n${plain(failure.hint)}\n`);
  annotateFailure(failure, options.io);
  printError(failure, options);
}

/** Prints a failure as one object, when a program has asked for one. */
export function printError(failure: Failure, { io, json, command, exit }: FailureOptions): void {
  const result = { version: 1, command, failure: reportFailure(failure), exit };
  if (json) io.out(`${inertJson(withTimes(result))}\n`);
  writeResult(result, io);
}
