import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { digestOf } from "../../../src/adapters/registry/client.ts";
import { packImage } from "../../../src/demo/pack-image.ts";
import type { TarFile } from "../../../src/demo/tar.ts";

const long = `${"folder-with-a-long-name/".repeat(6)}${"x".repeat(90)}.txt`;
const files: readonly TarFile[] = [
  { path: "srv/run.sh", bytes: Buffer.from("#!/bin/sh\necho hi\n"), mode: 0o755 },
  { path: "srv/empty", bytes: Buffer.alloc(0), mode: 0o600 },
  { path: "a/block", bytes: Buffer.alloc(512, "b"), mode: 0o644 },
  { path: "a/naïve.txt", bytes: Buffer.from("é"), mode: 0o644 },
  { path: long, bytes: Buffer.from("deep"), mode: 0o644 },
];
const createdSeconds = Date.parse("2024-02-29T12:34:56Z") / 1000;
const recipe = { files, labels: { b: "2", a: "1" }, createdSeconds };

const json = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

function layerTar(packed = packImage(recipe)): Buffer {
  return gunzipSync(packed.layers[0]!.bytes);
}

describe("the layer", () => {
  it("is unpacked by tar, byte by byte and with its modes", () => {
    const folder = mkdtempSync(join(tmpdir(), "landfall-tar-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync("tar", ["-xpf", "-", "-C", folder, "--no-same-owner"], { input: layerTar() });
    for (const { path, bytes, mode } of files) {
      const [found, stat] = [join(folder, path), "%a"];
      expect(execFileSync("cat", [found]).equals(Buffer.from(bytes)), path).toBe(true);
      const shown = execFileSync("stat", ["-c", stat, found]).toString().trim();
      expect(shown, path).toBe(mode.toString(8));
    }
  });

  it("is sorted, owned by root, and of the time of the commit", () => {
    const args = ["-tvf", "-", "--numeric-owner", "--full-time", "--utc"];
    const lines = execFileSync("tar", args, { input: layerTar() }).toString().trim().split("\n");
    expect(lines).toHaveLength(files.length);
    for (const line of lines) {
      expect(line).toMatch(/^-\S+ 0\/0 +\d+ 2024-02-29 12:34:56 /);
    }
    const names = lines.map((line) => line.slice(line.indexOf("12:34:56 ") + 9));
    expect(names.slice(0, 1)).toEqual(["a/block"]);
    expect(names.slice(-2)).toEqual(["srv/empty", "srv/run.sh"]);
  });

  it("refuses a path that fits into no header", () => {
    const path = "x".repeat(101);
    const pack = () => packImage({ ...recipe, files: [{ path, bytes: Buffer.alloc(0), mode: 0 }] });
    expect(pack).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("the image", () => {
  it("is the same for the same recipe, in whatever order it is told", () => {
    const again = { ...recipe, files: [...files].reverse(), labels: { a: "1", b: "2" } };
    expect(packImage(again).manifest.digest).toBe(packImage(recipe).manifest.digest);
  });

  it.each([
    ["a file", { files: files.slice(1) }],
    ["a label", { labels: { a: "1" } }],
    ["the time", { createdSeconds: createdSeconds + 1 }],
  ])("is another with another %s", (_what, change) => {
    const other = packImage({ ...recipe, ...change });
    expect(other.manifest.digest).not.toBe(packImage(recipe).manifest.digest);
  });

  it("names its parts by their digests, sizes and types", () => {
    const { manifest, config, layers } = packImage(recipe);
    const describe = ({ mediaType, digest, bytes }: typeof config) => ({
      mediaType,
      digest,
      size: bytes.byteLength,
    });
    expect(json(manifest.bytes)).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: describe(config),
      layers: layers.map(describe),
    });
    for (const part of [manifest, config, ...layers]) {
      expect(part.digest).toBe(digestOf(part.bytes));
    }
    expect(json(config.bytes)).toMatchObject({
      created: "2024-02-29T12:34:56Z",
      config: { Labels: recipe.labels },
      rootfs: { type: "layers", diff_ids: [digestOf(layerTar())] },
    });
  });

  it("does not name the machine's operating system in its compression", () => {
    expect([...packImage(recipe).layers[0]!.bytes.subarray(4, 10)]).toEqual([0, 0, 0, 0, 2, 255]);
  });
});
