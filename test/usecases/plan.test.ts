/** What a revision's images need, image by image: a build, a further tag, or nothing. */

import { describe, expect, test } from "vitest";
import type { CommitId, Digest, Revision, Tag } from "../../src/core/ids.ts";
import { parseImageName, printImageName } from "../../src/core/image-ref.ts";
import { parseTagFormat } from "../../src/core/tag-format.ts";
import type { Remote } from "../../src/ports.ts";
import {
  type BuildPorts,
  type BuildRecipe,
  type BuildRequest,
  planBuild,
} from "../../src/usecases/build-plan.ts";
import { historyOf } from "../support/source-history.ts";

const image = parseImageName("acme/web")!;
const idOf = (digit: string) => digit.repeat(40) as Revision;
/** A line of two revisions, and one beside it. */
const [old, now, side] = ["1", "2", "3"].map(idOf) as [Revision, Revision, Revision];
const [tagOld, tagNow, tagSide] = ["sha-1111111", "sha-2222222", "sha-3333333"];
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}` as Digest;
const published = new Map([[`acme/web:${tagOld}`, digestOf("a")]]);

interface World {
  readonly manifests?: readonly string[];
  /** Digests by reference. */
  readonly published?: ReadonlyMap<string, Digest>;
  readonly changed?: boolean;
}

function portsOf({ manifests = [], published: shelf = published, changed = false }: World) {
  const compared: unknown[] = [];
  const ports: BuildPorts = {
    remote: {
      fetchTip: async () => "c".repeat(40) as CommitId,
      messageOf: async () => "ops: by hand\n",
      findManifests: async () =>
        manifests.map((text, at) => {
          return { path: `k8s/${at}.yaml`, bytes: new TextEncoder().encode(text) };
        }),
    } as Partial<Remote> as Remote,
    history: historyOf({
      resolve: async (prefix) => [old, now, side].find((id) => id.startsWith(prefix)),
      isAncestor: async (a, b) => a === b || (a === old && b === now),
      changed: async (...asked) => {
        compared.push(asked);
        return changed;
      },
      committedAtSeconds: async () => 1_700_000_000,
    }),
    registry: {
      find: async (name, reference) => {
        const digest = shelf.get(`${printImageName(name)}:${reference}`);
        return digest === undefined
          ? { kind: "missing" }
          : { kind: "found", digest, mediaType: "" };
      },
      revisionOf: async () => undefined,
    },
  };
  return { ports, compared };
}

const recipe: BuildRecipe = {
  ...{ image, context: "app", dockerfile: "app/Dockerfile", buildArgs: {}, paths: ["app"] },
};

/** Plans one image of the second revision. */
async function plan(
  world: World,
  of: Partial<BuildRecipe> = {},
  asked: Partial<BuildRequest> = {},
) {
  const { ports, compared } = portsOf(world);
  const request: BuildRequest = {
    ...{ revision: "2222222", tagFormat: parseTagFormat("sha-{revision:7}"), paths: ["k8s"] },
    ...{ recipes: [{ ...recipe, ...of }], source: "https://git.example.org/acme/app" },
    ...{ extraTags: ["latest" as Tag], rebuild: "changed", ...asked },
  };
  const result = await planBuild(request, ports);
  return { result, planned: result.images[0]!, compared };
}

const pinned = (...refs: readonly string[]) => ({
  manifests: refs.map((ref) => `image: acme/web${ref}\n`),
});
const older = pinned(`:${tagOld}`);

type Row = readonly [name: string, world: World, of: Partial<BuildRecipe>, plan: object];
const rows: readonly Row[] = [
  [
    "is kept where it is published already",
    { ...older, published: new Map([[`acme/web:${tagNow}`, digestOf("b")]]) },
    {},
    { action: "keep", why: "it is published already", from: digestOf("b") },
  ],
  [
    "has the tag of the one before where nothing of it changed",
    older,
    {},
    { action: "retag", why: "nothing changed since sha-1111111", from: digestOf("a") },
  ],
  [
    "is built where its paths changed",
    { ...older, changed: true },
    {},
    { action: "build", why: "its paths changed since sha-1111111" },
  ],
  [
    "is built where it names no paths",
    older,
    { paths: undefined },
    { action: "build", why: "every change rebuilds it" },
  ],
  [
    "is built where it shows its tag",
    older,
    { buildArgs: { VERSION: "v-{tag}" } },
    { action: "build", why: "its build arguments name the revision" },
  ],
  [
    "is built where the one before is not published",
    { ...older, published: new Map() },
    {},
    { action: "build", why: "sha-1111111 is not published" },
  ],
  ...[
    ["nothing pins it", pinned()],
    ["its pin has no tag", pinned("")],
    ["its pins have two tags", pinned(`:${tagOld}`, `:${tagNow}`)],
    ["its pin's tag is of no revision", pinned(":latest")],
    ["its pin's tag is of a revision that is not known", pinned(":sha-9999999")],
    ["what is pinned is no ancestor", pinned(`:${tagSide}`)],
  ].map(([when, world]): Row => {
    const none = { action: "build", why: "no older image of it is deployed" };
    return [`is built where ${when}`, world as World, {}, none];
  }),
];

describe("an image", () => {
  test.each(rows)("%s", async (_, world, of, expected) => {
    const { planned } = await plan(world, of);
    expect(planned).toMatchObject(expected);
    expect("from" in planned).toBe("from" in expected);
  });

  test("is compared with what all its pins hold, under its own paths", async () => {
    const { compared } = await plan(pinned(`:${tagOld}`, `:${tagOld}`, ""));
    expect(compared).toEqual([[old, now, ["app"]]]);
  });

  test("is built when that is asked for, whatever is published", async () => {
    const all = new Map([[`acme/web:${tagNow}`, digestOf("b")]]);
    const { planned } = await plan({ published: all }, {}, { rebuild: "all" });
    expect(planned).toMatchObject({ action: "build", why: "a rebuild was asked for" });
  });

  test("is planned with all that a build needs", async () => {
    const buildArgs = { VERSION: "{tag} {revision}", MODE: "prod" };
    const { planned } = await plan(older, { buildArgs, platform: "linux/arm64" });
    expect(planned).toMatchObject({
      ...{ image: "acme/web", tag: tagNow, context: "app", dockerfile: "app/Dockerfile" },
      ...{ platform: "linux/arm64", buildArgs: { VERSION: `${tagNow} ${now}`, MODE: "prod" } },
      labels: {
        "org.opencontainers.image.revision": now,
        "org.opencontainers.image.source": "https://git.example.org/acme/app",
        "org.opencontainers.image.created": "2023-11-14T22:13:20Z",
      },
    });
    const plain = JSON.parse(JSON.stringify((await plan(older)).planned));
    expect(Object.keys(plain)).not.toEqual(expect.arrayContaining(["platform"]));
  });

  test("is planned for a stage of its Dockerfile, and for several platforms", async () => {
    const how = { target: "prod", platforms: ["linux/amd64", "linux/arm64"] };
    expect((await plan(older, how)).planned).toMatchObject(how);
  });
});

test("a plan says what it is for", async () => {
  const { result } = await plan(older);
  const head = { version: 1, command: "plan", exit: 0, revision: now, tag: tagNow };
  expect(result).toMatchObject({ ...head, extraTags: ["latest"] });
});

test("a revision that the source does not have is not planned", async () => {
  const planned = plan(older, {}, { revision: "feedbee" });
  await expect(planned).rejects.toMatchObject({
    code: "unknown-revision",
    message: 'Cannot build "feedbee": the source history has no such commit',
  });
});
