/** `landfall init`: a repository → landfall.yaml and the workflows, then doctor. */

import { initText } from "../../report/text/init.ts";
import { loadConfigText } from "../../settings/config.ts";
import { type Process, usageError } from "../../settings/process.ts";
import { planInit, writeInit } from "../../usecases/init.ts";
import { version } from "../../version.ts";
import { openInit } from "../../wiring/init.ts";
import { command } from "../command.ts";
import { output, switchOff, toggle } from "../flags.ts";
import { printResult, styleFor } from "../output.ts";
import doctor from "./doctor.ts";

export default command({
  description:
    "Look through the repository for images, manifests, Dockerfiles and workflows, and write a\n" +
    "landfall.yaml and workflows with what was found. Files that are there stay as they are.",
  examples: [
    ["landfall init", "show what was found, ask, and write"],
    ["landfall init --yes --no-doctor", "write without asking, and check nothing afterwards"],
  ],
  flags: {
    yes: toggle("-y, --yes", "do not ask"),
    doctor: switchOff("--no-doctor", "do not run `landfall doctor` afterwards"),
    ...output,
  },
  async run(flags, io) {
    const { root, tree, origin, branch } = await openInit(io);
    const plan = await planInit({ origin, branch, version }, tree);
    // A file that Landfall itself would refuse is a bug, and is better found before it is written.
    for (const { path, text } of plan.files)
      if (path === "landfall.yaml") loadConfigText(path, text);
    const style = styleFor(flags, io);
    const isNew = plan.files.some(({ state }) => state === "new");
    if (isNew && !flags.yes && !(await agreed(() => initText(plan, style), io))) return 1;
    const result = await writeInit(plan, tree);
    printResult(result, () => initText(result, style), { ...flags, io });
    if (flags.json) return result.exit;
    if (flags.doctor) {
      await doctor.run(flags, { ...io, cwd: root }, []);
    }
    io.out(`\nNext: ${result.next.join("\n      ")}\n`);
    return result.exit;
  },
});

/** Asks the person at the terminal; without one nobody can agree but by --yes. */
async function agreed(shown: () => string, io: Process): Promise<boolean> {
  if (io.ask === undefined) {
    throw usageError(
      "Cannot ask whether to write: this is not a terminal",
      "Write without asking: `landfall init --yes`. Files that are there stay as they are.",
    );
  }
  io.err(shown());
  const answer = await io.ask("Write the new files? [Y/n] ");
  return /^(?:y|yes)?$/i.test(answer.trim());
}
