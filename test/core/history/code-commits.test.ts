/** Which commits are a tool's or of manifests alone, and which are code that is to be deployed. */

import { describe, expect, test } from "vitest";
import { judgeByFiles, judgeByMessage } from "../../../src/core/history/code-commits.ts";
import type { LoggedCommit } from "../../../src/core/history/commits.ts";

const pattern = /^chore\(gitops\): update image tags/;
const ours = "chore(gitops): update image tags to sha-1234567\n";

let count = 0;
function commit(message = "feat: change\n"): LoggedCommit {
  count += 1;
  return { id: String(count).padStart(40, "0"), parents: [], atMs: 0, author: "ana", message };
}

interface Branch {
  readonly message?: string;
  readonly paths?: readonly string[];
  readonly files?: readonly string[];
}

/** Judges one commit that changed some files, of which `old/pin.txt` has pinned an image. */
function judged(changed: readonly string[], branch: Branch = {}) {
  const { message, paths = ["deploy", "k8s/prod"], files = ["app/main.ts"] } = branch;
  const one = commit(message);
  const touched = new Map([[one.id, changed.map((path) => ({ path }))]]) as never;
  const hasPinned = (path: string) => path === "old/pin.txt";
  const judge = judgeByFiles({ pattern, paths, touched, merged: new Map(), hasPinned, files });
  return { isTool: judge.toolOf(one) !== undefined, isNoCode: judge.isNoCode(one) };
}

describe("a commit of somebody's is no code", () => {
  test.each<[string, readonly string[], boolean]>([
    ["a manifest below a folder of them", ["deploy/web.yaml"], true],
    ["one deeper below", ["k8s/prod/a/web.json"], true],
    ["manifests of both folders", ["deploy/web.yaml", "k8s/prod/api.yaml"], true],
    ["the holds", [".landfall/holds.yaml"], true],
    ["what is no manifest there", [".landfall/README"], true],
    ["a file that has pinned an image once", ["old/pin.txt"], true],
    ["a manifest elsewhere", ["k8s/test/web.yaml"], false],
    ["a manifest of a folder whose name only begins so", ["deployment/web.yaml"], false],
    ["what is no manifest below the folder", ["deploy/run.sh"], false],
    ["a folder that ends so", ["app/.landfall/"], false],
    ["code", ["app/main.ts"], false],
    ["a manifest and code", ["deploy/web.yaml", "app/main.ts"], false],
    ["code and a manifest", ["app/main.ts", "deploy/web.yaml"], false],
    ["nothing", [], false],
  ])("that touches %s: %j, %s", (_, changed, is) => {
    expect(judged(changed)).toEqual({ isTool: false, isNoCode: is });
  });

  test("where a path names the file itself", () => {
    expect(judged(["web.yaml"], { paths: ["web.yaml"] }).isNoCode).toBe(true);
    expect(judged(["web.yaml.yaml"], { paths: ["web.yaml"] }).isNoCode).toBe(false);
  });

  test("but not where the paths are the whole branch: its YAML may be code", () => {
    expect(judged(["app/settings.yaml"], { paths: ["."] }).isNoCode).toBe(false);
    expect(judged(["./settings.yaml"], { paths: ["."] }).isNoCode).toBe(false);
    expect(judged(["old/pin.txt"], { paths: ["."] }).isNoCode).toBe(true);
  });

  test.each<[readonly string[], boolean]>([
    [["deploy/web.yaml", "app/main.ts"], true],
    [["deploy/web.yaml", ".landfall/holds.yaml"], false],
    [[], false],
  ])("only where the branch has something else: %j, %s", (files, is) => {
    expect(judged(["deploy/web.yaml"], { files }).isNoCode).toBe(is);
  });
});

describe("a commit that says it is a tool's is one", () => {
  test.each<[string, readonly string[], boolean]>([
    ["manifests below the folders", ["deploy/web.yaml"], true],
    ["a manifest elsewhere", ["charts/web.yaml"], true],
    ["what is no manifest below the folders", ["deploy/version.txt"], true],
    ["the holds", [".landfall/README"], true],
    ["a file that has pinned an image once", ["old/pin.txt"], true],
    ["all of these", ["deploy/x", ".landfall/y", "charts/z.yaml", "old/pin.txt"], true],
    ["nothing", [], true],
    ["code", ["app/main.ts"], false],
    ["a manifest and code", ["deploy/web.yaml", "app/main.ts"], false],
  ])("unless it touches code: %s, %s", (_, changed, is) => {
    expect(judged(changed, { message: ours })).toEqual({ isTool: is, isNoCode: is });
  });

  test("also where the branch has manifests alone", () => {
    const files = ["deploy/web.yaml"];
    expect(judged(files, { message: ours, files })).toEqual({ isTool: true, isNoCode: true });
  });
});

test("a source apart from its manifests is judged by messages", () => {
  const judge = judgeByMessage(pattern);
  const [tool, code] = [commit(ours), commit()];
  expect([tool, code, tool, code].map((one) => judge.isNoCode(one))).toEqual([
    ...[true, false, true, false],
  ]);
  expect(judge.toolOf(tool)).toEqual({ kind: "deploy", record: undefined });
});
