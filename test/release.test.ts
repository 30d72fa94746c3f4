/** Releases: the image's recipe, and the scripts that a release and its version run. */

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { version } from "../src/version.ts";
import { fileAt, root } from "./support/source-files.ts";

const place = mkdtempSync(join(tmpdir(), "landfall-release-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("Dockerfile", () => {
  const text = fileAt("Dockerfile").text.replaceAll(/^ *#.*\n/gm, "");
  const lines = text.replaceAll(/\\\n/g, " ").split("\n");
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  test("has git, ssh and authorities of certificates, and runs as nobody of importance", () => {
    expect(of("RUN").join()).toMatch(/install [^&]*\bca-certificates git openssh-client\b/);
    // A name would not do: Kubernetes asks for a number to see that it is not root.
    expect(of("USER")).toEqual(["1000:1000"]);
    expect(lines.indexOf("USER 1000:1000")).toBeGreaterThan(
      lines.findLastIndex((line) => /^(?:RUN|COPY)/.test(line)),
    );
  });

  test("is for every platform: one base that has them, and nothing that is compiled", () => {
    expect(of("FROM")).toEqual([expect.stringMatching(/^node:\d+-[a-z]+-slim$/)]);
    expect(text).not.toMatch(/--platform|amd64|arm64|x86|npm (?:ci|install)/);
  });

  test("holds no secret, and takes none where it is built", () => {
    expect([...of("ARG"), ...of("ENV"), ...of("ADD")]).toEqual([]);
    const copied = of("COPY").flatMap((line) =>
      line
        .split(" ")
        .filter((word) => !word.startsWith("--"))
        .slice(0, -1),
    );
    const allowed = fileAt(".dockerignore")
      .text.split("\n")
      .filter((line) => line !== "");
    expect(allowed[0]).toBe("*");
    expect(allowed.slice(1).sort()).toEqual(copied.map((path) => `!${path}`).sort());
  });

  test("starts the program where the demo finds its files", () => {
    const [linked] = /\S+landfall\.cjs/.exec(of("RUN").join()) ?? [];
    expect(linked).toBe("/opt/landfall/dist/bin/landfall.cjs");
    expect(of("COPY").at(-1)).toBe("--chmod=755 dist/bin /opt/landfall/dist/bin");
    expect(of("COPY")).toContain("examples/robson /opt/landfall/examples/robson");
    expect(of("ENTRYPOINT")).toEqual(['["landfall"]']);
  });
});

describe("scripts/release-notes.mjs", () => {
  const notes = (of: string, text: string) => {
    const file = join(place, "CHANGELOG.md");
    writeFileSync(file, text);
    const words = [join(root, "scripts/release-notes.mjs"), of, file];
    return spawnSync(process.execPath, words, { encoding: "utf8" });
  };
  const older = "## [0.0.1] - 2026-01-01\n\n- Older.\n";

  test("prints one version's section, without its heading", () => {
    const text = `# Changelog\n\n## [Unreleased]\n\n- Next.\n\n## [${version}] - 2026-11-26\n\n### Added\n\n- All of it.\n\n${older}`;
    expect(notes(version, text)).toMatchObject({
      status: 0,
      stdout: "### Added\n\n- All of it.\n",
    });
  });

  test.each([
    ["another version than package.json's", "9.9.9", older, /This is version/],
    [
      "a version without a section",
      version,
      `## [Unreleased]\n\n- Next.\n\n${older}`,
      /says nothing of/,
    ],
    [
      "a section without a word",
      version,
      `## [${version}] - 2026-11-26\n\n${older}`,
      /says nothing of/,
    ],
    ["a section without a date", version, `## [${version}]\n\n- All.\n`, /says nothing of/],
  ])("refuses %s", (_, of, text, said) => {
    const { status, stdout, stderr } = notes(of, text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(said);
  });
});

test("`npm version` writes the version wherever it stands, and the notes can be told", () => {
  const files = ["package.json", "CHANGELOG.md", "src/version.ts", "templates/landfall.yml"];
  for (const folder of ["src", "templates"]) mkdirSync(join(place, folder));
  for (const file of files) cpSync(join(root, file), join(place, file));
  cpSync(join(root, "scripts"), join(place, "scripts"), { recursive: true });
  const at = { cwd: place, encoding: "utf8" } as const;
  const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  expect(manifest.scripts.version).toBe("node scripts/version.mjs && git add --all");
  writeFileSync(join(place, "package.json"), JSON.stringify({ ...manifest, version: "7.8.9" }));
  execFileSync(process.execPath, ["scripts/version.mjs"], at);

  const textOf = (file: string) => readFileSync(join(place, file), "utf8");
  expect(textOf("src/version.ts")).toContain('version = "7.8.9"');
  expect(textOf("CHANGELOG.md")).toMatch(
    /^## \[Unreleased\]\n\n## \[7\.8\.9\] - \d{4}-\d\d-\d\d\n/m,
  );
  const [component] = parseAllDocuments(textOf("templates/landfall.yml"));
  expect(component!.getIn(["spec", "inputs", "version", "default"])).toBe("7.8.9");
  const notes = execFileSync(process.execPath, ["scripts/release-notes.mjs", "7.8.9"], at);
  expect(notes.length).toBeGreaterThan(100);
});

test("an executable is made by a Node that can, and another says which can", () => {
  const folder = join(place, "old");
  mkdirSync(join(folder, "scripts"), { recursive: true });
  const script = join(folder, "scripts/executable.mjs");
  cpSync(join(root, "scripts/executable.mjs"), script);
  const old = "Object.defineProperty(process.versions, 'node', { value: '24.1.0' });";
  const words = ["--import", `data:text/javascript,${old}`, script];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("25.5");
});
