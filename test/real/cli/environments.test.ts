/** Staging and prod on one branch, as users run them: real git over HTTP, a real registry. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

interface Told {
  readonly environment: string;
  readonly deploys: readonly { readonly outcome: string }[];
}

type World = Awaited<ReturnType<typeof openAppWorld>>;

let world: World;
let one: string;
let two: string;
const tagOf = (revision: string) => `sha-${revision.slice(0, 7)}`;

async function json(...args: string[]) {
  const ran = await runCli([...args, "--json", "--quiet"], {
    cwd: world.app,
    env: { GITHUB_ACTOR: "ana" },
  });
  expect(ran.out, ran.err).not.toBe("");
  return { ...JSON.parse(ran.out), status: ran.status };
}

/** The tag in an environment, as it stands in the branch. */
async function tagIn(environment: string): Promise<string | undefined> {
  const text = await world.truth("show", `main:k8s/${environment}/web.yml`);
  return /sha-\w+/.exec(text)?.[0];
}

const settings = (image: string) => `
images: [{ name: ${image} }]
manifests: { branch: main }
sync: { grace: 0s }
environments:
  staging: { manifests: { paths: [k8s/staging] } }
  prod:
    manifests: { paths: [k8s/prod] }
    after: staging
    approve: true
`;

beforeAll(async () => {
  world = await openAppWorld({ origin: "path" });
  const image = world.image("rbs-frontend-prod");
  for (const name of ["staging", "prod"]) {
    mkdirSync(join(world.app, "k8s", name), { recursive: true });
    world.write(
      `k8s/${name}/web.yml`,
      `kind: Deployment\nspec: { template: { spec: { containers: [{ image: "${image}:sha-0000000" }] } } }\n`,
    );
  }
  world.write("landfall.yaml", settings(image));
  one = await world.commit("feat: one");
  two = await world.commit("feat: two");
});
afterAll(() => world.close());

test("several environments, and none named, is a question and no guess", async () => {
  const { status, err } = await runCli(["promote", "--revision", one], { cwd: world.app });
  expect(status).toBe(2);
  expect(err).toContain("there are staging, prod");
});

test("prod waits for staging, and for a person; then it lands, and the commit names it", async () => {
  expect(await json("promote", "--env", "prod", "--revision", one)).toMatchObject({
    outcome: "refused",
    status: 4,
    failure: { code: "gated", message: expect.stringContaining("not landed in staging") },
  });
  const staged = await json("promote", "--env", "staging", "--revision", one);
  expect(staged).toMatchObject({ outcome: "landed", environment: "staging" });
  const message = await world.truth("log", "-1", "--format=%B", staged.commit);
  expect(message).toMatch(/^chore\(gitops\): update staging image tags to sha-/);
  expect(message).toContain("\nLandfall-Environment: staging\n");
  expect(await tagIn("prod")).toBe("sha-0000000");

  expect(await json("promote", "--env", "prod", "--revision", one)).toMatchObject({
    outcome: "refused",
    failure: { message: expect.stringContaining("nobody has approved it") },
  });
  const said = ["approve", "--env", "prod", "--revision", one.slice(0, 9), "--reason", "tested"];
  expect(await json(...said)).toMatchObject({ revision: one, by: "ana", status: 0 });
  const refs = await world.truth("for-each-ref", "--format=%(refname) %(subject)", "refs/landfall");
  expect(refs).toContain(`refs/landfall/marks/approved/prod/${one}/`);
  expect(refs).toContain("approved in prod");

  const landed = await json("promote", "--env", "prod", "--from", "staging");
  expect(landed).toMatchObject({ outcome: "landed", environment: "prod", revision: one });
  expect(await tagIn("prod")).toBe(tagOf(one));
});

