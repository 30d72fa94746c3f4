/** Which revision a pin holds: by its tag, by what was recorded, by the image's own label. */

import { describe, expect, test } from "vitest";
import { asDigest, asRevision, type CommitId, type Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeMessage } from "../../../src/core/landing/commit-message.ts";
import { parseTagFormat, tagOf } from "../../../src/core/tag-format.ts";
import type { Registry, Remote, SourceHistory } from "../../../src/ports.ts";
import {
  descentOf,
  type EvaluationPorts,
  evaluate,
  relationOf,
} from "../../../src/usecases/landing/evaluate.ts";
import type { RevisionPorts } from "../../../src/usecases/landing/pin-revision.ts";
import { snapshotAt, withRevisions } from "../../../src/usecases/landing/snapshot.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";
import { historyOf } from "../../support/source-history.ts";

const image = parseImageName("acme/web")!;
const tagFormat = parseTagFormat("sha-{revision:7}");
const tip = "f".repeat(40) as CommitId;
const idOf = (digits: string) => asRevision(digits.padEnd(40, "0"))!;
/** A line of history. The first two begin with the same digits, which therefore name neither. */
const [twin, other, ours, newer] = ["1111111a", "1111111b", "2", "3"].map(idOf) as [
  ...[Revision, Revision, Revision, Revision],
];
const line = [twin, other, ours, newer];
const digest = asDigest(`sha256:${"d".repeat(64)}`)!;

const recordOf = (revision: Revision) => {
  const record = { outcome: "landed", deploy: "d-1", revision, moves: [], skipCi: true } as const;
  return writeMessage({ ...record, tags: [tagOf(tagFormat, revision)] });
};

interface World {
  /** The message of the tip. */
  readonly message?: string;
  /** What labels say, by tag or digest. */
  readonly labels?: Readonly<Record<string, Revision>>;
  readonly registry?: "none";
  readonly builtFrom?: readonly string[];
  readonly changed?: SourceHistory["changed"];
}

/** Surveys one pin: how it stands to our revision, and which references were asked for. */
async function look(held: string, world: World) {
  const { message = "ops: by hand\n", labels = {}, registry, builtFrom, changed } = world;
  const asked: string[] = [];
  const ports: EvaluationPorts & RevisionPorts & { readonly remote: Remote } = {
    remote: {
      findManifests: async () => [
        {
          path: "k8s/web.yaml",
          bytes: Buffer.from(`kind: Pod\ncontainers: [{image: "acme/web${held}"}]\n`),
        },
      ],
      readFile: async () => undefined,
      messageOf: async () => message,
      messagesBefore: async () => [message],
    } as Partial<Remote> as Remote,
    history: historyOf({
      async resolve(prefix) {
        const found = line.filter((one) => one.startsWith(prefix));
        return found.length === 1 ? found[0] : undefined;
      },
      isAncestor: async (a, b) => line.indexOf(a) <= line.indexOf(b),
      ...(changed && { changed }),
    }),
    registry:
      registry === "none"
        ? undefined
        : ({
            async revisionOf(_, reference) {
              asked.push(reference);
              return labels[reference];
            },
          } as Partial<Registry> as Registry),
    clock: sleeplessClock(),
  };
  const targets = [{ image, tag: tagOf(tagFormat, ours), digest: undefined, builtFrom }];
  const promotion = { revision: ours, targets, paths: ["k8s"], tagFormat };
  const seen = await snapshotAt(tip, { images: [image], paths: ["k8s"] }, ports.remote);
  const snapshot = withRevisions(seen, tagFormat, ports);
  const [found] = await evaluate({ ...promotion, divergence: "refuse" }, snapshot, ports);
  return { relation: found!.facts[0]!.relation, decision: found!.decision.kind, asked };
}

const older = (revision: Revision) => ({ kind: "older", revision });
const foreign = { kind: "foreign" };

describe("digits that name two commits", () => {
  test("are told apart by what the deploy recorded", async () => {
    const found = await look(":sha-1111111", { message: recordOf(other) });
    expect(found).toEqual({ relation: older(other), decision: "move", asked: [] });
  });

  test("or by the image's own label, where another deploy was recorded", async () => {
    const world = { message: recordOf(ours), labels: { "sha-1111111": twin } };
    const found = await look(":sha-1111111", world);
    expect(found).toMatchObject({ relation: older(twin), asked: ["sha-1111111"] });
  });

  test("or by it, where nothing was recorded", async () => {
    const found = await look(":sha-1111111", { labels: { "sha-1111111": other } });
    expect(found.relation).toEqual(older(other));
  });

  test("name none, where the label belies them", async () => {
    const found = await look(":sha-1111111", { labels: { "sha-1111111": ours } });
    expect(found.relation).toEqual(foreign);
  });

  test.each<[string, World]>([
    ["has no label", {}],
    ["is not asked for", { registry: "none" }],
  ])("name none, where the image %s: it is taken over", async (_, world) => {
    const found = await look(":sha-1111111", world);
    expect(found).toMatchObject({ relation: foreign, decision: "move" });
  });
});

describe("what has no digits", () => {
  test("is of the revision in its label, whatever the last deploy recorded", async () => {
    const world = { message: recordOf(twin), labels: { "v1.2.3": newer } };
    const found = await look(":v1.2.3", world);
    const relation = { kind: "newer", revision: newer };
    expect(found).toEqual({ relation, decision: "superseded", asked: ["v1.2.3"] });
  });

  test("is of none, where the source does not know the label's commit", async () => {
    const labels = { "v1.2.3": idOf("9") };
    expect((await look(":v1.2.3", { labels })).relation).toEqual(foreign);
  });

  test("is told by its digest rather than by its tag", async () => {
    const labels = { [digest]: other, "v1.2.3": newer };
    const found = await look(`:v1.2.3@${digest}`, { labels });
    expect(found).toMatchObject({ relation: older(other), asked: [digest] });
  });

  test.each(["latest", "main", "master", "edge", "nightly"])(
    "and is pushed again and again, as %s, says nothing: nobody is asked",
    async (name) => {
      const found = await look(`:${name}`, { labels: { [name]: newer } });
      expect(found).toEqual({ relation: foreign, decision: "move", asked: [] });
    },
  );

  test("because there is no tag at all, names none", async () => {
    expect(await look("", {})).toEqual({ relation: foreign, decision: "move", asked: [] });
  });
});

describe("an image with source paths", () => {
  const builtFrom = ["app/web"];
  const changed = async () => true;
  const unchanged = async (from: Revision, to: Revision, paths: readonly string[]) => {
    expect([from, to, paths]).toEqual([twin, ours, builtFrom]);
    return false;
  };

  test.each([
    ["stays where nothing of them changed", `:sha-${twin}`, unchanged, "unchanged"],
    ["moves where something did", `:sha-${twin}`, changed, "move"],
    [
      "moves where its pin holds another build of the same",
      `:sha-${ours.slice(0, 9)}`,
      changed,
      "move",
    ],
    ["moves where its pin names no commit", ":latest", changed, "move"],
  ])("%s", async (_, held, asked, decision) => {
    const found = await look(held, { builtFrom, changed: asked });
    expect(found.decision).toBe(decision);
  });
});

test("a fix that was picked brings lines together for whoever promotes, and not by descent", async () => {
  const history = historyOf({
    resolve: async () => undefined,
    isAncestor: async () => false,
    lacking: async () => [],
  });
  expect(await relationOf(twin, ours, history)).toEqual({ kind: "older", revision: twin });
  expect(await descentOf(twin, ours, history)).toMatchObject({ kind: "diverged", revision: twin });
});
