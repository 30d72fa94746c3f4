/** From a repository that has never seen Landfall to its first deploy. */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../../src/cli.ts";
import { resultSchemas } from "../../../src/report/schema/index.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

let world: Awaited<ReturnType<typeof openAppWorld>>;
let revision: string;
const settings = () => join(world.app, "landfall.yaml");
const workflow = () => join(world.app, ".github/workflows/landfall.yml");

beforeAll(async () => {
  world = await openAppWorld();
  revision = await world.commit("feat: one");
});
afterAll(() => world.close());

const init = (...args: string[]) => runCli(["init", ...args], { cwd: join(world.app, "apps") });

test("without a terminal and without --yes nothing is written, and the flag is named", async () => {
  rmSync(settings());
  const { status, err } = await init();
  expect({ status, written: existsSync(settings()) }).toEqual({ status: 2, written: false });
  expect(err).toContain("landfall init --yes");
});

test("a no on the terminal writes nothing; a yes writes, checks and names the next command", async () => {
  const asked: string[] = [];
  let out = "";
  const answer = async (text: string) => {
    out = "";
    const status = await main(["init", "--no-color"], {
      env: { PATH: process.env.PATH },
      cwd: world.app,
      out: (more) => {
        out += more;
      },
      err: () => {},
      outIsTerminal: false,
      signal: new AbortController().signal,
      ask: async (question) => {
        asked.push(question);
        return text;
      },
    });
    return status;
  };
  expect(await answer("n")).toBe(1);
  expect(existsSync(settings())).toBe(false);
  expect(await answer("")).toBe(0);
  expect(asked.length).toBe(2);
  expect(out).toMatch(/^ok +config +"landfall.yaml": 3 images/m);
  expect(out).toMatch(/^Next: landfall promote --revision/m);
  expect(readFileSync(settings(), "utf8")).toContain(world.image("rbs-frontend-prod"));
});

test("pins is content with the file, and the next command shows a deploy", async () => {
  const pins = await runCli(["pins", "--json"], { cwd: world.app });
  expect(pins.status, pins.err).toBe(0);
  const listed = JSON.parse(pins.out);
  expect(listed.unpinned).toEqual([]);
  expect(listed.pins.length).toBe(6);
  const deploy = await runCli(["promote", "--revision", revision], { cwd: world.app });
  expect(deploy.out).toMatch(/^landed /);
});

test("again: what is there stays as it is, edited or not", async () => {
  writeFileSync(settings(), `${readFileSync(settings(), "utf8")}# mine\n`);
  rmSync(workflow());
  const { status, out } = await init("--yes", "--json");
  expect(status).toBe(0);
  const printed = JSON.parse(out);
  expect(resultSchemas.init.parse(printed)).toEqual(printed);
  const states = printed.files.map((file: { path: string; state: string }) => [
    file.path.split("/").at(-1),
    file.state,
  ]);
  expect(Object.fromEntries(states)).toEqual({
    ...{ "landfall.yaml": "kept", "landfall.yml": "written", "landfall-sync.yml": "kept" },
  });
  expect(readFileSync(settings(), "utf8")).toMatch(/# mine\n$/);
  expect(existsSync(workflow())).toBe(true);
});

test("outside a repository there is nothing to look through", async () => {
  const { status, err } = await runCli(["init", "--yes"], { cwd: world.root });
  expect(status).toBe(2);
  expect(err).toContain("is not in a git repository");
});
