/** A refusal that names its rule is told what that rule asks for, in the forges' own words. */

import { expect, test } from "vitest";
import { signatureRemedy } from "../../../../src/adapters/git/rules.ts";
import { readPushReply } from "../../../../src/adapters/git/text.ts";
import { leavesDoubt } from "../../../../src/core/landing/push-outcome.ts";
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
  [
    "pull requests, on Azure DevOps",
    "(TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.)",
    [],
    /by pull request alone.*land\.by/,
  ],
  [
    "a right, on Azure DevOps",
    "(TF401027: You need the Git 'GenericContribute' permission to perform this action.)",
    [],
    /write access/,
  ],
  [
    "pull requests, on Bitbucket",
    hook,
    ["Branch refs/heads/main can only be modified through pull requests."],
    /by pull request alone/,
  ],
  [
    "a committer, on Bitbucket",
    hook,
    ["commit 1a2b3c4: expected committer email 'x@y' but found 'landfall@localhost'"],
    /identity/,
  ],
  [
    "a verified address, on GitLab",
    hook,
    [
      "GitLab: You cannot push commits for 'x@y'. You can only push commits if the committer email is one of your own verified emails.",
    ],
    /identity/,
  ],
  ["a role, on Gitea", hook, ["Gitea: Not allowed to push to protected branch main"], /role/],
  [
    "other files, on Forgejo",
    hook,
    ["Forgejo: branch main is protected from changing file k8s/job.yaml"],
    /these files/,
  ],
  ["a right, on Forgejo", hook, ["Forgejo: User permission denied for writing."], /write access/],
  ["life, on Forgejo", hook, ["Forgejo: This repo is archived."], /archived/],
  ["another repository", hook, ["Gitea: mirror repository is read-only"], /mirror/],
  [
    "an account, on GitHub",
    protectedBranch,
    [gh006, "You're not authorized to push to this branch."],
    /role/,
  ],
];

test("a refused signature names what is wrong with it: none, no account's address, no known key", () => {
  const words = "- Commits must have verified signatures.";
  const remedy = (isSigned: boolean, email: string) => signatureRemedy(words, { isSigned, email });
  expect(remedy(false, "a@b.org")).toMatch(/LANDFALL_SIGNING_KEY/);
  expect(remedy(true, "landfall@localhost")).toMatch(/identity\.email.*owner/);
  expect(remedy(true, "ci@acme.org")).toMatch(/register the key's public half.*ci@acme\.org/);
  expect(signatureRemedy("no deploys", { isSigned: true, email: "" })).toBeUndefined();
});

test.each([
  ["Unauthorized", /write access/],
  ["ERROR: This repository was archived so it is read-only.", /archived/],
])("over ssh, before anything was sent: %s", (words, asks) => {
  const stderr = `${words}\nfatal: Could not read from remote repository.`;
  const reply = readPushReply({ code: 128, stdout: "", stderr });
  expect(reply).toMatchObject({ kind: "refused", remedy: expect.stringMatching(asks) });
  expect(leavesDoubt(reply)).toBe(false);
});

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
