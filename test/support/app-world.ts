/** The sample app on an embedded git server and registry, as a user would have it. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gitEnvironment } from "../../src/adapters/git/env.ts";
import { listTree, readBlobs } from "../../src/adapters/git/objects.ts";
import { runGit } from "../../src/adapters/git/run.ts";
import { systemClock, systemRandom } from "../../src/adapters/system.ts";
import type { CommitId, Revision } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { parseTagFormat, tagOf } from "../../src/core/tag-format.ts";
import { createAppRepository, readContext, repositoryName } from "../../src/demo/app-repository.ts";
import { type GitServerOptions, startGitServer } from "../../src/demo/git-server.ts";
import { publishApp } from "../../src/demo/publish-app.ts";
import { startRegistry } from "../../src/demo/registry-server.ts";
import { looseRef, pullFiles } from "./git-files.ts";

const example = resolve(import.meta.dirname, "../../examples/robson");
const apps = { "rbs-frontend-prod": "apps/frontend", "rbs-backend-monolith-prod": "apps/backend" };

/** Where the app has its manifests. */
const manifestsPath = "infra/k8s/prod";

/** What a world is made with. */
export interface AppWorldOptions extends Omit<GitServerOptions, "root" | "path"> {
  /**
   * How the clone's origin is reached: over HTTP, or by its path where HTTP is not the point, which
   * takes half as many processes.
   */
  readonly origin?: "http" | "path";
}

/** Makes the world. `commit` makes a commit of the app whose images are published. */
export async function openAppWorld({ origin = "http", ...server }: AppWorldOptions = {}) {
  const root = mkdtempSync(join(tmpdir(), "landfall-app-"));
  mkdirSync(join(root, "server"));
  const registry = await startRegistry();
  const git = await startGitServer({
    ...server,
    root: join(root, "server"),
    path: process.env.PATH,
  });
  const env = gitEnvironment({ env: process.env, home: root, url: root }, [
    ["user.name", "Developer"],
    ["user.email", "developer@localhost"],
  ]);
  const workshop = { root, env };
  await createAppRepository(workshop, example, registry.host);
  const app = join(root, "app");
  const bare = join(root, "server", repositoryName);
  const url = origin === "http" ? `${git.url}/${repositoryName}` : pathToFileURL(bare).href;
  const config = join(app, ".git", "config");
  writeFileSync(config, readFileSync(config, "utf8").replace(bare, url));
  const read = (path: string) => readFileSync(join(app, path), "utf8");
  const write = (path: string, text: string) => {
    written.add(path);
    writeFileSync(join(app, path), text);
  };
  /** What the developer has written since the last commit. */
  const written = new Set<string>();

  const runInBare = async (args: readonly string[], input = "") => {
    const place = { directory: bare, env, timeoutMs: 30_000 };
    return (await runGit(place, args, { input })).stdout.toString("utf8").trim();
  };

  /** Pulls, commits what was written, and pushes it past the server. One process does it all. */
  async function push(subject: string): Promise<Revision> {
    const at = Math.floor(systemClock.nowMs() / 1_000);
    const who = `Developer <developer@localhost> ${at} +0000`;
    const head = `commit refs/heads/main\ncommitter ${who}\n${data(subject)}`;
    const files = [...written].map((path) => `M 644 inline ${path}\n${data(read(path))}`);
    written.clear();
    const stream = [head, `from ${looseRef(bare, "main")}\n`, ...files, "done\n"].join("");
    await runInBare(["fast-import", "--quiet", "--done"], stream);
    const revision = looseRef(bare, "main") as Revision;
    pullFiles(bare, join(app, ".git"), { branch: "main", commit: revision });
    return revision;
  }

  /** Manifests by the ids of commits, which never change. */
  const manifests = new Map<string, readonly string[]>();

  async function publish(revision: Revision): Promise<void> {
    const images = [...Object.entries(apps), ["rbs-backend-nginx-prod", "apps/backend/monolith"]];
    const packed = images.map(([name, context]) => ({
      name: parseImageName(`${registry.host}/ldamasio/${name}`)!,
      files: readContext(workshop, context!),
    }));
    const tag = tagOf(parseTagFormat("sha-{revision:7}"), revision);
    const world = {
      clock: systemClock,
      random: systemRandom,
      login: { username: "", password: "" },
    };
    await publishApp(packed, { revision, tag, source: url }, world);
  }

  return {
    ...{ root, app, bare, url, registry, git, read, write },
    image: (name: string) => `${registry.host}/ldamasio/${name}`,
    /** Commits a change of the app, with all that was written, and pushes it past the server. */
    async commit(subject: string, images: "published" | "missing" = "published") {
      write("apps/frontend/greeting.txt", `${subject}\n`);
      const revision = await push(subject);
      if (images === "published") await publish(revision);
      return revision;
    },
    /** Asks the bare repository on the server, which alone tells the truth. */
    truth: (...args: string[]) => runInBare(args),
    /** The texts of all manifests as they stand in a commit. */
    async manifestsAt(revision: string): Promise<readonly string[]> {
      const commit = await runInBare(["rev-parse", "--verify", revision]);
      const known = manifests.get(commit);
      if (known !== undefined) return known;
      const place = { directory: bare, env, timeoutMs: 30_000 };
      const entries = await listTree(place, commit as CommitId, [manifestsPath]);
      const blobs = await readBlobs(place, [...new Set(entries.map(({ id }) => id))]);
      const texts = [...blobs.values()].map((bytes) => bytes.toString("utf8"));
      manifests.set(commit, texts);
      return texts;
    },
    async close() {
      await Promise.all([registry.close(), git.close()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
