/** A refusal that names its rule is told what that rule asks for, in the forges' own words. */

import { expect, test } from "vitest";
import { readPushReply } from "../../../../src/adapters/git/text.ts";
import { openFaultWorld } from "../../../support/fault-world.ts";

const protectedBranch = "(protected branch hook declined)";
const violations = "(push declined due to repository rule violations)";
const gh006 = "error: GH006: Protected branch update failed for refs/heads/main.";
const gh013 = "error: GH013: Repository rule violations found for refs/heads/main.";
const hook = "(pre-receive hook declined)";

/** Texts: notes A.4, H1 to H3, and GitLab's push rules. */
const refusals: readonly (readonly [string, string, readonly string[], RegExp])[] = [
  [
    "signatures",
    violations,
    [gh013, "Review all repository rules at https://x", "- Commits must have verified signatures."],
    /LANDFALL_SIGNING_KEY/,
  ],
  ["signatures, on GitLab", hook, ["GitLab: Commit must be signed with a GPG key"], /SIGNING_KEY/],
  [
    "pull requests",
    protectedBranch,
    [gh006, "Changes must be made through a pull request."],
    /pull/,
  ],
  [
    "pull requests by a ruleset",
    violations,
    [gh013, "- Changes must be made through a pull request."],
    /pull/,
  ],
  [
    "its merge queue",
    violations,
    [gh013, "- Changes must be made through the merge queue"],
    /queue/,
  ],
  [
    "a status check",
    protectedBranch,
    [gh006, 'Required status check "Build" is expected.'],
    /checks/,
  ],
  ["status checks", violations, [gh013, "- 2 of 2 required status checks are expected."], /checks/],
  [
    "no workflow",
    "(refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without `workflows` permission)",
    [],
    /manifests\.paths/,
  ],
  [
    "an author",
    hook,
    ["GitLab: Author's email 'x@y' does not follow the pattern '@z$'"],
    /identity/,
  ],
  [
    "a role, on GitLab",
    hook,
    ["GitLab: You are not allowed to push code to protected branches on this project."],
    /role/,
  ],
];

test.each(refusals)("a branch that asks for %s", (_what, reason, lines, asks) => {
  const stderr = lines.map((line) => `remote: ${line}`).join("\n");
  const stdout = `!\tHEAD:refs/heads/main\t[remote rejected] ${reason}`;
  const reply = readPushReply({ code: 1, stdout, stderr });
  expect(reply).toMatchObject({ kind: "refused", remedy: expect.stringMatching(asks) });
});

test("a rule that nobody knows is shown in its words, without advice of ours", () => {
  const stdout = `!\tHEAD:refs/heads/main\t[remote rejected] ${hook}`;
  const stderr = "remote: no deploys on Fridays";
  const reply = readPushReply({ code: 1, stdout, stderr });
  expect(reply).toEqual({ kind: "refused", words: expect.stringMatching(/Fridays/) });
});

test("the reader of a deploy's result is told", async () => {
  const world = await openFaultWorld({ revisions: 1 });
  const words = [gh013, "- Commits must have verified signatures."];
  world.box.addHook("pre-receive", `printf '%s\\n' '${words.join("' '")}' >&2; exit 1`);
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "refused", exit: 4 });
  expect(result.failure?.message).toMatch(/GH013/);
  expect(result.failure?.hint).toMatch(/^Nothing was changed.*LANDFALL_SIGNING_KEY/);
});
