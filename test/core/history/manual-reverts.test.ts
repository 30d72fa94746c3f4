/** What people moved away by hand, in all the ways that a branch's history can hold it. */

import { describe, expect, test } from "vitest";
import type { FileChange, LoggedCommit } from "../../../src/core/history/commits.ts";
import { readTool } from "../../../src/core/history/deploys.ts";
import { MovedAway } from "../../../src/core/history/manual-reverts.ts";
import { revisionReader } from "../../../src/core/history/pin-revision.ts";
import type { FilePins } from "../../../src/core/history/pin-versions.ts";
import { Releases } from "../../../src/core/history/releases.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";
import type { CommitId, Revision } from "../../../src/core/ids.ts";
import { type RecordedOutcome, writeMessage } from "../../../src/core/landing/commit-message.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";

/** Five revisions in one line, named by their digit: 5 is the newest. */
const ids = ["5", "4", "3", "2", "1"].map((digit) => digit.repeat(40) as Revision);
const graph = new SourceGraph(
  ids.map((id, at) => {
    return { id, parents: ids.slice(at + 1, at + 2), atMs: 0, author: "ana", message: "work" };
  }),
);
const reader = revisionReader(graph, parseTagFormat("sha-{revision:7}"), new Releases());
const place = (digit: number) => graph.find(String(digit).repeat(40))!;
const pattern = /^chore\(gitops\): update image tags/;

/** Reads contents such as `web=3 api=4`, a pin a line; `#` pushes what follows a line down. */
function pinsIn(content: string): FilePins | undefined {
  if (content.includes("?")) return undefined;
  const words = content.split(" ");
  const rows = words.flatMap((word, at) => (word.includes("=") ? [[...word.split("="), at]] : []));
  const seen = new Map<string, number>();
  return {
    sites: rows.map(([name, , at]) => {
      const count = (seen.get(String(name)) ?? 0) + 1;
      seen.set(String(name), count);
      return { image: `acme/${name}`, key: `${name} ${count}`, line: Number(at) + 1 };
    }),
    held: rows.map(([, tag]) => (/^\d$/.test(String(tag)) ? tagOf(Number(tag)) : String(tag))),
  };
}

const tagOf = (digit: number) => `sha-${String(digit).repeat(7)}`;

type Tree = Readonly<Record<string, string>>;

/** Commits of a branch, each with all its files. */
class Branch {
  readonly #commits: LoggedCommit[] = [];
  readonly #trees = new Map<string, Tree>();
  readonly #changes = new Map<string, FileChange[]>();
  tip = "";

  /** Makes a commit on the tip, or on others. Files that are not named stay; "" takes one away. */
  hand(files: Tree, message = "ops: by hand\n", parents: readonly string[] = [this.tip]): CommitId {
    const id = String(this.#commits.length + 1).padStart(40, "0");
    const before: Tree = this.#trees.get(parents[0]!) ?? {};
    const all = Object.entries({ ...before, ...files }).filter(([, text]) => text !== "");
    const after: Tree = Object.fromEntries(all);
    const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changed = paths.filter((path) => before[path] !== after[path]);
    this.#changes.set(
      id,
      changed.map((path) => ({ path, before: before[path], after: after[path] })),
    );
    const made = parents.filter((parent) => parent !== "");
    this.#commits.push({ id, parents: made, atMs: 0, author: "ana", message });
    this.#trees.set(id, after);
    this.tip = id;
    return id as CommitId;
  }

  /** Makes a commit with Landfall's own words. */
  tool(digit: number, files: Tree, outcome: RecordedOutcome = "landed"): CommitId {
    return this.hand(files, words(digit, outcome));
  }

