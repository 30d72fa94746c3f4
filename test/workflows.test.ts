/** Workflows: what may run with whose rights. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { unknownWords } from "./support/dagger-calls.ts";
import { sourceFiles } from "./support/source-files.ts";

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
  readonly jobs: Readonly<Record<string, { permissions?: unknown; steps: readonly Step[] }>>;
}

test("there are our own, those of the example, and those of the example with staging and prod", () => {
  const names = files.map(({ path }) => path.split("/").at(-1));
  expect(names).toEqual([
    "ci.yml",
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
  const steps = jobs.flatMap((job) => job.steps);

  test("grants nothing as a whole, and each job what it names", () => {
    expect(workflow.permissions).toEqual({});
    expect(jobs.filter((job) => job.permissions === undefined)).toEqual([]);
  });

  test("pins every action by a full commit, and says which version that is", () => {
    const uses = text.split("\n").filter((line) => /\buses:/.test(line));
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
    expect(job!.steps[0]!.with).toMatchObject({ "fetch-depth": 0 });
    expect(concurrency).toMatchObject({ "cancel-in-progress": false });
  });

  test("is one call of Dagger, with secrets by environment", () => {
    expect(job!.steps).toHaveLength(2);
    expect(job!.steps[1]!.with).toMatchObject({
      call: expect.stringContaining("=env:GITHUB_TOKEN"),
    });
  });

  test("calls a function that the module has, with flags that it takes", () => {
    const call = String(job!.steps[1]!.with?.call);
    const words = call.replaceAll(/\$\{\{[^}]*?'(.*?)'.*?\}\}/g, "$1").split(/\s+/);
    expect(unknownWords(words)).toEqual([]);
    expect(words.at(-1)).toBe("text");
  });
});
