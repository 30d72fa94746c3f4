/** What a registry must do for Landfall: one suite for the embedded one and for real ones. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RegistryCredentials } from "../../src/adapters/registry/auth.ts";
import { digestOf } from "../../src/adapters/registry/client.ts";
import { createPusher } from "../../src/adapters/registry/push.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { ImageName } from "../../src/core/image-ref.ts";
import { clientOptions } from "../support/registry-client-options.ts";
import {
  annotated,
  indexOf,
  revision,
  revisionLabel,
  sampleImage,
  tag,
} from "../support/sample-image.ts";
import { rawContract } from "./registry-raw.contract.ts";

/** A registry that runs, and who may do everything in it (everyone, when there is nobody). */
export interface RegistrySubject {
  readonly host: string;
  readonly user?: RegistryCredentials;
  close(): Promise<void>;
}

export function registryContract(name: string, start: () => Promise<RegistrySubject>): void {
  describe(name, () => {
    let subject: RegistrySubject;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject?.close());
    adapterContract(() => subject);
    rawContract(() => subject);
  });
}

function adapterContract(subject: () => RegistrySubject): void {
  const registry = () => createRegistry(clientOptions({ user: subject().user }));
  const pusher = () => createPusher(clientOptions({ user: subject().user }));
  const image = (repository: string): ImageName => ({ registry: subject().host, repository });

  it("finds a pushed image by its tag and by its digest", async () => {
    const packed = sampleImage("found");
    const digest = await pusher().pushImage(image("team/found"), tag("v1"), packed);
    expect(digest).toBe(packed.manifest.digest);
    const found = { kind: "found", digest, mediaType: packed.manifest.mediaType };
    expect(await registry().find(image("team/found"), tag("v1"))).toEqual(found);
    expect(await registry().find(image("team/found"), digest)).toEqual(found);
  });

  it("says that a tag, a digest and a repository that were never pushed are missing", async () => {
    await pusher().pushImage(image("team/some"), tag("v1"), sampleImage("some"));
    const missing = { kind: "missing" };
    const never = digestOf(Buffer.from("never"));
    expect(await registry().find(image("team/some"), tag("v2"))).toEqual(missing);
    expect(await registry().find(image("team/some"), never)).toEqual(missing);
    expect(await registry().find(image("team/none"), tag("v1"))).toEqual(missing);
    expect(await registry().revisionOf(image("team/none"), tag("v1"))).toBeUndefined();
  });

  it("pushes the same image again without harm, and a moved tag names the new one", async () => {
    const [first, second] = [sampleImage("first"), sampleImage("second")];
    const at = image("team/again");
    await pusher().pushImage(at, tag("v1"), first);
    expect(await pusher().pushImage(at, tag("v1"), first)).toBe(first.manifest.digest);
    await pusher().pushImage(at, tag("v1"), second);
    expect(await registry().find(at, tag("v1"))).toMatchObject({ digest: second.manifest.digest });
  });

  it("gives an image another tag with the same digest", async () => {
    const at = image("team/retag");
    const digest = await pusher().pushImage(at, tag("v1"), sampleImage("retag"));
    expect(await pusher().addTag(at, tag("v1"), tag("latest"))).toBe(digest);
    expect(await registry().find(at, tag("latest"))).toMatchObject({ digest });
  });

  it("reads the revision from an image's label", async () => {
    const at = image("team/label");
    const packed = sampleImage("label", { [revisionLabel]: revision });
    const digest = await pusher().pushImage(at, tag("v1"), packed);
    expect(await registry().revisionOf(at, tag("v1"))).toBe(revision);
    expect(await registry().revisionOf(at, digest)).toBe(revision);
  });

  it("reads the revision from an annotation rather than from an inherited label", async () => {
    const at = image("team/annotation");
    const inherited = sampleImage("base", { [revisionLabel]: "f".repeat(40) });
    const packed = annotated(inherited, { [revisionLabel]: revision });
    await pusher().pushImage(at, tag("v1"), packed);
    expect(await registry().revisionOf(at, tag("v1"))).toBe(revision);
  });

  it("has no revision for an image without the label, or with a short one", async () => {
    const at = image("team/plain");
    await pusher().pushImage(at, tag("plain"), sampleImage("plain"));
    await pusher().pushImage(at, tag("short"), sampleImage("s", { [revisionLabel]: "1a2b3c4" }));
    expect(await registry().revisionOf(at, tag("plain"))).toBeUndefined();
    expect(await registry().revisionOf(at, tag("short"))).toBeUndefined();
  });

  it("resolves a multi-platform tag to the index, and reads its first label", async () => {
    const at = image("team/index");
    const attestation = sampleImage("attestation", { [revisionLabel]: "e".repeat(40) });
    const unlabelled = sampleImage("amd64");
    const labelled = sampleImage("arm64", { [revisionLabel]: revision });
    const parts = { unknown: attestation, amd64: unlabelled, arm64: labelled };
    for (const part of Object.values(parts)) await pusher().pushImage(at, tag("part"), part);
    const index = indexOf(Object.entries(parts));
    await pusher().pushManifest(at, tag("v1"), index);
    const { digest, mediaType } = index;
    expect(await registry().find(at, tag("v1"))).toEqual({ kind: "found", digest, mediaType });
    expect(await registry().revisionOf(at, tag("v1"))).toBe(revision);
  });

  it("denies those whom it does not know, if it knows anyone", async () => {
    const { user } = subject();
    if (user === undefined) {
      const missing = { kind: "missing" };
      return expect(await registry().find(image("team/no"), tag("v1"))).toEqual(missing);
    }
    const wrong = { ...user, password: "wrong" };
    const stranger = createRegistry(clientOptions({ user: wrong }));
    const denied = expect.objectContaining({ code: "registry-denied" });
    await expect(stranger.find(image("team/found"), tag("v1"))).rejects.toEqual(denied);
    const nobody = createPusher(clientOptions());
    const push = nobody.pushImage(image("team/found"), tag("v9"), sampleImage("nobody"));
    await expect(push).rejects.toEqual(denied);
  });
}
