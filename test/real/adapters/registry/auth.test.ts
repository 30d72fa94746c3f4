import { describe, expect, it } from "vitest";
import { registryUrl } from "../../../../src/adapters/http/hosts.ts";
import { createAuthorizer, trustedRealm } from "../../../../src/adapters/registry/auth.ts";
import { parseChallenges } from "../../../../src/adapters/registry/challenge.ts";
import type { RegistryOptions } from "../../../../src/adapters/registry/client.ts";
import { createRegistry } from "../../../../src/adapters/registry/registry.ts";
import { asDigest } from "../../../../src/core/ids.ts";
import { type Answer, ociError, type Seen, serveFaulty } from "../../../support/faulty-http.ts";
import { clientOptions, sleeplessClock } from "../../../support/registry-client-options.ts";
import { tag } from "../../../support/sample-image.ts";

const user = { username: "robin", password: "s3cret-pass" };
const basic = `Basic ${Buffer.from("robin:s3cret-pass").toString("base64")}`;
const digest = asDigest(`sha256:${"0".repeat(64)}`)!;
const found = { status: 200, headers: { "docker-content-digest": digest } };
const failure = (code: string) => expect.objectContaining({ name: "Failure", code });
const token = (more: object): Answer => ({ status: 200, body: JSON.stringify(more) });

const reply = {
  status: 200,
  url: new URL("http://127.0.0.1/"),
  body: Buffer.alloc(0),
  words: "",
  header: () => undefined,
};

interface World {
  /** Answers the token server on the registry's own host. */
  readonly answerToken?: (seen: Seen, count: number) => Answer;
  /** Makes the challenge; the registry accepts `Bearer good` and ours by Basic. */
  readonly challenge?: (host: string) => string;
  readonly options?: Partial<RegistryOptions> & { user?: typeof user };
}

async function serve({ answerToken, challenge, options = { user } }: World) {
  const ask = challenge ?? ((host) => `Bearer realm="http://${host}/token",service="reg"`);
  let tokens = 0;
  const server = await serveFaulty((seen): Answer => {
    if (seen.path.startsWith("/token")) {
      tokens += 1;
      return answerToken?.(seen, tokens) ?? token({ token: "good" });
    }
    const sent = seen.headers.authorization ?? "";
    if (/^Bearer good/.test(sent) || (ask("").startsWith("Basic") && sent === basic)) return found;
    const headers = { "www-authenticate": ask(server.host) };
    return { ...ociError(401, "UNAUTHORIZED", "authentication required"), headers };
  });
  const image = { registry: server.host, repository: "team/app" };
  const registry = createRegistry(clientOptions(options));
  const find = (name: string) => registry.find(image, tag(name));
  return { ...server, registry, image, find };
}

