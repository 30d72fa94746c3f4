import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import type { Reach } from "../../../../src/adapters/http/hosts.ts";
import { guardedLookup, redirectTarget } from "../../../../src/adapters/registry/redirect.ts";
import { createRegistry } from "../../../../src/adapters/registry/registry.ts";
import { type Answer, type Seen, serveFaulty } from "../../../support/faulty-http.ts";
import { clientOptions } from "../../../support/registry-client-options.ts";
import { revision, revisionLabel, sampleImage } from "../../../support/sample-image.ts";

const { manifest, config } = sampleImage("sample", { [revisionLabel]: revision });
const user = { username: "robin", password: "s3cret-pass" };
const basic = `Basic ${Buffer.from("robin:s3cret-pass").toString("base64")}`;
const to = (location: string): Answer => ({ status: 307, headers: { location } });

/** A registry that asks for Basic and redirects every blob. */
async function serve(blob: (seen: Seen) => Answer) {
  const server = await serveFaulty((seen) => {
    if (seen.path.includes("/blobs/")) return blob(seen);
    if (seen.headers.authorization === undefined) {
      return { status: 401, headers: { "www-authenticate": 'Basic realm="test"' } };
    }
    return { status: 200, headers: { "content-type": manifest.mediaType }, body: manifest.bytes };
  });
  const registry = createRegistry(clientOptions({ user }));
  const image = { registry: server.host, repository: "team/app" };
  return { ...server, read: () => registry.revisionOf(image, manifest.digest) };
}

const lied = expect.objectContaining({ code: "registry-lied" });

describe("a redirect", () => {
  it("to another origin is followed without the credentials", async () => {
    const storage = await serveFaulty(() => ({ status: 200, body: config.bytes }));
    const server = await serve(() => to(`http://${storage.host}/blob?signature=x`));
    expect(await server.read()).toBe(revision);
    expect(server.requests.at(-1)?.headers.authorization).toBe(basic);
    expect(storage.lines()).toEqual(["GET /blob?signature=x"]);
    expect(storage.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("back from another origin does not get the credentials again", async () => {
    const server = await serve(({ path }) =>
      path.endsWith("/blobs/back") ? { status: 200, body: config.bytes } : to(away()),
    );
    const storage = await serveFaulty(() => to(`http://${server.host}/blobs/back`));
    const away = () => `http://${storage.host}/blob`;
    expect(await server.read()).toBe(revision);
    expect(server.requests.at(-1)?.path).toBe("/blobs/back");
    expect(server.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  it("within the origin keeps them", async () => {
    const server = await serve(({ path }) =>
      path === "/blobs/here" ? { status: 200, body: config.bytes } : to("/blobs/here"),
    );
    expect(await server.read()).toBe(revision);
    expect(server.requests.at(-1)?.headers.authorization).toBe(basic);
  });

  it("is followed three times, not four", async () => {
    const hop = (last: number) =>
      serve(({ path }) => {
        const count = Number(/hop(\d)$/.exec(path)?.[1] ?? 0);
        return count === last ? { status: 200, body: config.bytes } : to(`/blobs/hop${count + 1}`);
      });
    expect(await (await hop(3)).read()).toBe(revision);
    await expect((await hop(4)).read()).rejects.toThrow(/redirects more than 3 times$/);
  });

  it("whose target asks for credentials gets none: they are the registry's", async () => {
    const storage = await serveFaulty(({ headers: { host } }) => ({
      status: 401,
      headers: { "www-authenticate": `Bearer realm="http://${host}/token"` },
    }));
    const server = await serve(() => to(`http://${storage.host}/blob`));
    await expect(server.read()).rejects.toMatchObject({ code: "registry-denied" });
    expect(storage.requests.map(({ headers: sent }) => sent.authorization)).toEqual([undefined]);
  });

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/",
    "http://10.0.0.1/",
    "http://[::ffff:10.0.0.1]/",
    "http://0xA9FEA9FE/",
    "https://192.168.1.1/",
    "http://robin:secret@127.0.0.1:9/",
    "file:///etc/passwd",
    "http://[",
  ])("to %s is refused", async (location) => {
    const server = await serve(() => to(location));
    await expect(server.read()).rejects.toEqual(lied);
  });

  it.each<[string, Reach[], string, boolean]>([
    ["https://ghcr.io/", ["public"], "https://8.8.8.8/blob", true],
    ["https://ghcr.io/", ["public"], "http://storage.example/blob", false],
    ["https://ghcr.io/", ["public"], "https://127.0.0.1/blob", false],
    ["https://ghcr.io/", ["public"], "https://10.0.0.1/blob", false],
    ["http://10.0.0.2:5000/", ["public", "private"], "http://10.0.0.1/blob", true],
    ["http://10.0.0.2:5000/", ["public", "private"], "http://169.254.169.254/", false],
    ["http://10.0.0.2:5000/", ["public", "private"], "http://127.0.0.1:2375/", false],
  ])("from %s with %j to %s: %s", (from, allowed, location, isAllowed) => {
    const follow = () => redirectTarget(new URL(from), location, new Set(allowed));
    if (isAllowed) expect(follow().href).toBe(location);
    else expect(follow).toThrow(lied);
  });

  it("to a name is refused at the connection when the name is of a nearer network", async () => {
    const guard = (allowed: Reach[]) =>
      guardedLookup(new URL("https://ghcr.io/"), new Set<Reach>(allowed));
    const look = (allowed: Reach[], all: boolean) =>
      new Promise((resolve) => {
        guard(allowed)("localhost", { all }, (error, address) => resolve(error ?? address));
      });
    expect(await look(["public"], true)).toEqual(lied);
    expect(await look(["public", "loopback"], true)).toContainEqual({
      address: "127.0.0.1",
      family: 4,
    });
    expect(await look(["public", "loopback"], false)).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});

it("the guard's refusal is what a connection fails with", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const { Agent, request } = await import("undici");
  const lookup = guardedLookup(new URL("https://ghcr.io/"), new Set<Reach>(["public"]));
  const dispatcher = new Agent({ connect: { lookup } });
  await expect(request(`http://localhost:${port}/`, { dispatcher })).rejects.toEqual(lied);
  await dispatcher.destroy();
  await new Promise((resolve) => server.close(resolve));
});
