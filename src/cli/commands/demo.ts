/** `landfall demo`: the whole loop on loopback, shown. */

import { tmpdir } from "node:os";
import { systemClock, systemRandom } from "../../adapters/system.ts";
import { runEnvironmentsDemo } from "../../demo/environments.ts";
import { runDemo } from "../../demo/run.ts";
import { demoText } from "../../report/text/demo.ts";
import { demoEnvironmentsText } from "../../report/text/demo-environments.ts";
import type { Process } from "../../settings/process.ts";
import { command } from "../command.ts";
import { output, toggle } from "../flags.ts";
import { main } from "../main.ts";
import { printResult, progressFor, styleFor } from "../output.ts";

const flags = {
  environments: toggle("--environments", "show staging and prod, a rollback and a freeze instead"),
  keep: toggle("--keep", "keep the folder with the repositories"),
  ...output,
};

export default command({
  description: "Run the whole loop on loopback: a git server, a registry, and two racing deploys.",
  examples: [
    ["landfall demo", "two deploys race, and both come out right"],
    ["landfall demo --environments", "from staging to prod, back, and not during a freeze"],
    ["landfall demo --keep", "keep the repositories, to look at them with git"],
  ],
  flags,
  async run(flags, io) {
    const options = {
      env: io.env,
      temporary: tmpdir(),
      folder: flags.keep ? ("keep" as const) : ("remove" as const),
      clock: systemClock,
      random: systemRandom,
      progress: progressFor(flags, io),
      signal: io.signal,
    };
    const style = styleFor(flags, io);
    if (flags.environments) {
      const result = await runEnvironmentsDemo(options, (words, where) => run(words, where, io));
      printResult(result, () => demoEnvironmentsText(result, style), { ...flags, io });
      return result.exit;
    }
    const result = await runDemo(options);
    printResult(result, () => demoText(result, style), { ...flags, io });
    return result.exit;
  },
});

/** Runs one command in this process. */
async function run(
  words: readonly string[],
  where: Pick<Process, "cwd" | "env">,
  { signal }: Process,
) {
  let out = "";
  const print = (text: string) => {
    out += text;
  };
  const quiet = { err: () => {}, outIsTerminal: false, signal };
  const status = await main([...words, "--quiet"], { ...where, ...quiet, out: print });
  return { status, out };
}
