/** The sample app on an embedded git server and registry, as a user would have it. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gitEnvironment } from "../../src/adapters/git-env.ts";
import { runGit } from "../../src/adapters/git-run.ts";
import { systemClock, systemRandom } from "../../src/adapters/system.ts";
import type { Revision } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { parseTagFormat, tagOf } from "../../src/core/tag-format.ts";
import {
  commitChange,
  createAppRepository,
  readContext,
  repositoryName,
} from "../../src/demo/app-repository.ts";
import { type GitServerOptions, startGitServer } from "../../src/demo/git-server.ts";
import { publishApp } from "../../src/demo/publish-app.ts";
import { startRegistry } from "../../src/demo/registry-server.ts";

const example = resolve(import.meta.dirname, "../../examples/robson");
const apps = { "rbs-frontend-prod": "apps/frontend", "rbs-backend-monolith-prod": "apps/backend" };

/** Makes the world. `commit` makes a commit of the app whose images are published. */
export async function openAppWorld(server: Omit<GitServerOptions, "root" | "path"> = {}) {
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
  const url = `${git.url}/${repositoryName}`;
  const app = join(root, "app");
  const bare = join(root, "server", repositoryName);
  const runIn = async (directory: string, ...args: string[]) =>
    (await runGit({ directory, env, timeoutMs: 30_000 }, args)).stdout.toString("utf8").trim();
  await runIn(app, "remote", "set-url", "origin", url);

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
    ...{ root, app, bare, url, registry, git },
    image: (name: string) => `${registry.host}/ldamasio/${name}`,
    /** Commits a change of the app and pushes it past the server, as a file. */
    async commit(subject: string, images: "published" | "missing" = "published") {
      await runIn(app, "remote", "set-url", "origin", bare);
      const change = { path: "apps/frontend/greeting.txt", text: `${subject}\n`, subject };
      const revision = await commitChange(workshop, change);
      await runIn(app, "remote", "set-url", "origin", url);
      if (images === "published") await publish(revision);
      return revision;
    },
    /** Asks the bare repository on the server, which alone tells the truth. */
    truth: (...args: string[]) => runIn(bare, ...args),
    read: (path: string) => readFileSync(join(app, path), "utf8"),
    write: (path: string, text: string) => writeFileSync(join(app, path), text),
    async close() {
      await Promise.all([registry.close(), git.close()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
