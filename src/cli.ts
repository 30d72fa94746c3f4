#!/usr/bin/env node
/** argv → one use case → stdout, stderr, exit status. The only file that reads `process`. */

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type LiveLine, liveLine } from "./cli/live-line.ts";
import { main } from "./cli/main.ts";
import type { Process } from "./settings/process.ts";

export { main };

function realIo(signal: AbortSignal, line: LiveLine): Process {
  return {
    env: process.env,
    cwd: process.cwd(),
    out(text) {
      line.stop();
      print(text);
    },
    err(text) {
      line.clear();
      process.stderr.write(text);
    },
    watch: process.stderr.isTTY && process.env.TERM !== "dumb" ? line.start : undefined,
    outIsTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns,
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    signal,
  };
}

/**
 * Prints on stdout. What was done is done: a reader that went away (`| head`)
 * or a full disk changes neither the exit status nor what is still to be tidied up.
 */
function print(text: string): void {
  process.stdout.write(text, (error) => {
    if (!error || ("code" in error && error.code === "EPIPE")) return;
    process.stderr.write(`landfall: the result could not be written: ${error.message}\n`);
  });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** Runs as a program: stops on a signal after cleaning up, and once more at once. */
async function run(): Promise<void> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(name === "SIGINT" ? 130 : 143);
    stop.abort(name);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  // Without a listener, what nobody could be told would end the program.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const line = liveLine((text) => process.stderr.write(text));
  const status = await main(process.argv.slice(2), realIo(stop.signal, line));
  line.stop();
  // A helper of git's that outlives it has our pipes, and would keep us until it ends.
  const leave = () => process.exit(status);
  if (process.stdout.destroyed) leave();
  process.stdout.write("", leave);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  void run();
}
