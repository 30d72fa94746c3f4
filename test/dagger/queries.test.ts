/**
 * Contract tests: the queries that the module's functions send to an engine. They prove what is
 * asked, in which order, and who sees a secret; what comes of it is proved on an engine
 * (engine.test.ts) and on the command line itself.
 */

import { connection, dag } from "@dagger.io/dagger";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Images } from "../../dagger/src/images.ts";
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
      ...{ buildArgs: { VERSION: "sha-1a2b3c4" }, target: "prod" },
    },
    { ...image, image: "ghcr.io/acme/api", action: "retag", context: "apps/api", from: digest },
    { ...image, image: "acme/proxy", action: "keep", context: "apps/proxy", from: digest },
  ],
};

let session: FakeSession;
/** What commands come to, by their first word: text and JSON, or a failure. */
let ends: Record<string, readonly [text: string, result: object] | Error>;
beforeEach(async () => {
  ends = {
    plan: ["build   ghcr.io/acme/web\n", plan],
    promote: ["landed  sha-1a2b3c4\n", { outcome: "landed", exit: 0 }],
    retag: ["web:latest@sha256:1\n", { images: [] }],
    verify: ["verified  sha-1a2b3c4\n", { outcome: "verified" }],
  };
  session = await openSession((query) => {
    const { name } = query.at(-1)!;
    if (name === "commit") return revision;
    if (name === "publish") return `${query.at(-1)!.args.address}@${digest}`;
    const exec = query.findLast((step) => step.name === "withExec");
    const [, how, , status] = (exec?.args.args ?? []) as string[];
    if (how === "-e") return failedAs(Number(status));
    const end = ends[verbOf(query) ?? ""] ?? ["", {}];
    if (end instanceof Error) {
      const answers = {
        exitCode: (end as { exitCode?: number }).exitCode,
        stdout: "",
        contents: "",
      };
      return exec?.args.expect === "ANY" ? answers[name as keyof typeof answers] : end;
    }
    const [text, result] = end;
    const answers = { exitCode: 0, stdout: text, contents: JSON.stringify(result) };
    return answers[name as keyof typeof answers];
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
  images: async (landfall) => {
    const images = await landfall.images(source(), ["web"], undefined, true, "refs/heads/main");
    return Promise.all(images.list().map(({ container }) => container.id()));
  },
  publish: async (landfall) =>
    (await landfall.images(source(), [], undefined, false, "refs/heads/main")).publish(),
  promote: (landfall) => landfall.promote(source(), revision, undefined, true),
  deploy: (landfall) => landfall.deploy(source()),
  verify: (landfall) => landfall.verify(source(), revision, "5m", true),
  status: (landfall) => landfall.status(source(), revision),
  doctor: (landfall) => landfall.doctor(source()),
  sync: (landfall) => landfall.sync(source(), true, true, 50, "1h"),
  audit: (landfall) => landfall.audit(source(), "30d", true),
  rollback: (landfall) => landfall.rollback("it is slow", source(), undefined, 1, ["web"], true),
  release: (landfall) => landfall.release(source(), ["web"]),
  freeze: (landfall) => landfall.freeze("year end", source(), ["web"], "6h", true),
  approve: (landfall) => landfall.approve("tested by QA", source(), revision),
  thaw: (landfall) => landfall.thaw(source(), true),
  pins: (landfall) => landfall.pins(source(), true),
  checkPins: (landfall) => landfall.checkPins(here()),
  checkSync: (landfall) => landfall.checkSync(here()),
};

function source() {
  return dag.host().directory(".");
}

function here() {
  return dag.currentWorkspace();
}

/** The module with all the access that it can be given. */
function landfallWith(
  more: { readonly config?: string; readonly flags?: string[]; readonly anyOutcome?: boolean } = {},
): Landfall {
  const secret = (name: string) => dag.secret(`env://${name}`);
  const [git, registry] = [8080, 5000].map((port) =>
    dag.host().service([{ frontend: port, backend: port }]),
  );
  const { config, flags = [], anyOutcome = false } = more;
  return new Landfall(
    ...([dag.host().directory("/landfall"), secret("GIT_TOKEN"), "robot"] as const),
    ...([secret("SSH_KEY"), secret("KNOWN_HOSTS"), "Iv1.8a61", secret("APP_KEY")] as const),
    ...(["https://github.example.org/api/v3", secret("SIGNING_KEY"), "acme"] as const),
    ...([secret("REGISTRY_PASSWORD"), secret("ARGOCD_TOKEN"), secret("KUBECONFIG")] as const),
    ...(["ann", git, registry, config] as const),
    ...([[], flags, anyOutcome] as [string[], string[], boolean]),
  );
}

/** Calls a function and returns what it asked, without what making its arguments asked. */
async function asked(name: string): Promise<readonly Query[]> {
  await connection(async () => {
    await calls[name]!(landfallWith());
  });
  return session.queries.filter(
    (query) => !/^(?:secret|host|currentWorkspace)$/.test(query[0]!.name),
  );
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
  /** The nonce, which nobody reads, and what Node does. */
  const others = ["LANDFALL_RUN", "NODE_COMPILE_CACHE"];
  const texts = sourceFiles(["src"], /\.ts$/).map(({ text }) => text);

  test("is read by the command line, under the same name", async () => {
    for (const name of Object.keys(calls)) await asked(name);
    const names = session.queries.flat().flatMap(({ name, args }) => {
      return /^with(?:Env|Secret)Variable$/.test(name) ? [String(args.name)] : [];
    });
    const wanted = [...new Set(names)].filter((name) => !others.includes(name));
    expect(wanted).toContain("LANDFALL_GIT_TOKEN");
    const unread = wanted.filter((name) => !texts.some((text) => text.includes(name)));
    expect(unread).toEqual([]);
  });
});

describe("contract: who may see which secret", () => {
  /** The functions whose commands are shown a secret. */
  async function shown(secret: string): Promise<string[]> {
    const seen: string[] = [];
    for (const name of Object.keys(calls)) {
      const from = session.queries.length;
      await asked(name);
      const steps = session.queries.slice(from).flat();
      const isSet = ({ args }: { args: Readonly<Record<string, unknown>> }) => args.name === secret;
      if (steps.some(isSet)) seen.push(name);
    }
    return seen;
  }

  test("the signing key goes to what commits, and to doctor, which tries it", async () => {
    const landing = ["freeze", "promote", "release", "rollback", "sync", "thaw"];
    const committing = [...landing, "approve", "checkSync", "deploy", "doctor"];
    expect((await shown("LANDFALL_SIGNING_KEY")).sort()).toEqual(committing.sort());
  });

  test.each(["LANDFALL_ARGOCD_TOKEN", "KUBECONFIG"])("%s goes to what watches", async (name) => {
    expect((await shown(name)).sort()).toEqual(["deploy", "doctor", "status", "verify"]);
  });
});

describe("contract: images that are chosen", () => {
  const chosen = async (only: string[]) => {
    ends.plan = ["build   ghcr.io/acme/web:x\nretag   ghcr.io/acme/api:x\n", plan];
    let found: Images | undefined;
    await connection(async () => {
      found = await landfallWith().images(source(), only);
    });
    return found!;
  };

  test("are those of a name or a word of it, and the text tells of no other", async () => {
    for (const name of ["web", "ghcr.io/acme/web"]) {
      const { text, plan: chosenPlan } = await chosen([name]);
      expect(text).toBe("build   ghcr.io/acme/web:x\n");
      expect(chosenPlan.images.map(({ image: of }) => of)).toEqual(["ghcr.io/acme/web"]);
    }
    expect((await chosen([])).plan.images).toHaveLength(3);
  });

  test("are refused when there is no such one, and those that there are are named", async () => {
    await expect(chosen(["we"])).rejects.toThrow(
      'Cannot find the image "we": landfall.yaml has ghcr.io/acme/web, ghcr.io/acme/api',
    );
  });
});

describe("contract: an image for several platforms", () => {
  test("is built for each, and published as one, with what logs in", async () => {
    const platforms = ["linux/amd64", "linux/arm64"];
    ends.plan = ["", { ...plan, images: [{ ...plan.images[0], platforms }] }];
    await asked("publish");
    const builds = session.queries.flat().filter(({ name }) => name === "dockerBuild");
    expect(new Set(builds.map(({ args }) => args.platform))).toEqual(new Set(platforms));
    const published = session.queries.find((query) => query.at(-1)!.name === "publish")!;
    expect(published.map(({ name }) => name)).toEqual(["container", "withRegistryAuth", "publish"]);
    expect(published.at(-1)!.args.platformVariants).toHaveLength(2);
  });
});

describe("contract: a result", () => {
  const refused = failedAs(4);

  test("has what its JSON says, in fields", async () => {
    const images = [{ image: "web", verdict: "behind", gap: {}, wanted: { tag: "v2" } }];
    ends.sync = ["1 gap\n", { verdict: "behind", commit: "c0ffee", images }];
    await connection(async () => {
      const result = await landfallWith().sync(source());
      expect(result).toMatchObject({
        ...{ outcome: "behind", exit: 0, commit: "c0ffee", gaps: ["web"], text: "1 gap\n" },
        images: [{ name: "web", tag: "v2", digest: "", outcome: "behind" }],
      });
    });
  });

  test("of a command that failed is the engine's own error, so that its status is ours", async () => {
    ends.promote = refused;
    await expect(asked("promote")).rejects.toMatchObject({ name: "ExecError", exitCode: 4 });
  });

  test("of any outcome is given whatever the status, and assertOk ends with that", async () => {
    ends.promote = refused;
    await connection(async () => {
      const result = await landfallWith({ anyOutcome: true }).promote(source());
      expect(result.exit).toBe(4);
      await expect(result.assertOk()).rejects.toMatchObject({ name: "ExecError" });
    });
    const last = session.queries.at(-1)!.findLast(({ name }) => name === "withExec")!;
    expect((last.args.args as string[]).at(-1)).toBe("4");
  });
});

describe("contract: what follows a landing", () => {
  /** The commands in the order of their runs. */
  const commands = () =>
    session.queries.filter((query) => query.at(-1)!.name === "stdout").map(verbOf);
  /** Deploys for a ref, and returns the result. */
  async function deployed(ref: string, more: Parameters<typeof landfallWith>[0] = {}) {
    let result: Awaited<ReturnType<Landfall["deploy"]>> | undefined;
    await connection(async () => {
      result = await landfallWith(more).deploy(source(), revision, false, ref);
    });
    return result!;
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
    expect((await deployed("refs/heads/main")).text).toBe(
      "landed  sha-1a2b3c4\nweb:latest@sha256:1\nverified  sha-1a2b3c4\n",
    );
    expect(taggedBy()!.join(" ")).toContain(`--to latest --revision ${revision}`);
  });

  test("of the repositories that promote is told of, it hears too", async () => {
    await deployed("refs/heads/main", {
      flags: ["--repository=https://git.example.org/a.git", "--branch=prod", "--source=https://b"],
    });
    const told = taggedBy()!.filter((word) => word.includes("="));
    expect(told.slice(-2)).toEqual([
      ...["--repository=https://git.example.org/a.git", "--source=https://b"],
    ]);
    expect(taggedBy()).not.toContain("--branch=prod");
  });

  test("as JSON, all that was done is one object", async () => {
    expect(JSON.parse((await deployed("refs/heads/main")).json)).toEqual({
      ...{ outcome: "landed", exit: 0, retag: { images: [] }, verify: { outcome: "verified" } },
    });
  });

  test("a release's tag comes before it, for it stands whatever lands, and may go back", async () => {
    ends.promote = ["superseded  sha-1a2b3c4\n", { outcome: "superseded" }];
    expect((await deployed("refs/tags/v1.2.3")).text).toBe(
      "superseded  sha-1a2b3c4\nweb:latest@sha256:1\n",
    );
    expect(commands()).toEqual(["plan", "retag", "retag", "promote"]);
    expect(taggedBy()).not.toContain("--revision");
  });

  test("every command reads the settings file that is named", async () => {
    await deployed("refs/heads/main", { config: "other.yaml" });
    const runs = session.queries.filter((query) => query.at(-1)!.name === "stdout").map(wordsOf);
    expect(runs).toHaveLength(5);
    expect(runs.filter((words) => !words.join(" ").includes("--config other.yaml"))).toEqual([]);
  });

  test.each(["superseded", "would-land"])("%s: nothing follows", async (outcome) => {
    ends.promote = [`${outcome}\n`, { outcome }];
    await asked("deploy");
    expect(commands()).toEqual(["plan", "retag", "promote"]);
  });

  test("nothing is watched where the settings say nothing of it", async () => {
    ends.plan = ["", { ...plan, verify: false }];
    await asked("deploy");
    expect(commands()).not.toContain("verify");
  });

  test("a verification that fails keeps its exit status, and what has landed is told", async () => {
    ends.verify = stopped;
    await expect(asked("deploy")).rejects.toMatchObject({
      name: "ExecError",
      exitCode: 1,
      message: expect.stringMatching(/^landed {2}sha-1a2b3c4\n.*failed: exit code: 1$/s),
    });
  });

  test("a plan or a promotion that fails is thrown as it is", async () => {
    ends.promote = stopped;
    await expect(asked("deploy")).rejects.toMatchObject({ message: "exit code: 1" });
    ends.plan = stopped;
    await expect(asked("deploy")).rejects.toMatchObject({ message: "exit code: 1" });
  });
});
