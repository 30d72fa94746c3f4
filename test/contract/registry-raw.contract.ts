import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/adapters/registry/client.ts";
import { createPusher } from "../../src/adapters/registry/push.ts";
import type { Digest } from "../../src/core/ids.ts";
import { type RawRequest, raw } from "../support/raw-registry.ts";
import { clientOptions } from "../support/registry-client-options.ts";
import { indexOf, sampleImage, tag } from "../support/sample-image.ts";
import type { RegistrySubject } from "./registry.contract.ts";

const octets = { "content-type": "application/octet-stream" };
const hello = Buffer.from("hello");

/** The laws of the protocol itself, asked without our adapter. */
export function rawContract(subject: () => RegistrySubject): void {
  const ask = (repository: string, path: string, request?: RawRequest) =>
    raw(subject(), [repository, path], request);

  async function upload(repository: string): Promise<string> {
    const opened = await ask(repository, "blobs/uploads/", { method: "POST" });
    expect(opened.status).toBe(202);
    return opened.headers.get("location") ?? "";
  }

  function ended(location: string, digest: string): string {
    const url = new URL(location, `http://${subject().host}`);
    url.searchParams.set("digest", digest);
    return url.href;
  }

  async function pushed(repository: string, text: string) {
    const image = { registry: subject().host, repository };
    const packed = sampleImage(text);
    const options = clientOptions({ user: subject().user });
    await createPusher(options).pushImage(image, tag("v1"), packed);
    return packed;
  }

  it("answers /v2/ to those who may ask, and names the way in to others", async () => {
    const open = await fetch(`http://${subject().host}/v2/`);
    expect(open.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
    expect(open.status).toBe(subject().user === undefined ? 200 : 401);
    expect(open.headers.has("www-authenticate")).toBe(subject().user !== undefined);
    const known = await ask("raw/base", "/v2/");
    expect(known.status).toBe(200);
  });

  it.each([
    ["as one piece", async (location: string) => [location, hello] as const],
    [
      "in chunks",
      async (location: string) => {
        const headers = { ...octets, "content-range": "0-2" };
        const body = hello.subarray(0, 3);
        const chunk = await ask("raw/blob", location, { method: "PATCH", headers, body });
        expect([chunk.status, chunk.headers.get("range")]).toEqual([202, "0-2"]);
        return [chunk.headers.get("location") ?? "", hello.subarray(3)] as const;
      },
    ],
  ])("keeps a blob uploaded %s", async (_how, send) => {
    const digest = digestOf(hello);
    const [location, body] = await send(await upload("raw/blob"));
    const put = { method: "PUT", headers: octets, body };
    const done = await ask("raw/blob", ended(location, digest), put);
    expect([done.status, done.headers.get("docker-content-digest")]).toEqual([201, digest]);
    const blob = await ask("raw/blob", `blobs/${digest}`);
    expect([blob.status, blob.body.toString()]).toEqual([200, "hello"]);
    const head = await ask("raw/blob", `blobs/${digest}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "5"]);
  });

  it("refuses a blob that does not match its digest, and forgets it", async () => {
    const wrong = digestOf(Buffer.from("other"));
    const location = await upload("raw/wrong");
    const put = { method: "PUT", headers: octets, body: hello };
    const refused = await ask("raw/wrong", ended(location, wrong), put);
    expect([refused.status, refused.code]).toEqual([400, "DIGEST_INVALID"]);
    for (const digest of [wrong, digestOf(hello)]) {
      const blob = await ask("raw/wrong", `blobs/${digest}`);
      expect([blob.status, blob.code]).toEqual([404, "BLOB_UNKNOWN"]);
    }
  });

  it("cancels an upload, after which it is unknown", async () => {
    const location = await upload("raw/cancel");
    expect((await ask("raw/cancel", location, { method: "DELETE" })).status).toBe(204);
    const put = { method: "PUT", headers: octets, body: hello };
    const late = await ask("raw/cancel", ended(location, digestOf(hello)), put);
    expect([late.status, late.code]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });

  it("shows a blob only in the repository into which it was pushed", async () => {
    const { config } = await pushed("raw/mine", "mine");
    expect((await ask("raw/mine", `blobs/${config.digest}`)).status).toBe(200);
    expect((await ask("raw/yours", `blobs/${config.digest}`)).code).toBe("BLOB_UNKNOWN");
  });

  it("gives an image manifest back byte by byte, HEAD and GET alike", async () => {
    const { manifest } = await pushed("raw/bytes", "bytes");
    const headers = { accept: manifest.mediaType };
    for (const at of ["manifests/v1", `manifests/${manifest.digest}`]) {
      const get = await ask("raw/bytes", at, { headers });
      const head = await ask("raw/bytes", at, { method: "HEAD", headers });
      expect(get.body.equals(manifest.bytes)).toBe(true);
      for (const reply of [get, head]) {
        expect(reply.status).toBe(200);
        expect(reply.headers.get("content-type")).toBe(manifest.mediaType);
        expect(reply.headers.get("docker-content-digest")).toBe(manifest.digest);
        expect(reply.headers.get("content-length")).toBe(String(manifest.bytes.byteLength));
      }
    }
  });

  describe("hides an OCI type from those who do not accept it", () => {
    it.each([
      ["by tag", () => "v1"],
      ["by digest", (digest: Digest) => digest],
    ])("%s", async (_how, reference) => {
      const { manifest } = await pushed("raw/hidden", "hidden");
      const at = `manifests/${reference(manifest.digest)}`;
      for (const accept of ["*/*", "application/vnd.oci.image.index.v1+json"]) {
        const get = await ask("raw/hidden", at, { headers: { accept } });
        expect([get.status, get.code]).toEqual([404, "MANIFEST_UNKNOWN"]);
        expect(get.body.toString()).toContain("accept header does not support OCI manifests");
        const head = await ask("raw/hidden", at, { method: "HEAD", headers: { accept } });
        expect(head.status).toBe(404);
      }
    });

    it("also an index", async () => {
      const packed = await pushed("raw/hidden-index", "hidden index");
      const index = indexOf([["amd64", packed]]);
      const headers = { "content-type": index.mediaType };
      const put = { method: "PUT", headers, body: index.bytes };
      expect((await ask("raw/hidden-index", "manifests/all", put)).status).toBe(201);
      const accept = packed.manifest.mediaType;
      const get = await ask("raw/hidden-index", "manifests/all", { headers: { accept } });
      expect(get.body.toString()).toContain("accept header does not support OCI indexes");
    });
  });

  it("refuses a manifest whose parts it does not have", async () => {
    const { manifest } = sampleImage("parts nowhere");
    const put = (content: typeof manifest) => {
      const headers = { "content-type": content.mediaType };
      return ask("raw/parts", "manifests/v1", { method: "PUT", headers, body: content.bytes });
    };
    const image = await put(manifest);
    expect([image.status, image.code]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
    const index = await put(indexOf([["amd64", sampleImage("parts nowhere")]]));
    expect([index.status, index.code]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
  });

  it("refuses a manifest that is none, has another type, or another digest", async () => {
    const { manifest } = await pushed("raw/bad", "bad");
    const put = async (reference: string, type: string, body: Uint8Array) => {
      const headers = { "content-type": type };
      const reply = await ask("raw/bad", `manifests/${reference}`, {
        method: "PUT",
        headers,
        body,
      });
      return [reply.status, reply.code];
    };
    const { mediaType, bytes } = manifest;
    const indexType = "application/vnd.oci.image.index.v1+json";
    const invalid = [400, "MANIFEST_INVALID"];
    expect(await put("v2", mediaType, Buffer.from("{"))).toEqual(invalid);
    expect(await put("v2", "application/json", bytes)).toEqual(invalid);
    expect(await put("v2", indexType, bytes)).toEqual(invalid);
    const other = await put(digestOf(hello), mediaType, bytes);
    expect(other).toEqual([400, "DIGEST_INVALID"]);
  });

  it("deletes nothing", async () => {
    const { manifest } = await pushed("raw/delete", "delete");
    const at = `manifests/${manifest.digest}`;
    const reply = await ask("raw/delete", at, { method: "DELETE" });
    expect([reply.status, reply.code]).toEqual([405, "UNSUPPORTED"]);
  });

  it("answers a path that names nothing with a page, not with the protocol's errors", async () => {
    const reply = await ask("raw/page", "manifests/-no-tag");
    expect([reply.status, reply.code]).toEqual([404, undefined]);
  });
}
