/** The pages for users: what they name is there, and their commands are ones that exist. */

import { existsSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { isSeq, parseDocument } from "yaml";
import { program } from "../src/cli/program.ts";
import { loadConfigText } from "../src/settings/config.ts";
import { unknownWords } from "./support/dagger-calls.ts";
import { anchorsOf, blocks, commandsIn, pages, wordsAfter } from "./support/docs.ts";
import { fileAt, root, sourceFiles } from "./support/source-files.ts";

const shells = blocks.filter(({ language }) => language === "sh");
const commands = shells.flatMap(({ page, text }) =>
  commandsIn(text).map((words) => ({ page, words })),
);
const landfall = await program(
  {
    ...{ env: {}, cwd: "/", out: () => {}, err: () => {}, outIsTerminal: false },
    signal: new AbortController().signal,
  },
  () => {},
);

/** Says what is wrong with the words after `landfall`, as commander reads them. */
function wrongWith([name = "", ...rest]: readonly string[]): string[] {
  const command = landfall.commands.find((one) => one.name() === name);
  if (command === undefined) return /^--?(?:help|version|V)$/.test(name) ? [] : [name];
  try {
    return command.parseOptions(rest).unknown.filter((word) => word !== "--help");
  } catch (error) {
    return [String(error)];
  }
}

describe("commands in the pages' blocks", () => {
  test("there are many", () => {
    expect(commands.length).toBeGreaterThan(60);
  });

  test.each([
    ["promote --revison x", ["--revison", "x"]],
    ["nope", ["nope"]],
    ["promote --superseded never", [expect.stringMatching(/never/)]],
    ["rollback --steps 1 --reason slow", []],
  ])("of `landfall %s` is wrong: %j", (line, wrong) => {
    expect(wrongWith(line.split(" "))).toEqual(wrong);
  });

  test("commander takes every `landfall` command", () => {
    const wrong = commands.flatMap(({ page, words }) => {
      const found = wrongWith(wordsAfter("landfall", words) ?? ["--help"]);
      return found.length === 0 ? [] : [`${page}: ${words.join(" ")}: ${found.join(" ")}`];
    });
    expect(wrong).toEqual([]);
  });

  test("the module knows every word of a `dagger call`", () => {
    const wrong = commands.flatMap(({ page, words }) => {
      const at = words[0] === "dagger" ? words.indexOf("call") : -1;
      const unknown = at < 0 ? [] : unknownWords(words.slice(at + 1));
      return unknown.map((word) => `${page}: ${word}`);
    });
    expect(wrong).toEqual([]);
  });

  test("every `npm run` has its script", () => {
    const { scripts } = JSON.parse(fileAt("package.json").text);
    const asked = commands.flatMap(({ words: [program, verb, name] }) =>
      program === "npm" && verb === "run" ? (name ?? []) : [],
    );
    expect(asked).toContain("demo");
    expect(asked.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test("commands and flags that the text names between backticks exist", () => {
  const wrong = pages.flatMap(({ path, text }) =>
    [...text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/`landfall ([a-z][^`]*)`/g)].flatMap(
      ([, line = ""]) => {
        const [name, ...rest] = line.split(" ");
        const command = landfall.commands.find((one) => one.name() === name);
        const known = command?.options.flatMap(({ long, short }) => [long, short]) ?? [];
        const flags = rest.filter((word) => /^--?[a-z]/.test(word));
        const isRight = command !== undefined && flags.every((flag) => known.includes(flag));
        return isRight ? [] : [`${path}: ${line}`];
      },
    ),
  );
  expect(wrong).toEqual([]);
});

test("blocks of settings are ones that landfall.yaml takes", () => {
  /** Workflows and includes are of other programs. */
  const others = ["on", "include", "jobs"];
  const read = blocks.flatMap(({ page, language, text }) => {
    const document = parseDocument(text);
    if (language !== "yaml" || isSeq(document.contents)) return [];
    if (others.some((key) => document.has(key))) return [];
    expect(() => loadConfigText(page, text), `${page}:\n${text}`).not.toThrow();
    return [page];
  });
  expect(read.length).toBeGreaterThan(8);
});

describe("links", () => {
  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => ({ path, to })),
  );
  const inside = links.filter(({ to }) => !/^[a-z]+:/.test(to));

  test("lead to files and headings that exist", () => {
    expect(inside.length).toBeGreaterThan(60);
    const dead = inside.filter(({ path, to }) => {
      const [file = "", anchor] = to.split("#");
      const target = file === "" ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(`${root}/${target}`)) return true;
      return anchor !== undefined && !anchorsOf(fileAt(target).text).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test("lead from docs/README.md to every page there", () => {
    const listed = inside.filter(({ path }) => path === "docs/README.md").map(({ to }) => to);
    const names = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+$/.test(path));
    const unlisted = names.filter((path) => !listed.includes(path.replace("docs/", "")));
    expect(unlisted).toEqual(["docs/README.md"]);
  });
});

test("README fits on two screens", () => {
  expect(fileAt("README.md").text.split("\n").length).toBeLessThanOrEqual(131);
});

test("the messages of docs/troubleshooting.md are ones that are printed", () => {
  const printed = sourceFiles(["src"], /\.ts$/)
    .map(({ text }) => text)
    .join("\n");
  const { text } = fileAt("docs/troubleshooting.md");
  const messages = [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, message = ""]) => message);
  expect(messages.length).toBeGreaterThan(20);
  const parts = messages.flatMap((message) => message.split("…").map((part) => part.trim()));
  expect(parts.filter((part) => !printed.includes(part))).toEqual([]);
});
