/** Words of others that are commands to whoever reads our output: a runner, a terminal, people. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSecretWorld, runHere } from "../../support/secret-world.ts";

/** Commands of GitHub Actions' runner, a terminal's escapes, and characters that reorder a line. */
const words = [
  "::error::pwned",
  "  ::add-mask::x",
  "::stop-commands::x",
  "a ##[command]pwned",
  "\u001b[2J\u001b]0;pwned\u0007",
  "\u202egnp.exe\u2066",
  "\u009b31m",
  "x\r::warning::pwned",
] as const;
const all = words.join("\n");
/** What stays of them where they were printed: proof that they came through. */
const mark = /pwned/;

/**
 * Returns what a reader of the output would obey. The runner takes a line that begins with `::`
 * once it is trimmed, and `##[` anywhere (actions/runner, ActionCommand.cs).
 */
function obeyed(output: string): readonly string[] {
  const lines = output.split(/\r\n|[\n\r\u2028\u2029\u0085]/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const acts = /^\s*::|##\[|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|[\u202a-\u202e\u2066-\u2069]/;
  return lines.filter((line) => acts.test(line));
}

test("what is looked for is found in the words as they are", () => {
  expect(words.filter((text) => obeyed(text).length === 0)).toEqual([]);
});

type World = Awaited<ReturnType<typeof openSecretWorld>>;

/** A hook that has all of them to say, and declines. */
const hook = `cat >&2 <<'LANDFALL_END'\n${all}\nLANDFALL_END\nexit 1`;

/** How the program can be asked to speak. */
const forms = [[], ["--json"], ["--verbose"]];

/** Lets the program speak in every form: the words are shown, and none is obeyed. */
async function shows(world: World, status: number, flags: readonly string[] = []) {
  for (const form of forms) {
    const ran = await world.promoteHere({}, [...flags, ...form]);
    const { out, err } = ran;
    expect(ran.status, out + err).toBe(status);
    expect(out, form.join()).toMatch(mark);
    expect([...obeyed(out), ...obeyed(err)], form.join()).toEqual([]);
  }
}

describe("as text, as one object, and as text when told more,", () => {
  test("a hook's words on the git server are shown, and none is obeyed", async () => {
    const world = await openSecretWorld();
    world.box.addHook("pre-receive", hook);
    await shows(world, 4);
  });

  test("a registry's words are shown, and none is obeyed", async () => {
    const errors = [{ code: "DENIED", message: all }];
    const world = await openSecretWorld({
      registryFault: ({ path }) =>
        path.includes("/manifests/") ? { status: 403, body: JSON.stringify({ errors }) } : "pass",
    });
    await shows(world, 1);
  });

  test("what a manifest is called and holds is shown, and none of it is obeyed", async () => {
    const world = await openSecretWorld({
      files: (image) => [
        { path: "k8s/\n::error::pwned.yaml", bytes: `image: ${image}:old # \u001b[2J##[x]\n` },
        {
          path: "k8s/##[x]pwned\u202e.yaml",
          bytes: `kind: "\\n::error::pwned"\nimage: ${image}:a\n`,
        },
      ],
    });
    await shows(world, 0, ["--dry-run"]);
  });
});

test("on GitHub Actions the only commands are our own annotations, outputs and summary", async () => {
  const world = await openSecretWorld();
  const markup = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) @everyone | `";
  world.box.addHook("pre-receive", hook.replace(all, `${all}\n${markup}\nverdict=landed`));
  const files = ["output", "summary"].map((name) => join(world.home, name));
  const [output = "", summary = ""] = files;
  const ran = await world.promote(
    { GITHUB_ACTIONS: "true", GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
    ["--json"],
  );
  expect(ran.status, ran.err).toBe(4);
  expect(obeyed(ran.out)).toEqual([]);
  const commands = obeyed(ran.err);
  const ours = /^::(?:error|warning|notice) (?:\w+=[^:,]*,?)+::/;
  expect(commands.filter((line) => !ours.test(line))).toEqual([]);
  expect(commands.filter((line) => line.startsWith("::error ") && mark.test(line))).toHaveLength(1);
  // The runner's own reading: NAME<<DELIMITER, lines, DELIMITER.
  const lines = readFileSync(output, "utf8").split("\n");
  const outputs = new Map<string, string>();
  for (let at = 0; at < lines.length - 1; at += 1) {
    const [name = "", delimiter = ""] = lines[at]!.split("<<");
    const end = lines.indexOf(delimiter, at + 1);
    outputs.set(name, lines.slice(at + 1, end).join("\n"));
    at = end;
  }
  expect(outputs.get("verdict")).toBe("refused");
  expect([...outputs.keys()].filter((name) => !/^[a-z-]+$/.test(name))).toEqual([]);
  const page = readFileSync(summary, "utf8");
  expect(page).toMatch(mark);
  expect(page).not.toMatch(/<img|\]\(|@everyone|##\[/);
});

test.each([
  [["promote", "--path", all]],
  [["promote", `--${all}`]],
  [[all]],
  [["promote", "--revision", all, "--path", "k8s", "--image", "acme/web", "--repository", "/x"]],
  [["promote", "--revision", "1".repeat(40), "--path", "k8s", "--image", all]],
  [["set", `acme/web=${all}`, "--path", "k8s"]],
  [["pins", "--path", "k8s", "--image", "acme/web", "--repository", all]],
  [["pins", "--path", "k8s", "--image", "acme/web", "--config", all]],
  [["pins", "--path", "k8s", "--image", "acme/web", "--timeout", all]],
])("words of the command line are not obeyed: %j", async (argv) => {
  const home = mkdtempSync(join(tmpdir(), "landfall-words-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH ?? "", HOME: home, TMPDIR: home };
  const { status, out, err } = await runHere(argv, { cwd: home, env });
  // A repository that is not there is no mistake in the words: it could not be read.
  expect(status, out + err).toBe(argv.at(-2) === "--repository" && argv[0] === "pins" ? 1 : 2);
  expect([...obeyed(out), ...obeyed(err)]).toEqual([]);
});
