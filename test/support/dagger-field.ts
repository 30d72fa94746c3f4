/** The sample app between a git server of its own and the engine's registry, for one test file. */

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createBare } from "../../src/adapters/git/objects.ts";
import { startGitServer } from "../../src/demo/git-server.ts";
import {
  baseImage,
  type Called,
  callDagger,
  manifestTypes,
  registryHost,
} from "./dagger-engine.ts";
import { root } from "./source-files.ts";

/** The secret that must never be seen. */
export const token = "token-that-nobody-may-see-7f3a";

const manifests = "infra/k8s/prod";
export const imageNames = [
  "rbs-frontend-prod",
  "rbs-backend-monolith-prod",
  "rbs-backend-nginx-prod",
] as const;
export type ImageName = (typeof imageNames)[number];

/** How a function is called: where, with which further access, and what is asked of its result. */
interface At {
  readonly cwd?: string;
  readonly access?: readonly string[];
  readonly get?: readonly string[];
}

export type Field = Awaited<ReturnType<typeof openField>>;

/** Makes the app's repository and serves it. `space` keeps its images apart from others'. */
export async function openField(folder: string, { module, space }: Record<string, string>) {
  const bare = join(folder, "server/robson.git");
  mkdirSync(join(folder, "server"), { recursive: true });
  createBare(bare);
  for (const key of ["http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"])
    git(bare, "config", key, "true");
  git(bare, "symbolic-ref", "HEAD", "refs/heads/main");
  const login = { username: "x-access-token", password: token };
  const server = await startGitServer({ root: join(folder, "server"), login });
  const port = new URL(server.url).port;
  const app = join(folder, "app");
  makeApp(app, { space: space!, repository: `http://git:${port}/robson.git` });
  git(app, "remote", "add", "origin", bare);
  git(app, "push", "--quiet", "origin", "main");
  git(app, "remote", "set-url", "origin", `http://git:${port}/robson.git`);
  const env = { LANDFALL_TEST_TOKEN: token };
  const servers = [
    `--git-service=tcp://127.0.0.1:${port}`,
    `--registry-service=tcp://${registryHost}`,
    "--git-token=env:LANDFALL_TEST_TOKEN",
  ];
  const seen: Called[] = [];

  return {
    ...{ app, bare, seen, close: () => server.close() },
    head: (directory = app) => git(directory, "rev-parse", "HEAD"),
    tip: () => git(bare, "rev-parse", "main"),
    messages: () => git(bare, "log", "--first-parent", "--format=%B%x00", "main").split("\0"),
    /** What git says of the signature of the branch's tip, by a list of allowed signers. */
    signatureOfTip(allowed: string): string {
      const words = ["-c", `gpg.ssh.allowedSignersFile=${allowed}`, "verify-commit", "-v", "main"];
      return spawnSync("git", words, { cwd: bare, encoding: "utf8" }).stderr;
    },
    requests: () => server.stats.byKind["git-receive-pack:POST"] ?? 0,
    /** Calls a function on the app, with everything it needs to reach both servers. */
    async call(name: string, more: readonly string[] = [], at: At = {}): Promise<Called> {
      const { cwd = app, access = [], get = ["text"] } = at;
      const words = [...servers, ...access, name, "--source=.", ...more, ...get];
      const called = await callDagger(words, { module: module!, cwd, env });
      seen.push(called);
      return called;
    },
    /** Changes a file, commits and pushes as a developer does, and returns the revision. */
    change(path: string, edit: (text: string) => string): string {
      git(app, "fetch", "--quiet", bare, "main");
      git(app, "merge", "--quiet", "--ff-only", "FETCH_HEAD");
      writeFileSync(join(app, path), edit(readFileSync(join(app, path), "utf8")));
      git(app, "commit", "--quiet", "--all", "--message", `change ${path}`);
      git(app, "push", "--quiet", bare, "main");
      return git(app, "rev-parse", "HEAD");
    },
    /** Calls a function that finds its source by where it is called. */
    callHere(name: string, cwd: string): Promise<Called> {
      return callDagger([...servers, name, "text"], { module: module!, cwd, env });
    },
    /** Calls a function that needs no app. */
    callBare: (words: readonly string[]) => callDagger(words, { module: module!, cwd: app, env }),
    /**
     * Returns a clone with a new revision whose settings let a landing be verified: the git server
     * is to answer somebody unknown with this status.
     */
    verifying(status: number): string {
      return this.spoil(`verifying-${status}`, (copy) => {
        const url = `http://git:${port}/robson.git/info/refs?service=git-upload-pack`;
        const page = `{ url: "${url}", status: ${status}, retries: 0 }`;
        git(copy, "pull", "--quiet", "--ff-only", bare, "main");
        const verify = `verify: { smoke: [${page}] }\n`;
        edit(join(copy, "landfall.yaml"), (text) => text.replace(/^verify:.*\n/m, "") + verify);
        git(copy, "commit", "--quiet", "--all", "--message", `verify ${status}`);
        git(copy, "push", "--quiet", bare, "main");
      });
    },
    /** Returns a copy of the app's clone that a test may spoil. */
    spoil(name: string, how: (directory: string) => void): string {
      const copy = join(folder, name);
      rmSync(copy, { recursive: true, force: true });
      cpSync(app, copy, { recursive: true });
      how(copy);
      return copy;
    },
    /** Returns the tags that the manifests on the branch have for an image. */
    pinned(name: ImageName): string[] {
      const text = git(bare, "grep", "-h", "-o", `/${name}:[^ "]*`, "main", "--", manifests);
      return [...new Set(text.split("\n").map((line) => line.split(":").at(-1) ?? ""))];
    },
    /** Returns the digest and the labels of a published image, or undefined. */
    published: (name: ImageName, tag: string) => readImage(`${space}/${name}`, tag),
    /** Returns all the tags that were ever published. */
    async tags(): Promise<string[]> {
      const lists = await Promise.all(imageNames.map((name) => readTags(`${space}/${name}`)));
      return lists.flat();
    },
  };
}

