/** The project's own source, as the tests of the house rules read it. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** One file of source. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** One import or re-export. */
export interface Import {
  readonly from: string;
  /** A path from the root of the repository, `node:…`, or a package. */
  readonly to: string;
}

/** Reads the files below some directories whose names end in one of `endings`. */
export function sourceFiles(directories: readonly string[], endings: RegExp): SourceFile[] {
  return directories.flatMap((directory) => {
    if (!existsSync(join(root, directory))) return [];
    const names = readdirSync(join(root, directory), { recursive: true, encoding: "utf8" });
    const paths = names.map((name) => posix.join(directory, name.replaceAll("\\", "/")));
    return paths
      .filter((path) => endings.test(path) && !path.includes("node_modules/"))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
  });
}

/** Reads one file, by its path from the root of the repository. */
export function fileAt(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** Lists what a file imports, also by `import()`. The text is as Biome formats it. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const statement =
    /^(?:import|export)\b[^;"]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return [...text.matchAll(statement)].map(([, from, bare, dynamic]) => {
    const spec = from ?? bare ?? dynamic ?? "";
    const isRelative = spec.startsWith(".");
    return { from: path, to: isRelative ? posix.join(posix.dirname(path), spec) : spec };
  });
}

/** Returns the lines that are code, with their numbers: no comment that stands on its own line. */
export function codeLines({ text }: SourceFile): { number: number; line: string }[] {
  return text
    .split("\n")
    .map((line, index) => ({ number: index + 1, line }))
    .filter(({ line }) => !/^\s*(?:\/\*\*|\/\/|\*(?:\s|\/|$))/.test(line));
}
