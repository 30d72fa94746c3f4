/** `landfall approve`: flags → use case → result. */

import { plain } from "../../report/safe-text.ts";
import { settingsFrom } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import { approve } from "../../usecases/landing/approve.ts";
import { openPorts } from "../../wiring/index.ts";
import { command } from "../command.ts";
import { manifests, output, text } from "../flags.ts";
import { holdFlags, reasonIn, whoIn } from "../hold-flags.ts";
import { printResult, progressFor } from "../output.ts";

const flags = {
  revision: text("--revision <sha>", "commit of the source that may land", {
    env: "LANDFALL_REVISION",
  }),
  reason: holdFlags.reason,
  by: holdFlags.by,
  ...manifests,
  ...output,
};

export default command({
  description:
    "Let a revision through the gate of an environment that has `approve: true`. The approval is\n" +
    "kept beside the branch, and signed where deploy commits are. Nothing lands by it.",
  examples: [
    [
      'landfall approve --env prod --revision 1a2b3c4 --reason "tested by QA"',
      "prod may have that commit from now on",
    ],
    ['landfall approve --env prod --revision "$TAG" --reason "release notes read"', "a git tag"],
  ],
  flags,
  async run(flags, io) {
    const { revision } = flags;
    if (revision === undefined) {
      throw usageError("Cannot approve: no revision is given", "Name a commit: --revision SHA.");
    }
    const reason = reasonIn(flags, "approve");
    const by = whoIn(flags, io);
    const settings = await settingsFrom(flags, io);
    const { environment } = settings;
    if (environment === undefined || !settings.rules?.gate?.approve) {
      throw usageError(
        "Cannot approve: no environment is meant that waits for it",
        "Set approve: true for one of the environments in landfall.yaml, and name it with --env.",
      );
    }
    const progress = progressFor(flags, io);
    const ports = await openPorts(settings, { io, progress, registry: false });
    try {
      const approved = await approve({ environment, revision, reason, by }, ports);
      const result = { version: 1, command: "approve", exit: 0, environment, by, reason };
      const line = `approved ${approved} for ${environment}: ${plain(reason)} (${plain(by)})\n`;
      printResult({ ...result, revision: approved }, () => line, { ...flags, io });
      return 0;
    } finally {
      await ports.close();
    }
  },
});
