/** What a command has of the process it runs in, passed in so that tests can be one. */

import { Failure, printPlace } from "../core/failure.ts";
import type { Progress } from "../ports.ts";
import { inertJson, plain } from "../report/safe-text.ts";
import { coloured, type Style, uncoloured } from "../report/style.ts";
import { annotateFailure, publish, type ReportFlags } from "./publish.ts";

/** The process, as far as commands may know it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes a result. */
  readonly out: (text: string) => void;
  /** Writes a message for people. */
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
  /** Fires when the process is told to stop. */
  readonly signal: AbortSignal;
}

/** How a command may speak. Every command has these flags. */
export interface Voice {
  readonly json?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Returns the colours that suit the output: none for pipes, `--no-color` and NO_COLOR. */
export function styleFor(voice: Voice, io: Io): Style {
  if (voice.color === false || (io.env.NO_COLOR ?? "") !== "") return uncoloured;
  const forced = (io.env.FORCE_COLOR ?? "0") !== "0";
  return io.outIsTerminal || forced ? coloured : uncoloured;
}

/** Returns progress that goes to the messages, or nowhere when asked to be quiet. */
export function progressFor(voice: Voice, io: Io): Progress {
  const say = (text: string) => io.err(`${plain(text)}\n`);
  return voice.quiet ? { step: () => {}, warn: () => {} } : { step: say, warn: say };
}

/** How a result is asked for: the flags of its command, and what only some commands can make. */
export interface Telling extends Voice, ReportFlags {
  readonly io: Io;
  /** Makes the page that `--html` is for. */
  readonly page?: () => string;
}

/** Prints one result, an object for programs or text for people, and writes its reports. */
export function printResult(result: object, text: () => string, telling: Telling): void {
  const { io, page } = telling;
  io.out(telling.json ? `${inertJson(result)}\n` : text());
  publish(result, page, telling);
}

/** Prints a failure that no result tells of: what went wrong, where, and the remedy. */
export function printFailure(failure: Failure, io: Io): void {
  const place = failure.place === undefined ? "" : `${printPlace(failure.place)}: `;
  io.err(`landfall: ${plain(place + failure.message)}\n${plain(failure.hint)}\n`);
  annotateFailure(failure, io);
}

/** Returns a failure of the command line. */
export function usage(message: string, hint: string): Failure {
  return new Failure("usage", message, hint);
}
