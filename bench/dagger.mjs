/**
 * A warm `dagger call deploy` beside a module that only says hello, neither answered from a cache,
 * and where the seconds go by the engine's own spans. Needs an engine.
 */

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
import { stripVTControlCharacters } from "node:util";
import { startGitServer } from "../dist/demo/git-server.js";
import { git, median, run } from "./server.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The engine's registry, which it knows as `registry:5000` too, and two images in it. */
const registry = "127.0.0.1:5000";
const toolImage = "localhost:5000/landfall/tool:node24";
const base = "localhost:5000/base/tiny:1";

/** Returns a row for each call, or one that says why there is none. */
export async function daggerDeploy({ runs }) {
  const why = await whyNoEngine();
  if (why !== undefined) return [{ call: `skipped without a Dagger engine: ${why}` }];
  const folder = mkdtempSync(join(tmpdir(), "landfall-bench-dagger-"));
  const field = await openField(folder);
  try {
    await field.call("deploy");
    await field.hello();
    const calls = { hello: [], deploy: [] };
    // In turn, so that what else the machine does meets both.
    for (let round = 0; round < runs; round += 1) {
      calls.hello.push(await field.hello());
      calls.deploy.push(await field.call("deploy"));
    }
    const [hello, deploy] = [calls.hello, calls.deploy].map((all) => medians(all));
    const ratio = (deploy["whole, s"] / hello["whole, s"]).toFixed(1);
    return [
      { call: "hello, uncached", ...hello, "x hello": "1.0" },
      { call: "deploy, all cached", ...deploy, "x hello": ratio },
    ];
  } finally {
    await field.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The spans that are told of, by the lines in which the engine's progress names them. */
const spans = {
  "load module, s": /^load workspace/,
  "constructor, s": /^(?:landfall|hello)\b/,
  "function, s": /^(?:Landfall\.deploy|Hello\.hi|hello: hi)\b/,
  "plan, s": /^withExec node \/landfall\/src\/cli\.ts plan/,
  "promote, s": /^withExec node \/landfall\/src\/cli\.ts promote/,
};

/** Reads how long spans took, from what `--progress=plain` prints. A cached one took no time. */
function readSpans(progress) {
  const titles = new Map();
  const took = Object.fromEntries(Object.keys(spans).map((title) => [title, 0]));
  let execs = 0;
  for (const line of stripVTControlCharacters(progress).split("\n")) {
    const [, id, text = ""] = /^(\d+) *: [┆ ]*(.*)$/.exec(line) ?? [];
    const title = Object.keys(spans).find((name) => spans[name].test(text));
    if (title !== undefined && !titles.has(id)) titles.set(id, title);
    if (/^withExec node \/landfall\/src\/cli/.test(text) && !titles.has(`exec ${id}`)) {
      titles.set(`exec ${id}`, text);
      execs += 1;
    }
    const [, duration] = / DONE \[(.+?)\]$/.exec(text) ?? [];
    if (duration !== undefined && titles.has(id)) took[titles.get(id)] = seconds(duration);
  }
  return { ...took, "runs of the tool": execs };
}

function seconds(text) {
  const [, minutes = "0", rest = "0"] = /^(?:(\d+)m)?([\d.]+)s?$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

function medians(all) {
  const titles = [...new Set(all.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    titles.map((title) => [title, median(all.map((one) => one[title] ?? 0))]),
  );
}

/** Returns why there is nothing to measure on, or undefined where there is. */
async function whyNoEngine() {
  try {
    const { status } = await fetch(`http://${registry}/v2/`, {
      signal: AbortSignal.timeout(2_000),
    });
    if (status !== 200) return `the registry at ${registry} answers ${status}`;
    const { code } = await run("dagger", ["--silent", "core", "version"], { cwd: root });
    return code === 0 ? undefined : `dagger core version ends with ${code}`;
  } catch (error) {
    return String(error);
  }
}

/** A module that only says hello. */
function makeHello(folder) {
  mkdirSync(join(folder, "src"), { recursive: true });
  const settings = { name: "hello", engineVersion: "v0.21.8", sdk: { source: "typescript" } };
  writeFileSync(join(folder, "dagger.json"), JSON.stringify(settings));
  cpSync(join(root, "dagger/package.json"), join(folder, "package.json"));
  cpSync(join(root, "dagger/tsconfig.json"), join(folder, "tsconfig.json"));
  writeFileSync(
    join(folder, "src/index.ts"),
    `import { func, object } from "@dagger.io/dagger";
@object() export class Hello {
  @func({ cache: "never" }) hi(): string { return "hello"; }
}
`,
  );
  git(folder, "init", "--quiet");
}

/** The sample app, on a git server of its own. */
async function openField(folder) {
  const [app, bare] = [join(folder, "app"), join(folder, "server/robson.git")];
  const hello = join(folder, "hello");
  makeHello(hello);
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
    /** Calls a function and returns how long that took, whole and by parts. */
    call(name) {
      const servers = [
        ...[`--git-service=tcp://127.0.0.1:${port}`, `--registry-service=tcp://${registry}`],
        `--tool-image=${toolImage}`,
      ];
      return timed(["-m", root, "call", ...servers, name, "--source=.", "text"], app);
    },
    hello: () => timed(["-m", hello, "call", "hi"], app),
  };
}

async function timed(words, cwd) {
  const { code, ms, err } = await run("dagger", ["--progress=plain", ...words], { cwd });
  if (code !== 0) throw new Error(`dagger ${words.join(" ")} ended with ${code}\n${err}`);
  return { "whole, s": Math.round(ms / 100) / 10, ...readSpans(err) };
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
