/**
 * `landfall retag`: gives published images further tags, without a build and at the same digest.
 */

import { asDigest, asTag } from "../core/ids.ts";
import { printImageName } from "../core/image-ref.ts";
import { openPusher } from "../wiring.ts";
import { type Io, printResult, usage, type Voice } from "./io.ts";
import { checkRegistryPassword } from "./secrets.ts";
import { parseAskedImage, readConfig } from "./settings.ts";

/**
 * Runs the command and returns its exit status.
 *
 * @param words Each `NAME=FROM`, where FROM is a tag or a digest.
 */
export async function runRetag(
  words: readonly string[],
  flags: Voice & { readonly config?: string; readonly to: readonly string[] },
  io: Io,
): Promise<number> {
  const config = await readConfig(flags, io);
  const tags = flags.to.map((text) => {
    const tag = asTag(text);
    if (tag === undefined)
      throw usage(`Cannot use the tag "${text}"`, "Write a tag that OCI allows.");
    return tag;
  });
  const images = words.map((word) => {
    const equals = word.indexOf("=");
    const { image } = parseAskedImage(word.slice(0, equals < 0 ? undefined : equals));
    const from = asDigest(word.slice(equals + 1)) ?? asTag(word.slice(equals + 1));
    if (equals < 0 || from === undefined) {
      throw usage(`Cannot read "${word}"`, "Write NAME=TAG or NAME=sha256:DIGEST.");
    }
    return { image, from };
  });
  const registries = images.map(({ image }) => image.registry);
  checkRegistryPassword(registries, io);
  const pusher = await openPusher(config, io);
  const done: { image: string; tag: string; digest: string }[] = [];
  for (const { image, from } of images) {
    for (const tag of tags) {
      const digest = await pusher.addTag(image, from, tag);
      done.push({ image: printImageName(image), tag, digest });
    }
  }
  const result = { version: 1, command: "retag", images: done };
  const text = () => done.map((row) => `${row.image}:${row.tag}@${row.digest}\n`).join("");
  printResult(result, text, { ...flags, io });
  return 0;
}
