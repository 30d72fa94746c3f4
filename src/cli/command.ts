/** What a command is: its words, its flags, and what it does. */

import type { Process } from "../settings/process.ts";
import type { FlagSet, FlagsOf } from "./flags.ts";

/** A call of the command, as typed, and what it is for. */
export type Example = readonly [line: string, why: string];

/** One command of the command line. */
export interface CommandSpec<Flags extends FlagSet = FlagSet> {
  /** Sentences. Help shows them above the options. */
  readonly description: string;
  readonly examples: readonly Example[];
  /** What follows the command's name, such as `<image=tag...>`, and what it is. */
  readonly argument?: readonly [spelling: string, description: string];
  /** Under the names that commander gives their values. */
  readonly flags: Flags;
  /** Returns the exit status. */
  run(flags: FlagsOf<Flags>, io: Process, words: readonly string[]): Promise<number>;
}

/** A command that only holds others. */
export interface CommandGroup {
  readonly description: string;
  readonly commands: Readonly<Record<string, CommandSpec>>;
}

/** Declares a command. Its flags alone say what `run` is given. */
export function command<Flags extends FlagSet>(spec: CommandSpec<Flags>): CommandSpec<Flags> {
  return spec;
}
