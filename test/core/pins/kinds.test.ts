/** Pins as people write them, kind by kind: moved, with nothing left to tell. */

import { describe, expect, test } from "vitest";
import { asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { editManifests, findPlaces, type ManifestRules } from "../../../src/core/pins/index.ts";

const name = parseImageName("ghcr.io/shop/api")!;
const image = "ghcr.io/shop/api";

/** Moves the image, and returns what stands there then and what is told. */
function move(text: string, { path = "f.yaml", tag = "new", rules = {} as ManifestRules } = {}) {
  const file = { path, bytes: new TextEncoder().encode(text) };
  const { pins, mentions } = findPlaces([file], [name], rules);
  const moves = pins.map((pin) => ({ pin, tag: asTag(tag)! }));
  const [edit] = editManifests([file], moves);
  const after = edit === undefined ? text : new TextDecoder().decode(edit.bytes);
  return { after, told: mentions.map(({ line, why }) => `${line} ${why}`) };
}

const patch = `[{"op": "replace", "path": "/spec/image", "value": "${image}:old"}]`;
const inline = (patchText: string) => `kind: Kustomization\npatches:\n- patch: ${patchText}\n`;

describe("moved whole", () => {
  test.each<[kind: string, text: string]>([
    ["a patch in single quotes", inline(`'${patch}'`)],
    [
      "a patch in double quotes",
      inline(JSON.stringify(`- op: add\n  path: /a\n  value: ${image}:old\n`)),
    ],
    ["a patch that is folded", inline(`>-\n    ${patch.replace(", ", ",\n    ")}`)],
    ["values in double quotes", `values: "image:\\n  repository: ${image}\\n  tag: old\\n"\n`],
    ["a map of images", `images:\n  api: ${image}:old\n  web: shop/web:1\n`],
    ["an image that has a name", `image:\n  name: ${image}:old\n  entrypoint: [""]\n`],
    ["a volume's image", `volumes:\n- image: {reference: "${image}:old", pullPolicy: Always}\n`],
    [
      "an alias of the tag",
      `a: {repository: ${image}, tag: &t old}\nb: {repository: ${image}, tag: *t}\n`,
    ],
    ["aliases of both", `r: &r ${image}\nt: &t old\na: {repository: *r, tag: *t}\n`],
    ["an alias of all", `a: &a {repository: ${image}, tag: old}\nb: {image: *a}\n`],
    ["a merge", `a: &a\n  repository: ${image}\n  tag: old\nb:\n  <<: *a\n  pullPolicy: Always\n`],
    ["JSON within YAML", `data:\n  a.json: |\n    {"repository": "${image}", "tag": "old"}\n`],
    ["a chart's version, in capitals", `Main:\n  Repository: ${image}\n  Version: old\n`],
  ])("%s", (_kind, text) => {
    expect(move(text)).toEqual({ after: text.replaceAll("old", "new"), told: [] });
  });
});

describe("in JSON a tag has quotes, whatever stood there", () => {
  test.each(["null", "1111111", '""'])("%s", (held) => {
    const text = `{"repository": "${image}", "tag": ${held}}\n`;
    const after = `{"repository": "${image}", "tag": "new"}\n`;
    expect(move(text, { path: "values.json" }).after).toBe(after);
    const inBlock = (json: string) => `data:\n  values.json: |\n    ${json}`;
    expect(move(inBlock(text)).after).toBe(inBlock(after));
  });
});

describe("told, and why", () => {
  test("a name whose registry stands elsewhere in the file", () => {
    const text = "registry: ghcr.io\napi:\n  repository: shop/api\n  tag: old\n# shop/api\n";
    expect(move(text)).toEqual({ after: text, told: ["3 stands without its registry"] });
    const foreign = "url: https://github.com/shop/api\nname: shop/api\nimage: ghcr.io/shop/web:1\n";
    expect(move(foreign).told).toEqual([]);
  });

  test("a pin of an object that is not selected", () => {
    const text = `kind: Job\nmetadata: {name: a}\nimage: ${image}:old\n`;
    const rules = { only: [{ name: "b" }] };
    const told = ["3 belongs to Job/a, which `only` leaves out"];
    expect(move(text, { rules })).toEqual({ after: text, told });
  });
});
