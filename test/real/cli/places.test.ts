/** Commands are run from wherever people are, and name places as people do. */

import { mkdirSync, renameSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

let world: Awaited<ReturnType<typeof openAppWorld>>;
let revision: string;
beforeAll(async () => {
  world = await openAppWorld();
  revision = await world.commit("feat: one");
});
afterAll(() => world.close());

const would = async (cwd: string, args: readonly string[] = [], env = {}) => {
  const argv = ["promote", "--revision", revision, "--dry-run", ...args];
  const { status, out, err } = await runCli(argv, { cwd, env });
  expect(status, err).toBe(0);
  expect(out).toMatch(/^would-land /);
  expect(out).toContain("infra/k8s/prod/rbs-frontend-prod-deploy.yml");
};

test("from a folder below the repository's root", () => would(join(world.app, "apps/frontend")));

test("with settings that end in .yml", async () => {
  const [yaml, yml] = ["landfall.yaml", "landfall.yml"].map((name) => join(world.app, name));
  renameSync(yaml!, yml!);
  await would(join(world.app, "apps")).finally(() => renameSync(yml!, yaml!));
});

test("with paths that begin with ./ and end in a slash", () =>
  would(world.app, ["--path", "./infra/k8s/prod/"]));

test("with a repository by a relative path, and by ~", async () => {
  const cwd = join(world.app, "apps");
  await would(cwd, ["--repository", relative(cwd, world.bare)]);
  await would(cwd, ["--repository", `~/${relative(dirname(world.bare), world.bare)}`], {
    HOME: dirname(world.bare),
  });
});

test("with a source by a relative path, into the middle of it", async () => {
  const cwd = join(world.root, "elsewhere");
  mkdirSync(cwd);
  const config = ["--config", join("..", relative(world.root, world.app), "landfall.yaml")];
  await would(cwd, ["--source", join(relative(cwd, world.app), "apps"), ...config]);
});

test("where there are no settings at all: where they were looked for, and what writes them", async () => {
  const cwd = join(world.root, "nothing");
  mkdirSync(cwd);
  const { status, err } = await runCli(["pins"], { cwd });
  expect(status).toBe(2);
  expect(err).toContain(`There is no landfall.yaml in ${cwd}: \`landfall init\` writes one.`);
});
