/** What `dagger call deploy` adds to its builds and its promote. Needs an engine. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGitServer } from "../dist/demo/git-server.js";
import { git, median, run } from "./server.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The engine's registry, which it knows as `registry:5000` too, and two images in it. */
const registry = "127.0.0.1:5000";
const toolImage = "localhost:5000/landfall/tool:node24";
const base = "localhost:5000/base/tiny:1";

/** Returns one row, or a row that says why there is none. */
export async function daggerOverhead({ runs }) {
  if (!(await hasEngine())) return [{ "deploy, all cached, ms": "skipped: no Dagger engine here" }];
  const folder = mkdtempSync(join(tmpdir(), "landfall-bench-dagger-"));
  const field = await openField(folder);
  try {
    await field.call("deploy");
    const ways = { bare: ["tool-image"], deploy: ["deploy"], promote: ["promote"] };
    const took = { bare: [], deploy: [], promote: [] };
    // In turn, so that what else the machine does meets all of them.
    for (let round = 0; round < runs; round += 1) {
      for (const [name, words] of Object.entries(ways)) took[name].push(await field.call(...words));
    }
    const [bare, deploy, promote] = [took.bare, took.deploy, took.promote].map(median);
    return [
      {
        ...{ "deploy, all cached, ms": deploy, "promote ms": promote },
        ...{ "deploy adds ms": deploy - promote, "a call that does nothing ms": bare },
      },
    ];
  } finally {
    await field.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hasEngine() {
  try {
    const { ok } = await fetch(`http://${registry}/v2/`, { signal: AbortSignal.timeout(2_000) });
    return ok && (await run("dagger", ["--silent", "core", "version"], { cwd: root })).code === 0;
  } catch {
    return false;
  }
}

/** The sample app, on a git server of its own. */
async function openField(folder) {
  const [app, bare] = [join(folder, "app"), join(folder, "server/robson.git")];
  mkdirSync(bare, { recursive: true });
  git(bare, "init", "--quiet", "--bare", "--initial-branch=main");
  for (const key of ["http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"])
    git(bare, "config", key, "true");
  const server = await startGitServer({ root: join(folder, "server"), path: process.env.PATH });
  const port = new URL(server.url).port;
  makeApp(app, `http://git:${port}/robson.git`);
  git(app, "push", "--quiet", bare, "main");
  git(app, "remote", "add", "origin", `http://git:${port}/robson.git`);
  return {
    close: () => server.close(),
    /** Calls a function and returns how long that took, in milliseconds. */
    async call(name) {
      const about = [
        ...["--source=.", `--git-service=tcp://127.0.0.1:${port}`],
        `--registry-service=tcp://${registry}`,
      ];
      const words = ["--silent", "-m", root, "call", `--tool-image=${toolImage}`, name];
      const all = [...words, ...(name === "tool-image" ? [] : about)];
      const { code, ms } = await run("dagger", all, { cwd: app });
      if (code !== 0) throw new Error(`dagger call ${name} ended with ${code}`);
      return Math.round(ms);
    },
  };
}

/** examples/robson with its images in the engine's registry, on a base that is there. */
function makeApp(app, repository) {
  cpSync(join(root, "examples/robson"), app, { recursive: true });
  const space = `bench${Date.now()}`;
  const images = (text) => text.replaceAll("ldamasio/rbs-", `registry:5000/${space}/rbs-`);
  const manifests = join(app, "infra/k8s/prod");
  for (const name of readdirSync(manifests)) edit(join(manifests, name), images);
  edit(join(app, "landfall.yaml"), (text) =>
    images(text)
      .replace(/^verify:[\s\S]*/m, 'insecureRegistries: ["registry:5000"]\n')
      .replace("buildArgs: {", `buildArgs: { BASE: "${base}",`)
      .replaceAll(/^( +dockerfile: .*Dockerfile_.*)$/gm, `$1\n    buildArgs: { BASE: "${base}" }`)
      .replace("manifests: {", `manifests: { repository: "${repository}",`),
  );
  git(app, "init", "--quiet", "--initial-branch=main");
  git(app, "add", "--all");
  git(app, "commit", "--quiet", "--message", "the app");
}

function edit(path, how) {
  writeFileSync(path, how(readFileSync(path, "utf8")));
}
