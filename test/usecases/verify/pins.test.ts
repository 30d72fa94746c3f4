/** Whether the branch itself holds the deploy: pin by pin, by tag, by digest, by ancestry. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { asDigest, asRevision, asTag, type Digest, type Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPins, type Pin } from "../../../src/core/pins/index.ts";
import { parseTagFormat, tagOf } from "../../../src/core/tag-format.ts";
import { observePins, type PinsPorts } from "../../../src/usecases/verify/pins.ts";
import type { ResolvedDeploy } from "../../../src/usecases/verify/resolve-deploy.ts";
import { snapshotOf } from "../../support/snapshots.ts";
import { historyOf } from "../../support/source-history.ts";
import { ours } from "../../support/verify-stage.ts";

const image = parseImageName("acme/web")!;
const tagFormat = parseTagFormat("sha-{revision:7}");
const line = ["1", "2", "3"].map((digit) => asRevision(digit.repeat(40))!);
const revision: Revision = line[1]!;
const [oldDigest, digest, newDigest] = ["1", "2", "3"].map(
  (digit) => asDigest(`sha256:${digit.repeat(64)}`)!,
) as [Digest, Digest, Digest];
const tag = tagOf(tagFormat, revision);

/** Three commits in a row, and an image of each. */
const ports: PinsPorts = {
  history: historyOf({
    resolve: async (prefix) => line.find((one) => one.startsWith(prefix)),
    isAncestor: async (a, b) => line.indexOf(a) <= line.indexOf(b),
  }),
  registry: {
    digestsOf: async (_, reference) => (reference === tag ? [digest] : []),
  },
};

/** Which revision a pin holds: by its tag, or by its digest alone. */
const held = ({ tag: pinned, digest: at }: Pin) =>
  pinned === undefined
    ? line[[oldDigest, digest, newDigest].indexOf(at!)]
    : line.find((one) => tagOf(tagFormat, one) === pinned);

function meant(
  refs: readonly string[],
  asked: Partial<ResolvedDeploy["question"]> = {},
): ResolvedDeploy {
  const containers = refs.map((ref) => `    - image: ${ref}\n`).join("");
  const text = `kind: Pod\nspec:\n  containers:\n${containers || "    []\n"}`;
  const file = { path: "app.yaml", bytes: Buffer.from(text) };
  const where = { repository: "x", branch: "main" };
  const question = { images: [{ image }], paths: ["."], tagFormat, ...where, revision, ...asked };
  const pinned = snapshotOf(ours, findPins(file, [image]), held);
  return { question, pinned, deploy: { revision, tag, commit: ours, ...where } };
}

type Row = readonly [name: string, refs: readonly string[], state: string, detail: RegExp];
const rows: readonly Row[] = [
  ["at our tag", [`acme/web:${tag}`], "done", /^1 pin holds sha-2222222$/],
  ["at our tag, all", [`acme/web:${tag}`, "acme/web:sha-3333333"], "done", /^2 pins hold sha-2/],
  ["at a newer tag", ["acme/web:sha-3333333"], "done", /^1 pin holds sha-3333333$/],
  ["at an older tag", ["acme/web:sha-1111111"], "failed", /^app.yaml:4:\d+ holds "sha-1111111"/],
  ["of which one is older", [`acme/web:${tag}`, "acme/web:sha-1111111"], "failed", /^app.yaml:5/],
  ["at a tag of nothing", ["acme/web:latest"], "failed", /holds "latest", not sha-2222222/],
  ["at our digest", [`acme/web@${digest}`], "done", /^1 pin holds a digest$/],
  ["at a newer digest", [`acme/web@${newDigest}`], "done", /^1 pin holds a digest$/],
  ["at an older digest", [`acme/web@${oldDigest}`], "failed", /holds "@sha256:111/],
  ["that are none", ["acme/other:1"], "failed", /^no manifest pins "acme\/web"$/],
];

describe("pins", () => {
  test.each(rows)("%s", async (_, refs, state, detail) => {
    const seen = await observePins(meant(refs), ports);
    expect(seen).toMatchObject({ state, detail: expect.stringMatching(detail) });
  });

  test("are what is meant, where nothing was asked for by name", async () => {
    const pinned = meant(["acme/web:sha-1111111"], { revision: undefined });
    expect(await observePins(pinned, ports)).toMatchObject({ state: "done" });
  });

  describe("by digest alone, while the registry", () => {
    const failing = (error: unknown) => {
      const digestsOf = () => Promise.reject(error);
      const registry = { ...ports.registry, digestsOf };
      return observePins(meant([`acme/web@${digest}`]), { ...ports, registry });
    };

    test("is away, cannot be seen", async () => {
      const away = new Failure("registry-unreachable", "Cannot ask for it", "Later.");
      expect(await failing(away)).toEqual({
        ...{ state: "unreadable", detail: "Cannot ask for it", hint: "Later." },
        code: "registry-unreachable",
      });
    });

    test.each([new Failure("config", "Cannot use it", "Mend it."), new TypeError("a bug")])(
      "cannot be asked for a reason of ours, end it: %s",
      async (error) => {
        await expect(failing(error)).rejects.toBe(error);
      },
    );
  });

  test("hold a tag that was asked for by name, or they do not", async () => {
    const asked = { images: [{ image, tag: asTag("v1.2.3")! }] };
    const at = (ref: string) => observePins(meant([ref], asked), ports);
    expect(await at("acme/web:v1.2.3")).toMatchObject({ state: "done" });
    expect(await at("acme/web:sha-3333333")).toMatchObject({ state: "failed" });
  });
});
