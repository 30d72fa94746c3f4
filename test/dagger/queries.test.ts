/**
 * Contract tests: the queries that the module's functions send to an engine. They prove what is
 * asked, in which order, and who sees a secret; what comes of it is proved on an engine
 * (engine.test.ts) and on the command line itself.
 */

import { connection, dag } from "@dagger.io/dagger";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Landfall } from "../../dagger/src/index.ts";
import {
  type FakeSession,
  openSession,
  printQueries,
  type Query,
} from "../support/dagger-session.ts";
import { golden } from "../support/golden.ts";
import { sourceFiles } from "../support/source-files.ts";

const revision = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
const digest = `sha256:${"ab".repeat(32)}`;
const image = {
  ...{ tag: "sha-1a2b3c4", dockerfile: "Dockerfile", labels: { revision } },
  buildArgs: {},
};
const plan = {
  revision,
  tag: "sha-1a2b3c4",
  extraTags: ["latest"],
  verify: true,
  images: [
    {
      ...image,
      ...{ image: "ghcr.io/acme/web", action: "build", context: "apps/web" },
      buildArgs: { VERSION: "sha-1a2b3c4" },
    },
    { ...image, image: "ghcr.io/acme/api", action: "retag", context: "apps/api", from: digest },
    { ...image, image: "acme/proxy", action: "keep", context: "apps/proxy", from: digest },
  ],
};

let session: FakeSession;
/** What commands print, by their first word. A test may let one fail. */
let prints: Record<string, string | Error>;
/** How a command ends whose status is asked for. */
let exitStatus: number;
beforeEach(async () => {
  exitStatus = 3;
  prints = {
    ...{ plan: JSON.stringify(plan), promote: "landed  sha-1a2b3c4\n" },
    retag: "web:latest@sha256:1\n",
    verify: "verified  sha-1a2b3c4\n",
  };
  session = await openSession((query) => {
    const { name } = query.at(-1)!;
    if (name === "commit") return revision;
    if (name === "publish") return `${query.at(-1)!.args.address}@${digest}`;
    if (name === "exitCode") return exitStatus;
    if (name === "stderr") return "what it said\n";
    if (name === "sync" && wordsOf(query).length > 0) return failedAs(exitStatus);
    return name === "stdout" ? (prints[verbOf(query) ?? ""] ?? "") : undefined;
  });
});
afterEach(() => session.close());

/** What an engine says of an exec that failed. */
function failedAs(exitCode: number) {
  const error = new Error(`exit code: ${exitCode}`);
  return Object.assign(error, { exitCode, stdout: "", stderr: "", cmd: [] });
}

/** The words after the command line's name, of the last command in a chain. */
function wordsOf(query: Query): readonly string[] {
  const exec = query.findLast(({ name }) => name === "withExec");
  return ((exec?.args.args ?? []) as string[]).slice(2);
}

function verbOf(query: Query): string | undefined {
  return wordsOf(query)[0];
}

/** The functions, each called as `dagger call` would, with all that it can be told. */
const calls: Record<string, (landfall: Landfall) => Promise<unknown>> = {
  build: (landfall) => landfall.build(source(), "ghcr.io/acme/web").then((built) => built.id()),
  publish: (landfall) =>
    landfall.publish(source(), undefined, undefined, true, "refs/heads/main", ...access()),
  promote: (landfall) =>
    landfall.promote(
      source(),
      "other.yaml",
      revision,
      true,
      true,
      ["--branch=prod"],
      ...committing(),
    ),
  deploy: (landfall) =>
    landfall.deploy(
      ...([source(), undefined, undefined, false, undefined, true, false, undefined] as const),
      ...cluster(),
      ...committing(),
    ),
  verify: (landfall) =>
    landfall.verify(
      ...([source(), undefined, revision, "5m", true, true, undefined] as const),
      ...cluster(),
      ...access(),
    ),
  status: (landfall) =>
    landfall.status(
      ...([source(), undefined, revision, true, undefined] as const),
      ...cluster(),
      ...access(),
    ),
  doctor: (landfall) =>
    landfall.doctor(
      ...([source(), undefined, false, undefined] as const),
      ...cluster(),
      ...committing(),
    ),
  sync: (landfall) =>
    landfall.sync(source(), undefined, true, true, 50, "1h", true, ["--quiet"], ...committing()),
  syncReport: (landfall) =>
    landfall.syncReport(source(), undefined, 50, "1h", [], ...access()).then((it) => it.id()),
  audit: (landfall) => landfall.audit(source(), "other.yaml", "30d", true, [], ...access()),
  auditReport: (landfall) =>
    landfall.auditReport(source(), undefined, "30d", [], ...access()).then((it) => it.id()),
  rollback: (landfall) =>
    landfall.rollback(
      ...([source(), "it is slow", undefined, undefined, 1] as const),
      ...([["web", "api"], true, true, undefined] as [string[], boolean, boolean, undefined]),
      ...committing(),
    ),
  release: (landfall) =>
    landfall.release(source(), undefined, ["web"], false, false, [], ...committing()),
  pins: (landfall) => landfall.pins(source(), undefined, true, true, [], ...access()),
  plan: (landfall) =>
    landfall.plan(source(), undefined, revision, false, undefined, false, ...access()),
};

