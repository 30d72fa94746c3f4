/** The newest revision that has all its images: which are asked for, what is said of the rest. */

import { describe, expect, test } from "vitest";
import type { Digest, Revision, Tag } from "../../../src/core/ids.ts";
import { parseImageName, printImageName } from "../../../src/core/image-ref.ts";
import { parseTagFormat, tagOf } from "../../../src/core/tag-format.ts";
import type { Registry, SourceHistory } from "../../../src/ports.ts";
import {
  type CodeCommit,
  findNewestPublished,
  type TaggedRevision,
} from "../../../src/usecases/sync/newest-published.ts";

const tagFormat = parseTagFormat("sha-{revision:7}");
const names = ["acme/web", "acme/api"];
const images = names.map((name) => parseImageName(name)!);
const revisions = ["5", "4", "3", "2", "1"].map((digit) => digit.repeat(40) as Revision);
/** Newest first, a minute apart: the newest is one minute old. */
const commits = revisions.map((revision, at): CodeCommit => {
  const named = { revision, tag: tagOf(tagFormat, revision) };
  return { ...named, parent: revisions[at + 1], same: [], atMs: -(at + 1) * 60_000 };
});
const at = (digit: number) => revisions[5 - digit]!;
const tag = (digit: number) => tagOf(tagFormat, at(digit));

interface Asked {
  /** What the registry has: `web5 api5`. */
  readonly published: string;
  readonly graceMinutes?: number;
  /** Revisions that changed the images' paths; all unless named. */
  readonly changing?: readonly number[];
  readonly passed?: number;
  readonly paths?: readonly string[] | undefined;
}

async function find({ published, graceMinutes = 0, changing, passed, paths = ["app"] }: Asked) {
  const shelf = new Set(published.split(" "));
  const asked: string[] = [];
  const registry = {
    find: async (image, reference) => {
      const short = `${printImageName(image).slice(5)}${reference[4]}`;
      asked.push(short);
      const digest = `sha256:${short.padEnd(64, "0")}` as Digest;
      return shelf.has(short) ? { kind: "found", digest, mediaType: "" } : { kind: "missing" };
    },
  } as Partial<Registry> as Registry;
  const history = {
    changed: async (from, to, under) => {
      expect([to, under]).toEqual([revisions[revisions.indexOf(from) - 1], ["app"]]);
      return changing === undefined || changing.some((digit) => at(digit) === to);
    },
  } as Partial<SourceHistory> as SourceHistory;
  const passedBy = async (commit: TaggedRevision) =>
    passed !== undefined && commit.revision === at(passed) ? commit : undefined;
  const group = { images, paths };
  const question = { group, commits, nowMs: 0, graceMs: graceMinutes * 60_000 };
  const whole = await findNewestPublished({ ...question, passedBy }, { registry, history });
  return { whole, asked };
}

const wanted = (digit: number) => ({ revision: at(digit), tag: tag(digit) });

describe("what is wanted is", () => {
  test("the newest, where all its images are there", async () => {
    const { whole, asked } = await find({ published: "web5 api5 web4 api4" });
    expect(whole).toEqual({
      wanted: wanted(5),
      digests: new Map(
        names.map((name) => [name, `sha256:${`${name.slice(5)}5`.padEnd(64, "0")}`]),
      ),
      ...{ coming: undefined, stalled: undefined },
    });
    expect(asked).toEqual(["web5", "api5"]);
  });

  test("the next, where one of them is missing: that one has stalled", async () => {
    const { whole } = await find({ published: "web5 web4 api4" });
    const stalled = { ...wanted(5), missing: ["acme/api"] };
    expect(whole).toMatchObject({ wanted: wanted(4), stalled, coming: undefined });
  });

  test("what the pins hold already, without a question", async () => {
    const { whole, asked } = await find({ published: "web4 api4", passed: 5 });
    expect(whole).toMatchObject({ wanted: wanted(5), digests: new Map() });
    expect(asked).toEqual([]);
  });

  test("nothing, where none is whole: the newest has stalled", async () => {
    const { whole, asked } = await find({ published: "web2" });
    const stalled = { ...wanted(5), missing: names };
    expect(whole).toEqual({ wanted: undefined, digests: new Map(), coming: undefined, stalled });
    // Of the older ones, what the newer one lacked is asked for first, and is mostly enough.
    expect(asked).toEqual(["web5", "api5", "web4", "web3", "web2", "web2", "api2", "api1"]);
  });
});

describe("a revision that changed nothing of the images", () => {
  test("has not stalled: the one before it that did has", async () => {
    const { whole } = await find({ published: "web3 api3", changing: [4] });
    const stalled = { ...wanted(4), missing: names };
    expect(whole).toMatchObject({ wanted: wanted(3), stalled });
  });

  test("is not coming: the one before it that did is", async () => {
    const published = "web2 api2";
    const { whole, asked } = await find({ published, changing: [4], graceMinutes: 4 });
    expect(whole).toMatchObject({ wanted: wanted(2), coming: tag(4), stalled: undefined });
    expect(asked).toEqual(["web2", "api2"]);
  });
});

describe("what is younger than the grace time", () => {
  test.each([
    [1, 5, undefined],
    [2, 4, 5],
    [3, 3, 5],
  ])(
    "of %i minutes is not asked for: %i is wanted, %s is coming",
    async (minutes, found, coming) => {
      const published = "web5 api5 web4 api4 web3 api3";
      const { whole } = await find({ published, graceMinutes: minutes });
      const expected: Tag | undefined = coming === undefined ? undefined : tag(coming);
      expect(whole).toMatchObject({ wanted: wanted(found), coming: expected });
    },
  );
});

test.each([
  ["of images that every change rebuilds", { published: "web4 api4", paths: undefined }, 5],
  ["that is the first of all", { published: "", changing: [] }, 1],
] as const)("a revision %s has stalled without a look at its paths", async (_, asked, digit) => {
  const { whole } = await find(asked);
  expect(whole.stalled?.revision).toBe(at(digit));
});
