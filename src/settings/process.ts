/** The process that a command runs in, passed in so that tests can be one. */

import { Failure } from "../core/failure.ts";

/** The process, as far as commands may know it. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes a result. */
  readonly out: (text: string) => void;
  /** Writes a message for people. */
  readonly err: (text: string) => void;
  /** Shows how long each step takes, until there is a result. Undefined: nobody watches. */
  readonly watch?: (() => void) | undefined;
  readonly outIsTerminal: boolean;
  /** Width of the terminal. Undefined: the output goes elsewhere. */
  readonly columns?: number | undefined;
  /** Asks the person at the terminal. Undefined: there is none. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Fires when the process is told to stop. */
  readonly signal: AbortSignal;
}

/** Returns a failure of the command line. */
export function usageError(message: string, hint: string): Failure {
  return new Failure("usage", message, hint);
}
