import { describe, expect, test } from "vitest";
import {
  type PageReply,
  type SmokePage,
  smokeVerdict,
  tagsShown,
} from "../../../src/core/cluster/smoke.ts";
import { asRevision, asTag, type Tag } from "../../../src/core/ids.ts";

const revision = asRevision("1a2b3c4".padEnd(40, "0"))!;
const tag = asTag("sha-1a2b3c4")!;
const newer = new Set<Tag>([asTag("sha-9999999")!]);
const page: SmokePage = { url: "https://app.example.org", status: 200, contains: "Build: {tag}" };
const ok: PageReply = { status: 200, text: "", isCut: false, location: undefined };

type Row = readonly [string, Partial<SmokePage>, Partial<PageReply>, "done" | "waiting", RegExp];
const rows: readonly Row[] = [
  ["shows our build", {}, { text: "<p>Build: sha-1a2b3c4</p>" }, "done", /^shows "Build: sha-1/],
  ["shows the old build", {}, { text: "Build: sha-0000000" }, "waiting", /; it shows sha-0000000$/],
  ["shows a newer build", {}, { text: "Build: sha-9999999" }, "done", /^shows sha-9999999, which/],
  ["shows nothing", {}, {}, "waiting", /^"Build: sha-1a2b3c4" is not on the page$/],
  ["shows no tag where one stands", {}, { text: "Build: …" }, "waiting", /not on the page$/],
  ["is too long to read whole", {}, { isCut: true }, "waiting", /in the part of it that was read/],
  [
    "is not up",
    {},
    { status: 503, text: "Build: sha-1a2b3c4" },
    "waiting",
    /^status 503, not 200$/,
  ],
  [
    "has gone elsewhere",
    {},
    { status: 302, location: "/login" },
    "waiting",
    /redirects to "\/login/,
  ],
  [
    "is to redirect, and does",
    { status: 302, contains: undefined },
    { status: 302 },
    "done",
    /302/,
  ],
  ["is to show nothing", { contains: undefined }, {}, "done", /^status 200$/],
  ["shows the revision", { contains: "v{revision}" }, { text: `v${revision}` }, "done", /^shows/],
];

describe("a page that", () => {
  test.each(rows)("%s", (_, asked, said, kind, detail) => {
    const facts = { page: { ...page, ...asked }, reply: { ...ok, ...said }, tag, revision, newer };
    const verdict = smokeVerdict(facts);
    expect(verdict).toMatchObject({ kind, detail: expect.stringMatching(detail) });
  });

  test("shows many tags has at most three of them looked at", () => {
    const text = [1, 2, 3, 4].map((n) => `Build: sha-000000${n}`).join(" ");
    expect(tagsShown("Build: {tag}", text)).toEqual(["sha-0000001", "sha-0000002", "sha-0000003"]);
  });

  test("shows several others names them", () => {
    const text = "Build: sha-0000001 Build: sha-0000002";
    const facts = { page, reply: { ...ok, text }, tag, revision, newer };
    expect(smokeVerdict(facts).detail).toBe(
      '"Build: sha-1a2b3c4" is not on the page; it shows sha-0000001, sha-0000002',
    );
  });

  test("shows something else where the tag stands shows no tag", () => {
    expect(tagsShown("Build: {tag}", "Build: <b>sha-0000001</b>")).toEqual([]);
    expect(tagsShown(" \n{tag}", " \nsha-0000001")).toEqual([]);
  });

  test("could show a tag anywhere has none looked for", () => {
    expect(tagsShown("{tag}", "sha-0000001")).toEqual([]);
    expect(tagsShown("no tag in it", "sha-0000001")).toEqual([]);
  });
});
