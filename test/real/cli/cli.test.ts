import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { version } from "../../../src/version.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { type Ran, runCli } from "../../support/run-cli.ts";

type World = Awaited<ReturnType<typeof openAppWorld>>;

test("--version is the version in package.json", async () => {
  const file = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(file.version);
  expect((await runCli(["--version"], { cwd: "/" })).out).toBe(`${version}\n`);
});

test("help names every command and goes to stdout", async () => {
  const { status, out, err } = await runCli(["--help"], { cwd: "/" });
  expect(status).toBe(0);
  expect(err).toBe("");
  for (const verb of ["promote", "pins", "set", "schema", "demo"]) expect(out).toContain(verb);
});

describe("promote", () => {
  let world: World;
  let tip: string;
  let published: string;

  beforeAll(async () => {
    world = await openAppWorld();
    published = await world.commit("feat: one");
  });
  afterAll(() => world.close());

  const promote = (...args: string[]): Promise<Ran> =>
    runCli(["promote", ...args], { cwd: world.app });
  const stays = async (ran: Promise<Ran>) => {
    tip = await world.truth("rev-parse", "main");
    const { status, out, err } = await ran;
    expect(await world.truth("rev-parse", "main"), "nothing may be pushed").toBe(tip);
    return { status, said: out + err };
  };

  test("lands, says where, and the remote agrees; again, it is unchanged", async () => {
    const revision = await world.commit("feat: two");
    const first = await promote("--revision", revision, "--json");
    expect(first.status, first.err).toBe(0);
    const result = JSON.parse(first.out);
    expect(result).toMatchObject({ version: 1, outcome: "landed", exit: 0, revision });
    expect(await world.truth("rev-parse", "main")).toBe(result.commit);
    const shown = await world.truth("show", "main:infra/k8s/prod/rbs-frontend-prod-deploy.yml");
    expect(shown).toContain(`${world.image("rbs-frontend-prod")}:sha-${revision.slice(0, 7)}`);
    expect(await world.truth("log", "-1", "--format=%s", "main")).toBe(
      `chore(gitops): update image tags to sha-${revision.slice(0, 7)}`,
    );

    const second = await stays(promote("--revision", revision, "--json"));
    expect(second.status).toBe(0);
    expect(second.said).toContain('"outcome":"unchanged"');
  });

  test("an older revision is superseded, and by default leaves a commit that says so", async () => {
    const older = await world.commit("feat: older");
    const newer = await world.commit("feat: newer");
    expect((await promote("--revision", newer)).status).toBe(0);
    const skipped = await stays(promote("--revision", older, "--superseded", "skip"));
    expect(skipped).toMatchObject({ status: 0 });
    expect(skipped.said).toMatch(/^superseded/m);
    expect((await promote("--revision", older)).status).toBe(0);
    expect(await world.truth("log", "-1", "--format=%s", "main")).toContain("is superseded");
    expect(await world.truth("diff", "--stat", "main~1", "main")).toBe("");
  });

  test("--dry-run prints a diff that git applies, and pushes nothing", async () => {
    const revision = await world.commit("feat: dry");
    const { status, said } = await stays(promote("--revision", revision, "--dry-run"));
    expect(status).toBe(0);
    expect(said).toMatch(/^would-land/m);
    expect(said).toContain(`+          image: ${world.image("rbs-frontend-prod")}:sha-`);
  });

  test("a tag that is not in the registry: failed, exit 1, each missing image named", async () => {
    const revision = await world.commit("feat: not built", "missing");
    const { status, said } = await stays(promote("--revision", revision));
    expect(status).toBe(1);
    expect(said).toContain(`"${world.image("rbs-frontend-prod")}:sha-${revision.slice(0, 7)}"`);
    expect(said).toContain("rbs-backend-nginx-prod");
  });

  test("no such image in the manifests: failed, exit 1, nothing changed", async () => {
    const argv = ["--revision", published, "--image", "acme/nothing=v1", "--no-image-check"];
    const result = await stays(promote(...argv));
    expect(result.said).toMatch(/no manifest/);
    expect(result.status).toBe(1);
  });

  test.each([
    ["an unknown revision", ["--revision", "f".repeat(40)], /no such commit/],
    ["a revision that is none", ["--revision", "no-such-branch"], /no such commit/],
    ["no such path", ["--revision", "HEAD", "--path", "nowhere"], /nowhere/],
    ["a flag with a typo", ["--revison", "x"], /--revision/],
    ["a wrong duration", ["--revision", "HEAD", "--timeout", "soon"], /"soon"/],
    ["a settings file that is missing", ["--config", "no.yaml", "--revision", "HEAD"], /no\.yaml/],
  ])("%s: one clear error, exit 2, nothing changed", async (_name, args, said) => {
    const argv = args.map((word) => (word === "HEAD" ? published : word));
    const result = await stays(promote(...argv));
    expect(result.said).toMatch(said);
    expect(result.status).toBe(2);
    expect(result.said).not.toContain("a bug in Landfall");
  });

  test("a typo in landfall.yaml: the key, its place, the nearest right name", async () => {
    const before = world.read("landfall.yaml");
    world.write("landfall.yaml", before.replace("manifests:", "manifest:"));
    try {
      const { status, said } = await stays(promote("--revision", "f".repeat(40)));
      expect(status).toBe(2);
      expect(said).toMatch(/landfall\.yaml:\d+:1: .*manifest/);
      expect(said).toContain("manifests");
    } finally {
      world.write("landfall.yaml", before);
    }
  });

  test("an unreachable remote: failed, and nothing guessed", async () => {
    const revision = await world.commit("feat: unreachable");
    const gone = "http://127.0.0.1:9/robson.git";
    const { status, out } = await promote("--revision", revision, "--repository", gone, "--json");
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      outcome: "failed",
      failure: { code: "remote-unreachable" },
    });
  });
});

