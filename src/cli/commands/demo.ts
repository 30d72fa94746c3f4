/** `landfall demo`: the whole loop on loopback, shown. */

import { tmpdir } from "node:os";
import { systemClock, systemRandom } from "../../adapters/system.ts";
import { runDemo as play } from "../../demo/run.ts";
import { demoText } from "../../report/text/demo.ts";
import { command } from "../command.ts";
import { output, toggle } from "../flags.ts";
import { printResult, progressFor, styleFor } from "../output.ts";

const flags = {
  keep: toggle("--keep", "keep the folder with the repositories to look at"),
  ...output,
};

export default command({
  description: "Run the whole loop on loopback: a git server, a registry, and two racing deploys.",
  examples: [
    ["landfall demo", "two deploys race, and both come out right"],
    ["landfall demo --keep", "keep the repositories, to look at them with git"],
  ],
  flags,
  async run(flags, io) {
    const result = await play({
      env: io.env,
      temporary: tmpdir(),
      folder: flags.keep ? "keep" : "remove",
      clock: systemClock,
      random: systemRandom,
      progress: progressFor(flags, io),
      signal: io.signal,
    });
    printResult(result, () => demoText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
  },
});
