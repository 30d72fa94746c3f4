/** Writes whole histories into a bare repository by one `git fast-import`. */

import { execFileSync } from "node:child_process";

/** A commit to write. Its number is its place in the list, from 0. */
export interface WrittenCommit {
  readonly message: string;
  /** Text by path; undefined for a file that goes away. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Committer's date in seconds since the epoch. Default: a minute after the one before. */
  readonly atSeconds?: number;
  readonly author?: string;
  /** Numbers of the parents. Default: the commit before. */
  readonly parents?: readonly number[];
}

const firstSeconds = 1_767_225_600;

/** Writes commits as the branch `main`, in place of what it had, and returns their ids. */
export function writeHistory(bare: string, commits: readonly WrittenCommit[]): readonly string[] {
  const parts = commits.map((commit, at) => commitText(commit, at));
  const marks = commits.map((_, at) => `get-mark :${at + 1}\n`);
  const out = execFileSync("git", ["fast-import", "--quiet", "--done", "--force"], {
    cwd: bare,
    input: `${parts.join("")}${marks.join("")}done\n`,
  });
  return out.toString().trim().split("\n");
}

function commitText(commit: WrittenCommit, at: number): string {
  const { message, files = {}, author = "Ana", atSeconds = firstSeconds + at * 60 } = commit;
  const parents = commit.parents ?? (at === 0 ? [] : [at - 1]);
  const [first, ...rest] = parents.map((number) => `:${number + 1}\n`);
  const lines = [
    `commit refs/heads/main\nmark :${at + 1}\n`,
    `committer ${author} <someone@localhost> ${atSeconds} +0000\n`,
    data(message),
    first === undefined ? "" : `from ${first}`,
    ...rest.map((mark) => `merge ${mark}`),
  ];
  for (const [path, text] of Object.entries(files)) {
    const name = quoted(path);
    lines.push(text === undefined ? `D ${name}\n` : `M 644 inline ${name}\n${data(text)}`);
  }
  return `${first === undefined ? "reset refs/heads/main\n" : ""}${lines.join("")}\n`;
}

/** A path as git-fast-import reads any: byte by byte, by their octal numbers. */
function quoted(path: string): string {
  const bytes = [...Buffer.from(path)];
  return `"${bytes.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
