/**
 * Scenes in which git and its servers say what the classifier must understand: each is played with
 * the git of this machine. Numbers are those of table A.4, which docs/robustness.md explains.
 */

import { appendFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GitSetting } from "../../src/adapters/git/auth.ts";
import { gitEnvironment } from "../../src/adapters/git/env.ts";
import { createBare } from "../../src/adapters/git/objects.ts";
import { GitExit, runGit } from "../../src/adapters/git/run.ts";
import type { GitExchange } from "../../src/adapters/git/words.ts";
import type { FailureCode } from "../../src/core/failure.ts";
import type { PushReply } from "../../src/core/landing/push-outcome.ts";
import type { GitFault } from "../../src/demo/git-server.ts";
import { manifest, openSandbox, type Sandbox, type SandboxOptions } from "./git-sandbox.ts";
import { pushReport } from "./push-report.ts";

/** One scene, and what its words must be taken for. */
export interface Scene {
  readonly id: string;
  readonly means: PushReply["kind"] | FailureCode;
  readonly play: () => Promise<GitExchange>;
}

const list = "git-upload-pack:GET";
const writerList = "git-receive-pack:GET";
const post = "git-receive-pack:POST";

/** How a push differs from Landfall's own. */
interface Pushing {
  readonly server?: SandboxOptions;
  /** Done before the push, when the clone is ready. */
  readonly prepare?: (box: Sandbox, clone: string) => unknown;
  readonly flags?: readonly string[];
  readonly refspec?: string;
  /** Instead of the repository. */
  readonly url?: (box: Sandbox) => string;
  readonly settings?: readonly GitSetting[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs git with the environment that Landfall gives it. */
async function run(box: Sandbox, clone: string, args: readonly string[], how: Pushing = {}) {
  const url = how.url?.(box) ?? box.url;
  const settings: GitSetting[] = [["remote.origin.url", url], ...(how.settings ?? [])];
  const env = { ...gitEnvironment({ env: process.env, home: clone, url }, settings), ...how.env };
  try {
    const place = { directory: clone, env, timeoutMs: 20_000 };
    const { code, stdout, stderr } = await runGit(place, args);
    return cleaned({ code, stdout: stdout.toString("utf8"), stderr }, box);
  } catch (error) {
    if (error instanceof GitExit) return cleaned(error, box);
    throw error;
  }
}

/** Takes out what is another in every run: ports, directories, times. */
function cleaned({ code, stdout, stderr }: GitExchange, box: Sandbox): GitExchange {
  const same = (text: string) =>
    text
      .replaceAll(box.root, "/srv")
      .replace(/127\.0\.0\.1(:| port )\d+/g, "127.0.0.1$1443")
      .replace(/after \d+ ms/g, "after 1 ms")
      .replace(/^remote: *\n/gm, "");
  return { code, stdout: same(stdout), stderr: parentLast(same(stderr)) };
}

/** Two processes write, in any order: what `push` says for itself goes last. */
function parentLast(stderr: string): string {
  const own = /^error: failed to push some refs to .*\n/m;
  return own.test(stderr) ? stderr.replace(own, "") + own.exec(stderr)![0] : stderr;
}

/** A shallow clone with one commit that is not on the server. */
async function cloneWithCommit(box: Sandbox): Promise<string> {
  const clone = join(box.root, "clone");
  createBare(clone);
  // Past the server, which may be told to fail.
  cpSync(join(box.bare, "objects"), join(clone, "objects"), { recursive: true });
  mkdirSync(join(clone, "refs", "heads"));
  for (const file of ["refs/heads/base", "shallow"]) {
    writeFileSync(join(clone, file), `${await box.tip()}\n`);
  }
  const commit = `commit refs/heads/ours\ncommitter Us <us@localhost> 1700000200 +0000\n`;
  const bytes = "image: example/app:sha-0000002\n";
  const change = `M 100644 inline ${manifest.path}\ndata ${bytes.length}\n${bytes}`;
  const input = `${commit}data 5\nours\nfrom refs/heads/base\n${change}\ndone\n`;
  await box.run(clone, ["fast-import", "--quiet", "--done"], input);
  return clone;
}

async function push(how: Pushing = {}): Promise<GitExchange> {
  const box = await openSandbox(how.server);
  const clone = await cloneWithCommit(box);
  await how.prepare?.(box, clone);
  const { flags = [], refspec = "refs/heads/ours:refs/heads/main" } = how;
  const args = ["push", "--porcelain", "--no-verify", ...flags, "origin", refspec];
  return run(box, clone, args, how);
}

async function fetch(how: Pushing = {}): Promise<GitExchange> {
  const box = await openSandbox(how.server);
  const clone = join(box.root, "clone");
  createBare(clone);
  const args = ["fetch", "--no-tags", "--depth=1", "origin", how.refspec ?? "refs/heads/main"];
  return run(box, clone, args, how);
}

/** A server with a fault of the requests of one kind. */
function server(on: string, fault: GitFault, times = 1_000): SandboxOptions {
  return { fault: ({ kind, before }) => (kind === on && before < times ? fault : "pass") };
}

const foreign = (box: Sandbox) => box.addCommit([{ path: "a.txt", bytes: "1\n" }]);

/** A server on which somebody pushes while a push is under way. */
function contested(): Pushing {
  let box: Sandbox | undefined;
  return {
    server: {
      async fault({ kind }) {
        if (kind === post && box !== undefined) await foreign(box);
        return "pass" as const;
      },
    },
    prepare: (opened) => {
      box = opened;
    },
  };
}

/** Another repository on the same server, without anything in it. */
function emptyRepository(box: Sandbox): string {
  const directory = join(dirname(box.bare), "empty.git");
  mkdirSync(directory, { recursive: true });
  createBare(directory);
  appendFileSync(join(directory, "config"), "[http]\n\treceivepack = true\n");
  return box.url.replace("/app.git", "/empty.git");
}

/** No name at all, so that no server of names is asked. */
const nobody = "https://no..name/app.git";
const wrongLogin: GitSetting = ["http.extraheader", `Authorization: Basic ${btoa("a:b")}`];
const asksForLogin = { status: 401, headers: { "www-authenticate": 'Basic realm="git"' } };
const page = { status: 200, body: "<html>please log in</html>" };

/** Pushes, in the order of the table. */
const pushes: readonly (readonly [string, PushReply["kind"], Pushing])[] = [
  ["accepted", "accepted", {}],
  ["accepted, and there already", "accepted", { refspec: "refs/heads/base:refs/heads/main" }],
  ["G1 somebody pushed, unknown here", "raced", { prepare: foreign }],
  [
    "G2 somebody pushed, known here",
    "raced",
    {
      async prepare(box, clone) {
        await foreign(box);
        await box.git(clone, "fetch", "--quiet", `file://${box.bare}`, "main:refs/heads/theirs");
      },
    },
  ],
  [
    "G3 lease",
    "raced",
    { prepare: foreign, flags: [`--force-with-lease=refs/heads/main:${"1".repeat(40)}`] },
  ],
  ["G5 compare-and-swap lost", "raced", contested()],
  ["G5 the transport sent it twice", "raced", { server: server(post, "drop-after", 1) }],
  ["G8 lock held", "silent", { prepare: (box) => box.lockRef("main") }],
  ["G9 atomic", "raced", { ...contested(), flags: ["--atomic"] }],
  [
    "G10 a tag that is there",
    "refused",
    {
      prepare: (box) => box.git(box.bare, "update-ref", "refs/tags/v1", "refs/heads/main"),
      refspec: "refs/heads/ours:refs/tags/v1",
    },
  ],
  [
    "G11 hook",
    "refused",
    { prepare: (box) => box.addHook("pre-receive", "echo not on Fridays; exit 1") },
  ],
  ["G12 update hook", "refused", { prepare: (box) => box.addHook("update", "exit 1") }],
  [
    "G13 force is denied",
    "refused",
    {
      server: { settings: { "receive.denyNonFastForwards": "true" } },
      prepare: async (box, clone) => {
        await foreign(box);
        await box.git(clone, "fetch", "--quiet", `file://${box.bare}`, "main:refs/heads/theirs");
      },
      flags: ["--force"],
    },
  ],
  ["G14 too big", "refused", { server: { settings: { "receive.maxInputSize": "20" } } }],
  ["G15 shallow, and the server lacks the base", "refused", { url: emptyRepository }],
  ["G16 hidden", "refused", { server: { settings: { "receive.hideRefs": "refs/heads/main" } } }],
  ["G17 no report of the ref", "silent", { server: server(post, pushReport("")) }],
  ...[500, 502, 503, 504].map(
    (status) => [`G18 ${status}`, "silent", { server: server(post, { status }) }] as const,
  ),
  ["G18 500 after", "silent", { server: server(post, { after: { status: 500 } }) }],
  ["G19 429", "throttled", { server: server(post, { status: 429 }) }],
  ["G19 403", "refused", { server: server(post, { status: 403 }) }],
  ["G19 413", "refused", { server: server(post, { status: 413 }) }],
  ["G20 empty reply", "silent", { server: server(post, "drop-after") }],
  ["G21 cut off", "silent", { server: server(post, "cut-short") }],
  [
    "G22 too slow",
    "silent",
    { server: server(post, { holdMs: 15_000 }), env: { GIT_HTTP_LOW_SPEED_TIME: "1" } },
  ],
  ["G23 reset", "silent", { server: server(post, "reset-after") }],
  ["G24 200 and no body", "silent", { server: server(post, { status: 200 }) }],
  ["G25 500", "not-sent", { server: server(writerList, { status: 500 }) }],
  ["G26 408", "not-sent", { server: server(writerList, { status: 408 }) }],
  ["G26 429", "throttled", { server: server(writerList, { status: 429 }) }],
  ["G27 read-only", "refused", { server: { settings: { "http.receivepack": "false" } } }],
  ["G29 413", "refused", { server: server(writerList, { status: 413 }) }],
  ["G29 422", "refused", { server: server(writerList, { status: 422 }) }],
  ["G30 400", "refused", { server: server(writerList, { status: 400 }) }],
  [
    "G31 moved",
    "refused",
    { server: server(writerList, { status: 301, headers: { location: "http://127.0.0.1:1/" } }) },
  ],
  ["G32 not found", "refused", { server: server(writerList, { status: 404 }) }],
  ["G33 no name", "refused", { server: server(writerList, asksForLogin) }],
  ["G33 no name at the POST", "refused", { server: server(post, asksForLogin) }],
  [
    "G34 wrong token",
    "refused",
    { server: server(writerList, asksForLogin), settings: [wrongLogin] },
  ],
  ["G35 empty reply", "not-sent", { server: server(writerList, "drop-before") }],
  ["G35 nobody there", "not-sent", { url: () => "http://127.0.0.1:1/app.git" }],
  ["G35 no such host", "not-sent", { url: () => nobody }],
  ["G36 no TLS", "not-sent", { url: (box) => box.url.replace("http:", "https:") }],
  ["G37 a proxy's page", "silent", { server: server(writerList, page) }],
  ["G38 no such commit", "silent", { refspec: "refs/heads/nowhere:refs/heads/main" }],
];

const fetches: readonly (readonly [string, FailureCode, Pushing])[] = [
  ["fetch G25 500", "remote-unreachable", { server: server(list, { status: 500 }) }],
  ["fetch G26 408", "remote-unreachable", { server: server(list, { status: 408 }) }],
  ["fetch G26 429", "throttled", { server: server(list, { status: 429 }) }],
  ["fetch G27 403", "remote-denied", { server: server(list, { status: 403 }) }],
  [
    "fetch G31 moved",
    "remote-not-found",
    { server: server(list, { status: 301, headers: { location: "http://127.0.0.1:1/" } }) },
  ],
  ["fetch G32 not found", "remote-not-found", { server: server(list, { status: 404 }) }],
  ["fetch G33 no name", "remote-denied", { server: server(list, asksForLogin) }],
  [
    "fetch G34 wrong token",
    "remote-denied",
    { server: server(list, asksForLogin), settings: [wrongLogin] },
  ],
  ["fetch G35 empty reply", "remote-unreachable", { server: server(list, "drop-before") }],
  ["fetch G35 nobody there", "remote-unreachable", { url: () => "http://127.0.0.1:1/app.git" }],
  ["fetch G35 no such host", "remote-unreachable", { url: () => nobody }],
  ["fetch no branch", "remote-not-found", { refspec: "refs/heads/nowhere" }],
  ["fetch cut off", "remote-unreachable", { server: server("git-upload-pack:POST", "cut-short") }],
];

/** All scenes. */
export const scenes: readonly Scene[] = [
  ...pushes.map(([id, means, how]) => ({ id, means, play: () => push(how) })),
  ...fetches.map(([id, means, how]) => ({ id, means, play: () => fetch(how) })),
];
