import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findSettings, localPath, noSettings } from "../../src/settings/find-settings.ts";
import type { Process } from "../../src/settings/process.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "landfall-find-")));
  mkdirSync(join(root, "repository/.git"), { recursive: true });
  mkdirSync(join(root, "repository/apps/web"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function processIn(folder: string, env: Record<string, string> = {}): Process {
  const signal = new AbortController().signal;
  const cwd = join(root, folder);
  return { env, cwd, out: () => {}, err: () => {}, outIsTerminal: false, signal };
}

function write(path: string, text = "tag: v{revision:7}\n"): void {
  writeFileSync(join(root, path), text);
}

describe("findSettings", () => {
  test.each([
    ["repository/landfall.yaml", "repository", "landfall.yaml"],
    ["repository/landfall.yml", "repository", "landfall.yml"],
    ["repository/landfall.yaml", "repository/apps/web", "../../landfall.yaml"],
    ["repository/apps/landfall.yml", "repository/apps/web", "../landfall.yml"],
  ])("finds %s from %s", (path, cwd, file) => {
    write(path);
    expect(findSettings({}, processIn(cwd))).toEqual({
      file,
      folder: join(root, path, ".."),
      text: "tag: v{revision:7}\n",
    });
  });

  test("the nearest counts", () => {
    write("repository/landfall.yaml");
    write("repository/apps/landfall.yaml", "near");
    expect(findSettings({}, processIn("repository/apps/web"))?.text).toBe("near");
  });

  test("nothing above the repository counts, nor above a folder that is in none", () => {
    write("landfall.yaml");
    expect(findSettings({}, processIn("repository/apps"))).toBeUndefined();
    mkdirSync(join(root, "loose"));
    expect(findSettings({}, processIn("loose"))).toBeUndefined();
  });

  test("a linked work tree, whose .git is a file, is a repository as well", () => {
    mkdirSync(join(root, "repository/linked/deep"), { recursive: true });
    write("repository/landfall.yaml");
    write("repository/linked/.git", "gitdir: elsewhere\n");
    expect(findSettings({}, processIn("repository/linked/deep"))).toBeUndefined();
  });

  test("two in one folder: neither is guessed", () => {
    write("repository/landfall.yaml");
    write("repository/landfall.yml");
    expect(() => findSettings({}, processIn("repository/apps"))).toThrow(
      /landfall.yaml and landfall.yml/,
    );
  });

  test("the one that is named counts alone, from the current folder or from home", () => {
    write("repository/landfall.yaml", "here");
    write("other.yaml", "named");
    const io = processIn("repository", { HOME: root });
    expect(findSettings({ config: "../other.yaml" }, io)?.text).toBe("named");
    expect(findSettings({ config: "~/other.yaml" }, io)?.text).toBe("named");
    expect(() => findSettings({ config: "no.yaml" }, io)).toThrow(/no\.yaml/);
  });

  test("what was looked through in vain is named, with the remedy", () => {
    const told = noSettings(processIn("repository/apps"));
    expect(told).toContain(`${join(root, "repository/apps")}, ${join(root, "repository")}:`);
    expect(told).toContain("landfall init");
  });
});

test.each([
  ["../other.git", "/a/other.git"],
  ["./x", "/a/b/x"],
  ["~/x.git", "/home/me/x.git"],
  ["~", "/home/me"],
  ["~else/x", "/a/b/~else/x"],
  ["/abs", "/abs"],
  ["https://host/x.git", "https://host/x.git"],
  ["git@host:x.git", "git@host:x.git"],
])("localPath: %s is %s", (text, path) => {
  expect(localPath(text, "/a/b", { env: { HOME: "/home/me" } })).toBe(path);
});
