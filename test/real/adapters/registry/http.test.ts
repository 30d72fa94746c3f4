import { describe, expect, it } from "vitest";
import { unanswered } from "../../../../src/adapters/http/client.ts";
import type { RegistryOptions } from "../../../../src/adapters/registry/client.ts";
import { createRegistry } from "../../../../src/adapters/registry/registry.ts";
import { mayPass } from "../../../../src/core/failure.ts";
import { type Answer, ociError, type Seen, serveFaulty } from "../../../support/faulty-http.ts";
import { clientOptions, sleeplessClock } from "../../../support/registry-client-options.ts";
import { sampleImage, tag } from "../../../support/sample-image.ts";

const { manifest } = sampleImage("sample");
const found = {
  status: 200,
  headers: { "content-type": manifest.mediaType, "docker-content-digest": manifest.digest },
  body: manifest.bytes,
};
const failure = (code: string) => expect.objectContaining({ name: "Failure", code });

async function serve(
  answer: (seen: Seen, count: number) => Answer,
  more: Partial<RegistryOptions> = {},
) {
  const server = await serveFaulty(answer);
  const clock = sleeplessClock();
  const registry = createRegistry(clientOptions({ clock, ...more }));
  const image = { registry: server.host, repository: "team/app" };
  // A digest is asked for by GET alone, whose body and words we read.
  return { ...server, clock, image, get: () => registry.revisionOf(image, manifest.digest) };
}

const unlabelled = ({ path }: Seen): Answer =>
  path.includes("/blobs/") ? { status: 200, body: sampleImage("sample").config.bytes } : found;

describe("asks again", () => {
  it.each([408, 429, 500, 502, 503, 504])("after a passing %i", async (status) => {
    const server = await serve((seen, count) => (count < 3 ? { status } : unlabelled(seen)));
    expect(await server.get()).toBeUndefined();
    expect(server.requests).toHaveLength(4);
  });

  it("after a cut connection and a truncated body", async () => {
    const server = await serve((seen, count) => {
      if (count === 1) return (response) => response.destroy();
      if (count > 2) return unlabelled(seen);
      return (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("short", () => response.destroy());
      };
    });
    expect(await server.get()).toBeUndefined();
    expect(server.requests).toHaveLength(4);
  });

  it("three times and no more, then names the last answer", async () => {
    const server = await serve(() => ociError(503, "UNAVAILABLE", "maintenance"));
    await expect(server.get()).rejects.toThrow(/^Cannot read .* answered 503: UNAVAILABLE: maint/);
    expect(server.requests).toHaveLength(4);
  });

  it("with full jitter under a bound that doubles", async () => {
    const random = { unit: () => 0.999 };
    const server = await serve(() => ({ status: 500 }), { random });
    await expect(server.get()).rejects.toEqual(failure("registry-unreachable"));
    expect(server.clock.sleptMs).toEqual([499, 999, 1998]);
  });

  it("when nobody listens, and says so in the end", async () => {
    const clock = sleeplessClock();
    const registry = createRegistry(clientOptions({ clock }));
    const image = { registry: "127.0.0.1:1", repository: "team/app" };
    await expect(registry.find(image, tag("v1"))).rejects.toThrow(
      /^Cannot look up .*: the connection to "127.0.0.1:1" failed: .*ECONNREFUSED/,
    );
    expect(clock.sleptMs).toHaveLength(3);
  });

  it.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", false],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", false],
    ["CERT_HAS_EXPIRED", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", false],
    ["ERR_SSL_WRONG_VERSION_NUMBER", false],
    ["ECONNRESET", true],
    ["ENOTFOUND", true],
    ["EAI_AGAIN", true],
    ["UND_ERR_SOCKET", true],
  ])("after %s or not: a certificate does not heal by itself", (code, is) => {
    const asked = { doing: "look", host: "registry.example" };
    const error = Object.assign(new Error("no"), { code });
    expect(mayPass(unanswered({ ...asked, unreachable: "registry-unreachable" }, error))).toBe(is);
  });
});

describe("waits", () => {
  const ghcr = "retry-after: 985.86µs, allowed: 44000/minute";
  it.each([
    ["the seconds of Retry-After", { "retry-after": "7" }, "", 7000],
    ["until the date of Retry-After", { "retry-after": "Mon, 23 Nov 2026 12:00:09 GMT" }, "", 9000],
    ["the duration in ghcr.io's text, but not less than 250 ms", {}, ghcr, 250],
    ["a Go duration of several units", {}, "retry-after: 1m2.5s, allowed", undefined],
    ["250 ms when nothing is said", {}, "Too Many Requests", 250],
  ])("%s", async (_what, headers, text, sleptMs) => {
    const limited = { status: 429, headers, body: text };
    const server = await serve((seen, count) => (count === 1 ? limited : unlabelled(seen)));
    const result = await server.get().catch((error: unknown) => error);
    if (sleptMs === undefined) {
      // 62.5 s are more than the limit of 60 s.
      expect(result).toMatchObject({ code: "throttled", retryAfterMs: 62_500 });
    } else {
      expect(result).toBeUndefined();
      expect(server.clock.sleptMs).toEqual([sleptMs]);
    }
  });

  it("not at all when more is asked than there is time for, and passes that on", async () => {
    const limited = { status: 429, headers: { "retry-after": "21600" } };
    const server = await serve(() => limited);
    await expect(server.get()).rejects.toMatchObject({
      code: "throttled",
      retryAfterMs: 21_600_000,
    });
    expect(server.clock.sleptMs).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});

describe("ends", () => {
  it("at 4 MiB of a body without end", async () => {
    let sent = 0;
    const server = await serve(() => (response) => {
      const chunk = Buffer.alloc(1 << 20);
      const pour = () => {
        while (!response.destroyed && sent < 2 ** 30) {
          sent += chunk.length;
          if (!response.write(chunk)) return response.once("drain", pour);
        }
        return response.end();
      };
      response.writeHead(200);
      pour();
    });
    await expect(server.get()).rejects.toThrow(/sent more than 4194304 bytes$/);
    expect(server.requests).toHaveLength(1);
    expect(sent).toBeLessThan(64 * 2 ** 20);
  });

  it.each([
    ["drips", (write: () => void) => write()],
    ["says nothing", () => undefined],
  ])("by the wall clock when the registry %s", async (_how, begin) => {
    const drips: NodeJS.Timeout[] = [];
    const drip: Answer = (response) => {
      begin(() => {
        response.writeHead(200);
        drips.push(setInterval(() => response.write("."), 10));
      });
    };
    const server = await serve(() => drip, { timeoutMs: 300, clock: realTime });
    await expect(server.get()).rejects.toThrow(/no full answer within \d+ ms$/);
    for (const timer of drips) clearInterval(timer);
  });

  it("when it is interrupted, and asks nothing more", async () => {
    const controller = new AbortController();
    const server = await serve(() => () => controller.abort(), { signal: controller.signal });
    await expect(server.get()).rejects.toEqual(failure("interrupted"));
    await expect(server.get()).rejects.toEqual(failure("interrupted"));
    expect(server.requests).toHaveLength(1);
  });
});

const realTime = {
  nowMs: () => performance.now(),
  sleepMs: (duration: number) => new Promise<void>((done) => setTimeout(done, duration)),
};
