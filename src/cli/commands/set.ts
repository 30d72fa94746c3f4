/** `landfall set`: assignments → files edited in place → what moved. */

import { localFiles } from "../../adapters/files.ts";
import { setText } from "../../report/text/set.ts";
import { parseAskedImage } from "../../settings/options.ts";
import { setImages } from "../../usecases/set.ts";
import { command } from "../command.ts";
import { list, mentions, neededList, output } from "../flags.ts";
import { printResult, styleFor } from "../output.ts";

export default command({
  description: "Move image tags in files in place. Only the bytes of tags and digests change.",
  examples: [
    ["landfall set ghcr.io/acme/web=v1.4.0 --path k8s", "one image, in every file below k8s"],
    [
      "landfall set ghcr.io/acme/web=v1.4.0@sha256:… --path k8s/web.yaml",
      "tag and digest, in one file",
    ],
  ],
  argument: ["<image=tag...>", "images and the tags they are to have"],
  flags: {
    path: neededList("--path <path>", "file or directory to edit"),
    exclude: list("--exclude <path>", "file or directory to leave out: * within one, ** across"),
    only: list("--only <kind/name>", "object whose pins are moved, for example Deployment/web"),
    field: list("--field <key>", "further field that holds NAME:TAG"),
    mentions,
    ...output,
  },
  async run(flags, io, words) {
    const images = words.map(parseAskedImage);
    const { path: paths, exclude, field: fields, mentions } = flags;
    const rules = { exclude, fields, mentions, only: flags.only?.map(selectorIn) };
    const result = await setImages({ images, paths, rules }, localFiles);
    printResult(result, () => setText(result, styleFor(flags, io)), { ...flags, io });
    return result.exit;
  },
});

/** Reads `Kind/name`, `Kind/*` or a kind alone. */
function selectorIn(text: string) {
  const [kind = "", name] = text.split("/");
  const given = (word: string | undefined) => (word === "" || word === "*" ? undefined : word);
  return { kind: given(kind), name: given(name) };
}
