/** A race of real deployers: each a container of its own, all at the same time, then judged. */

import { type Container, ReturnType, type Service } from "@dagger.io/dagger";
import { command, fresh, say } from "./tool.js";

/** Which race to run. */
export interface Race {
  readonly deployers: number;
  readonly seed: number;
}

const ports = { git: 8080, start: 8081, registry: 5000 };

/**
 * Runs a race between services of its own and returns the history checker's verdict. Throws what
 * the judge printed when a law is broken.
 */
export async function runRace(tool: Container, race: Race): Promise<string> {
  // Services of one definition are one service, and so are equal execs: each race is another.
  const id = crypto.randomUUID();
  const [git, registry] = [`git-${id.slice(0, 8)}`, `registry-${id.slice(0, 8)}`];
  const about = [
    ...["--deployers", String(race.deployers), "--seed", String(race.seed)],
    ...["--registry", `${registry}:${ports.registry}`],
  ];
  const lab = (words: readonly string[]) => ["lab", ...words, ...about];
  const at = tool.withEnvVariable("LANDFALL_RACE", id);
  const startPorts = ["--port", String(ports.git), "--start-port", String(ports.start)];
  const servers = [
    serve(at.withExposedPort(ports.git).withExposedPort(ports.start), lab(["git", ...startPorts])),
    serve(at.withExposedPort(ports.registry), lab(["registry", "--port", String(ports.registry)])),
  ].map((service, index) => service.withHostname([git, registry][index] ?? ""));
  await Promise.all(servers.map((service) => service.start()));
  try {
    const bound = servers.reduce(
      (one, service, index) => one.withServiceBinding([git, registry][index] ?? "", service),
      at,
    );
    const url = `http://${git}:${ports.git}`;
    const start = ["--git", url, "--start", `http://${git}:${ports.start}`];
    const numbers = Array.from({ length: race.deployers }, (_, index) => String(index + 1));
    const told = await Promise.all(
      numbers.map((number) => result(bound, lab(["deploy", "--deployer", number, ...start]))),
    );
    const judge = told.reduce(
      (one, text, index) => one.withNewFile(`/results/${index + 1}.json`, text),
      bound,
    );
    const words = lab(["judge", "--git", url, "--results", "/results"]);
    return await say(judge, words);
  } finally {
    await Promise.all(servers.map((service) => service.stop({ kill: true })));
  }
}

function serve(at: Container, words: readonly string[]): Service {
  return at.asService({ args: command(words) });
}

/** Runs one deployer, however it ends, and returns its exit status and what it printed. */
async function result(at: Container, words: readonly string[]): Promise<string> {
  const ran = fresh(at).withExec(command(words), { expect: ReturnType.Any });
  const [status, out, err] = [await ran.exitCode(), await ran.stdout(), await ran.stderr()];
  return JSON.stringify({ status, out, err });
}
