/** One pin, one answer: whichever command asks, and however the revision is known. */

import { describe, expect, test } from "vitest";
import { asDigest, asRevision, type CommitId, type Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeMessage } from "../../../src/core/landing/commit-message.ts";
import { parseTagFormat, tagOf } from "../../../src/core/tag-format.ts";
import type { ImageDigests, Registry, Remote } from "../../../src/ports.ts";
import { planBuild } from "../../../src/usecases/build-plan.ts";
import { evaluate } from "../../../src/usecases/landing/evaluate.ts";
import { snapshotAt, withRevisions } from "../../../src/usecases/landing/snapshot.ts";
import { observePins } from "../../../src/usecases/verify/pins.ts";
import { resolveDeploy } from "../../../src/usecases/verify/resolve-deploy.ts";
import { status } from "../../../src/usecases/verify/status.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";
import { historyOf } from "../../support/source-history.ts";

const image = parseImageName("acme/web")!;
const tagFormat = parseTagFormat("sha-{revision:7}");
const tip = "f".repeat(40) as CommitId;
const idOf = (digits: string) => asRevision(digits.padEnd(40, "0"))!;
/** A line of history: two that begin alike, the one that is asked for, and a newer one. */
const [twin, other, ours, newer] = ["1111111a", "1111111b", "2", "3"].map(idOf) as [
  ...[Revision, Revision, Revision, Revision],
];
const line = [twin, other, ours, newer];
const digest = asDigest(`sha256:${"d".repeat(64)}`)!;

interface Row {
  readonly held: string;
  readonly knownBy: "tag" | "record" | "label" | "digest";
  readonly recorded?: Revision;
  readonly labels?: Readonly<Record<string, Revision>>;
  /** Git tags of the source. */
  readonly releases?: Readonly<Record<string, Revision>>;
  /** Messages of the commits before the tip. */
  readonly before?: readonly string[];
}

/** What a deploy commit says that moved the image to a tag. */
function deployed(to: string, revision: Revision, outcome: "landed" | "rolled-back" = "landed") {
  const moves = [{ image: "acme/web", from: "v0.9.0", to }];
  return writeMessage({ outcome, deploy: to, revision, tags: [to], moves, skipCi: true });
}

/** All of them hold what is newer than ours, or older than it. */
const rows: readonly (readonly [name: string, is: "newer" | "older", row: Row])[] = [
  ["a tag with its digits", "newer", { held: ":sha-3000000", knownBy: "tag" }],
  ["a release's tag", "newer", { held: ":v1.2.3", knownBy: "label", labels: { "v1.2.3": newer } }],
  [
    "an older release's",
    "older",
    { held: ":v1.2.3", knownBy: "label", labels: { "v1.2.3": twin } },
  ],
  ["a digest", "newer", { held: `@${digest}`, knownBy: "digest", labels: { [digest]: newer } }],
  [
    "an older digest",
    "older",
    { held: `@${digest}`, knownBy: "digest", labels: { [digest]: twin } },
  ],
  ["a release", "newer", { held: ":v1.2.3", knownBy: "tag", releases: { "v1.2.3": newer } }],
  ["a deployed tag", "newer", { held: ":v2", knownBy: "record", before: [deployed("v2", newer)] }],
  [
    "a deployed tag, in its newest deploy",
    "older",
    {
      ...({ held: ":v2", knownBy: "record" } as const),
      before: [deployed("v3", ours), deployed("v2", twin), deployed("v2", newer)],
    },
  ],
  [
    "a deployed tag, whatever a rollback said",
    "older",
    {
      ...({ held: ":v2", knownBy: "record" } as const),
      before: [deployed("v2", newer, "rolled-back"), deployed("v2", other)],
    },
  ],
  ["digits of two commits", "older", { held: ":sha-1111111", knownBy: "record", recorded: other }],
  [
    ...(["digits of two, and a label", "older"] as const),
    { held: ":sha-1111111", knownBy: "label", labels: { "sha-1111111": twin } },
  ],
];

