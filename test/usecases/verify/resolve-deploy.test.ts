/** Which deploy is meant: what the tip pins, what its trailer says, or what is asked for. */

import { describe, expect, test } from "vitest";
import type { CommitId, Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeMessage } from "../../../src/core/landing/commit-message.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import type { Remote } from "../../../src/ports.ts";
import { type DeployQuestion, resolveDeploy } from "../../../src/usecases/verify/resolve-deploy.ts";
import { historyOf } from "../../support/source-history.ts";

const idOf = (digit: string) => digit.repeat(40) as Revision;
/** A line of two revisions, one beside it, and one that the source does not have. */
const [old, now, side, strange] = ["1", "2", "3", "9"].map(idOf) as [
  Revision,
  Revision,
  Revision,
  Revision,
];
const [tip, before] = ["c".repeat(40), "b".repeat(40)] as [CommitId, CommitId];
const history = historyOf({
  resolve: async (prefix) => [old, now, side].find((id) => id.startsWith(prefix)),
  isAncestor: async (a, b) => a === b || (a === old && b === now),
});

/** Asks of a tip with one manifest for each reference. */
async function meant(
  refs: readonly string[],
  asked: Partial<DeployQuestion> = {},
  message = "docs: more\n",
) {
  const files = refs.map((ref, at) => {
    const text = `kind: Pod\ncontainers:\n- image: acme/web${ref}\n`;
    return { path: `k8s/${at}.yaml`, bytes: new TextEncoder().encode(text) };
  });
  const remote = {
    fetchTip: async () => tip,
    findManifests: async () => files,
    messageOf: async () => message,
  } as Partial<Remote> as Remote;
  const question: DeployQuestion = {
    ...{ images: [{ image: parseImageName("acme/web")! }], paths: ["k8s"] },
    ...{ tagFormat: parseTagFormat("sha-{revision:7}"), repository: "manifests", branch: "main" },
    ...asked,
  };
  return resolveDeploy(question, { remote, history, registry: undefined });
}

const where = { commit: tip, repository: "manifests", branch: "main" };

describe("without a revision, the deploy is", () => {
  test.each([
    ["what is pinned", [":sha-1111111"], old],
    ["the newest of what is pinned", [":sha-2222222", ":sha-1111111"], now],
    ["also when it stands last", [":sha-1111111", ":sha-2222222"], now],
    ["the first of two lines of history", [":sha-3333333", ":sha-2222222"], side],
    ["that which names a commit", [":latest", ":sha-9999999", "", ":sha-1111111"], old],
  ] as const)("%s", async (_, refs, revision) => {
    const { deploy, pinned } = await meant(refs);
    expect(deploy).toEqual({ revision, tag: `sha-${revision.slice(0, 7)}`, ...where });
    expect(pinned.tip).toBe(tip);
    expect(pinned.pins).toHaveLength(refs.length);
  });

  test("what the tip's trailer says, where no pin tells", async () => {
    const message = writeMessage({
      ...{ outcome: "landed", deploy: "d-1", revision: now, tags: ["latest"], moves: [] },
      skipCi: false,
    });
    const { deploy } = await meant([":latest"], {}, message);
    expect(deploy).toEqual({ revision: now, tag: "sha-2222222", ...where });
  });

  test("not to be told, where nothing tells", async () => {
    await expect(meant([":latest"])).rejects.toMatchObject({
      code: "unknown-revision",
      message: expect.stringContaining('which revision "main" holds'),
    });
  });
});

test("a revision that is asked for is meant, whatever is pinned", async () => {
  const { deploy, question } = await meant([":sha-1111111"], { revision: "2222222" });
  expect(deploy).toEqual({ revision: now, tag: "sha-2222222", ...where });
  expect(question.revision).toBe("2222222");
});

test("the commit that landed it is taken as it is given", async () => {
  const { deploy } = await meant([":sha-1111111"], { commit: before });
  expect(deploy.commit).toBe(before);
});

test("a revision that the source does not have is none", async () => {
  await expect(meant([":sha-1111111"], { revision: strange })).rejects.toMatchObject({
    code: "unknown-revision",
    message: `Cannot verify "${strange}": the source history has no such commit`,
  });
});