test("the checker lands in prod what was tried there, and nothing else", async () => {
  const left = await json("sync", "--env", "prod", "--dry-run");
  expect(left).toMatchObject({ verdict: "in-sync", status: 0 });
  expect(left.warnings).toEqual([
    "The checker leaves 1 newer commit alone: nobody tried to promote it to prod, and no gate is open",
  ]);
  expect(await json("sync", "--env", "staging")).toMatchObject({ outcome: "landed" });
  expect(await tagIn("staging")).toBe(tagOf(two));
  expect(await tagIn("prod")).toBe(tagOf(one));
});

test("a rollback of staging holds nothing out of prod, and its release lifts nothing there", async () => {
  const back = ["rollback", "--env", "staging", "--to", one, "--reason", "slow"];
  expect(await json(...back)).toMatchObject({ outcome: "landed", environment: "staging" });
  const held = await world.truth("show", "main:.landfall/holds.yaml");
  expect(held).toContain('environment: "staging"');
  expect(await json("release", "--env", "prod")).toMatchObject({ outcome: "unchanged" });
  expect(await json("promote", "--env", "staging", "--revision", two)).toMatchObject({
    outcome: "held",
    status: 4,
  });
  expect(await json("release", "--env", "staging")).toMatchObject({ outcome: "landed" });
});

test("a freeze of prod keeps out even what the gate lets through, and says until when", async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const words = ["--until", until, "--reason", "year end"];
  expect(await json("freeze", "--env", "prod", ...words)).toMatchObject({ outcome: "landed" });
  await json("promote", "--env", "staging", "--revision", two);
  await json("approve", "--env", "prod", "--revision", two, "--reason", "tested");
  expect(await json("promote", "--env", "prod", "--from", "staging")).toMatchObject({
    outcome: "held",
    failure: { message: expect.stringContaining("prod is frozen: year end (ana, ") },
  });
  expect(await json("thaw", "--env", "prod")).toMatchObject({ outcome: "landed" });
  expect(await json("promote", "--env", "prod", "--from", "staging")).toMatchObject({
    outcome: "landed",
  });
  expect(await tagIn("prod")).toBe(tagOf(two));
});

test("what only looks takes all environments: one ledger, one table, one list", async () => {
  const audit = await json("audit", "--env", "all", "--since", "30d");
  expect(audit.environments.map((one: { environment: string }) => one.environment)).toEqual([
    "staging",
    "prod",
  ]);
  const row = audit.commits.find(({ revision }: { revision: string }) => revision === two);
  expect(row.cells).toMatchObject([
    { environment: "staging", fate: "recovered" },
    { environment: "prod", fate: "deployed" },
  ]);
  const { out } = await runCli(["audit", "--env", "all"], { cwd: world.app });
  expect(out).toMatch(/^ {2}commit {3}staging +prod\n/);
  const page = join(world.app, "audit.html");
  await runCli(["audit", "--env", "staging", "--env", "prod", "--html", page], { cwd: world.app });
  expect(readFileSync(page, "utf8")).toMatch(/<th scope="col"[^>]*>prod<\/th>/);

  const status = await runCli(["status", "--env", "all"], { cwd: world.app });
  expect(status.out).toMatch(/^ +env +image/);
  expect(status.out).toMatch(/^in step +staging /m);
  expect(status.out).toMatch(/^in step +prod /m);

  const pins = await json("pins", "--env", "all");
  expect(pins.environments).toHaveLength(2);
  const past = await json("pins", "--history", "--env", "all");
  const told = past.environments.map(({ environment, deploys }: Told) => {
    return [environment, deploys.map(({ outcome }) => outcome)];
  });
  expect(told).toEqual([
    ["staging", ["deploy", "release", "rollback", "recovery", "deploy", "by-hand"]],
    ["prod", ["deploy", "deploy", "by-hand"]],
  ]);
  const doctor = await json("doctor", "--env", "all");
  expect(doctor.environments.map(({ environment }: Told) => environment)).toEqual([
    "staging",
    "prod",
  ]);
  expect(await runCli(["sync", "--env", "all"], { cwd: world.app })).toMatchObject({ status: 2 });
});
