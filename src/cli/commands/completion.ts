/** `landfall completion`: scripts for shells, and the words that they ask for. */

import { readConfig } from "../../settings/options.ts";
import { usageError } from "../../settings/process.ts";
import { command } from "../command.ts";
import { completionScript, shells } from "../completion.ts";
import { manifests, oneOf } from "../flags.ts";
import { loadListed } from "../program.ts";

export default command({
  description:
    "Print a script that lets a shell complete commands, flags, images and environments.",
  examples: [
    ['eval "$(landfall completion bash)"', "in ~/.bashrc; likewise zsh in ~/.zshrc"],
    ["landfall completion fish | source", "in ~/.config/fish/config.fish"],
  ],
  argument: ["[shell...]", `one of ${shells.join(", ")}`],
  flags: {
    list: oneOf("--list <what>", "print words of landfall.yaml instead, one a line", [
      "images",
      "environments",
    ]),
    config: manifests.config,
  },
  async run(flags, io, words) {
    if (flags.list !== undefined) {
      const config = await readConfig(flags, io);
      const images = config?.images?.map(({ name }) => name) ?? [];
      const names = flags.list === "images" ? images : Object.keys(config?.environments ?? {});
      io.out(names.map((name) => `${name}\n`).join(""));
      return 0;
    }
    const shell = shells.find((name) => name === words[0]);
    if (shell === undefined || words.length !== 1) {
      throw usageError("Cannot tell which shell is meant", `Name one of ${shells.join(", ")}.`);
    }
    io.out(completionScript(shell, await loadListed()));
    return 0;
  },
});
