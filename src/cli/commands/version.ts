/** `landfall version`: this program, and the two that it runs on. */

import { version } from "../../version.ts";
import { command } from "../command.ts";
import { output } from "../flags.ts";
import { printResult } from "../output.ts";

export default command({
  description: "Print the version of Landfall.",
  examples: [
    ["landfall version", "the version alone"],
    ["landfall version --json", "one JSON object, for a program"],
  ],
  flags: output,
  async run(flags, io) {
    const result = { version: 1, command: "version", landfall: version, exit: 0 };
    printResult(result, () => `${version}\n`, { ...flags, io });
    return result.exit;
  },
});
