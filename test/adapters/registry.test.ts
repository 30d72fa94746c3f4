import { describe, expect, it } from "vitest";
import { createRegistry } from "../../src/adapters/registry.ts";
import { digestOf } from "../../src/adapters/registry-client.ts";
import { manifestTypes } from "../../src/adapters/registry-manifest.ts";
import {
  type Answer,
  ociError,
  type Reply,
  type Seen,
  serveFaulty,
} from "../support/faulty-http.ts";
import { clientOptions } from "../support/registry-client-options.ts";
import { revision, revisionLabel, sampleImage, tag } from "../support/sample-image.ts";

const v1 = tag("v1");
const { manifest, config } = sampleImage("sample", { [revisionLabel]: revision });
const otherDigest = digestOf(Buffer.from("other"));
const nothing = ociError(404, "MANIFEST_UNKNOWN", "manifest unknown");

function found(headers: Record<string, string> = {}): Reply {
  const own = { "content-type": manifest.mediaType, "docker-content-digest": manifest.digest };
  return { status: 200, headers: { ...own, ...headers }, body: manifest.bytes };
}

async function serve(answer: (seen: Seen, count: number) => Answer) {
  const server = await serveFaulty(answer);
  const image = { registry: server.host, repository: "team/app" };
  return { ...server, image, registry: createRegistry(clientOptions()) };
}

const fact = { kind: "found", digest: manifest.digest, mediaType: manifest.mediaType };
const missing = { kind: "missing" };
const failure = (code: string) => expect.objectContaining({ name: "Failure", code });
const hubQuota =
  "You have reached your unauthenticated pull rate limit. " +
  "https://www.docker.com/increase-rate-limit";
const needsOci = "OCI manifest found, but accept header does not support OCI manifests";

// The rows of the registries' failure table, by what HEAD and GET answer.
const rows: readonly [string, { head: Reply; get: Reply; result: unknown; asked: number }][] = [
  ["R1 unknown tag", { head: nothing, get: nothing, result: missing, asked: 2 }],
  [
    "R2 hidden by Accept is not missing",
    {
      head: { status: 404 },
      get: ociError(404, "MANIFEST_UNKNOWN", needsOci),
      result: failure("registry-unreachable"),
      asked: 2,
    },
  ],
  ["R2 HEAD says 404, GET has it", { head: { status: 404 }, get: found(), result: fact, asked: 2 }],
  [
    "R3 unknown repository",
    {
      head: { status: 404 },
      get: ociError(404, "NAME_UNKNOWN", "repository name not known to registry"),
      result: missing,
      asked: 2,
    },
  ],
  [
    "R4 a page that is no statement",
    {
      head: { status: 404 },
      get: { status: 404, body: "404 page not found\n" },
      result: failure("registry-unreachable"),
      asked: 5,
    },
  ],
  [
    "R5 401 without a challenge that we can meet",
    {
      head: { status: 401 },
      get: nothing,
      result: failure("registry-denied"),
      asked: 1,
    },
  ],
  [
    "R6 denied",
    {
      head: { status: 403 },
      get: ociError(403, "DENIED", "permission_denied: read_package"),
      result: failure("registry-denied"),
      asked: 2,
    },
  ],
  [
    "R7 Docker Hub's pull quota, which is not waited for",
    {
      head: { status: 404 },
      get: ociError(429, "TOOMANYREQUESTS", hubQuota),
      result: failure("throttled"),
      asked: 2,
    },
  ],
  [
    "R8 plain Too Many Requests",
    {
      head: { status: 429 },
      get: { status: 429, body: "Too Many Requests" },
      result: failure("throttled"),
      asked: 4,
    },
  ],
  [
    "R12 a request that the registry calls malformed",
    {
      head: { status: 400 },
      get: ociError(400, "NAME_INVALID", "invalid repository name"),
      result: failure("registry-denied"),
      asked: 2,
    },
  ],
  [
    "R13 another digest than promised",
    {
      head: { status: 404 },
      get: found({ "docker-content-digest": otherDigest }),
      result: failure("registry-lied"),
      asked: 2,
    },
  ],
  [
    "another type than the manifest's own",
    {
      head: { status: 404 },
      get: found({ "content-type": manifestTypes[0] }),
      result: failure("registry-lied"),
      asked: 2,
    },
  ],
  [
    "a page of HTML with status 200",
    {
      head: { status: 200 },
      get: { status: 200, body: "<html>Sign in</html>" },
      result: failure("registry-lied"),
      asked: 2,
    },
  ],
  ["HEAD without a digest", { head: { status: 200 }, get: found(), result: fact, asked: 2 }],
  ["HEAD with a digest", { head: found(), get: nothing, result: fact, asked: 1 }],
  ["HEAD not supported", { head: { status: 405 }, get: found(), result: fact, asked: 2 }],
];

describe("looks a tag up", () => {
  it.each(rows)("%s", async (_name, { head, get, result, asked }) => {
    const { image, registry, requests } = await serve(({ method }) =>
      method === "HEAD" ? head : get,
    );
    const answer = await registry.find(image, v1).catch((error: unknown) => error);
    expect(answer).toEqual(result);
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

describe("lists tags", () => {
  const page = (tags: readonly unknown[] | null, link?: string): Reply => ({
    status: 200,
    ...(link === undefined ? {} : { headers: { link } }),
    body: JSON.stringify({ name: "team/app", tags }),
  });

  it("through all pages, unsorted and overlapping as they come", async () => {
    const { image, registry, requests } = await serve((_seen, count) =>
      count === 1
        ? page(["b", "a"], '</v2/team/app/tags/list?last=a>; rel="next"')
        : page(["a", "c", "not a tag"]),
    );
    expect(await registry.tags(image)).toEqual(["b", "a", "c"]);
    expect(requests[1]?.path).toBe("/v2/team/app/tags/list?last=a");
  });

  it("as none, when the registry says null", async () => {
    const { image, registry } = await serve(() => page(null));
    expect(await registry.tags(image)).toEqual([]);
  });

  it("only from pages of the registry itself", async () => {
    const { image, registry, requests } = await serve(() =>
      page(["a"], '<http://127.0.0.1:9/v2/team/app/tags/list>; rel="next"'),
    );
    await expect(registry.tags(image)).rejects.toEqual(failure("registry-lied"));
    expect(requests).toHaveLength(1);
  });

  it("not for ever", async () => {
    const { image, registry } = await serve((_seen, count) =>
      page([`t${count}`], `</v2/team/app/tags/list?last=${count}>; rel="next"`),
    );
    await expect(registry.tags(image)).rejects.toEqual(failure("registry-lied"));
  });
});
