/** action.yml and templates/landfall.yml: what they declare, held against what there is. */

import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { program } from "../src/cli/program.ts";
import { reportModelOf } from "../src/report/ci/models.ts";
import { version } from "../src/version.ts";
import { hostileResults } from "./support/sample-results.ts";
import { fileAt } from "./support/source-files.ts";

interface Input {
  readonly description: string;
  readonly default: string;
}

/** Fails where commander would not take the words. */
async function expectTaken(words: string): Promise<void> {
  const [name = "", ...rest] = words.split(" ");
  const io = { env: {}, cwd: "/", out: () => {}, err: () => {}, outIsTerminal: false };
  const world = { ...io, signal: new AbortController().signal };
  const landfall = await program(world, () => {}, [name]);
  const command = landfall.commands.find((one) => one.name() === name);
  expect(command?.parseOptions(rest).unknown, words).toEqual([]);
}

/** The commands that an input's description and default name. */
function commandsOf({ description, default: first }: Input): readonly string[] {
  return [first, ...description.replace(/^.*?: /, "").split(", ")];
}

describe("action.yml", () => {
  const { text } = fileAt("action.yml");
  const action = parse(text);
  const [step, ...others] = action.runs.steps;

  test("has the fields of an action that GitHub takes, and no others", () => {
    const fields = ["name", "description", "author", "branding", "inputs", "outputs", "runs"];
    expect(Object.keys(action)).toEqual(fields);
    expect(Object.keys(action.runs)).toEqual(["using", "steps"]);
    expect({ using: action.runs.using, others }).toEqual({ using: "composite", others: [] });
    expect(Object.keys(step)).toEqual(["id", "shell", "working-directory", "env", "run"]);
    // The Marketplace shows no more of it.
    expect(action.description.length).toBeLessThanOrEqual(125);
  });

  test("every input is described, has a default, and is used; no other is", () => {
    for (const input of Object.values<Input>(action.inputs)) {
      expect(Object.keys(input)).toEqual(["description", "default"]);
    }
    const used = [...JSON.stringify(action.runs).matchAll(/inputs\.([a-z-]+)/g)];
    expect(new Set(used.map(([, name]) => name))).toEqual(new Set(Object.keys(action.inputs)));
  });

  test("every output that a command sets is handed on under its name", () => {
    const set = hostileResults("x").flatMap((result) => {
      const names = reportModelOf(result)!.outputs.map(([name]) => name);
      return ["command", "verdict", "exit", ...names];
    });
    expect(new Set(Object.keys(action.outputs))).toEqual(new Set(set));
    for (const [name, output] of Object.entries(action.outputs)) {
      expect(output).toMatchObject({ value: `\${{ steps.${step.id}.outputs.${name} }}` });
    }
  });

  test("what a workflow hands over is never part of the script", () => {
    expect(step.run).not.toContain("${{");
  });

  test("commander takes the commands that it names", async () => {
    for (const words of commandsOf(action.inputs.command)) await expectTaken(words);
    const [example = ""] = /--.*/.exec(action.inputs.args.description) ?? [];
    await expectTaken(`rollback ${example.replaceAll(" ", "_")}`);
  });
});

describe("templates/landfall.yml", () => {
  const [header, body] = parseAllDocuments(fileAt("templates/landfall.yml").text);
  const { inputs } = (header!.toJS() as { spec: { inputs: Record<string, Input> } }).spec;
  const filled = (change: Record<string, string> = {}) => {
    const text = body!.toString().replaceAll(/\$\[\[ inputs\.([a-z]+) \]\]/g, (_, name) => {
      const value = change[name] ?? inputs[name]?.default;
      if (value === undefined) throw new Error(`no input is called ${name}`);
      return value;
    });
    return parse(text);
  };

  test("every input is described, has a default of text, and is used", () => {
    const used = new Set([...body!.toString().matchAll(/inputs\.([a-z]+)/g)].map(([, n]) => n));
    expect(new Set(Object.keys(inputs))).toEqual(used);
    for (const input of Object.values(inputs)) {
      expect(Object.keys(input)).toEqual(["description", "default"]);
      expect(typeof input.default).toBe("string");
    }
  });

  test("is one job, of keys that GitLab knows, named as it is told", () => {
    const known = ["stage", "image", "resource_group", "variables", "script", "artifacts"];
    expect(Object.keys(filled())).toEqual(["landfall"]);
    expect(Object.keys(filled().landfall)).toEqual(known);
    expect(Object.keys(filled({ job: "to-prod" }))).toEqual(["to-prod"]);
    expect(filled().landfall.variables).toMatchObject({ GIT_DEPTH: "0", LANDFALL_ENV: "" });
  });

  test("it is this version, and commander takes what it runs", async () => {
    expect(inputs.version!.default).toBe(version);
    for (const command of commandsOf(inputs.command!)) {
      const [line] = filled({ command }).landfall.script;
      expect(line).toBe(`npx --yes landfall@${version} ${command}`);
      await expectTaken(command);
    }
  });
});