function portsOf({ held, recorded, labels = {}, releases = {}, before = [] }: Row) {
  const message =
    recorded === undefined
      ? "ops: by hand\n"
      : writeMessage({
          ...{ outcome: "landed", deploy: "d-1", revision: recorded, moves: [], skipCi: true },
          tags: [tagOf(tagFormat, recorded)],
        });
  const file = { path: "k8s/web.yaml", bytes: Buffer.from(`image: acme/web${held}\n`) };
  const remote: Partial<Remote> = {
    fetchTip: async () => tip,
    findManifests: async () => [file],
    readFile: async () => undefined,
    messageOf: async () => message,
    messagesBefore: async () => [message, ...before],
  };
  const registry: Partial<Registry & ImageDigests> = {
    revisionOf: async (_, reference) => labels[reference],
    digestsOf: async () => [],
    find: async () => ({ kind: "missing" }),
  };
  return {
    remote: remote as Remote,
    registry: registry as Registry & ImageDigests,
    history: historyOf({
      named: async (name) => {
        const release = releases[name.replace("refs/tags/", "")];
        return release === undefined ? line.filter((one) => one.startsWith(name)) : [release];
      },
      candidates: async (digits) => line.filter((one) => one.startsWith(digits)),
      async resolve(digits) {
        const found = line.filter((one) => one.startsWith(digits));
        return found.length === 1 ? found[0] : undefined;
      },
      isAncestor: async (a, b) => line.indexOf(a) <= line.indexOf(b),
    }),
    clock: sleeplessClock(),
  };
}

const where = { repository: "manifests", branch: "main" };

describe.each(rows)("%s, %s", (_, is, row) => {
  const ports = portsOf(row);
  const scope = { images: [image], paths: ["k8s"] };
  const question = { ...scope, images: [{ image }], tagFormat, ...where, revision: ours };
  const snapshot = async () =>
    withRevisions(await snapshotAt(tip, scope, ports.remote), tagFormat, ports);

  test("is known, and how", async () => {
    const seen = await snapshot();
    const held = await seen.revisionOf(seen.pins[0]!);
    expect(held?.knownBy).toBe(row.knownBy);
    expect(line.indexOf(held!.revision!) > line.indexOf(ours)).toBe(is === "newer");
  });

  test("is what promote goes by", async () => {
    const targets = [{ image, tag: tagOf(tagFormat, ours), digest: undefined }];
    const promotion = { revision: ours, targets, paths: ["k8s"], tagFormat };
    const asked = { ...promotion, divergence: "refuse" } as const;
    const [found] = await evaluate(asked, await snapshot(), ports);
    expect(found!.decision.kind).toBe(is === "newer" ? "superseded" : "move");
  });

  test("is what verify goes by", async () => {
    const seen = await observePins(await resolveDeploy(question, ports), ports);
    expect(seen.state).toBe(is === "newer" ? "done" : "failed");
  });

  test("is the deploy that verify and status mean, where none is named", async () => {
    const meant = await resolveDeploy({ ...question, revision: undefined }, ports);
    const seen = await snapshot();
    const held = (await seen.revisionOf(seen.pins[0]!))!.revision;
    expect(meant.deploy.revision).toBe(held);
    const ancestry = { isManifestAncestor: async () => true, isNewerTag: async () => false };
    const result = await status({ meant }, { ...ports, ancestry });
    expect(result.images[0]!.git).toMatchObject({ revision: held, tag: meant.deploy.tag });
  });

  test("is what a build goes by: what did not change since an older one is not built", async () => {
    const recipe = { image, context: ".", dockerfile: "Dockerfile", buildArgs: {}, paths: ["app"] };
    const request = { ...question, recipes: [recipe], source: "s", extraTags: [] };
    const plan = await planBuild({ ...request, rebuild: "changed" }, ports);
    const isKnownByTag = !row.held.startsWith("@") && is === "older";
    const why = isKnownByTag ? "its paths changed since" : "no older image of it is deployed";
    expect(plan.images[0]!.why).toContain(why);
  });
});

test("a revision that is asked for is shown by the tag that holds it", async () => {
  const ports = portsOf({ held: ":v1.2.3", knownBy: "label", labels: { "v1.2.3": ours } });
  const question = { images: [{ image }], paths: ["k8s"], tagFormat, ...where, revision: ours };
  const meant = await resolveDeploy(question, ports);
  expect(meant.deploy).toMatchObject({ revision: ours, tag: "v1.2.3" });
  expect(await observePins(meant, ports)).toMatchObject({ state: "done" });
});

test("a release that was deployed as another commit than its git tag stands at is either", async () => {
  const row: Row = { held: ":v1.2.3", knownBy: "tag", releases: { "v1.2.3": twin } };
  const moved = portsOf({ ...row, before: [deployed("v1.2.3", newer)] });
  const stayed = portsOf({ ...row, before: [deployed("v1.2.3", twin)] });
  const scope = { images: [image], paths: ["k8s"] };
  const held = async (ports: typeof moved) => {
    const seen = withRevisions(await snapshotAt(tip, scope, ports.remote), tagFormat, ports);
    return seen.revisionOf(seen.pins[0]!);
  };
  expect(await held(moved)).toEqual({ among: [twin, newer] });
  expect(await held(stayed)).toEqual({ revision: twin, knownBy: "tag" });
});