  /** Returns who took a revision out of a pin. */
  by(digit: number, file = "web.yaml", line = 1, image = "acme/web"): CommitId | undefined {
    const branch = {
      commits: [...this.#commits].reverse(),
      changes: this.#changes,
      pinsIn,
      toolOf: (commit: LoggedCommit) => readTool(commit, pattern),
    };
    return new MovedAway(branch, reader).by({ file, line, image }, place(digit));
  }
}

function words(digit: number, outcome: RecordedOutcome = "landed"): string {
  const [revision, tags] = [ids[5 - digit]!, [tagOf(digit)]];
  return writeMessage({ outcome, deploy: "d", revision, tags, moves: [], skipCi: true });
}

/** A branch on which revision 4 has landed, and was taken back to 2 by hand. */
function reverted() {
  const branch = new Branch();
  branch.hand({ "web.yaml": "web=1" });
  branch.tool(2, { "web.yaml": "web=2" });
  branch.tool(4, { "web.yaml": "web=4" });
  return { branch, back: branch.hand({ "web.yaml": "web=2" }, 'Revert "chore(gitops)"\n') };
}

describe("a revision that was moved away", () => {
  test("is known, with those that it has inside and that the pin no longer has", () => {
    const { branch, back } = reverted();
    expect([branch.by(4), branch.by(3)]).toEqual([back, back]);
  });

  test("does not stand for a newer one, which never landed", () => {
    expect(reverted().branch.by(5)).toBeUndefined();
  });

  test("is not moved away from another place, file or image", () => {
    const { branch } = reverted();
    expect(branch.by(4, "web.yaml", 2)).toBeUndefined();
    expect(branch.by(4, "api.yaml")).toBeUndefined();
    expect(branch.by(4, "web.yaml", 1, "acme/api")).toBeUndefined();
  });

  const web = (held: number | string): Tree => ({ "web.yaml": `web=${held}` });
  test.each<[string, (branch: Branch) => unknown, boolean]>([
    ["further back by hand", (branch) => branch.hand(web(1)), true],
    ["to a tag of no revision", (branch) => branch.hand(web("hotfix")), true],
    ["away, to come back as it was", (branch) => [branch.hand(web("")), branch.hand(web(2))], true],
    ["into what cannot be read", (branch) => [branch.hand(web("?")), branch.hand(web(2))], true],
    ["to something between by a deploy", (branch) => branch.tool(3, web(3)), true],
    ["further back by a rollback", (branch) => branch.tool(1, web(1), "rolled-back"), true],
    ["forth again by hand", (branch) => branch.hand(web(4)), false],
    ["forth again by a deploy", (branch) => branch.tool(4, web(4)), false],
    ["to something newer by a repair", (branch) => branch.tool(5, web(5), "recovered"), false],
  ])("is remembered or not when the pin goes %s", (_, then, isKnown) => {
    const { branch } = reverted();
    then(branch);
    expect(branch.by(4) !== undefined).toBe(isKnown);
  });

  test("is told by the last who moved it away", () => {
    const { branch } = reverted();
    branch.hand({ "web.yaml": "web=4" });
    const last = branch.hand({ "web.yaml": "web=1" });
    expect(branch.by(4)).toBe(last);
  });

  test("is remembered where the pin stands on another line now, also by a tool's commit", () => {
    const { branch, back } = reverted();
    branch.hand({ "web.yaml": "# web=2" });
    branch.tool(2, { "web.yaml": "# # web=2" });
    expect(branch.by(4, "web.yaml", 3)).toBe(back);
    expect(branch.by(4, "web.yaml", 1)).toBeUndefined();
  });

  test("is remembered when neighbours take each other's names at once", () => {
    const branch = new Branch();
    branch.hand({ "web.yaml": "web=4 web=4" });
    branch.hand({ "web.yaml": "web=4 web=2" });
    branch.hand({ "web.yaml": "web=2" });
    expect(branch.by(4)).toBeDefined();
  });
});

describe("files that are moved", () => {
  test.each<[string, (branch: Branch) => unknown]>([
    ["renamed", (branch) => branch.hand({ "web.yaml": "", "b.yaml": "web=2" })],
    ["renamed and edited", (branch) => branch.hand({ "web.yaml": "", "b.yaml": "# web=1" })],
    [
      "copied first, and removed later",
      (branch) => [branch.hand({ "b.yaml": "web=2" }), branch.hand({ "web.yaml": "" })],
    ],
    [
      "removed first, and back elsewhere",
      (branch) => [branch.hand({ "web.yaml": "" }), branch.hand({ "b.yaml": "web=2" })],
    ],
    [
      "renamed twice",
      (branch) => [
        branch.hand({ "web.yaml": "", "a.yaml": "web=2" }),
        branch.hand({ "a.yaml": "", "b.yaml": "web=2" }),
      ],
    ],
  ])("take along what people did: %s", (_, move) => {
    const { branch } = reverted();
    move(branch);
    const lines = [1, 2].map((line) => branch.by(4, "b.yaml", line));
    expect(lines.some((by) => by !== undefined)).toBe(true);
  });

  test("do not hide a way back that was gone in the same commit", () => {
    const branch = new Branch();
    branch.tool(4, { "web.yaml": "web=4" });
    const back = branch.hand({ "web.yaml": "", "b.yaml": "web=2" });
    expect(branch.by(4, "b.yaml")).toBe(back);
  });

  test("are no way back as they are, nor is a place that goes while others stay", () => {
    const branch = new Branch();
    branch.tool(4, { "web.yaml": "web=4", "cron.yaml": "web=2" });
    branch.hand({ "web.yaml": "", "b.yaml": "web=4" });
    branch.hand({ "b.yaml": "" });
    expect(branch.by(4, "cron.yaml")).toBeUndefined();
  });
});

describe("the words of a tool", () => {
  test("count where the diff does what they say: scripts and rollbacks do go back", () => {
    const branch = new Branch();
    branch.tool(4, { "web.yaml": "web=4" });
    branch.hand({ "web.yaml": "web=3" }, `chore(gitops): update image tags to ${tagOf(3)}\n`);
    expect(branch.by(4)).toBeUndefined();
    branch.tool(2, { "web.yaml": "web=2" }, "rolled-back");
    expect(branch.by(4)).toBeUndefined();
  });

  test.each<[string, string]>([
    ["an old deploy, picked or copied", words(2)],
    ["a repair", words(2, "recovered")],
    ["what says that it moved nothing", words(2, "superseded")],
    ["the end of a hold", words(2, "released")],
    ["a deploy of another revision", words(3)],
    ["a rollback to another revision", words(1, "rolled-back")],
  ])("do not count of %s", (_, message) => {
    const branch = new Branch();
    branch.tool(4, { "web.yaml": "web=4" });
    const back = branch.hand({ "web.yaml": "web=2" }, message);
    expect(branch.by(4)).toBe(back);
  });
});

describe("merges", () => {
  /** A branch where revision 4 landed, and a side that left before. */
  function parted() {
    const branch = new Branch();
    const base = branch.tool(2, { "web.yaml": "web=2" });
    const side = branch.hand({ "other.yaml": "api=1" }, "feat: side\n", [base]);
    const landed = branch.hand({ "web.yaml": "web=4" }, words(4), [base]);
    return { branch, base, side, landed };
  }

  test("that keep what landed took nothing away, whichever side was first", () => {
    const { branch, side, landed } = parted();
    branch.hand({ "web.yaml": "web=4" }, "Merge\n", [side, landed]);
    expect(branch.by(4)).toBeUndefined();
    branch.hand({}, "Merge\n", [landed, side]);
    expect(branch.by(4)).toBeUndefined();
  });

  test("that keep the side's older tag took it away", () => {
    const { branch, side, landed } = parted();
    const first = branch.hand({}, "Merge -s ours\n", [side, landed]);
    expect(branch.by(4)).toBe(first);
    const second = branch.hand({ "web.yaml": "web=2" }, "Merge -X theirs\n", [landed, side]);
    expect(branch.by(4)).toBe(second);
  });

  test("bring a way back along that somebody went on a side", () => {
    const { branch, side, landed } = parted();
    const back = branch.hand({ "web.yaml": "web=2" }, "Revert\n", [landed]);
    branch.hand({}, "Merge\n", [side, back]);
    expect(branch.by(4)).toBe(back);
    branch.hand({ "web.yaml": "web=2" }, "Merge\n", [landed, back]);
    expect(branch.by(4)).toBe(back);
  });

  test("do not make a rollback on a side people's", () => {
    const { branch, side, landed } = parted();
    const back = branch.hand({ "web.yaml": "web=2" }, words(2, "rolled-back"), [landed]);
    branch.hand({}, "Merge\n", [side, back]);
    expect(branch.by(4)).toBeUndefined();
    branch.hand({ "web.yaml": "web=2" }, "Merge\n", [landed, back]);
    expect(branch.by(4)).toBeUndefined();
  });
});
