/**
 * The demo of environments: a revision in staging, seen to run there, then in prod; a rollback of
 * prod alone; a freeze. Every step is a command as people type it.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runGit } from "../adapters/git/run.ts";
import type { DemoStep, EnvironmentsDemo } from "../core/results/demo-environments.ts";
import { createAppRepository, repositoryName } from "./app-repository.ts";
import { type Built, buildCommit, example, workshopEnvironment } from "./build-commit.ts";
import { startGitServer } from "./git-server.ts";
import { startRegistry } from "./registry-server.ts";
import type { DemoOptions } from "./run.ts";
import { startStagingPage } from "./staging-page.ts";

/** Runs a command of Landfall in a directory, and returns what it printed. */
export type RunLandfall = (
  words: readonly string[],
  where: { readonly cwd: string; readonly env: DemoOptions["env"] },
) => Promise<{ readonly status: number; readonly out: string }>;

/** Runs the demo. Everything it starts is stopped, and everything it makes removed, unless kept. */
export async function runEnvironmentsDemo(
  options: DemoOptions,
  landfall: RunLandfall,
): Promise<EnvironmentsDemo> {
  const root = mkdtempSync(join(options.temporary, "landfall-demo-"));
  const server = join(root, "server");
  mkdirSync(server);
  const env = workshopEnvironment(options.env, root);
  const bare = { directory: join(server, repositoryName), env, timeoutMs: 60_000 };
  const git = async (...args: string[]) => (await runGit(bare, args)).stdout.toString("utf8");
  const tagIn = async (name: string) => {
    const text = await git("show", `main:infra/k8s/${name}/kustomization.yaml`);
    return /newTag: (\S+)/.exec(text)?.[1] ?? "";
  };
  const registry = await startRegistry();
  const served = await startGitServer({ root: server, path: options.env.PATH });
  const page = await startStagingPage(() => tagIn("staging"));
  try {
    const url = `${served.url}/${repositoryName}`;
    const workshop = { root, env, signal: options.signal };
    options.progress.step("A git server, a registry and a page of staging's listen on loopback");
    await createAppRepository(workshop, example, registry.host, "staging and prod");
    const cwd = join(root, "app");
    showPage(join(cwd, "landfall.yaml"), page.url);
    const place = { ...options, registry: registry.host, source: url };
    const inApp = { cwd, env: { PATH: options.env.PATH, LANDFALL_REPOSITORY: url } };
    const steps = await play({
      build: (subject) => buildCommit(subject, workshop, place),
      run: (words) => landfall(words, inApp),
      tagIn,
      step: options.progress.step,
    });
    const log = (await git("log", "--format=%h  %s", "main")).trimEnd().split("\n");
    const exit = steps.every(({ isRight }) => isRight) ? 0 : 1;
    const kept = options.folder === "keep" ? { folder: root } : {};
    return { version: 1, command: "demo", exit, steps, log, ...kept };
  } finally {
    await Promise.all([registry.close(), served.close(), page.close()]);
    if (options.folder === "remove") rmSync(root, { recursive: true, force: true });
  }
}

/** Lets staging be verified by the page that is there. Of Argo CD there is none. */
function showPage(file: string, url: string): void {
  const text = readFileSync(file, "utf8").replaceAll(/^ +argocd: .*\n/gm, "");
  writeFileSync(file, text.replace("https://staging.example.org", url));
}

/** What the story is told with. */
interface Storyteller {
  readonly build: (subject: string) => Promise<Built>;
  readonly run: (words: readonly string[]) => ReturnType<RunLandfall>;
  readonly tagIn: (environment: string) => Promise<string>;
  readonly step: (words: string) => void;
}

async function play(teller: Storyteller): Promise<readonly DemoStep[]> {
  const { build, tagIn } = teller;
  const none = await tagIn("prod");
  const one = await build("feat: the first release");
  const steps: DemoStep[] = [];
  /** @param after What staging and prod hold then. */
  const act = async (
    why: string,
    words: readonly string[],
    after: readonly [string, string],
    status = 0,
  ) => {
    steps.push(await stepOf({ why, words, after, status }, teller));
  };
  const fromStaging = ["promote", "--env", "prod", "--from", "staging"];
  const toStaging = ({ revision }: Built) => {
    return ["promote", "--env", "staging", "--revision", revision.slice(0, 12)];
  };
  const verify = ["verify", "--env", "staging", "--timeout", "30s"];

  await act("Staging first", toStaging(one), [one.tag, none]);
  await act("Prod waits until it was seen to run there", fromStaging, [one.tag, none], 4);
  await act("The page of staging shows it", verify, [one.tag, none]);
  await act("Just what staging runs", fromStaging, [one.tag, one.tag]);
  const two = await build("feat: greet the visitor");
  await act("The next one, the same way", toStaging(two), [two.tag, one.tag]);
  await act("", verify, [two.tag, one.tag]);
  await act("", fromStaging, [two.tag, two.tag]);
  const back = ["rollback", "--env", "prod", "--steps", "1", "--reason", "checkout is slow"];
  await act("Prod goes back, and staging stays", back, [two.tag, one.tag]);
  await act("The hold is prod's", fromStaging, [two.tag, one.tag], 4);
  const freeze = ["freeze", "--env", "prod", "--expires", "14d", "--reason", "year end"];
  await act("Nothing new in prod for two weeks", freeze, [two.tag, one.tag]);
  const three = await build("fix: checkout is fast again");
  await act("Staging goes on", toStaging(three), [three.tag, one.tag]);
  await act("", verify, [three.tag, one.tag]);
  await act("Prod is frozen", fromStaging, [three.tag, one.tag], 4);
  await act("", ["thaw", "--env", "prod"], [three.tag, one.tag]);
  await act("What is newer than the hold lands again", fromStaging, [three.tag, three.tag]);
  return steps;
}

/** A step as it should be. */
interface PlannedStep {
  readonly why: string;
  readonly words: readonly string[];
  /** What staging and prod hold after it. */
  readonly after: readonly [staging: string, prod: string];
  readonly status: number;
}

async function stepOf(planned: PlannedStep, teller: Storyteller): Promise<DemoStep> {
  const { why, words, after } = planned;
  const command = `landfall ${words.map(quoted).join(" ")}`;
  teller.step(`$ ${command}`);
  const { status, out } = await teller.run(words);
  const [staging, prod] = [await teller.tagIn("staging"), await teller.tagIn("prod")];
  const isRight = status === planned.status && staging === after[0] && prod === after[1];
  return { why, command, status, out, staging, prod, isRight };
}

function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}