test("a branch that a hook protects: refused, exit 4, with the server's words", async () => {
  const world = await openAppWorld();
  try {
    const revision = await world.commit("feat: protected");
    const { chmodSync, mkdirSync, writeFileSync } = await import("node:fs");
    mkdirSync(`${world.bare}/hooks`, { recursive: true });
    const hook = `${world.bare}/hooks/pre-receive`;
    writeFileSync(hook, "#!/bin/sh\necho 'main is protected: ask the platform team' >&2\nexit 1\n");
    chmodSync(hook, 0o755);
    const tip = await world.truth("rev-parse", "main");
    const ran = await runCli(["promote", "--revision", revision, "--json"], { cwd: world.app });
    expect(ran.status).toBe(4);
    const result = JSON.parse(ran.out);
    expect(result.outcome).toBe("refused");
    expect(result.failure.message).toContain("main is protected: ask the platform team");
    expect(await world.truth("rev-parse", "main")).toBe(tip);
  } finally {
    await world.close();
  }
});

test("malformed YAML that mentions an image: file and line, exit 1, nothing changed", async () => {
  const world = await openAppWorld();
  try {
    const path = "infra/k8s/prod/rbs-frontend-prod-deploy.yml";
    world.write(path, `${world.read(path)}\n  broken: [\n`);
    const revision = await world.commit("feat: broken");
    const ran = await runCli(["promote", "--revision", revision], { cwd: world.app });
    expect(ran.status).toBe(1);
    expect(ran.out + ran.err).toMatch(/rbs-frontend-prod-deploy\.yml:\d+/);
  } finally {
    await world.close();
  }
});

test("race: the same seed is the same race, and the laws hold under faults", async () => {
  const argv = ["race", "--deployers", "6", "--seed", "7", "--faults", "all"];
  const first = await runCli(argv, { cwd: "/" });
  expect(first.status, first.err).toBe(0);
  expect(first.out).toContain("no law broken");
  expect(await runCli(argv, { cwd: "/" })).toEqual(first);
  const other = await runCli([...argv.slice(0, 4), "8", ...argv.slice(5)], { cwd: "/" });
  expect(other.out).not.toBe(first.out);
});
