/** What `docker login` and its like have left in their file, read and shown to a registry. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createRegistry } from "../../../src/adapters/registry/registry.ts";
import type { Process } from "../../../src/settings/process.ts";
import { loginAt } from "../../../src/wiring/registry.ts";
import { type Answer, ociError, type Seen, serveFaulty } from "../../support/faulty-http.ts";
import { clientOptions } from "../../support/registry-client-options.ts";
import { tag } from "../../support/sample-image.ts";

const encode = (text: string) => Buffer.from(text).toString("base64");
/** As `az acr login` writes it: a user that is none, and the refresh token of an OAuth2 login. */
const nobody = encode("00000000-0000-0000-0000-000000000000:");

/** A process whose home has such a file. */
function ioWith(auths: object): Process {
  const folder = mkdtempSync(join(tmpdir(), "landfall-docker-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }));
  return {
    ...{ env: { DOCKER_CONFIG: folder }, cwd: "/", out: () => {}, err: () => {} },
    ...{ outIsTerminal: false, signal: new AbortController().signal },
  };
}

const host = "acme.azurecr.io";
test.each([
  ["a password", { auth: encode("robin:a:b") }, { username: "robin", password: "a:b" }],
  ["an identity token", { auth: nobody, identitytoken: "abc" }, { identityToken: "abc" }],
  ["an identity token alone", { identitytoken: "abc" }, { identityToken: "abc" }],
  ["an empty one", { auth: encode("a:b"), identitytoken: "" }, { username: "a", password: "b" }],
  ["nothing, for a helper has it", {}, undefined],
])("%s", (_, entry, login) => {
  expect(loginAt(host, ioWith({ [host]: entry })).credentials).toEqual(login);
  expect(loginAt("another.azurecr.io", ioWith({ [host]: entry })).credentials).toBeUndefined();
});

const secret = "refresh token/with=signs";
const digest = `sha256:${"0".repeat(64)}`;

/** A registry that gives tokens for a refresh token alone, as Azure's does. */
async function serveAzure(answerToken: (seen: Seen) => Answer) {
  const server = await serveFaulty((seen) => {
    if (seen.path.startsWith("/oauth2/token")) return answerToken(seen);
    if (seen.headers.authorization === "Bearer good") {
      return { status: 200, headers: { "docker-content-digest": digest } };
    }
    const realm = `Bearer realm="http://${server.host}/oauth2/token",service="${server.host}"`;
    const refusal = ociError(401, "UNAUTHORIZED", "authentication required");
    return { ...refusal, headers: { "www-authenticate": realm } };
  });
  const io = ioWith({ [server.host]: { auth: nobody, identitytoken: secret } });
  const registry = createRegistry(
    clientOptions({ credentials: (name) => loginAt(name, io).credentials }),
  );
  const image = { registry: server.host, repository: "team/app" };
  return { ...server, find: () => registry.find(image, tag("v1")) };
}

test("an identity token is changed for an access token, by OAuth2, and stands in a body alone", async () => {
  const given = { access_token: "good", expires_in: 300 };
  const world = await serveAzure(() => ({ status: 200, body: JSON.stringify(given) }));
  expect(await world.find()).toMatchObject({ digest });
  expect(world.lines()).toEqual([
    "HEAD /v2/team/app/manifests/v1",
    "POST /oauth2/token",
    "HEAD /v2/team/app/manifests/v1",
  ]);
  const [, { body, headers }] = world.requests as [Seen, Seen];
  expect(headers).toMatchObject({ "content-type": "application/x-www-form-urlencoded" });
  expect(headers).not.toHaveProperty("authorization");
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    ...{ grant_type: "refresh_token", refresh_token: secret, client_id: "landfall" },
    ...{ service: world.host, scope: "repository:team/app:pull" },
  });
});

test.each([
  ["as it is", (seen: Seen) => new URLSearchParams(seen.body).get("refresh_token")!],
  ["as it was sent", (seen: Seen) => seen.body],
])("a token server that repeats it %s does not get it into a message", async (_, words) => {
  const world = await serveAzure((seen) => ({ status: 401, body: `no: ${words(seen)}` }));
  const error = await world.find().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "registry-denied" });
  expect(String(error)).toContain("***");
  expect(decodeURIComponent(String(error).replaceAll("+", " "))).not.toContain(secret);
});

test("a registry that asks for a password instead is told nothing", async () => {
  const server = await serveFaulty(() => ({
    ...ociError(401, "UNAUTHORIZED", "authentication required"),
    headers: { "www-authenticate": 'Basic realm="r"' },
  }));
  const io = ioWith({ [server.host]: { auth: nobody, identitytoken: secret } });
  const registry = createRegistry(
    clientOptions({ credentials: (name) => loginAt(name, io).credentials }),
  );
  const image = { registry: server.host, repository: "team/app" };
  await expect(registry.find(image, tag("v1"))).rejects.toMatchObject({ code: "registry-denied" });
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});
