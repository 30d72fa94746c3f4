/** Commands that only look: at one environment, or at several, one after the other. */

import { worstExit } from "../core/results/several.ts";
import { forEachEnvironment, type ManifestFlags, type ScopeSettings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { printResult, styleFor } from "./output.ts";

/** What a look at one environment comes to. */
interface LookResult {
  readonly command: string;
  readonly exit: number;
  readonly environment?: string | undefined;
}

/** How one environment is looked at, and what is printed of it. */
interface Look<Flags, Result> {
  readonly look: (own: Flags) => Promise<Result>;
  readonly text: (result: Result) => string;
}

/** Looks at each environment that is asked about, and prints what came of it as one result. */
export async function lookAtEach<Flags extends ManifestFlags, Result extends LookResult>(
  flags: Flags,
  io: Process,
  { look, text }: Look<Flags, Result>,
): Promise<number> {
  const results: Result[] = [];
  for (const own of await flagsOfEach(flags, io)) results.push(await look(own));
  const exit = worstExit(results);
  const [first] = results;
  const several = { version: 1, command: first!.command, exit, environments: results };
  const style = styleFor(flags, io);
  const head = ({ environment }: Result) =>
    environment === undefined ? "" : `${style.bold(environment)}\n`;
  const whole = () => results.map((each) => head(each) + text(each)).join("\n");
  printResult(results.length === 1 ? first! : several, whole, { ...flags, io });
  return exit;
}

/** Which environments there are may be what cannot be read: then that is what is looked at. */
async function flagsOfEach<Flags extends ManifestFlags>(flags: Flags, io: Process) {
  return flags.env === undefined ? [flags] : forEachEnvironment(flags, io);
}

/** Returns a result with the name of its environment, where it has one. */
export function named<Result extends object>(
  result: Result,
  { environment }: Pick<ScopeSettings, "environment">,
): Result & { readonly environment?: string } {
  return environment === undefined ? result : { ...result, environment };
}