describe("a Bearer registry", () => {
  it("is given a token, asked for once with our credentials", async () => {
    const world = await serve({});
    for (const name of ["v1", "v2"]) expect(await world.find(name)).toMatchObject({ digest });
    expect(world.lines()).toEqual([
      "HEAD /v2/team/app/manifests/v1",
      "GET /token?service=reg&scope=repository%3Ateam%2Fapp%3Apull",
      "HEAD /v2/team/app/manifests/v1",
      "HEAD /v2/team/app/manifests/v2",
    ]);
    const [, asked, ...rest] = world.requests.map(({ headers }) => headers.authorization);
    expect([asked, ...rest]).toEqual([basic, "Bearer good", "Bearer good"]);
  });

  it("is asked anonymously when we have no credentials", async () => {
    const world = await serve({ options: {} });
    expect(await world.find("v1")).toMatchObject({ digest });
    expect(world.requests[1]?.headers.authorization).toBeUndefined();
  });

  it("is asked for one token by many questions at once", async () => {
    const world = await serve({});
    await Promise.all(["a", "b", "c", "d"].map(world.find));
    expect(world.lines().filter((line) => line.startsWith("GET /token"))).toHaveLength(1);
  });

  it("is asked for one token by those whom it refused in the same moment", async () => {
    const challenge = { ...reply, header: () => 'Bearer realm="http://127.0.0.1/token"' };
    let asked = 0;
    const send = async () => {
      asked += 1;
      return { ...reply, body: Buffer.from('{"token":"good"}') };
    };
    const { clock, credentials } = clientOptions();
    const authorizer = createAuthorizer({ http: { send }, clock, credentials, insecureHosts: [] });
    const url = new URL("http://127.0.0.1/");
    const access = { registry: "127.0.0.1", url, repository: "a", actions: "pull" } as const;
    const renew = () => authorizer.renew(access, undefined, challenge);
    expect(await Promise.all([renew(), renew()])).toEqual(["Bearer good", "Bearer good"]);
    expect(asked).toBe(1);
  });

  it("gets the scopes that its challenge names", async () => {
    const challenge = (host: string) =>
      `Bearer realm="http://${host}/token?account=x",scope="repository:mirror/app:pull aws"`;
    const world = await serve({ challenge });
    await world.find("v1");
    expect(world.lines()[1]).toBe(
      "GET /token?account=x&scope=repository%3Amirror%2Fapp%3Apull&scope=aws",
    );
  });

  it.each([
    ["its time has come", { token: "good", expires_in: 60 }, 61_000],
    ["no time was said and 60 s are over", { access_token: "good" }, 61_000],
  ])("gives a new token when %s", async (_when, answer, laterMs) => {
    const clock = sleeplessClock();
    const world = await serve({ answerToken: () => token(answer), options: { user, clock } });
    await world.find("v1");
    await clock.sleepMs(laterMs);
    await world.find("v2");
    expect(world.lines().filter((line) => line.startsWith("GET /token"))).toHaveLength(2);
  });

  it("that refuses a fresh token is not asked for ever", async () => {
    const world = await serve({ answerToken: () => token({ token: "bad" }) });
    await expect(world.find("v1")).rejects.toEqual(failure("registry-denied"));
    expect(world.requests).toHaveLength(3);
  });

  it.each<[string, Answer, string]>([
    ["denies", ociError(403, "DENIED", "requested access is denied"), "registry-denied"],
    ["does not know us", { status: 401 }, "registry-denied"],
    ["is out of order", { status: 503 }, "registry-unreachable"],
    ["throttles for hours", { status: 429, headers: { "retry-after": "9999" } }, "throttled"],
    ["answers with a page", { status: 200, body: "<html>" }, "registry-unreachable"],
    ["gives no token", token({ secret: "xyzzy-1" }), "registry-unreachable"],
    ["gives a forged header", token({ token: "x\r\nhost: evil" }), "registry-unreachable"],
  ])("whose token server %s is a failure", async (_how, answer, code) => {
    const world = await serve({ answerToken: () => answer });
    const error = await world.find("v1").catch((reason: unknown) => reason);
    expect(error).toEqual(failure(code));
    expect(String(error)).not.toContain("xyzzy-1");
  });

  it("that echoes our credentials does not get them into a message", async () => {
    const echo = ({ headers }: Seen): Answer => ({
      status: 403,
      body: headers.authorization ?? "",
    });
    const world = await serve({ answerToken: echo });
    const error = await world.find("v1").catch((reason: unknown) => reason);
    expect(String(error)).toContain("answered 403: Basic ***");
  });
});

