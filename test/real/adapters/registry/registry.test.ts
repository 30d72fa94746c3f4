import { describe, expect, it } from "vitest";
import { manifestTypes } from "../../../../src/adapters/registry/manifest.ts";
import { createRegistry } from "../../../../src/adapters/registry/registry.ts";
import {
  found,
  nothing,
  otherDigest,
  registryRows,
  sample,
} from "../../../fixtures/registry-replies.ts";
import {
  type Answer,
  ociError,
  type Reply,
  type Seen,
  serveFaulty,
} from "../../../support/faulty-http.ts";
import { clientOptions } from "../../../support/registry-client-options.ts";
import { revision, tag } from "../../../support/sample-image.ts";

const v1 = tag("v1");
const { manifest, config } = sample;

async function serve(answer: (seen: Seen, count: number) => Answer) {
  const server = await serveFaulty(answer);
  const image = { registry: server.host, repository: "team/app" };
  return { ...server, image, registry: createRegistry(clientOptions()) };
}

const fact = { kind: "found", digest: manifest.digest, mediaType: manifest.mediaType };
const failure = (code: string) => expect.objectContaining({ name: "Failure", code });
const answers: Readonly<Record<string, unknown>> = { found: fact, missing: { kind: "missing" } };

describe("looks a tag up", () => {
  it.each(registryRows)("$id", async ({ head, get, result, asked }) => {
    const { image, registry, requests } = await serve(({ method }) =>
      method === "HEAD" ? head : get,
    );
    const answer = await registry.find(image, v1).catch((error: unknown) => error);
    expect(answer).toEqual(answers[result] ?? failure(result));
    expect(requests).toHaveLength(asked);
  });

  it("shows the registry's own words, on one printable line", async () => {
    const words = "denied:\u001b[31m permission_denied\r\n::error::forged";
    const { image, registry } = await serve(() => ociError(403, "DENIED", words));
    await expect(registry.find(image, v1)).rejects.toThrow(
      /answered 403: DENIED: denied: \[31m permission_denied ::error::forged$/,
    );
  });

  it("names all four types in HEAD and in GET, and takes no compressed body", async () => {
    const { image, registry, requests } = await serve(() => nothing);
    await registry.find(image, v1);
    expect(requests.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
    for (const { headers } of requests) {
      expect(headers.accept?.split(", ")).toEqual([...manifestTypes]);
      expect(headers["accept-encoding"]).toBe("identity");
    }
  });
});

describe("verifies", () => {
  const byDigest = `/v2/team/app/manifests/${otherDigest}`;

  it("a digest that HEAD promises, against the one asked for", async () => {
    const { image, registry, lines } = await serve(() => found());
    await expect(registry.find(image, otherDigest)).rejects.toEqual(failure("registry-lied"));
    expect(lines()).toEqual([`HEAD ${byDigest}`]);
  });

  it("the bytes of a manifest, against the digest asked for", async () => {
    const { "docker-content-digest": _, ...headers } = found().headers ?? {};
    const { image, registry } = await serve(() => ({ ...found(), headers }));
    await expect(registry.revisionOf(image, otherDigest)).rejects.toEqual(failure("registry-lied"));
  });

  it("the bytes of a config, against the manifest", async () => {
    const { image, registry } = await serve(({ path }) =>
      path.includes("/blobs/") ? { status: 200, body: '{"config":{}}' } : found(),
    );
    await expect(registry.revisionOf(image, v1)).rejects.toEqual(failure("registry-lied"));
  });
});

describe("remembers", () => {
  const whole = ({ path }: Seen): Reply =>
    path.includes("/blobs/") ? { status: 200, body: config.bytes } : found();

  it("a tag's digest: it is asked once, and everything later by the digest", async () => {
    const { image, registry, lines } = await serve(whole);
    await Promise.all([registry.find(image, v1), registry.find(image, v1)]);
    expect(await registry.revisionOf(image, v1)).toBe(revision);
    expect(await registry.revisionOf(image, v1)).toBe(revision);
    expect(lines()).toEqual([
      "HEAD /v2/team/app/manifests/v1",
      `GET /v2/team/app/manifests/${manifest.digest}`,
      `GET /v2/team/app/blobs/${config.digest}`,
    ]);
  });

  it.each([
    ["what was missing", nothing],
    ["what failed", ociError(403, "DENIED", "denied")],
  ])("nothing of %s: it is asked again", async (_what, first) => {
    const { image, registry } = await serve((_seen, count) => (count <= 2 ? first : found()));
    await registry.find(image, v1).catch(() => undefined);
    expect(await registry.find(image, v1)).toEqual(fact);
  });
});
