/** The reports beside stdout, as the command line writes them, and what if it cannot. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

const missing = ["--image", "acme/nothing=v1", "--no-image-check"];

describe("promote, as CI runs it", () => {
  let world: Awaited<ReturnType<typeof openAppWorld>>;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    world = await openAppWorld({ origin: "path" });
    folder = mkdtempSync(join(tmpdir(), "landfall-reports-"));
  });
  beforeEach(() => {
    count += 1;
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (name: string) => join(folder, `${count}-${name}`);
  const textOf = (name: string) => readFileSync(at(name), "utf8");
  const promote = (flags: readonly string[], env: Record<string, string> = {}) =>
    runCli(["promote", "--quiet", ...flags], { cwd: world.app, env });

  test("writes summary, metrics and outputs; stdout stays one object", async () => {
    const revision = await world.commit("feat: reported");
    writeFileSync(at("steps.md"), "before\n");
    const ran = await promote(
      ["--revision", revision, "--json", "--summary", at("s.md"), "--metrics", at("m.prom")],
      {
        ...{ GITHUB_ACTIONS: "true", GITHUB_OUTPUT: at("out") },
        GITHUB_STEP_SUMMARY: at("steps.md"),
      },
    );
    expect(ran.status, ran.err).toBe(0);
    const { commit } = JSON.parse(ran.out) as { readonly commit: string };
    expect(textOf("out")).toMatch(new RegExp(`^commit<<(\\S+)\\n${commit}\\n\\1$`, "m"));
    expect(textOf("out")).toMatch(/^changed<<(\S+)\ntrue\n\1$/m);
    expect(textOf("s.md")).toContain(commit);
    expect(textOf("steps.md")).toBe(`before\n${textOf("s.md")}`);
    expect(textOf("m.prom")).toContain('landfall_run_info{command="promote",verdict="landed"} 1');
    expect(existsSync(at("m.prom.part"))).toBe(false);
    expect(ran.err).toMatch(/^(?:::warning title=promote landed::.*\n)+$/);
  });

  test("text is printed, and the result written, in one run; a failure is written too", async () => {
    const revision = await world.commit("feat: both");
    const env = { LANDFALL_RESULT_FILE: at("result.json") };
    const ran = await promote(["--revision", revision], env);
    expect(ran.out, ran.err).toMatch(/^landed /);
    expect(JSON.parse(textOf("result.json"))).toMatchObject({ outcome: "landed", revision });
    await promote(["--revision", revision, "--config", "other.yaml"], env);
    expect(JSON.parse(textOf("result.json"))).toMatchObject({
      exit: 2,
      failure: { code: "usage" },
    });
  });

  test("a step's summary stays below the limit of GitHub, whatever is in it already", async () => {
    const revision = await world.commit("feat: one more");
    const used = 2 ** 20 - 300;
    writeFileSync(at("steps.md"), "x".repeat(used));
    await promote(["--revision", revision], { GITHUB_STEP_SUMMARY: at("steps.md") });
    const length = textOf("steps.md").length;
    expect(length).toBeGreaterThan(used);
    expect(length).toBeLessThanOrEqual(2 ** 20);
    expect(textOf("steps.md")).toContain("Not everything fits here");
  });

  test("annotates what failed, on stderr, and only for GitHub Actions", async () => {
    const revision = await world.commit("feat: not built", "missing");
    const flags = ["--revision", revision, "--json"];
    const here = await promote(flags, { GITHUB_ACTIONS: "true" });
    expect(here.status).toBe(1);
    expect(here.err).toMatch(/^::error title=promote failed%3A image-missing::/m);
    expect(JSON.parse(here.out)).toMatchObject({ outcome: "failed" });
    const elsewhere = await promote(flags);
    expect(elsewhere.err).not.toContain("::error");
  });

  test("annotates a manifest on its line, and a mistake that no result tells of", async () => {
    const before = world.read("landfall.yaml");
    world.write("landfall.yaml", before.replace("manifests:", "manifest:"));
    try {
      const { err, status } = await promote(["--revision", "f".repeat(40)], {
        GITHUB_ACTIONS: "true",
      });
      expect(status).toBe(2);
      expect(err).toMatch(
        /^::error file=landfall\.yaml,line=\d+,col=1,title=landfall%3A config::/m,
      );
    } finally {
      world.write("landfall.yaml", before);
    }
  });

  test.each([
    ["a folder that is not there", (dir: string) => ["--metrics", join(dir, "no", "m.prom")]],
    ["a folder in its place", (dir: string) => ["--summary", dir]],
    ["no name", () => ["--summary", ""]],
  ])("%s is refused before anything is done", async (_, flagsIn) => {
    const revision = await world.commit(`feat: not to land ${count}`);
    const tip = await world.truth("rev-parse", "main");
    mkdirSync(at("dir"));
    const ran = await promote(["--revision", revision, ...flagsIn(at("dir"))]);
    expect(ran.status).toBe(2);
    expect(ran.err).toMatch(/Cannot write the report ".*" of --(?:metrics|summary)/);
    expect(ran.out).toBe("");
    expect(await world.truth("rev-parse", "main")).toBe(tip);
  });

  test("a report that cannot be written in the end is said, and changes no status", async () => {
    const env = { GITHUB_OUTPUT: join(folder, "no", "out") };
    const revision = await world.commit("feat: landed all the same");
    const ran = await promote(["--revision", revision], env);
    expect(ran.status).toBe(0);
    expect(ran.err).toContain("a report could not be written");
  });

  test("an image that nothing pins: the failure is annotated once", async () => {
    const revision = await world.commit("feat: odd");
    const env = { GITHUB_ACTIONS: "true" };
    const ran = await promote(["--revision", revision, ...missing], env);
    expect(ran.status).toBe(1);
    expect(ran.err.match(/^::error/gm)).toHaveLength(1);
  });
});
