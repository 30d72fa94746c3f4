import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import {
  codeLines,
  fileAt,
  importsOf,
  type SourceFile,
  sourceFiles,
} from "./support/source-files.ts";

const source = sourceFiles(["src"], /\.ts$/);
const modules = sourceFiles(["dagger/src"], /\.ts$/);
const everything = [...source, ...modules, ...sourceFiles(["test", "bench"], /\.(?:ts|mjs)$/)];

/** A room is a directory of src, or a file beside them with what it is split into. */
function roomOf(path: string): string {
  const [, first = "", rest] = path.split("/");
  return rest === undefined ? (/^[a-z]+/.exec(first)?.[0] ?? first) : first;
}

/** Which rooms a room may look into, besides itself (docs/design.md, section 4). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  cli: [
    ...["core", "demo", "ports", "report", "settings", "simulation"],
    ...["usecases", "version", "wiring"],
  ],
  wiring: ["adapters", "core", "ports", "settings", "usecases"],
  settings: ["core", "usecases"],
  usecases: ["core", "ports"],
  adapters: ["core", "ports"],
  demo: ["adapters", "core", "ports", "usecases"],
  simulation: ["core", "ports", "usecases"],
  report: ["core"],
  ports: ["core"],
  core: [],
  version: [],
};

/** Commands without settings construct nothing, and must not pay for loading git's parts. */
const exceptions = new Set(["set", "demo"].map((name) => `src/cli/commands/${name}.ts → adapters`));

/** The only places that may know a package. */
const packages: Readonly<Record<string, RegExp>> = {
  croner: /^src\/settings\/(?:config-values|freeze-windows)\.ts$/,
  commander: /^src\/cli(?:\.ts|\/)/,
  "p-retry": /^src\/adapters\/(?:registry\/http|notify\/webhook)\.ts$/,
  "simple-git": /^src\/adapters\/git\/run\.ts$/,
  undici: /^src\/adapters\/(?:http\/|registry\/http\.ts$|doctor\/http\.ts$)/,
  yaml: /^src\/(?:core\/|settings\/config[a-z-]*\.ts$)/,
  zod: /^src\/(?:settings\/config[a-z-]*|report\/schema\/[a-z-]+)\.ts$/,
};

/** Rooms that may touch the machine at all. */
const worldly = new Set(["adapters", "cli", "demo", "settings", "simulation", "wiring"]);

describe("imports", () => {
  const imports = source.flatMap(importsOf);

  test("every room has a row in the table of directions", () => {
    const rooms = new Set(source.map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => mayImport[room] === undefined)).toEqual([]);
  });

  test("go one way between the rooms", () => {
    const wrong = imports
      .filter(({ to }) => to.startsWith("src/"))
      .map(({ from, to }) => ({ from, room: roomOf(from), other: roomOf(to) }))
      .filter(({ room, other }) => room !== other && !mayImport[room]?.includes(other))
      .map(({ from, other }) => `${from} → ${other}`);
    expect(wrong.filter((line) => !exceptions.has(line))).toEqual([]);
  });

  test("go in no circle of files, when they are loaded", () => {
    const loaded = new Map(source.map((file) => [file.path, loadedBy(file)]));
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, way: readonly string[]): void => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" → "));
      if (way.includes(path) || done.has(path)) return;
      for (const next of loaded.get(path) ?? []) walk(next, [...way, path]);
      done.add(path);
    };
    for (const path of loaded.keys()) walk(path, []);
    expect(circles).toEqual([]);
  });

  test("know packages only where each has its place", () => {
    const wrong = imports
      .filter(({ to }) => !/^(?:src\/|node:)/.test(to))
      .filter(({ from, to }) => !packages[to]?.test(from));
    expect(wrong).toEqual([]);
  });

  test("of the machine stay out of the rooms that decide and describe", () => {
    const wrong = imports.filter(
      ({ from, to }) => to.startsWith("node:") && !worldly.has(roomOf(from)),
    );
    expect(wrong).toEqual([]);
  });

  test("of the Dagger module stay inside it", () => {
    const outside = modules
      .flatMap(importsOf)
      .filter(({ to }) => !/^(?:dagger\/src\/|node:|@dagger\.io\/dagger)/.test(to));
    expect(outside).toEqual([]);
  });
});

