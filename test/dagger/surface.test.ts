/** What the Dagger module shows to callers, and what a 0.21 engine can load of it. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { commands as cli } from "../../src/cli/program.ts";
import { introspect, printSurface, type SeenObject } from "../support/dagger-surface.ts";
import { golden } from "../support/golden.ts";
import { root, sourceFiles } from "../support/source-files.ts";

const run = promisify(execFile);
const modules = sourceFiles(["dagger/src"], /\.ts$/);

/** Functions that neither act on the world nor look at it: an answer of last week is as good. */
const pure = new Set(["test", "lint"]);

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
  let seen: SeenObject;
  beforeAll(async () => {
    seen = await introspect();
  });

  test("the surface is as agreed", () => {
    const text = printSurface(seen);
    expect(text).toBe(golden("test/dagger/surface.golden.txt", text));
  });

  test("every command has its function, but for those that a container has no use for", () => {
    // `set` edits the caller's files, `retag` is a part of `publish`, `schema` is in the
    // repository, and of races `race-test` runs the one with real processes.
    const without = ["lab", "race", "retag", "schema", "set", "version"];
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
    const cached = Object.values(seen.methods).filter(({ cache }) => cache !== "never");
    expect(cached.map(({ name }) => name).filter((name) => !pure.has(name))).toEqual([]);
  });

  test("every function and every argument is described", () => {
    const parts = [
      seen,
      ...Object.values(seen.properties),
      ...Object.values(seen._constructor.arguments),
      ...Object.values(seen.methods).flatMap((one) => [one, ...Object.values(one.arguments)]),
    ];
    expect(parts.length).toBeGreaterThan(50);
    expect(parts.filter(({ description }) => !/^[A-Z].*\.$/s.test(description))).toEqual([]);
  });

  test("a GitHub App goes wherever the git token does, and a signing key wherever is committed", () => {
    const taking = (argument: string) =>
      Object.values(seen.methods).flatMap((one) => (one.arguments[argument] ? [one.name] : []));
    expect(taking("gitToken")).toContain("deploy");
    for (const part of ["githubAppId", "githubAppPrivateKey", "githubApi"]) {
      expect(taking(part)).toEqual(taking("gitToken"));
    }
    // The last only tries the key.
    const signing = ["deploy", "promote", "sync", "rollback", "release", "doctor"];
    expect(taking("signingKey").sort()).toEqual(signing.sort());
  });

  test("secrets are taken as secrets, never as text", () => {
    const told = Object.values(seen.methods).flatMap((one) =>
      Object.values(one.arguments).filter(({ name }) => /token|password|key$/i.test(name)),
    );
    expect(told).not.toEqual([]);
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
