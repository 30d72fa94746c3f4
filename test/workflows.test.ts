/** Workflows: what may run with whose rights. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { unknownWords } from "./support/dagger-calls.ts";
import { fileAt, root, sourceFiles } from "./support/source-files.ts";

const folders = [".", "examples/robson", "examples/robson/environments"];
const files = sourceFiles(
  folders.map((folder) => join(folder, ".github/workflows")),
  /\.ya?ml$/,
);

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly permissions?: unknown;
  readonly needs?: string | readonly string[];
  /** None where the job is another workflow of ours. */
  readonly steps?: readonly Step[];
}

test("there are our own, those of the example, and those of the example with staging and prod", () => {
  const names = files.map(({ path }) => path.split("/").at(-1));
  expect(names).toEqual([
    "ci.yml",
    "release.yml",
    "deploy.yml",
    "sync.yml",
    "prod.yml",
    "staging.yml",
    "sync.yml",
  ]);
});

test("only the one to prod waits for people, and only they start it", () => {
  const waiting = files.filter(({ text }) => /^ {4}environment: production\b/m.test(text));
  expect(waiting.map(({ path }) => path.split("/").at(-1))).toEqual(["prod.yml"]);
  const { on } = parse(waiting[0]!.text) as Workflow;
  expect(Object.keys(on)).toEqual(["workflow_dispatch"]);
});

describe.each(files)("$path", ({ text }) => {
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  test("grants nothing as a whole, and each job what it names", () => {
    expect(workflow.permissions).toEqual({});
    expect(jobs.filter((job) => job.permissions === undefined)).toEqual([]);
  });

  test("pins every action by a full commit, and says which version that is", () => {
    const uses = text.split("\n").filter((line) => /\buses: (?!\.\/)/.test(line));
    expect(uses).not.toEqual([]);
    expect(uses.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test("never runs a stranger's code with our secrets, nor a stranger's text as code", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    const asked = steps.flatMap(({ run = "", with: inputs }) => [run, String(inputs?.call)]);
    expect(
      asked.filter((line) => /\$\{\{\s*(?:github\.event|secrets|github\.head)/.test(line)),
    ).toEqual([]);
  });

  test("leaves no token in the checkout", () => {
    const checkouts = steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
    expect(checkouts).not.toEqual([]);
    for (const { with: inputs } of checkouts) {
      expect(inputs).toMatchObject({ "persist-credentials": false });
    }
  });
});

describe.each(files.filter(({ path }) => path.startsWith("examples/")))("$path", ({ text }) => {
  const { jobs, concurrency } = parse(text) as Workflow & { concurrency: unknown };
  const [job] = Object.values(jobs);

  test("takes the whole history and cancels no push under way", () => {
    expect(job!.steps![0]!.with).toMatchObject({ "fetch-depth": 0 });
    expect(concurrency).toMatchObject({ "cancel-in-progress": false });
  });

  test("is one call of Dagger, with secrets by environment", () => {
    expect(job!.steps).toHaveLength(2);
    expect(job!.steps![1]!.with).toMatchObject({
      call: expect.stringContaining("=env:GITHUB_TOKEN"),
    });
  });

  test("calls a function that the module has, with flags that it takes", () => {
    const call = String(job!.steps![1]!.with?.call);
    const words = call.replaceAll(/\$\{\{[^}]*?'(.*?)'.*?\}\}/g, "$1").split(/\s+/);
    expect(unknownWords(words)).toEqual([]);
    expect(words.at(-1)).toBe("text");
  });
});

describe("release.yml", () => {
  const { text } = files.find(({ path }) => path.endsWith("release.yml"))!;
  const { on, jobs } = parse(text) as Workflow;
  /** The jobs that one waits for, at any remove. */
  const waitsFor = (name: string): string[] =>
    [jobs[name]?.needs ?? []].flat().flatMap((one) => [one, ...waitsFor(one)]);

  test("starts with a tag, and with the tests; nothing leaves the draft before all are in it", () => {
    expect(Object.keys(on)).toEqual(["push"]);
    const { test: tests, ...others } = jobs;
    expect(tests).toMatchObject({ uses: "./.github/workflows/ci.yml" });
    for (const name of Object.keys(others)) expect(waitsFor(name)).toContain("test");
    expect(waitsFor("npm")).toEqual(expect.arrayContaining(["draft", "executable", "image"]));
    expect(waitsFor("publish")).toContain("npm");
  });

  test("runs scripts that there are, and keeps no secret of its own", () => {
    const scripts = [...text.matchAll(/scripts\/[a-z-]+\.mjs/g)].map(([path]) => path);
    expect(new Set(scripts).size).toBeGreaterThan(1);
    for (const path of scripts) expect(fileAt(path).text).not.toBe("");
    expect(text).not.toMatch(/secrets\./);
    expect(
      [...text.matchAll(/: (write|read)\b(.*)/g)].filter(([, may, why]) => may === "write" && !why),
    ).toEqual([]);
  });
});

/** Programs that judge workflows, where they are installed. */
const judges: readonly (readonly [program: string, ...words: string[]])[] = [
  ["actionlint"],
  ["zizmor", "--offline", "--no-progress", "--quiet"],
];

describe.each(judges)("%s", (program, ...words) => {
  const isThere = spawnSync(program, ["--version"]).error === undefined;
  const why = isThere ? "" : `, skipped without ${program}`;
  test.skipIf(!isThere)(`has nothing to say of the workflows${why}`, () => {
    const paths = files.map(({ path }) => path);
    const action = program === "zizmor" ? ["action.yml"] : [];
    const { status, stdout, stderr } = spawnSync(program, [...words, ...paths, ...action], {
      ...{ cwd: root, encoding: "utf8" },
    });
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
  });
});