/** What a file cannot be loaded without: no types, and nothing that is imported while it runs. */
function loadedBy({ path, text }: SourceFile): string[] {
  const statement = /^(?:import|export)\b(?! type)[^;"]*?\bfrom "(\.[^"]+)"/gm;
  return [...text.matchAll(statement)].map(([, to = ""]) => posix.join(posix.dirname(path), to));
}

/** Words that a room's code must not hold, and why. */
const bans: readonly (readonly [why: string, rooms: RegExp, word: RegExp])[] = [
  [
    "time, chance and waiting are passed in",
    /^src\/(?:core|usecases|report|settings\/config|ports)/,
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b/,
  ],
  ["only cli.ts knows the process", /^src\/(?!cli\.ts$)/, /\bprocess\.(?!env\.REQUIRE|ts")\w/],
  ["no shell ever", /^(?:src|dagger|bench|test)\//, /\bshell: (?:true|")/],
  [
    "no push is forced",
    /^src\//,
    /force-with-lease(?!=\$\{ref\}:\$\{parent\})|"push".*(?:--force|"-f"|"\+)/,
  ],
  ["fetch goes past the limits of our own HTTP", /^src\//, /(?<![.\w#])fetch\(/],
  [
    "a bare pattern in toMatchObject is held against nothing: expect.stringMatching is",
    /^test\//,
    /\b(?:detail|hint|message|remedy): \//,
  ],
  [
    "servers are on loopback, on a port of the system's or the user's choice",
    // But for one door: the containers of `race-test` must reach each other, and only they open it.
    /^(?!src\/demo\/lab-door\.ts$)/,
    /\.listen\((?!(?:0|port), "127\.0\.0\.1")/,
  ],
];

test.each(bans)("%s", (_, rooms, word) => {
  const house = "test/house.test.ts";
  const files = everything.filter(({ path }) => rooms.test(path) && path !== house);
  expect(places(files, (line) => word.test(line))).toEqual([]);
});

describe("text", () => {
  test("no line is wider than 100 columns, unless a text in it is", () => {
    const isComment = /^\s*(?:\/\*\*|\*|\/\/)/;
    const isWide = (line: string) =>
      (isComment.test(line) ? line : line.replace(/(["'`/]).{40,}\1/, "")).length > 100;
    expect(everything.flatMap((file) => placesIn(file, isWide))).toEqual([]);
  });

  test("every file of source begins by saying what it is", () => {
    const silent = [...source, ...modules].filter(
      ({ text }) => !/^(?:#!.*\n)?\/\*\*(?:\n \*)? \S/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("every exported function, class and interface has a docstring", () => {
    const bare = source.flatMap(({ path, text }) => {
      const starts = text.matchAll(/(.*)\n(export (?:async )?(?:function|class|interface) \w+)/g);
      return [...starts]
        .filter(([, above = ""]) => !above.endsWith("*/"))
        .map((m) => `${path}: ${m[2]}`);
    });
    expect(bare).toEqual([]);
  });

  test("no function takes a flag: two ways to go are two functions, or a word", () => {
    const flags =
      /^export (?:async )?function \w+(?:<[^>]*>)?\((?:[^(){}]|\([^()]*\)|\{[^{}]*\})*?\w\??: boolean\b/gm;
    const wrong = source.flatMap(({ path, text }) =>
      [...text.matchAll(flags)].map(([found]) => `${path}: ${found.split("(")[0]}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the words that the glossary bans are not used", () => {
    const banned = /\bimage[- ](?:id|hash|url|version)s?\b|\bsafe push|\bno-op\b|\bTODO\b/i;
    const written = [...source, ...modules, ...["README.md", "CHANGELOG.md"].map(fileAt)];
    expect(written.flatMap((file) => placesIn(file, (line) => banned.test(line)))).toEqual([]);
  });
});

function places(files: readonly SourceFile[], isWrong: (line: string) => boolean): string[] {
  return files.flatMap((file) =>
    codeLines(file)
      .filter(({ line }) => isWrong(line))
      .map(({ number, line }) => `${file.path}:${number}: ${line.trim()}`),
  );
}

function placesIn({ path, text }: SourceFile, isWrong: (line: string) => boolean): string[] {
  return text
    .split("\n")
    .flatMap((line, at) => (isWrong(line) ? [`${path}:${at + 1}: ${line}`] : []));
}
