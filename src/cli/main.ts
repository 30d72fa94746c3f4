/** argv → one command → its exit status. */

import { CommanderError } from "commander";
import type { Process } from "../settings/process.ts";
import { program } from "./program.ts";

/**
 * Runs one command and returns its exit status (docs/design.md, section 2). Never exits by itself.
 *
 * @param argv The words after the program's name.
 */
export async function main(argv: readonly string[], io: Process): Promise<number> {
  let status = 0;
  const finish = (code: number) => {
    status = code;
  };
  try {
    const command = await program(io, finish, argv);
    await command.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    // Asking for help or the version is not a mistake.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { explain } = await import("./explain.ts");
    return explain(error, argv, io);
  }
}
