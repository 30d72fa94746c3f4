/** A branch's commits → its deploys: which count, what each moved, and which revision it is of. */

import { describe, expect, test } from "vitest";
import type { FileChange, LoggedCommit } from "../../../src/core/history/commits.ts";
import { deploySteps, readTool } from "../../../src/core/history/deploys.ts";
import { revisionReader } from "../../../src/core/history/pin-revision.ts";
import type { FilePins } from "../../../src/core/history/pin-versions.ts";
import { Releases } from "../../../src/core/history/releases.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { type RecordedOutcome, writeMessage } from "../../../src/core/landing/commit-message.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";

/** Three revisions in one line, the newest first, and the tags made of them. */
const revisions = ["c", "b", "a"].map((digit) => digit.repeat(40) as Revision);
const [tagC, tagB, tagA] = ["ccccccc", "bbbbbbb", "aaaaaaa"].map((digits) => `sha-${digits}`);
const graph = new SourceGraph(
  revisions.map((id, at) => {
    return { id, parents: revisions.slice(at + 1, at + 2), atMs: 0, author: "ana", message: "" };
  }),
);
const reader = revisionReader(graph, parseTagFormat("sha-{revision:7}"), new Releases());
const pattern = /^chore\(gitops\): (?:update image tags|recover missing manifest update)/;

/** Reads contents such as `web=a api=b`; `#` pushes what follows a line down. */
function pinsIn(content: string): FilePins | undefined {
  if (content === "unreadable") return undefined;
  const words = content.split(" ");
  const rows = words.flatMap((word, at) => (word.includes("=") ? [[...word.split("="), at]] : []));
  return {
    sites: rows.map(([name, , at]) => ({
      ...{ image: `acme/${name}`, key: String(name), line: Number(at) + 1 },
    })),
    held: rows.map(([, tag]) => String(tag)),
  };
}

interface Made {
  readonly message?: string;
  readonly parents?: readonly string[];
  /** By path: the content before and after. */
  readonly files?: Readonly<Record<string, readonly [before?: string, after?: string]>>;
}

/** Keeps commits in the order they are made; ids are `1`, `2` and so on. */
class Branch {
  readonly commits: LoggedCommit[] = [];
  readonly changes = new Map<string, FileChange[]>();

  make({ message = "bump\n", parents, files = {} }: Made): string {
    const id = String(this.commits.length + 1);
    const before = this.commits.at(-1)?.id;
    const own = parents ?? (before === undefined ? [] : [before]);
    this.commits.push({ id, parents: own, atMs: this.commits.length, author: "ana", message });
    const changed = Object.entries(files).map(([path, [was, is]]) => {
      return { path, before: was, after: is } as FileChange;
    });
    if (changed.length > 0) this.changes.set(id, changed);
    return id;
  }

  steps() {
    const toolOf = (commit: LoggedCommit) => readTool(commit, pattern);
    const commits = this.commits.toReversed();
    return deploySteps({ commits, changes: this.changes, pinsIn, toolOf }, reader);
  }

  /** Each step in short: commit, kind, revision's place, and `image: from -> to` of its pins. */
  told() {
    return this.steps().map(({ commit, kind, revision, pins }) => {
      const moves = pins.map(({ site, from, to }) => `${site.image}: ${from} -> ${to}`);
      return [commit.id, kind, revision, ...moves];
    });
  }
}

function recorded(
  outcome: RecordedOutcome,
  revision: string,
  tag = `sha-${revision.slice(0, 7)}`,
): string {
  const record = { outcome, deploy: "d", revision: revision as Revision, tags: [tag], moves: [] };
  return writeMessage({ ...record, skipCi: false });
}

const bump = (from: string | undefined, to: string) => {
  return { "web.yaml": [from && `web=${from}`, `web=${to}`] } as const;
};

test("deploys come oldest first, each with who made it and what it moved", () => {
  const branch = new Branch();
  branch.make({ files: bump(undefined, "latest") });
  branch.make({ message: recorded("landed", revisions[2]!), files: bump("latest", tagA!) });
  branch.make({
    message: "chore(gitops): recover missing manifest update to x\n",
    files: bump(tagA, tagB!),
  });
  branch.make({ message: "chore(gitops): update image tags\n", files: bump(tagB, tagC!) });
  branch.make({ message: recorded("rolled-back", revisions[2]!), files: bump(tagC, tagA!) });
  expect(branch.told()).toEqual([
    ["1", "by-hand", undefined, "acme/web: undefined -> latest"],
    ["2", "deploy", 2, `acme/web: latest -> ${tagA}`],
    ["3", "recovery", 1, `acme/web: ${tagA} -> ${tagB}`],
    ["4", "deploy", 0, `acme/web: ${tagB} -> ${tagC}`],
    ["5", "rollback", 2, `acme/web: ${tagC} -> ${tagA}`],
  ]);
  expect(branch.steps()[2]!.pins).toMatchObject([{ fromRevision: 2, toRevision: 1 }]);
});

