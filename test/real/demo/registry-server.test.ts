import { describe, expect, it, onTestFinished } from "vitest";
import { digestOf } from "../../../src/adapters/registry/client.ts";
import { createPusher } from "../../../src/adapters/registry/push.ts";
import { createRegistry } from "../../../src/adapters/registry/registry.ts";
import { type RegistryServerOptions, startRegistry } from "../../../src/demo/registry-server.ts";
import { raw } from "../../support/raw-registry.ts";
import { clientOptions } from "../../support/registry-client-options.ts";
import { sampleImage, tag } from "../../support/sample-image.ts";

const user = { username: "robin", password: "s3cret-pass" };
const users = { [user.username]: user.password };

async function start(options: RegistryServerOptions = {}) {
  const server = await startRegistry(options);
  onTestFinished(() => server.close());
  const image = { registry: server.host, repository: "team/app" };
  return { ...server, image };
}

describe("tags are listed", () => {
  it("sorted, in pages that lead to one another", async () => {
    const server = await start();
    const pusher = createPusher(clientOptions());
    await pusher.pushImage(server.image, tag("c"), sampleImage("tags"));
    for (const more of ["a", "e", "b", "d"]) {
      await pusher.addTag(server.image, tag("c"), tag(more));
    }
    const pages: string[][] = [];
    for (let at: string | undefined = "tags/list?n=2"; at !== undefined; ) {
      const page = await raw(server, ["team/app", at]);
      pages.push(JSON.parse(page.body.toString()).tags);
      at = /^<(.*)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(pages).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });
});

it("a tag of what is not there is refused, and says what is missing", async () => {
  const server = await start();
  const given = createPusher(clientOptions()).addTag(server.image, tag("v1"), tag("latest"));
  await expect(given).rejects.toMatchObject({
    code: "image-missing",
    message: expect.stringContaining(`team/app:v1"`),
  });
});

describe("an upload", () => {
  it("refuses a chunk that does not follow the last one, and keeps what it had", async () => {
    const server = await start();
    const ask = (path: string, request: object) => raw(server, ["team/app", path], request);
    const opened = await ask("blobs/uploads/", { method: "POST" });
    const at = opened.headers.get("location") ?? "";
    const chunk = (range: string, body: string) =>
      ask(at, { method: "PATCH", headers: { "content-range": range }, body });
    expect((await chunk("0-2", "hel")).status).toBe(202);
    const gap = await chunk("4-5", "o!");
    expect([gap.status, gap.headers.get("range")]).toEqual([416, "0-2"]);
    expect((await ask(at, { method: "GET" })).headers.get("range")).toBe("0-2");
    const digest = digestOf(Buffer.from("hello"));
    const done = await ask(`${at}?digest=${digest}`, { method: "PUT", body: "lo" });
    expect(done.status).toBe(201);
  });

  it("larger than the limit is refused", async () => {
    const server = await start({ bodyBytesMax: 1000 });
    const put = { method: "PUT", body: Buffer.alloc(1001) };
    const refused = await raw(server, ["team/app", "manifests/v1"], put);
    expect([refused.status, refused.code]).toEqual([413, "SIZE_INVALID"]);
  });
});

describe("a Bearer token", () => {
  const auth = { kind: "bearer", users, anonymousPull: true } as const;

  it("for reading is everyone's, for pushing only a user's", async () => {
    const server = await start({ auth });
    const anyone = createPusher(clientOptions());
    const push = (pusher: typeof anyone) =>
      pusher.pushImage(server.image, tag("v1"), sampleImage("token"));
    await expect(push(anyone)).rejects.toMatchObject({ code: "registry-denied" });
    const digest = await push(createPusher(clientOptions({ user })));
    const reader = createRegistry(clientOptions());
    expect(await reader.find(server.image, tag("v1"))).toMatchObject({ digest });
  });

  it("is good for the repository and the actions asked for, and no others", async () => {
    const { host } = await start({ auth });
    const token = async (scope: string) => {
      const reply = await fetch(`http://${host}/token?scope=${encodeURIComponent(scope)}`);
      return ((await reply.json()) as { token: string }).token;
    };
    const status = async (path: string, method: string, scope: string) => {
      const headers = { authorization: `Bearer ${await token(scope)}` };
      const reply = await fetch(`http://${host}/v2/${path}`, { method, headers });
      return [reply.status, /error="(\w+)"/.exec(reply.headers.get("www-authenticate") ?? "")?.[1]];
    };
    const [mine, yours] = ["repository:a/mine:pull", "repository:a/yours:pull"];
    expect(await status("a/mine/tags/list", "GET", mine)).toEqual([404, undefined]);
    expect(await status("a/mine/tags/list", "GET", yours)).toEqual([401, "insufficient_scope"]);
    expect(await status("a/mine/blobs/uploads/", "POST", "repository:a/mine:pull,push")).toEqual([
      401,
      "insufficient_scope",
    ]);
  });
});

describe("a fault", () => {
  it("answers in the registry's place, or cuts the connection; requests are counted", async () => {
    const limited = { status: 429, headers: { "retry-after": "1" }, body: "Too Many Requests" };
    const server = await start({
      fault: ({ before, method, path }) => {
        if (before === 0) return limited;
        return before === 1 && method === "HEAD" && path.startsWith("/v2/") ? "drop" : "pass";
      },
    });
    const registry = createRegistry(clientOptions());
    expect(await registry.find(server.image, tag("v1"))).toEqual({ kind: "missing" });
    expect(server.stats).toEqual({
      requests: 4,
      kinds: { "HEAD manifest": 3, "GET manifest": 1 },
    });
  });
});

it("a delay comes before every answer, and closing cuts what waits for one", async () => {
  const server = await startRegistry({ delayMs: 600_000 });
  const asked = fetch(`http://${server.host}/v2/`).catch(() => "cut");
  while (server.stats.requests === 0) await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  expect(await asked).toBe("cut");
});
