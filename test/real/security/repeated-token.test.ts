/** A server that repeats the token just where its words are cut: half a secret is a secret. */

import { expect, test } from "vitest";
import { openSandbox } from "../../support/git-sandbox.ts";
import { runCli } from "../../support/run-cli.ts";

/** Words are cut after so many characters. */
const cut = 4_096;
const token = "ghp_SECRETSECRETSECRETSECRETSECRET1234";

/** Pages that show the token whole before the cut, across it, and but for its last character. */
const lengths = [token.length, token.length - 1, token.length / 2, 8, 1];

/** What opens the branch, the source's history and the log of deploys, each by itself and all. */
const commands: readonly (readonly string[])[] = [
  ["promote", "--revision", "TIP", "--no-image-check"],
  ["promote", "--revision", "TIP", "--no-image-check", "--source", "URL"],
  ["rollback", "--steps", "1", "--reason", "slow", "--source", "URL"],
  ["sync", "--source", "URL"],
  ["audit", "--source", "URL"],
  ["pins", "--history", "--source", "URL"],
  ["status", "--source", "URL"],
];

test.each(commands.map((argv) => [argv.join(" "), argv] as const))("%s", async (_, argv) => {
  let shown = 0;
  const box = await openSandbox({
    fault() {
      const before = lengths[shown % lengths.length]!;
      shown += 1;
      // git puts "remote: " before the page.
      const body = `${"x".repeat(cut - "remote: ".length - before)}${token}\n`;
      return { status: 403, headers: { "content-type": "text/plain" }, body };
    },
  });
  const where = ["--repository", box.url, "--image", "example/app", "--path", "k8s", "--json"];
  const given: Readonly<Record<string, string>> = { URL: box.url, TIP: await box.tip() };
  const words = argv.map((word) => given[word] ?? word);
  const source = argv.includes("URL") ? [] : ["--source", box.bare];
  const env = { LANDFALL_GIT_TOKEN: token, LANDFALL_SOURCE_TOKEN: token };
  for (const _each of lengths) {
    const { out, err } = await runCli([...words, ...source, ...where], { cwd: box.root, env });
    expect(out + err).toContain("xxx");
    expect(out + err).not.toContain(token.slice(0, 8));
  }
});
