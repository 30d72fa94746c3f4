/** What is installed with us: few packages, each by its hash, and none that runs anything by it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/source-files.ts";

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const npm = "https://registry.npmjs.org/";
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(textOf("package.json")) as Record<string, Record<string, string>>;
const lock = JSON.parse(textOf("package-lock.json")) as { packages: Record<string, Locked> };
const packages = Object.entries(lock.packages).filter(([path]) => path.startsWith("node_modules/"));

test("every package is known by a hash of its bytes, and comes from the registry", () => {
  expect(packages.length).toBeGreaterThan(10);
  const wrong = packages.filter(
    ([, { resolved, integrity = "" }]) =>
      // Without an address it is the registry that is set, which may be a mirror.
      !/^sha512-/.test(integrity) || !/^https:\/\/registry\.npmjs\.org\//.test(resolved ?? npm),
  );
  expect(wrong.map(([path]) => path)).toEqual([]);
});

test("at most 12 packages are named for running, and each version is exact", () => {
  const { dependencies = {}, devDependencies = {} } = manifest;
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(12);
  const versions = [...Object.entries(dependencies), ...Object.entries(devDependencies)];
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test("no package runs a script when it is installed, but one of the tools, which only warns", () => {
  const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript);
  // Its script compares version schemes in the package.json around it, and prints a warning.
  expect(scripted.map(([path]) => path)).toEqual(["node_modules/protobufjs"]);
  expect(scripted.filter(([, { dev }]) => !dev)).toEqual([]);
});

test("the one script of ours builds; nothing of ours runs where the package is installed", () => {
  const hooks = Object.keys(manifest.scripts ?? {}).filter((name) =>
    /^(?:pre|post)?(?:install|prepare|publish|pack)/.test(name),
  );
  expect(hooks).toEqual(["prepare"]);
  expect(manifest.scripts?.prepare).toBe("node scripts/prepare.mjs");
});

test("what is published is the program, its schema and what the demo plays with", () => {
  expect(manifest.files).toEqual([
    ...["dist/bin", "docs/landfall.1", "examples/robson"],
    ...["landfall.schema.json", "CHANGELOG.md"],
  ]);
});
