/**
 * `landfall retag`: gives published images further tags, without a build and at the same digest.
 */

import { asDigest, asTag } from "../../core/ids.ts";
import { type GitPlaces, parseAskedImage, placesIn, readConfig } from "../../settings/options.ts";
import { type Process, usageError } from "../../settings/process.ts";
import { checkRegistryPassword } from "../../settings/secrets.ts";
import { type NewerAt, newerThan, type RetagResult, retag } from "../../usecases/retag.ts";
import { openRevisions, openTagger } from "../../wiring/retag.ts";
import { command } from "../command.ts";
import { type FlagsOf, neededList, output, places, text } from "../flags.ts";
import { printResult, progressFor } from "../output.ts";

const flags = {
  to: neededList("--to <tag>", "tag to give"),
  revision: text(
    "--revision <sha>",
    "commit the images were built from; a tag that a newer image has is left alone",
  ),
  ...places,
  ...output,
};

type RetagFlags = FlagsOf<typeof flags>;

export default command({
  description: "Give published images further tags, without a build and at the same digest.",
  examples: [
    ["landfall retag ghcr.io/acme/web=sha-1a2b3c4 --to v1.4.0", "a release tag for a tested image"],
    [
      "landfall retag ghcr.io/acme/web=sha-1a2b3c4 --to latest --revision 1a2b3c4",
      "move latest, unless it is at a newer commit already",
    ],
  ],
  argument: ["<image=tag...>", "images, each with the tag or digest it has"],
  flags,
  async run(flags, io, words) {
    const places = placesIn(flags, await readConfig(flags, io), io);
    const request = { images: words.map(parseWord), tags: flags.to.map(parseTag) };
    const registries = request.images.map(({ image }) => image.registry);
    checkRegistryPassword(registries, io);
    const tagger = await openTagger(places.config, io);
    const result = await withLook(flags, { places, io }, (newerAt) =>
      retag(request, { tagger, newerAt }),
    );
    printResult(result, () => retagText(result), { ...flags, io });
    return result.exit;
  },
});

/** Has tags checked before they are given, if the revision they belong to is known. */
async function withLook<T>(
  flags: RetagFlags,
  { places, io }: { readonly places: GitPlaces; readonly io: Process },
  give: (newerAt: NewerAt | undefined) => Promise<T>,
): Promise<T> {
  if (flags.revision === undefined) return give(undefined);
  const facts = await openRevisions(places, io);
  try {
    return await give(
      await newerThan(flags.revision, { ...facts, progress: progressFor(flags, io) }),
    );
  } finally {
    await facts.close();
  }
}

function parseTag(text: string) {
  const tag = asTag(text);
  if (tag !== undefined) return tag;
  throw usageError(`Cannot use the tag "${text}"`, "Write a tag that OCI allows.");
}

function parseWord(word: string) {
  const equals = word.indexOf("=");
  const { image } = parseAskedImage(word.slice(0, equals < 0 ? undefined : equals));
  const from = asDigest(word.slice(equals + 1)) ?? asTag(word.slice(equals + 1));
  if (equals < 0 || from === undefined) {
    throw usageError(`Cannot read "${word}"`, "Write NAME=TAG or NAME=sha256:DIGEST.");
  }
  return { image, from };
}

function retagText({ images }: RetagResult): string {
  const lines = images.map(({ image, tag, digest, newer }) => {
    const why = newer === undefined ? "" : `  left there: it is of ${newer}, which is newer`;
    return `${image}:${tag}@${digest}${why}\n`;
  });
  return lines.join("");
}