test.each<[string, boolean]>([
  [recorded("landed", revisions[0]!), false],
  [recorded("recovered", revisions[0]!), false],
  [recorded("superseded", revisions[0]!), true],
  [recorded("rolled-back", revisions[0]!), true],
  [recorded("released", revisions[0]!), true],
  ["bump\n", false],
])("what moved no pin is a deploy or not, by its words: %j, %s", (message, is) => {
  const branch = new Branch();
  branch.make({ message });
  branch.make({ message, files: { "web.yaml": ["web=a", "web=a"] } });
  expect(branch.steps().map(({ commit }) => commit.id)).toEqual(is ? ["1", "2"] : []);
});

describe("on a line that was merged", () => {
  function merged(message: string): Branch {
    const branch = new Branch();
    branch.make({ files: bump(undefined, tagA!) });
    branch.make({ message, parents: ["1"], files: bump(tagA, tagB!) });
    branch.make({ parents: ["1"], files: { "api.yaml": [undefined, "api=x"] } });
    branch.make({ message: "Merge\n", parents: ["3", "2"], files: bump(tagA, tagB!) });
    return branch;
  }

  test("what people did counts when it is merged", () => {
    expect(merged("bump\n").told()).toEqual([
      ["1", "by-hand", 2, `acme/web: undefined -> ${tagA}`],
      ["3", "by-hand", undefined, "acme/api: undefined -> x"],
      ["4", "by-hand", 1, `acme/web: ${tagA} -> ${tagB}`],
    ]);
  });

  test("what a tool landed counts there, and the merge moves it no more", () => {
    expect(merged("chore(gitops): update image tags\n").told()).toEqual([
      ["1", "by-hand", 2, `acme/web: undefined -> ${tagA}`],
      ["2", "deploy", 1, `acme/web: ${tagA} -> ${tagB}`],
      ["3", "by-hand", undefined, "acme/api: undefined -> x"],
      ["4", "by-hand", undefined, `acme/web: ${tagB} -> ${tagB}`],
    ]);
  });

  test("what had landed in another file did not move there", () => {
    const branch = merged("chore(gitops): update image tags\n");
    const files = { "job.yaml": [`web=${tagA}`, `web=${tagB}`] } as const;
    branch.make({ message: "Merge\n", files });
    expect(branch.told().at(-1)).toEqual(["5", "by-hand", 1, `acme/web: ${tagA} -> ${tagB}`]);
  });
});

describe("the revision of a deploy is", () => {
  const of = (message: string, files: NonNullable<Made["files"]>) => {
    const branch = new Branch();
    branch.make({ message, files });
    return branch.steps()[0]!.revision;
  };

  test.each<[string, string, NonNullable<Made["files"]>, number | undefined]>([
    ["that of its record", recorded("landed", revisions[1]!, "v1.2.3"), bump("x", "v1.2.3"), 1],
    [
      "by its tag, where the record names none",
      recorded("landed", "d".repeat(40), tagA),
      bump("x", tagA!),
      2,
    ],
    ["that of the first pin that names one", "bump\n", { a: ["a=x b=y", `a=z b=${tagB}`] }, 1],
    [
      "none of a pin that only stands elsewhere",
      "bump\n",
      { a: [`web=${tagA}`, `# web=${tagA}`] },
      undefined,
    ],
    [
      "that of a pin that moved, beside one that did not",
      "bump\n",
      { a: [`b=${tagA} c=x`, `# b=${tagA} c=${tagC}`] },
      0,
    ],
    ["none, where no tag names one", "bump\n", bump("x", "y"), undefined],
  ])("%s", (_, message, files, revision) => {
    expect(of(message, files)).toBe(revision);
  });
});

describe("of a file", () => {
  test.each<[string, readonly [before?: string, after?: string], readonly string[]]>([
    [
      "that came, its pins came",
      [undefined, "web=a api=b"],
      ["web: undefined -> a", "api: undefined -> b"],
    ],
    ["that went away, its pins went", ["web=a", undefined], ["web: a -> undefined"]],
    ["that could not be read before, nothing is told", ["unreadable", "web=a"], []],
    ["that cannot be read now, nothing is told", ["web=a", "unreadable"], []],
    ["that nobody can read, nothing is told", ["unreadable", "unreadable"], []],
    ["that cannot be read and went away, nothing is told", ["unreadable", undefined], []],
    ["that came and cannot be read, nothing is told", [undefined, "unreadable"], []],
    ["with a pin less, that one went", ["web=a api=b", "web=a"], ["api: b -> undefined"]],
  ])("%s", (_, [before, after], moves) => {
    const branch = new Branch();
    branch.make({ files: { "app.yaml": [before, after] } });
    const found = branch.steps().flatMap(({ pins }) => pins);
    expect(found.map(({ site, from, to }) => `${site.image.slice(5)}: ${from} -> ${to}`)).toEqual(
      moves,
    );
    expect(found.every(({ file }) => file === "app.yaml")).toBe(true);
  });
});
