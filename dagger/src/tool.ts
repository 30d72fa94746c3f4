/**
 * The tool container: the library's command line on Node, with git, and nothing installed by the
 * system.
 */

import { type Container, type Directory, dag, ReturnType } from "@dagger.io/dagger";

/** A run of the command line, to be started. */
export interface Run {
  /** The tool container at the source. */
  readonly at: Container;
  readonly words: readonly string[];
  /** Whether a status other than 0 is a result too, not an error. */
  readonly anyOutcome: boolean;
}

/** How a command ended. */
export interface Ran {
  readonly exit: number;
  readonly text: string;
  /** Its result as one JSON object; empty where it had none. */
  readonly json: string;
  /** The container after it, with its reports. */
  readonly container: Container;
}

const home = "/landfall";
const reports = "/reports";

/** Loads all code once, so that each run finds it compiled: its start then takes half the time. */
const loadAll = `import { globSync } from "node:fs";
for (const file of globSync("src/**/*.ts")) await import("./" + file);`;

/** Returns the container with the library and its production dependencies; all of it is cached. */
export function toolContainer(lib: Directory, image: string): Container {
  return dag
    .container()
    .from(image)
    .withWorkdir(home)
    .withMountedCache("/root/.npm", dag.cacheVolume("landfall-npm"))
    .withFile("package.json", lib.file("package.json"))
    .withFile("package-lock.json", lib.file("package-lock.json"))
    .withExec(["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
    .withDirectory("src", lib.directory("src"))
    .withDirectory("examples", lib.directory("examples"))
    .withEnvVariable("NODE_COMPILE_CACHE", `${home}/.cache`)
    .withExec(["node", "--input-type=module", "--eval", loadAll]);
}

/**
 * Runs one command. Its failure is thrown as it is, so that `dagger call` exits with the command's
 * own status; with `anyOutcome` every status is a result.
 */
export async function run({ at, words, anyOutcome }: Run): Promise<Ran> {
  const ready = at
    .withNewFile(`${reports}/result.json`, "")
    .withEnvVariable("LANDFALL_RESULT_FILE", `${reports}/result.json`)
    .withEnvVariable("GITHUB_STEP_SUMMARY", `${reports}/summary.md`)
    .withEnvVariable("GITHUB_OUTPUT", `${reports}/outputs`);
  const page = /^(?:sync|audit)$/.test(words[0] ?? "") ? ["--html", `${reports}/report.html`] : [];
  const expect = anyOutcome ? ReturnType.Any : ReturnType.Success;
  const container = fresh(ready).withExec(command([...words, ...page]), { expect });
  const text = await container.stdout();
  const json = await reportsOf(container).file("result.json").contents();
  return { exit: anyOutcome ? await container.exitCode() : 0, text, json, container };
}

/** Runs a command that only prints, and returns that. */
export function say(at: Container, words: readonly string[]): Promise<string> {
  return fresh(at).withExec(command(words)).stdout();
}

/** Returns the folder with the reports of a command that has run. */
export function reportsOf(container: Container): Directory {
  return container.directory(reports);
}

/** Returns the words that run a command of Landfall in the tool container. */
export function command(words: readonly string[]): string[] {
  return ["node", `${home}/src/cli.ts`, ...words];
}

/**
 * Returns the container such that whatever runs next runs anew: a run acts on the world, or looks
 * at it, and the engine would otherwise answer from its cache of the last one.
 */
export function fresh(at: Container): Container {
  return at.withEnvVariable("LANDFALL_RUN", crypto.randomUUID());
}
