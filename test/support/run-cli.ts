/** Runs the command line in this process, as the shell would. */

import { main } from "../../src/cli.ts";

/** What a run printed, and its exit status. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `landfall ...argv` in a directory. */
export async function runCli(
  argv: readonly string[],
  at: {
    readonly cwd: string;
    readonly env?: Record<string, string>;
    readonly signal?: AbortSignal;
  },
): Promise<Ran> {
  let out = "";
  let err = "";
  const status = await main(argv, {
    env: { PATH: process.env.PATH, ...at.env },
    cwd: at.cwd,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outIsTerminal: false,
    signal: at.signal ?? new AbortController().signal,
  });
  return { status, out, err };
}