function source() {
  return dag.host().directory(".");
}

function cluster() {
  return [dag.secret("env://ARGOCD_AUTH_TOKEN"), dag.secret("file://kubeconfig")] as const;
}

function secrets(...names: string[]) {
  return names.map((name) => dag.secret(`env://${name}`));
}

/** What whoever reads is given. */
function access() {
  const [token, password, app] = secrets("GIT_TOKEN", "REGISTRY_PASSWORD", "APP_KEY");
  const [git, registry] = [8080, 5000].map((port) =>
    dag.host().service([{ frontend: port, backend: port }]),
  );
  const api = "https://github.example.org/api/v3";
  return [
    ...([token, "robot", undefined, undefined, "Iv1.8a61", app, api] as const),
    ...([password, "acme", git, registry] as const),
  ] as const;
}

/** What whoever commits is given. */
function committing() {
  return [secrets("SIGNING_KEY")[0], ...access()] as const;
}

/** Calls a function and returns what it asked, without what making its arguments asked. */
async function asked(name: string): Promise<readonly Query[]> {
  await connection(async () => {
    await calls[name]!(new Landfall(dag.host().directory("/landfall")));
  });
  return session.queries.filter((query) => !/^(?:secret|host)$/.test(query[0]!.name));
}

describe.each(Object.keys(calls))("contract: %s", (name) => {
  test("asks the engine what it always asked", async () => {
    const text = printQueries(await asked(name));
    expect(text).toBe(golden(`test/dagger/queries/${name}.golden.txt`, text));
  });

  test("every run of the command line has a nonce of its own right before it", async () => {
    const nonces = new Map<string, string>();
    for (const query of await asked(name)) {
      for (const [at, step] of query.entries()) {
        if (step.name !== "withExec" || !/cli\.ts/.test(String(step.args.args))) continue;
        const before = query[at - 1]!;
        expect(before).toMatchObject({ name: "withEnvVariable", args: { name: "LANDFALL_RUN" } });
        const words = JSON.stringify(step.args.args);
        expect(nonces.get(String(before.args.value)) ?? words).toBe(words);
        nonces.set(String(before.args.value), words);
      }
    }
    expect(nonces.size).toBeGreaterThan(0);
  });

  test("a secret goes where secrets belong, and nobody reads it", async () => {
    await asked(name);
    const ids = session.queries.filter(([first]) => first?.name === "secret");
    expect(ids.filter((query) => query.at(-1)!.name !== "id")).toEqual([]);
    const may = new Set(["withSecretVariable", "withMountedSecret", "withRegistryAuth"]);
    const wrong = session.queries.flat().filter(({ name: step, args }) => {
      return !may.has(step) && Object.values(args).some((value) => /^secret-/.test(String(value)));
    });
    expect(wrong).toEqual([]);
  });
});

describe("contract: what is set in the container", () => {
  /** The nonce, which nobody reads. */
  const nonce = "LANDFALL_RUN";
  const texts = sourceFiles(["src"], /\.ts$/).map(({ text }) => text);

  test("is read by the command line, under the same name", async () => {
    for (const name of Object.keys(calls)) await asked(name);
    const names = session.queries.flat().flatMap(({ name, args }) => {
      return /^with(?:Env|Secret)Variable$/.test(name) ? [String(args.name)] : [];
    });
    const wanted = [...new Set(names)].filter((name) => name !== nonce);
    expect(wanted).toContain("LANDFALL_GIT_TOKEN");
    const unread = wanted.filter((name) => !texts.some((text) => text.includes(name)));
    expect(unread).toEqual([]);
  });
});

describe.each(["syncReport", "auditReport"])("contract: %s that could not look", (name) => {
  test.each([1, 2, 5, 6])(
    "fails with the command's own status %i, and its words",
    async (status) => {
      exitStatus = status;
      await expect(asked(name)).rejects.toMatchObject({ name: "ExecError", exitCode: status });
      const last = session.queries.at(-1)!.findLast(({ name: step }) => step === "withExec")!;
      expect(last.args).toMatchObject({ stdin: "what it said\n" });
      expect(last.args).not.toHaveProperty("expect");
      expect((last.args.args as string[]).at(-1)).toBe(String(status));
    },
  );
});

