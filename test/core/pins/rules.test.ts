/** What people say about their manifests: left out, selected, only told. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPlaces } from "../../../src/core/pins/index.ts";
import {
  isExcluded,
  isSelected,
  type ManifestRules,
  refuseMentions,
} from "../../../src/core/pins/rules.ts";

const image = parseImageName("shop/api")!;

function placesIn(texts: Record<string, string>, rules: ManifestRules) {
  const files = Object.entries(texts).map(([path, text]) => {
    return { path, bytes: new Uint8Array(Buffer.from(text)) };
  });
  return findPlaces(files, [image], rules);
}

describe("a file is left out", () => {
  test.each([
    ["charts", "charts/a/x.yaml", true],
    ["charts/", "charts/a/x.yaml", true],
    ["./charts", "./charts/x.yaml", true],
    ["charts", "my/charts/x.yaml", false],
    ["charts", "charts-2/x.yaml", false],
    ["**/charts", "my/charts/x.yaml", true],
    ["**/charts", "charts/x.yaml", true],
    ["*/templates", "a/templates/x.yaml", true],
    ["*/templates", "a/b/templates/x.yaml", false],
    ["**/*.tpl.yaml", "a/b/x.tpl.yaml", true],
    ["a?.yaml", "ab.yaml", true],
    ["a.yaml", "abyaml", false],
  ])("by %s: %s, %s", (pattern, path, is) => {
    expect(isExcluded(path, { exclude: [pattern] })).toBe(is);
  });

  test("and stops nothing, not even where it is broken", () => {
    const texts = { "a.yaml": "image: shop/api:x\n", "b.yaml": "image: shop/api:x\nb: [\n" };
    expect(() => placesIn(texts, {})).toThrow(Failure);
    const { pins, mentions } = placesIn(texts, { exclude: ["b.yaml"] });
    expect([pins.length, mentions]).toEqual([1, []]);
  });
});

describe("an object is meant", () => {
  test.each([
    ["Deployment/api", [{ kind: "Deployment", name: "api" }], true],
    ["Deployment/api", [{ kind: "Deployment" }], true],
    ["Deployment/api", [{ name: "api" }], true],
    ["Deployment/api", [{ name: "web" }, { kind: "Job" }], false],
    ["Kustomization", [{ kind: "Kustomization" }], true],
    ["", [{ kind: "Deployment" }], false],
    ["", [], true],
  ])("%s by %j: %s", (owner, only, is) => {
    expect(isSelected(owner, { only })).toBe(is);
  });

  test("and the pins of others are told", () => {
    const text = ["api", "canary"]
      .map((name) => `kind: Deployment\nmetadata: {name: ${name}}\nimage: shop/api:x\n`)
      .join("---\n");
    const { pins, mentions } = placesIn({ "a.yaml": text }, { only: [{ name: "api" }] });
    expect(pins.map(({ owner }) => owner)).toEqual(["Deployment/api"]);
    expect(mentions).toMatchObject([{ line: 7, image }]);
  });
});

test("a further field holds references, by its key or the end of its path", () => {
  const text = "spec: {runtime: {from: shop/api:x}, from: shop/api:x, ref: shop/api:x}\n";
  const keyPaths = (fields: readonly string[]) =>
    placesIn({ "a.yaml": text }, { fields }).pins.map(({ keyPath }) => keyPath);
  expect(keyPaths([])).toEqual([]);
  expect(keyPaths(["runtime.from"])).toEqual(["spec.runtime.from"]);
  expect(keyPaths(["from", "ref"])).toEqual(["spec.runtime.from", "spec.from", "spec.ref"]);
});

describe("places that are not moved", () => {
  const texts = { "a.yaml": "image: shop/api:x # shop/api\nname: shop/api:x\nb: shop/api\n" };

  test("are told, or not", () => {
    expect(placesIn(texts, {}).mentions.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(placesIn(texts, { mentions: "ignore" }).mentions).toEqual([]);
  });

  test("stop everything where that is wanted, but for comments", () => {
    const { mentions } = placesIn(texts, {});
    expect(() => refuseMentions(mentions, {})).not.toThrow();
    expect(() => refuseMentions(mentions.slice(0, 1), { mentions: "refuse" })).not.toThrow();
    expect(() => refuseMentions(mentions, { mentions: "refuse" })).toThrow(
      /^Cannot move the images alone: a.yaml:2:7 "shop\/api" .*, and 1 more places$/,
    );
  });
});
