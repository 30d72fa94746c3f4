/** The sample app's repository: made on this machine, pushed to the embedded server. */

import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createBare } from "../adapters/git/objects.ts";
import { type GitPlace, runGit } from "../adapters/git/run.ts";
import { Failure } from "../core/failure.ts";
import { asRevision, type Revision } from "../core/ids.ts";
import type { TarFile } from "./tar.ts";

/** Where the sample app is made, and what git needs to run there. */
export interface Workshop {
  /** Holds `app`, the developer's clone, and `server`, the directory with the bare repository. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Below the example: what changes in the app when it gets staging beside prod. */
const environments = "environments";

/** The name of the bare repository on the embedded server. */
export const repositoryName = "robson.git";

/**
 * Makes the bare repository, and a clone of it with the example's files in its first commit. Its
 * images are to come from `registry` instead of Docker Hub.
 */
export async function createAppRepository(
  workshop: Workshop,
  example: string,
  registry: string,
  kind: "prod" | "staging and prod" = "prod",
): Promise<void> {
  if (!existsSync(example)) {
    const hint = "Play it from the package: `npx landfall demo`.";
    throw new Failure("usage", "The files of the demo are not beside this program", hint);
  }
  const bare = join(workshop.root, "server", repositoryName);
  createBare(bare);
  const app = join(workshop.root, "app");
  // Workflows belong to the real repository; here nobody would run them.
  const isOther = (path: string) =>
    path.endsWith(".github") || path === join(example, environments);
  cpSync(example, app, { recursive: true, filter: (path) => !isOther(path) });
  if (kind === "staging and prod") {
    // What was prod's is what both share from now on.
    renameSync(join(app, "infra/k8s/prod"), join(app, "infra/k8s/base"));
    cpSync(join(example, environments), app, {
      recursive: true,
      filter: (path) => !path.endsWith(".github"),
    });
  }
  moveImages(app, registry);
  appendFileSync(join(bare, "config"), serverSettings);
  await git(workshop, ["init", "--initial-branch=main"]);
  await git(workshop, ["remote", "add", "origin", bare]);
  await commitAll(workshop, "feat: the app");
}

/** Puts the registry's name in front of the images' names, in every YAML file. */
function moveImages(app: string, registry: string): void {
  for (const entry of readdirSync(app, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll(/(?:docker\.io\/)?(?=ldamasio\/rbs-)/g, `${registry}/`));
  }
}

/** Settings that a forge has, and a bare repository has not. It tidies up when nobody waits. */
const serverSettings = [
  "[http]\n\treceivepack = true\n",
  "[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n",
  "[receive]\n\tautogc = false\n",
].join("");

/** Changes a file of the app, commits and pushes. Returns the revision. */
export async function commitChange(
  workshop: Workshop,
  change: { readonly path: string; readonly text: string; readonly subject: string },
): Promise<Revision> {
  // Deploy commits are on the branch meanwhile; a developer pulls before the next commit.
  await git(workshop, ["pull", "--ff-only", "origin", "main"]);
  writeFileSync(join(workshop.root, "app", change.path), change.text);
  return commitAll(workshop, change.subject);
}

/** Reads the files below a directory of the app, as they are now. */
export function readContext(workshop: Workshop, context: string): readonly TarFile[] {
  const root = join(workshop.root, "app", context);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(root.length + 1), bytes: readFileSync(path), mode: 0o644 };
    });
}

async function commitAll(workshop: Workshop, subject: string): Promise<Revision> {
  await git(workshop, ["add", "--all"]);
  await git(workshop, ["commit", "--message", subject]);
  await git(workshop, ["push", "--porcelain", "origin", "main"]);
  const { stdout } = await git(workshop, ["rev-parse", "HEAD"]);
  const revision = asRevision(stdout.toString("latin1").trim());
  if (revision === undefined) throw new Error("the sample app has no commit");
  return revision;
}

function git(workshop: Workshop, args: readonly string[]) {
  return runGit(placeOf(workshop, join(workshop.root, "app")), args);
}

function placeOf({ env, signal }: Workshop, directory: string): GitPlace {
  return { directory, env, timeoutMs: 60_000, signal };
}
