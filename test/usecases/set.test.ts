/** `set`: all or nothing, every pin named, twice the same as once. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { asDigest, asTag } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { type SetRequest, setImages } from "../../src/usecases/set.ts";
import { filesInMemory, type MemoryFiles } from "../support/files-in-memory.ts";

const digest = asDigest(`sha256:${"b".repeat(64)}`)!;
const oldDigest = `sha256:${"a".repeat(64)}`;

const api = { image: parseImageName("shop/api")!, tag: asTag("sha-2")! };
const web = { image: parseImageName("shop/web")!, tag: asTag("sha-3")! };

const content = {
  "k8s/api.yaml": "kind: Deployment\nimage: shop/api:sha-1\n",
  "k8s/jobs.yaml":
    "image: shop/api:sha-2\n---\nkind: Job\nspec: {containers: [{image: docker.io/shop/api}]}\n",
  "k8s/kustomization.yaml": "images:\n- name: shop/web\n  newTag: latest\n",
  "k8s/README.md": "Deploys shop/api:sha-1.\n",
  "k8s/broken.yaml": "image: [\n",
};

function filesWith(more: Readonly<Record<string, string>> = {}): MemoryFiles {
  return filesInMemory(new Map(Object.entries({ ...content, ...more })));
}

async function textsOf(files: MemoryFiles): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const path of Object.keys(content)) texts[path] = Buffer.from(files.at(path)).toString();
  return texts;
}

function request(...images: SetRequest["images"]): SetRequest {
  return { images, paths: ["k8s"] };
}

describe("set", () => {
  test("moves every pin of every image, and says so for each", async () => {
    const files = filesWith();
    const result = await setImages(request(api, web), files);
    expect(result).toEqual({
      version: 1,
      command: "set",
      outcome: "written",
      exit: 0,
      files: ["k8s/api.yaml", "k8s/jobs.yaml", "k8s/kustomization.yaml"],
      mentions: [],
      images: [
        {
          image: "shop/api",
          tag: "sha-2",
          digest: undefined,
          outcome: "moved",
          pins: [
            { file: "k8s/api.yaml", line: 2, column: 17, from: "sha-1", to: "sha-2" },
            { file: "k8s/jobs.yaml", line: 1, column: 17, from: "sha-2", to: "sha-2" },
            { file: "k8s/jobs.yaml", line: 4, column: 47, from: "", to: "sha-2" },
          ],
        },
        {
          image: "shop/web",
          tag: "sha-3",
          digest: undefined,
          outcome: "moved",
          pins: [
            { file: "k8s/kustomization.yaml", line: 3, column: 11, from: "latest", to: "sha-3" },
          ],
        },
      ],
    });
    expect(await textsOf(files)).toEqual({
      ...content,
      "k8s/api.yaml": "kind: Deployment\nimage: shop/api:sha-2\n",
      "k8s/jobs.yaml": content["k8s/jobs.yaml"].replace("shop/api}", "shop/api:sha-2}"),
      "k8s/kustomization.yaml": "images:\n- name: shop/web\n  newTag: sha-3\n",
    });
  });

  test("twice is once", async () => {
    const files = filesWith();
    await setImages(request(api, web), files);
    const once = await textsOf(files);
    const again = await setImages(request(api, web), files);
    expect(again).toMatchObject({ outcome: "unchanged", files: [], exit: 0 });
    expect(again.images.map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
    expect(await textsOf(files)).toEqual(once);
  });

  test("moves a digest where one stands, and writes none elsewhere", async () => {
    const files = filesWith({ "k8s/api.yaml": `a: {image: "shop/api:sha-1@${oldDigest}"}` });
    const { images } = await setImages(request({ ...api, digest }), files);
    expect(Buffer.from(files.at("k8s/api.yaml")).toString()).toBe(
      `a: {image: "shop/api:sha-2@${digest}"}`,
    );
    expect(images[0]!.pins.map(({ to }) => to)).toEqual([`sha-2@${digest}`, "sha-2", "sha-2"]);
  });

  test("leaves a pin that has the tag and a digest that was not asked for", async () => {
    const files = filesWith({ "k8s/api.yaml": `image: shop/api:sha-2@${oldDigest}` });
    const { images } = await setImages(request(api), files);
    const at = `sha-2@${oldDigest}`;
    expect(images[0]!.pins[0]).toMatchObject({ file: "k8s/api.yaml", from: at, to: at });
  });
});

test("tells every other place that names an image, and its old tag, but not the new one", async () => {
  const text =
    "kind: Deployment\nlabels: {version: sha-1111, as: sha-2222}\nimage: shop/api:sha-1111\n";
  const files = filesWith({
    "k8s/api.yaml": text,
    "k8s/build.yaml": "build: {artifacts: [{image: shop/api}]}\n",
  });
  const { mentions } = await setImages(request({ ...api, tag: asTag("sha-2222")! }), files);
  expect(mentions).toMatchObject([
    { file: "k8s/api.yaml", line: 2, column: 19, kind: "tag", tag: "sha-1111", image: "shop/api" },
    { file: "k8s/build.yaml", line: 1, kind: "place", why: "has no tag", text: expect.any(String) },
  ]);
});

describe("bad input changes nothing, and is said once, with the remedy", () => {
  const cases: [string, SetRequest, Readonly<Record<string, string>>, object][] = [
    ["no tag", request({ image: api.image }), {}, { code: "usage" }],
    ["an image twice", request(api, { ...api, tag: asTag("x")! }), {}, { code: "usage" }],
    ["a path that is none", { images: [api], paths: ["k9s"] }, {}, { code: "usage" }],
    [
      "an image that is nowhere",
      request(api, { ...web, image: parseImageName("example/nothing")! }),
      {},
      { code: "image-not-pinned", hint: expect.stringMatching(/^Looked at/) },
    ],
    [
      "an image that is mistyped",
      request(api, { ...web, image: parseImageName("shop/wep")! }),
      {},
      { code: "image-not-pinned", hint: 'Did you mean "shop/web"?' },
    ],
    [
      "an image of another registry",
      request({ ...api, image: parseImageName("ghcr.io/shop/apis")! }),
      { "k8s/x.yaml": "image: ghcr.io/shop/api:1" },
      { code: "image-not-pinned", hint: 'Did you mean "ghcr.io/shop/api"?' },
    ],
    [
      "an image that is named without a tag only",
      request({ ...api, image: parseImageName("example/new")! }),
      { "k8s/new.yaml": "image:\n  repository: example/new\n" },
      {
        code: "image-not-pinned",
        message: 'Cannot set "example/new": nothing pins it: k8s/new.yaml:2:15 has no tag',
        place: { file: "k8s/new.yaml", line: 2 },
      },
    ],
    [
      "a broken file that mentions an image",
      request(web, api),
      { "k8s/zz.yaml": "a: 1\nimage: 'shop/api:1\n" },
      { code: "bad-manifest", place: { file: "k8s/zz.yaml", line: 2 } },
    ],
    [
      "an alias in the last file",
      request(web, api),
      { "k8s/zz.yaml": "image: &i shop/api:1\nlabel: *i\n" },
      { code: "bad-manifest", place: { file: "k8s/zz.yaml", line: 1 } },
    ],
    [
      "another build of the same revision",
      request(web, api),
      { "k8s/zz.yaml": "a: {image: shop/api:sha-1}\nb: {image: shop/api:sha-1-debug}\n" },
      {
        code: "bad-manifest",
        message: 'Cannot set "shop/api": it runs sha-1-debug, another build of the same revision',
        hint: expect.stringContaining("shop/api=sha-2-debug"),
        place: { file: "k8s/zz.yaml", line: 2 },
      },
    ],
    [
      "a place that is not moved, where none may be left",
      { ...request(web, api), rules: { mentions: "refuse" } },
      { "k8s/zz.yaml": "name: shop/api:sha-1\n" },
      { code: "bad-manifest", place: { file: "k8s/zz.yaml", line: 1 } },
    ],
    [
      "a digest that is not given",
      request(web, api),
      { "k8s/zz.yaml": `image: shop/api:1@${oldDigest}` },
      { code: "bad-manifest", place: { file: "k8s/zz.yaml", line: 1 } },
    ],
  ];

  test.each(cases)("%s", async (_title, asked, more, failure) => {
    const files = filesWith(more);
    const error = await setImages(asked, files).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject(failure);
    expect(await textsOf(files)).toEqual(content);
  });
});
