/** The words of every command: its help, docs/cli.md, and the examples in both. */

import { Option } from "commander";
import { describe, expect, test, vi } from "vitest";
import { loadListed, program } from "../../src/cli/program.ts";
import { manualPage } from "../support/cli-manual.ts";
import { referenceMarkdown } from "../support/cli-reference.ts";
import { golden } from "../support/golden.ts";
import { runCli } from "../support/run-cli.ts";
import { fileAt } from "../support/source-files.ts";

const all = await loadListed();
const names = all.map(({ name }) => name);
const root = await program(
  {
    ...{ env: {}, cwd: "/", out: () => {}, err: () => {}, outIsTerminal: false },
    signal: new AbortController().signal,
  },
  () => {},
);

test("docs/cli.md says what the commands declare", () => {
  const text = referenceMarkdown(all);
  expect(text).toBe(golden("docs/cli.md", text));
});

test("the manual page says what the commands declare, and nothing that roff would obey", () => {
  const page = manualPage(root.description(), all);
  expect(page).toBe(golden("docs/landfall.1", page));
  const requests = page.match(/^[.'].*/gm) ?? [];
  const known = /^\.(?:\\"|TH|SH|SS|PP|TP|nf|fi|B|I|BR)(?: |$)/;
  expect(requests.filter((line) => !known.test(line))).toEqual([]);
  expect(page.match(/^\.SS /gm)).toHaveLength(all.length);
  const { man, files } = JSON.parse(fileAt("package.json").text);
  expect(files).toContain(man.replace("./", ""));
});

test("the help of landfall is as agreed, and goes to stdout", async () => {
  const { status, out, err } = await runCli(["--help"], { cwd: "/" });
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(out).toBe(golden("test/cli/help/landfall.txt", out));
  for (const name of names) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
});

describe.each(all)("$name", ({ name, spec }) => {
  test("its help is as agreed, by --help and by help", async () => {
    const { status, out, err } = await runCli([name, "--help"], { cwd: "/" });
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toBe(golden(`test/cli/help/${name}.txt`, out));
    expect((await runCli(["help", name], { cwd: "/" })).out).toBe(out);
  });

  test("has two examples, which it would take", () => {
    expect(spec.examples.length).toBeGreaterThanOrEqual(2);
    for (const [line] of spec.examples) {
      expect(line).toMatch(new RegExp(`(?:^|\\$\\()landfall ${name}(?: |$)`));
      const known = Object.values(spec.flags).map(({ spelling }) => new Option(spelling));
      const spellings = known.flatMap(({ long, short }) => [long, short]);
      for (const [flag] of line.matchAll(/(?<= )--?[a-z][a-z-]*/g)) {
        expect(spellings).toContain(flag);
      }
    }
  });

  test("each flag stands under the name that commander gives its value", () => {
    for (const [key, { spelling }] of Object.entries(spec.flags)) {
      expect(new Option(spelling).attributeName()).toBe(key);
    }
  });

  test("commander knows the flags that are declared, and no others", () => {
    const command = root.commands.find((one) => one.name() === name);
    const flags = command?.options.map(({ flags }) => flags).sort();
    expect(flags).toEqual(
      Object.values(spec.flags)
        .map(({ spelling }) => spelling)
        .sort(),
    );
  });
});

describe("what is not there", () => {
  test.each([
    [["help", "nope"], /There is no command "nope"/],
    [["help", "prmote"], /Did you mean "promote"\?/],
    [["nope"], /unknown command 'nope'/],
    [["promote", "--revison", "x"], /--revision[\s\S]*Run `landfall promote --help`/],
    [["set", "a=b"], /--path/],
  ])("%j: exit 2, and a word about it", async (argv, said) => {
    const { status, out, err } = await runCli(argv, { cwd: "/" });
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(said);
  });

  test.each([[["promote", "--json", "--revison", "x"]], [["promote", "--json", "--from"]]])(
    "%j: programs get an object",
    async (argv) => {
      const { status, out } = await runCli(argv, { cwd: "/" });
      expect(status).toBe(2);
      expect(JSON.parse(out)).toMatchObject({
        ...{ version: 1, command: "promote", exit: 2 },
        failure: { code: "usage", message: expect.stringMatching(/revis|--from/) },
      });
    },
  );
});

test("the version by every spelling", async () => {
  const [long, short, word] = await Promise.all(
    [["--version"], ["-V"], ["version"]].map((argv) => runCli(argv, { cwd: "/" })),
  );
  expect(short).toEqual(long);
  expect(word).toEqual(long);
  expect(long?.out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("an environment variable that is empty counts as one that is not set", async () => {
  const list = (LANDFALL_CONFIG: string) => {
    vi.stubEnv("LANDFALL_CONFIG", LANDFALL_CONFIG);
    return runCli(["completion", "--list", "images"], { cwd: "/", env: { LANDFALL_CONFIG } });
  };
  try {
    expect(await list("nope.yaml")).toMatchObject({ status: 2 });
    expect(await list("")).toEqual({ status: 0, out: "", err: "" });
  } finally {
    vi.unstubAllEnvs();
  }
});
