/** Words of others that are commands to whoever reads our output: a runner, a terminal, people. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSecretWorld, run } from "../support/secret-world.ts";

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

/** Everything that the program prints when the world has its say. */
async function printed(
  options: Parameters<typeof openSecretWorld>[0],
  more: readonly string[] = [],
) {
  const world = await openSecretWorld(options);
  const hook = `cat >&2 <<'LANDFALL_END'\n${all}\nLANDFALL_END\nexit 1`;
  return { world, hook, say: (flags: readonly string[]) => world.promote({}, [...more, ...flags]) };
}

describe.each([
  ["text", []],
  ["one object", ["--json"]],
  ["text, told more", ["--verbose"]],
])("as %s", (_form, flags) => {
  test("a hook's words on the git server are shown, and none is obeyed", async () => {
    const { world, hook, say } = await printed({});
    world.box.addHook("pre-receive", hook);
    const { status, out, err } = await say(flags);
    expect(status, out + err).toBe(4);
    expect(out).toMatch(mark);
    expect([...obeyed(out), ...obeyed(err)]).toEqual([]);
  });

  test("a registry's words are shown, and none is obeyed", async () => {
    const errors = [{ code: "DENIED", message: all }];
    const { say } = await printed({
      registryFault: ({ path }) =>
        path.includes("/manifests/") ? { status: 403, body: JSON.stringify({ errors }) } : "pass",
    });
    const { status, out, err } = await say(flags);
    expect(status, out + err).toBe(1);
    expect(out).toMatch(mark);
    expect([...obeyed(out), ...obeyed(err)]).toEqual([]);
  });

  test("what a manifest is called and holds is shown, and none of it is obeyed", async () => {
    const { say } = await printed({
      files: (image) => [
        { path: "k8s/\n::error::pwned.yaml", bytes: `image: ${image}:old # \u001b[2J##[x]\n` },
        {
          path: "k8s/##[x]pwned\u202e.yaml",
          bytes: `kind: "\\n::error::pwned"\nimage: ${image}:a\n`,
        },
      ],
    });
    const { status, out, err } = await say([...flags, "--dry-run"]);
    expect(status, out + err).toBe(0);
    expect(out).toMatch(mark);
    expect([...obeyed(out), ...obeyed(err)]).toEqual([]);
  });
});

test("on GitHub Actions the only commands are our own annotations, outputs and summary", async () => {
  const { world, hook } = await printed({});
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
  const { box, home } = await openSecretWorld();
  const env = { PATH: process.env.PATH ?? "", HOME: home, TMPDIR: box.temporary };
  const { status, out, err } = await run(argv, { cwd: home, env });
  expect(status, out + err).toBe(2);
  expect([...obeyed(out), ...obeyed(err)]).toEqual([]);
});
