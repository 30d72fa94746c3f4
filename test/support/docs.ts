/** The pages for users, and what stands in them. */

import { fileAt, sourceFiles } from "./source-files.ts";

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** `sh`, `yaml`; empty for output. */
  readonly language: string;
  /** Whether it is marked as what needs an engine, a cluster or a forge: then it is not run. */
  readonly isParsed: boolean;
  readonly text: string;
}

/** Every page for users, with its text. */
export const pages = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(fileAt),
  ...sourceFiles(["docs"], /\.md$/),
];

/** Every block of those pages. */
export const blocks: readonly Block[] = pages.flatMap(({ path: page, text }) =>
  [...text.matchAll(/^ *```(\w*)( parsed)?\n([\s\S]*?)^ *```$/gm)].map(
    ([, language = "", parsed, body = ""]) => ({
      ...{ page, language, text: body },
      isParsed: parsed !== undefined,
    }),
  ),
);

/** Returns the commands of a shell script, each as its words, without comments and redirections. */
export function commandsIn(script: string): string[][] {
  return script
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/ #.*$|^#.*$/, "").replace(/\$\([^)]*\)/g, "VALUE"))
    .flatMap((line) => line.split(/&&|\||;/))
    .map((line) => line.replace(/ >+ .*/, "").match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [])
    .map((words) => words.map((word) => word.replaceAll(/["']/g, "")))
    .filter((words) => words.length > 0);
}

/** Returns what follows a program's name in a command, or undefined where it is another's. */
export function wordsAfter(name: string, words: readonly string[]): readonly string[] | undefined {
  return words[0] === name ? words.slice(1) : undefined;
}

/** Returns the names by which links lead to the headings of a page, as GitHub makes them. */
export function anchorsOf(text: string): readonly string[] {
  const headings = text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
