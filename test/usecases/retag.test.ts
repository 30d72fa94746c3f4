/** Which tags a retag gives, and which it leaves where they are. */

import { beforeEach, describe, expect, test } from "vitest";
import type { Digest, Revision, Tag } from "../../src/core/ids.ts";
import { parseImageName, printImageName } from "../../src/core/image-ref.ts";
import { newerThan, retag } from "../../src/usecases/retag.ts";
import { historyOf } from "../support/source-history.ts";

const web = parseImageName("registry.example.org/acme/web")!;
const digestOf = (mark: string) => `sha256:${mark.repeat(64)}` as Digest;
const revisionOf = (mark: string) => mark.repeat(40) as Revision;
const [latest, ours] = ["latest", "sha-bbbbbbb"] as Tag[];

/** Commits in a row, and one on a line of its own. */
const line = ["a", "b", "c"];
const aside = "d";

/** What stands in the registry: the digest by tag, and the label by digest. */
let tags: Map<string, Digest>;
let labels: Map<Digest, Revision>;
let written: string[];
let warnings: string[];
beforeEach(() => {
  tags = new Map([[ours!, digestOf("b")]]);
  labels = new Map([...line, aside].map((mark) => [digestOf(mark), revisionOf(mark)]));
  written = [];
  warnings = [];
});

const facts = {
  registry: {
    find: async (_: unknown, tag: Tag | Digest) => {
      const digest = tags.get(tag);
      return digest === undefined
        ? ({ kind: "missing" } as const)
        : ({ kind: "found", digest, mediaType: "application/json" } as const);
    },
    revisionOf: async (_: unknown, digest: Tag | Digest) => labels.get(digest as Digest),
  },
  history: historyOf({
    resolve: async (text: string) =>
      [...line, aside].map(revisionOf).find((revision) => revision.startsWith(text)),
    isAncestor: async (ancestor: Revision, descendant: Revision) => {
      const [before, after] = [ancestor, descendant].map((one) => line.indexOf(one[0]!));
      return before! >= 0 && before! <= after!;
    },
  }),
  progress: { step: () => {}, warn: (text: string) => warnings.push(text) },
};
const tagger = {
  addTag: async (image: typeof web, from: Tag | Digest, to: Tag) => {
    const digest = tags.get(from)!;
    tags.set(to, digest);
    written.push(`${printImageName(image)}:${to}`);
    return digest;
  },
};
/** Gives tags to what is of the second commit in the row. */
const ofOurs = async (more: readonly Tag[] = []) =>
  retag(
    { ...request, tags: [...request.tags, ...more] },
    { tagger, newerAt: await newerThan("bbbbbbb", facts) },
  );
const request = { images: [{ image: web, from: ours! }], tags: [latest!] };
const given = { image: printImageName(web), tag: latest, digest: digestOf("b"), outcome: "given" };

describe("a tag that stands at", () => {
  test.each([
    ["nothing", undefined],
    ["an older revision", "a"],
    ["the same revision", "b"],
    ["another line of history", aside],
    ["an image without a label", "e"],
  ])("%s is given", async (_, mark) => {
    if (mark !== undefined) tags.set("latest", digestOf(mark));
    expect(await ofOurs()).toEqual({ version: 1, command: "retag", exit: 0, images: [given] });
    expect(tags.get("latest")).toBe(digestOf("b"));
    expect(warnings).toEqual([]);
  });

  test("a newer revision is left there, and that is said; other tags are given", async () => {
    tags.set("latest", digestOf("c"));
    const { images, exit } = await ofOurs(["stable" as Tag]);
    expect(images).toEqual([
      {
        ...{ image: printImageName(web), tag: "latest", digest: digestOf("c") },
        ...{ outcome: "left", newer: revisionOf("c") },
      },
      { ...given, tag: "stable" },
    ]);
    expect(exit).toBe(0);
    expect(written).toEqual([`${printImageName(web)}:stable`]);
  });

  test("a revision that the source does not have is given, with a warning", async () => {
    tags.set("latest", digestOf("e"));
    labels.set(digestOf("e"), revisionOf("e"));
    const { images } = await ofOurs();
    expect(images).toEqual([given]);
    expect(warnings).toEqual([
      `${printImageName(web)}:latest is of ${revisionOf("e")}, which the source history does not have: it is moved`,
    ]);
  });
});

test("where nobody looks, every tag is given", async () => {
  tags.set("latest", digestOf("c"));
  expect((await retag(request, { tagger })).images).toEqual([given]);
});

test("a revision that is no commit is a mistake", async () => {
  await expect(newerThan("fffffff", facts)).rejects.toMatchObject({
    code: "unknown-revision",
    message: 'Cannot tag images of "fffffff": the source history has no such commit',
  });
});
