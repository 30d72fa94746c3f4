/** The demo: two commits of one app deploy at the same moment, and both come out right. */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openRemote } from "../adapters/git/remote.ts";
import { runGit } from "../adapters/git/run.ts";
import type { Revision } from "../core/ids.ts";
import { readMessage } from "../core/landing/commit-message.ts";
import type { PromoteResult } from "../core/results/promote.ts";
import { tagOf } from "../core/tag-format.ts";
import type { Clock, Progress, Random } from "../ports.ts";
import { listPins, type PinsResult } from "../usecases/pins.ts";
import { createAppRepository, repositoryName, type Workshop } from "./app-repository.ts";
import {
  type Built,
  buildCommit,
  example,
  imagesOn,
  login,
  tagFormat,
  workshopEnvironment,
} from "./build-commit.ts";
import { type DemoWorld, deployOnce } from "./deploy.ts";
import { startGitServer } from "./git-server.ts";
import { startRegistry } from "./registry-server.ts";

/** What the demo needs of the process it runs in. */
export interface DemoOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly temporary: string;
  /** Whether the folder with the repositories stays. */
  readonly folder: "keep" | "remove";
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** One of the two deploys, as it reported itself and as the remote has it. */
export interface DemoDeploy {
  readonly who: string;
  readonly subject: string;
  readonly result: PromoteResult;
  /** How many commits of the branch carry this deploy's id: exactly one, when all is well. */
  readonly commits: number;
}

/** What the demo showed. `exit` is 0 when the remote proves that both deploys came out right. */
export interface DemoResult {
  readonly version: 1;
  readonly command: "demo";
  readonly exit: number;
  readonly deploys: readonly DemoDeploy[];
  /** The branch, newest first, a line a commit. */
  readonly log: readonly string[];
  readonly pins: PinsResult;
  readonly folder?: string;
}

const manifests = "infra/k8s/prod";
/** The older commit's deployer has a slow line: this much is added to each of its requests. */
const slowMs = 250;

/** Runs the demo. Everything it starts is stopped, and everything it makes removed, unless kept. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const root = mkdtempSync(join(options.temporary, "landfall-demo-"));
  const server = join(root, "server");
  mkdirSync(server);
  const registry = await startRegistry({
    auth: { kind: "bearer", users: { [login.username]: login.password }, anonymousPull: false },
  });
  const fast = await startGitServer({ root: server, path: options.env.PATH });
  const slow = await startGitServer({ root: server, path: options.env.PATH, delayMs: slowMs });
  try {
    const urls = { fast: `${fast.url}/${repositoryName}`, slow: `${slow.url}/${repositoryName}` };
    return await play({ ...options, root, urls, registry: registry.host });
  } finally {
    await Promise.all([registry.close(), fast.close(), slow.close()]);
    if (options.folder === "remove") rmSync(root, { recursive: true, force: true });
  }
}

/** The stage: what runs, and where. */
interface Stage extends DemoOptions {
  readonly root: string;
  readonly registry: string;
  readonly urls: { readonly fast: string; readonly slow: string };
}

async function play(stage: Stage): Promise<DemoResult> {
  const { progress, root, signal } = stage;
  const workshop = { root, env: workshopEnvironment(stage.env, root), signal };
  const place = { ...stage, source: stage.urls.fast };
  progress.step(`A git server and a registry listen on loopback (${stage.registry})`);
  await createAppRepository(workshop, example, stage.registry);
  const first = await buildCommit("feat: the first release", workshop, place);
  await deployAs("first", first, { stage, url: stage.urls.fast });

  const older = await buildCommit("feat: greet the visitor", workshop, place);
  const newer = await buildCommit("fix: spell the greeting right", workshop, place);
  progress.step("Both deploy at the same moment; the older one has a slow line");
  const results = await Promise.all([
    deployAs("older", older, { stage, url: stage.urls.slow }),
    deployAs("newer", newer, { stage, url: stage.urls.fast }),
  ]);
  return conclude([older, newer], results, { stage, workshop });
}

function deployAs(
  who: string,
  { revision }: Built,
  { stage, url }: { stage: Stage; url: string },
): Promise<PromoteResult> {
  const world: DemoWorld = { ...stage, login };
  const { progress } = stage;
  return deployOnce(
    {
      ...{ revision, tagFormat, repository: url, deploy: `demo-${who}` },
      source: join(stage.root, "app"),
      images: imagesOn(stage.registry),
      paths: [manifests],
      progress: {
        step: (message) => progress.step(`  ${who}: ${message}`),
        warn: (message) => progress.warn(`  ${who}: ${message}`),
      },
    },
    world,
  );
}

/** Reads the remote, which alone says whether all came out right. */
async function conclude(
  built: readonly Built[],
  results: readonly PromoteResult[],
  { stage, workshop }: { stage: Stage; workshop: Workshop },
): Promise<DemoResult> {
  const bare = join(stage.root, "server", repositoryName);
  const place = { directory: bare, env: workshop.env, timeoutMs: 60_000 };
  const show = async (format: string) =>
    (await runGit(place, ["log", "--first-parent", `--format=${format}`, "main"])).stdout
      .toString("utf8")
      .split("\0");
  const log = (await show("%h  %s%x00")).map((line) => line.trim()).filter((line) => line !== "");
  const records = (await show("%B%x00")).map((message) => readMessage(message.trim()));
  const deploys = results.map((result, at) => ({
    who: at === 0 ? "older" : "newer",
    subject: built[at]?.subject ?? "",
    result,
    commits: records.filter((record) => record?.deploy === result.deploy).length,
  }));
  const pins = await pinsAtTip(stage);
  const newest = tagOf(tagFormat, built.at(-1)?.revision ?? ("" as Revision));
  const isRight =
    deploys.every(({ result, commits }) => result.exit === 0 && commits === 1) &&
    pins.unpinned.length === 0 &&
    pins.pins.every(({ tag }) => tag === newest);
  const kept = stage.folder === "keep" ? { folder: stage.root } : {};
  return { version: 1, command: "demo", exit: isRight ? 0 : 1, deploys, log, pins, ...kept };
}

async function pinsAtTip(stage: Stage): Promise<PinsResult> {
  const remote = await openRemote({
    url: stage.urls.fast,
    branch: "main",
    credentials: {},
    identity: { name: "Landfall demo", email: "demo@localhost" },
    env: stage.env,
    temporary: stage.root,
    timeoutMs: 60_000,
  });
  try {
    return await listPins(imagesOn(stage.registry), [manifests], remote);
  } finally {
    await remote.close();
  }
}
