/** The repository that real processes race for: a source with N revisions and its manifests. */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createBare } from "../adapters/git/objects.ts";
import { type GitPlace, runGit } from "../adapters/git/run.ts";
import { asRevision, type Revision } from "../core/ids.ts";
import { type ImageName, parseImageName } from "../core/image-ref.ts";
import { parseTagFormat, tagOf } from "../core/tag-format.ts";

/** Where everything about a race is. */
export const labNames = {
  repository: "lab.git",
  branch: "main",
  /** Directory with the manifests. */
  path: "deploy",
  tagFormat: "sha-{revision:7}",
  /** Refs that keep every tip that the branch ever had, by the name of its commit. */
  tips: "refs/lab/tips",
} as const;

/** The repository of a race. */
export interface LabRepository {
  /** The source's revisions, oldest first. The manifests begin at the first. */
  readonly revisions: readonly Revision[];
}

/** Git's dates count from here. The same race has the same commits, wherever it is made. */
const firstSecond = 1_700_000_000;

/** Returns the images of a race, which a registry at this address has. */
export function labImages(registry: string): readonly ImageName[] {
  return ["web", "api"].map((name) => parseImageName(`${registry}/lab/${name}`)!);
}

/**
 * Makes the bare repository in a directory: `count` revisions after the one that the manifests
 * begin at. The same arguments give the same commits everywhere.
 */
export async function createLabRepository(
  place: GitPlace,
  { registry, count }: { readonly registry: string; readonly count: number },
): Promise<LabRepository> {
  createBare(place.directory);
  for (const [key, value] of serverSettings) await runGit(place, ["config", key, value]);
  keepTips(place.directory);
  const [first] = await addCommits(place, [{ "README.md": "# The app\n" }]);
  const tag = tagOf(parseTagFormat(labNames.tagFormat), first!);
  const manifests = ["web", "api"].map((name) => [
    `${labNames.path}/${name}.yaml`,
    `kind: Deployment\nspec:\n  image: ${registry}/lab/${name}:${tag} # moved by deploys\n`,
  ]);
  const changes = Array.from({ length: count }, (_, at) => ({ "app/version": `${at + 1}\n` }));
  const later = await addCommits(place, [Object.fromEntries(manifests), ...changes], first);
  return { revisions: [first!, ...later.slice(1)] };
}

/** Settings that a forge has, and a bare repository has not. */
const serverSettings = [
  ["http.receivepack", "true"],
  ["uploadpack.allowFilter", "true"],
  ["uploadpack.allowAnySHA1InWant", "true"],
] as const;

/** Lets the server remember every tip, so that a commit that disappears is missed. */
function keepTips(directory: string): void {
  const hook = join(directory, "hooks", "post-receive");
  mkdirSync(join(directory, "hooks"));
  const line = `git update-ref "${labNames.tips}/$new" "$new"`;
  writeFileSync(hook, `#!/bin/sh\nwhile read -r old new ref; do ${line}; done\n`);
  chmodSync(hook, 0o755);
}

/** Adds one commit after the other to the branch, each with these files, and returns them. */
async function addCommits(
  place: GitPlace,
  changes: readonly Readonly<Record<string, string>>[],
  parent?: Revision,
): Promise<readonly Revision[]> {
  const stream = changes.map((files, at) => {
    const seconds = firstSecond + (parent === undefined ? 0 : at + 1);
    const from = at === 0 && parent !== undefined ? `from ${parent}\n` : "";
    const writes = Object.entries(files).map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    const message = `change ${Object.keys(files)[0]}`;
    return [
      `commit refs/heads/${labNames.branch}\nmark :${at + 1}\n`,
      `committer Lab <lab@localhost> ${seconds} +0000\n`,
      `data ${message.length}\n${message}\n${from}${writes.join("")}\nget-mark :${at + 1}\n`,
    ].join("");
  });
  const input = `${stream.join("")}done\n`;
  const { stdout } = await runGit(place, ["fast-import", "--quiet", "--done"], { input });
  const lines = stdout.toString("latin1").trim().split("\n");
  return lines.map((line) => asRevision(line)!);
}
