/** How commands print: results, progress and failures. */

import { type Failure, printPlace } from "../core/failure.ts";
import type { Progress } from "../ports.ts";
import { inertJson, plain } from "../report/safe-text.ts";
import { coloured, type Style, uncoloured } from "../report/style.ts";
import type { OutputFlags, ReportFlags } from "../settings/output-flags.ts";
import type { Process } from "../settings/process.ts";
import { annotateFailure, publish } from "./publish.ts";

/** Returns the colours that suit the output: none for pipes, `--no-color` and NO_COLOR. */
export function styleFor(voice: OutputFlags, io: Process): Style {
  if (voice.color === false || (io.env.NO_COLOR ?? "") !== "") return uncoloured;
  const forced = (io.env.FORCE_COLOR ?? "0") !== "0";
  return io.outIsTerminal || forced ? coloured : uncoloured;
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
  io.out(telling.json ? `${inertJson(result)}\n` : text());
  publish(result, page, telling);
}

/** Prints a failure that no result tells of: what went wrong, where, and the remedy. */
export function printFailure(failure: Failure, io: Process): void {
  const place = failure.place === undefined ? "" : `${printPlace(failure.place)}: `;
  io.err(`landfall: ${plain(place + failure.message)}\n${plain(failure.hint)}\n`);
  annotateFailure(failure, io);
}
