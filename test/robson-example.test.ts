/** The example app: its settings, build contexts and manifests fit together. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asTag } from "../src/core/ids.ts";
import { parseImageName } from "../src/core/image-ref.ts";
import { loadConfigText } from "../src/settings/config.ts";
import { setImages } from "../src/usecases/set.ts";
import { filesInMemory } from "./support/files-in-memory.ts";
import { root, sourceFiles } from "./support/source-files.ts";

const app = join(root, "examples/robson");
const settings = loadConfigText("landfall.yaml", readFileSync(join(app, "landfall.yaml"), "utf8"));
const images = settings.images ?? [];
const [folder = ""] = settings.manifests?.paths ?? [];

test("every image has its context, its Dockerfile below it, and source paths that exist", () => {
  expect(images).toHaveLength(3);
  for (const { context = ".", dockerfile = "Dockerfile", paths = [] } of images) {
    for (const path of [join(context, dockerfile), ...paths]) {
      expect(existsSync(join(app, path)), path).toBe(true);
    }
  }
});

test("what the Dockerfiles copy exists in their contexts, and their base can be replaced", () => {
  for (const { context = ".", dockerfile = "Dockerfile" } of images) {
    const text = readFileSync(join(app, context, dockerfile), "utf8");
    expect(text).toMatch(/^ARG BASE=\S+\nFROM \$\{BASE\}$/m);
    const copied = [...text.matchAll(/^COPY (\S+) /gm)].map(([, path = ""]) => path);
    expect(copied).not.toEqual([]);
    for (const path of copied) expect(existsSync(join(app, context, path)), path).toBe(true);
  }
});

test("the frontend shows the tag that it was built as, where the smoke test looks", () => {
  const [frontend] = images;
  const args = Object.keys(frontend?.buildArgs ?? {});
  const page = readFileSync(join(app, "apps/frontend/index.html"), "utf8");
  const dockerfile = readFileSync(join(app, "apps/frontend/docker/Dockerfile"), "utf8");
  for (const name of args) {
    expect(dockerfile).toContain(`ARG ${name}\n`);
    expect(page).toContain(`@${name}@`);
  }
  const [smoke] = settings.verify?.smoke ?? [];
  expect(page).toContain(smoke!.contains!.replace("{tag}", "@VITE_APP_VERSION@"));
});

test("with staging and prod, the overlay of each has a tag of each image, and the base is neither's", () => {
  const folder = join(app, "environments");
  const text = readFileSync(join(folder, "landfall.yaml"), "utf8");
  const both = loadConfigText("landfall.yaml", text);
  expect(both.images).toEqual(settings.images);
  const names = Object.keys(both.environments ?? {});
  expect(names).toEqual(["staging", "prod"]);
  for (const name of names) {
    const [path = ""] = both.environments?.[name]?.manifests?.paths ?? [];
    const overlay = readFileSync(join(folder, path, "kustomization.yaml"), "utf8");
    for (const image of images) expect(overlay).toContain(`name: ${image.name}\n    newTag: sha-`);
    expect(overlay).toContain("resources: [../base]\n");
  }
  const base = readFileSync(join(folder, "infra/k8s/base/kustomization.yaml"), "utf8");
  const listed = [...base.matchAll(/^ {2}- (\S+)$/gm)].map(([, file = ""]) => file);
  expect(listed).toEqual(readdirSync(join(app, settings.manifests!.paths![0]!)).sort());
});

test("three Deployments and three CronJobs pin the images, one of them left behind", async () => {
  const manifests = sourceFiles([`examples/robson/${folder}`], /\.yml$/);
  const asked = images.map(({ name }) => ({
    image: parseImageName(name)!,
    tag: asTag("sha-1a2b3c4")!,
  }));
  const files = filesInMemory(
    new Map(manifests.map(({ path, text }) => [path, Buffer.from(text)])),
  );
  const result = await setImages({ images: asked, paths: [`examples/robson/${folder}`] }, files);
  const pins = result.images.map((image) => image.pins.map(({ from }) => from).sort());
  expect(pins).toEqual([
    ["sha-e176831"],
    ["sha-4a5f1fe", "sha-e176831", "sha-e176831", "sha-e176831"],
    ["sha-e176831"],
  ]);
});
