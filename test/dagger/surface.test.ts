/** What the Dagger module shows to callers, and what a 0.21 engine can load of it. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { commands as cli } from "../../src/cli/program.ts";
import {
  argumentsOf,
  introspect,
  printSurface,
  type SeenObject,
} from "../support/dagger-surface.ts";
import { golden } from "../support/golden.ts";
import { root, sourceFiles } from "../support/source-files.ts";

const run = promisify(execFile);
const modules = sourceFiles(["dagger/src"], /\.ts$/);

test("the module's types hold", async () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await expect(run(process.execPath, [tsc, "-p", join(root, "dagger")])).resolves.toBeDefined();
});

describe("imports", () => {
  /** Everything that the engine's bundle of 0.21 exports beside the generated client. */
  const bundled = ["argument", "check", "func", "generate", "object", "field", "enumType"];
  const statement = /^import (type )?([^;]*?) from "([^"]+)"/gm;
  const imports = modules.flatMap(({ path, text }) =>
    [...text.matchAll(statement)].map(([, type, what = "", from = ""]) => ({
      ...{ path, from, isType: type !== undefined },
      names: what
        .replace(/[{}\s]/g, " ")
        .split(",")
        .map((name) => name.trim()),
    })),
  );

  test("come from the module itself, from Node and from the SDK: nothing else reaches the engine", () => {
    const wrong = imports.filter(
      ({ from }) => !/^(?:\.\/[\w-]+\.js|node:\w+|@dagger\.io\/dagger)$/.test(from),
    );
    expect(wrong).toEqual([]);
  });

  test("name only what the engine's bundle exports, which is less than the npm package does", async () => {
    const client = await import(
      pathToFileURL(join(root, "node_modules/@dagger.io/dagger/dist/src/api/client.gen.js")).href
    );
    const known = new Set([...bundled, ...Object.keys(client)]);
    const values = imports
      .filter(({ from, isType }) => from === "@dagger.io/dagger" && !isType)
      .flatMap(({ names }) => names.filter((name) => name !== "" && !name.startsWith("type ")));
    expect(values).toContain("dag");
    expect(values.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("introspection", () => {
  let objects: Readonly<Record<string, SeenObject>>;
  let seen: SeenObject;
  beforeAll(async () => {
    objects = await introspect();
    seen = objects.Landfall!;
  });
  const functions = () => Object.values(objects).flatMap(({ methods }) => Object.values(methods));
  const given = () => Object.values(seen._constructor!.arguments);

  test("the surface is as agreed", () => {
    const text = printSurface(objects);
    expect(text).toBe(golden("test/dagger/surface.golden.txt", text));
  });

  test("every command has its function, but for those that a container has no use for", () => {
    // `init` and `set` write the caller's files, `plan` and `retag` are parts of `images`,
    // `schema` is in the repository, and of races `race-test` runs the one with real processes;
    // `serve` and `badge` show what `audit` returns.
    const without = [
      "badge",
      "completion",
      "init",
      "lab",
      "plan",
      "race",
      "retag",
      "schema",
      "serve",
      "set",
      "version",
    ];
    const commands = Object.keys(cli);
    expect(commands).toEqual(expect.arrayContaining(without));
    const missing = commands.filter((name) => seen.methods[name] === undefined);
    expect(missing.sort()).toEqual(without);
  });

  test("what packages were installed into a source stays where it is, and its .git comes whole", () => {
    const sources = Object.values(seen.methods).flatMap((one) => one.arguments.source ?? []);
    expect(sources.length).toBeGreaterThan(10);
    for (const { ignore } of sources) expect(ignore).toEqual(["**/node_modules", "!.git/**"]);
  });

  test("nothing that acts or looks is cached", () => {
    // These only go on with what was looked at.
    const pure = ["list", "html", "reports", "summary"];
    const cached = functions().filter(({ cache }) => cache !== "never");
    expect(cached.map(({ name }) => name).sort()).toEqual(pure.sort());
  });

  const described = () => [
    ...Object.values(objects),
    ...Object.values(objects).flatMap(({ properties }) =>
      Object.values(properties).filter(({ isExposed }) => isExposed),
    ),
    ...functions(),
  ];

  test("every object, function, field and argument is described", () => {
    const all = [...described(), ...given(), ...functions().flatMap(argumentsOf)];
    expect(all.length).toBeGreaterThan(70);
    const wrong = all.filter(({ description }) => !/^[A-Z].*\.$/s.test(description));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test("the first line, which lists show alone, is a whole sentence", () => {
    const wrong = described().filter(({ description }) => !/^[^\n]+\.(?:\n\n|$)/.test(description));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test("no backtick stands in the help of an argument, for it would name the value there", () => {
    const all = [...given(), ...functions().flatMap(argumentsOf)];
    expect(all.filter(({ description }) => description.includes("`"))).toEqual([]);
  });

  test("access is given once: no function takes what the module takes", () => {
    const shared = new Set(given().map(({ name }) => name));
    expect(shared).toContain("gitToken");
    const again = functions().flatMap(argumentsOf);
    expect(again.filter(({ name }) => shared.has(name))).toEqual([]);
  });

  test("the main object lists functions alone, and those are the product's", () => {
    expect(Object.values(seen.properties).filter(({ isExposed }) => isExposed)).toEqual([]);
    const maintenance = ["lib", "toolImage", "test", "lint"];
    expect(Object.keys(seen.methods).filter((name) => maintenance.includes(name))).toEqual([]);
  });

  test("a check needs nothing that a caller gives, or nobody could run it", () => {
    const checks = functions().filter(({ isCheck }) => isCheck);
    expect(checks.length).toBeGreaterThan(1);
    expect(checks.flatMap(argumentsOf)).toEqual([]);
  });

  test("secrets are taken as secrets, never as text", () => {
    const told = given().filter(({ name }) => /token|password|key$|kubeconfig/i.test(name));
    expect(told.length).toBeGreaterThan(5);
    expect(told.filter(({ type }) => type.name !== "Secret")).toEqual([]);
  });
});

test("dagger.json asks for the engine that is tested, and the source stands where it says", () => {
  const settings = JSON.parse(readFileSync(join(root, "dagger.json"), "utf8"));
  expect(settings).toMatchObject({
    ...{ name: "landfall", engineVersion: "v0.21.8", source: "dagger" },
    sdk: { source: "typescript" },
  });
});

test("the engine has nothing to install: it brings the one package that the module names", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "dagger/package.json"), "utf8"));
  expect(dependencies).toEqual({ typescript: "5.9.3" });
});
