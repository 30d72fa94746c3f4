/** What is not looked into is told, and stops nothing. */

import { expect, test } from "vitest";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { findPlaces } from "../../../src/core/pins/index.ts";

const [api, web] = ["ghcr.io/acme/api", "ghcr.io/acme/web"].map((name) => parseImageName(name)!);
const unread = 'links to "../x.yaml", which is not under the paths';
const files = [
  ["k8s/a.yaml", "image: ghcr.io/acme/api:1\n", undefined],
  ["k8s/link.yaml", "image: ghcr.io/acme/api:1 # secret\n", unread],
  ["k8s/folder", "", 'links to "..", which is not under the paths'],
] as const;
const sources = files.map(([path, text, why]) => {
  return { path, bytes: new TextEncoder().encode(text), unread: why };
});

test("each with the image that it names, a folder with none, and no word of its text", () => {
  const { pins, mentions } = findPlaces(sources, [api!, web!]);
  expect(pins.map(({ file }) => file)).toEqual(["k8s/a.yaml"]);
  const place = { line: 1, column: 1, kind: "unread", text: "" };
  expect(mentions).toEqual([
    { ...place, file: "k8s/link.yaml", image: api, why: unread },
    { ...place, file: "k8s/folder", image: undefined, why: files[2][2] },
  ]);
});

test.each([{ mentions: "ignore" }, { exclude: ["k8s/link.yaml", "k8s/folder"] }] as const)(
  "none of them with %j",
  (rules) => {
    expect(findPlaces(sources, [api!], rules)).toMatchObject({ mentions: [] });
  },
);