/** Makes an SSH key, and the list by which git knows that it is Landfall's. */
export function makeSshKey(directory: string) {
  const [file, allowed] = [join(directory, "signing"), join(directory, "allowed")];
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  writeFileSync(allowed, `landfall@localhost ${readFileSync(`${file}.pub`, "utf8")}`);
  return { file, allowed, secretLine: readFileSync(file, "utf8").split("\n")[2]! };
}

/** Runs git as a developer does. */
export function git(cwd: string, ...words: string[]): string {
  const who = ["-c", "user.name=dev", "-c", "user.email=dev@localhost"];
  return execFileSync("git", [...who, ...words], { cwd, encoding: "utf8" }).trim();
}

/** The example, with its images in the engine's registry and on a base that is there. */
function makeApp(app: string, at: { readonly space: string; readonly repository: string }): void {
  cpSync(join(root, "examples/robson"), app, { recursive: true });
  rmSync(join(app, ".github"), { recursive: true });
  const images = (text: string) =>
    text.replaceAll("ldamasio/rbs-", `registry:5000/${at.space}/rbs-`);
  for (const name of readdirSync(join(app, manifests))) edit(join(app, manifests, name), images);
  edit(join(app, "landfall.yaml"), (text) =>
    images(text)
      .replace(/^verify:[\s\S]*/m, 'insecureRegistries: ["registry:5000"]\n')
      .replace("buildArgs: {", `buildArgs: { BASE: "${baseImage}",`)
      .replaceAll(
        /^( +dockerfile: .*Dockerfile_.*)$/gm,
        `$1\n    buildArgs: { BASE: "${baseImage}" }`,
      )
      .replace("manifests: {", `manifests: { repository: "${at.repository}",`),
  );
  git(app, "init", "--quiet", "--initial-branch=main");
  git(app, "add", "--all");
  git(app, "commit", "--quiet", "--message", "the app");
}

function edit(path: string, how: (text: string) => string): void {
  writeFileSync(path, how(readFileSync(path, "utf8")));
}

async function readImage(repository: string, tag: string) {
  const base = `http://${registryHost}/v2/${repository}`;
  const headers = { accept: manifestTypes.join(", ") };
  const answer = await fetch(`${base}/manifests/${tag}`, { headers });
  if (answer.status === 404) return undefined;
  const manifest = (await answer.json()) as { config: { digest: string } };
  const config = await (await fetch(`${base}/blobs/${manifest.config.digest}`)).json();
  return {
    digest: answer.headers.get("docker-content-digest") ?? "",
    labels: (config as { config: { Labels: Record<string, string> } }).config.Labels,
  };
}

async function readTags(repository: string): Promise<string[]> {
  const answer = await fetch(`http://${registryHost}/v2/${repository}/tags/list`);
  if (answer.status === 404) return [];
  return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
}