describe("a hostile realm", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data/iam",
    "https://169.254.169.254/token",
    "http://10.0.0.1/token",
    "https://evil.example/token",
    "https://auth.docker.io/token",
    "http://robin:x@127.0.0.1/token",
    "ftp://127.0.0.1/token",
    "file:///etc/passwd",
    "//evil.example/token",
    "",
  ])("%s gets no request and no credentials", async (realm) => {
    const world = await serve({ challenge: () => `Bearer realm="${realm}",service="reg"` });
    await expect(world.find("v1")).rejects.toEqual(failure("registry-lied"));
    expect(world.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe("the token server", () => {
  const tokenServers = { "registry.a.net": ["gitlab.b.org"] };
  const insecure = ["registry.lan:5000", "auth.registry.lan"];
  it.each([
    ["docker.io", "https://auth.docker.io/token", true],
    ["docker.io", "http://auth.docker.io/token", false],
    ["ghcr.io", "https://ghcr.io/token", true],
    ["ghcr.io", "http://ghcr.io/token", false],
    ["ghcr.io", "https://auth.docker.io/token", false],
    ["ghcr.io", "http://127.0.0.1/token", false],
    ["registry.gitlab.com", "https://gitlab.com/jwt/auth", true],
    ["rg.fr-par.scw.cloud", "https://api.scaleway.com/registry-internal/v1/tokens", true],
    ["scw.cloud", "https://api.scaleway.com/registry-internal/v1/tokens", false],
    ["lscr.io", "https://ghcr.io/token", true],
    ["registry.a.net", "https://gitlab.b.org/jwt/auth", true],
    ["registry.a.net", "http://gitlab.b.org/jwt/auth", false],
    ["registry.a.net", "https://gitlab.c.org/jwt/auth", false],
    ["other.a.net", "https://gitlab.b.org/jwt/auth", false],
    ["localhost:5000", "http://127.0.0.1:5001/auth", true],
    ["localhost:5000", "http://10.0.0.1:5001/auth", false],
    ["registry.lan:5000", "http://registry.lan:5000/auth", true],
    ["registry.lan:5000", "http://auth.registry.lan/auth", true],
    ["registry.lan:5000", "http://other.registry.lan/auth", false],
    ["registry.lan:5000", "http://127.0.0.1/auth", false],
  ])("of %s may be %s: %s", (registry, realm, isOurs) => {
    const access = { registry, url: registryUrl(registry, insecure) };
    const trust = () => trustedRealm(access, realm, { insecureHosts: insecure, tokenServers });
    if (isOurs) expect(trust().href).toBe(realm);
    else expect(trust).toThrow(failure("registry-lied"));
  });
});

describe("a Basic registry", () => {
  const challenge = () => 'Basic realm="reg", charset="UTF-8"';

  it("gets our credentials when it asks, and from then on at once", async () => {
    const world = await serve({ challenge });
    for (const name of ["v1", "v2"]) expect(await world.find(name)).toMatchObject({ digest });
    const sent = world.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([undefined, basic, basic]);
  });

  it("denies us when we have none", async () => {
    const world = await serve({ challenge, options: {} });
    await expect(world.find("v1")).rejects.toEqual(failure("registry-denied"));
  });

  it("is not tried twice with what it refused", async () => {
    const wrong = { ...user, password: "wrong" };
    const world = await serve({ challenge, options: { user: wrong } });
    await expect(world.find("v1")).rejects.toEqual(failure("registry-denied"));
    expect(world.requests).toHaveLength(2);
    await expect(world.find("v1")).rejects.toEqual(failure("registry-denied"));
    expect(world.requests).toHaveLength(3);
  });
});

describe("reads a challenge", () => {
  it.each<[string, [string, Record<string, string>][]]>([
    ["", []],
    ["Basic", [["basic", {}]]],
    ['Bearer realm="a,b=c",service=reg', [["bearer", { realm: "a,b=c", service: "reg" }]]],
    ['BEARER Realm = "x\\"y"', [["bearer", { realm: 'x"y' }]]],
    [
      'Basic realm="x", Bearer realm="https://r/t", scope="repository:a/b:pull,push"',
      [
        ["basic", { realm: "x" }],
        ["bearer", { realm: "https://r/t", scope: "repository:a/b:pull,push" }],
      ],
    ],
    [
      "Negotiate abc==, Basic",
      [
        ["negotiate", {}],
        ["abc", {}],
      ],
    ],
    [
      'Bearer realm="never closed',
      [
        ["bearer", {}],
        ["realm", {}],
      ],
    ],
  ])("%j", (header, challenges) => {
    const read = parseChallenges(header).map(({ scheme, params }) => [
      scheme,
      Object.fromEntries(params),
    ]);
    expect(read).toEqual(challenges);
  });
});