describe("contract: what follows a landing", () => {
  /** The commands in the order of their runs. */
  const commands = () =>
    session.queries.filter((query) => query.at(-1)!.name === "stdout").map(verbOf);
  /** Deploys for a ref, and returns what `deploy` returns. */
  async function deployed(ref: string, asJson: boolean, flags: string[] = []) {
    let told: string | undefined;
    await connection(async () => {
      const landfall = new Landfall(dag.host().directory("/landfall"));
      told = await landfall.deploy(
        ...([source(), undefined, revision, false, ref, true, asJson, flags] as const),
      );
    });
    return told;
  }
  const stopped = failedAs(1);

  test("further tags come after it, and the verification last", async () => {
    await asked("deploy");
    expect(commands()).toEqual(["plan", "retag", "promote", "retag", "verify"]);
  });

  /** What the run of retag was asked that gave the further tags, not the plan's own. */
  const taggedBy = () =>
    session.queries.map(wordsOf).find((words) => words[0] === "retag" && words.includes("latest"));

  test("a further tag may not go back, and what it came to is told", async () => {
    expect(await deployed("refs/heads/main", false)).toBe(
      "landed  sha-1a2b3c4\nweb:latest@sha256:1\nverified  sha-1a2b3c4\n",
    );
    expect(taggedBy()!.join(" ")).toContain(`--to latest --revision ${revision}`);
  });

  test("of the repositories that promote is told of, it hears too", async () => {
    await deployed("refs/heads/main", false, [
      ...["--repository=https://git.example.org/a.git", "--branch=prod", "--source=https://b"],
    ]);
    const told = taggedBy()!.filter((word) => word.includes("="));
    expect(told.slice(-2)).toEqual([
      ...["--repository=https://git.example.org/a.git", "--source=https://b"],
    ]);
    expect(taggedBy()).not.toContain("--branch=prod");
  });

  test("as JSON, all that was printed is one object", async () => {
    Object.assign(prints, { promote: '{"outcome":"landed"}\n', retag: '{"images":[]}\n' });
    prints.verify = '{"outcome":"verified"}\n';
    expect(JSON.parse((await deployed("refs/heads/main", true)) as string)).toEqual({
      ...{ outcome: "landed", retag: { images: [] }, verify: { outcome: "verified" } },
    });
  });

  test("a release's tag comes before it, for it stands whatever lands, and may go back", async () => {
    prints.promote = "superseded  sha-1a2b3c4\n";
    expect(await deployed("refs/tags/v1.2.3", false)).toBe(
      "superseded  sha-1a2b3c4\nweb:latest@sha256:1\n",
    );
    expect(commands()).toEqual(["plan", "retag", "retag", "promote"]);
    expect(taggedBy()).not.toContain("--revision");
  });

  test("every command reads the settings file that is named", async () => {
    await connection(async () => {
      const landfall = new Landfall(dag.host().directory("/landfall"));
      await landfall.deploy(source(), "other.yaml", revision);
    });
    const runs = session.queries.filter((query) => query.at(-1)!.name === "stdout").map(wordsOf);
    expect(runs).toHaveLength(5);
    expect(runs.filter((words) => !words.join(" ").includes("--config other.yaml"))).toEqual([]);
  });

  test.each([
    ["superseded", "superseded  sha-1a2b3c4\n"],
    ["would-land", '{"outcome":"would-land"}\n'],
  ])("%s: nothing follows", async (_, told) => {
    prints.promote = told;
    await asked("deploy");
    expect(commands()).toEqual(["plan", "retag", "promote"]);
  });

  test("nothing is watched where the settings say nothing of it", async () => {
    prints.plan = JSON.stringify({ ...plan, verify: false });
    await asked("deploy");
    expect(commands()).not.toContain("verify");
  });

  test("a verification that fails keeps its exit status, and what has landed is told", async () => {
    prints.verify = stopped;
    await expect(asked("deploy")).rejects.toMatchObject({
      name: "ExecError",
      exitCode: 1,
      message: expect.stringMatching(/^landed {2}sha-1a2b3c4\n.*failed: exit code: 1$/s),
    });
  });

  test("a plan or a promotion that fails is thrown as it is", async () => {
    prints.promote = stopped;
    await expect(asked("deploy")).rejects.toMatchObject({ message: "exit code: 1" });
    prints.plan = stopped;
    await expect(asked("deploy")).rejects.toMatchObject({ message: "exit code: 1" });
  });
});
