/** A GitHub App: who it shows itself to, what it asks for, and when. */

import { generateKeyPairSync, verify } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { withToken } from "../../../src/adapters/git/auth.ts";
import { appMint, type GitHubApp } from "../../../src/adapters/github/app.ts";
import { githubApp } from "../../../src/settings/github-app.ts";
import type { Process } from "../../../src/settings/process.ts";
import { type ApiReply, type Asked, serveApi } from "../../support/api-server.ts";
import { openSandbox } from "../../support/git-sandbox.ts";
import { openSecretWorld, readTree } from "../../support/secret-world.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const hour = 3_600_000;

/** GitHub's answers, as docs.github.com has them, with tokens that count up. */
function openGitHub(script: (asked: Asked) => ApiReply | undefined = () => undefined) {
  let made = 0;
  let nowMs = Date.now();
  const clock = { nowMs: () => nowMs, sleepMs: async () => {} };
  const answer = (asked: Asked): ApiReply => {
    const told = script(asked);
    if (told !== undefined) return told;
    if (asked.path === "/repos/acme/app/installation") return { body: { id: 77, app_id: 5 } };
    if (asked.path !== "/app/installations/77/access_tokens") return { status: 404, body: {} };
    made += 1;
    const expires_at = new Date(nowMs + hour).toISOString();
    return { status: 201, body: { token: `ghs_number${made}`, expires_at } };
  };
  return {
    answer,
    clock,
    laterMs: (ms: number) => {
      nowMs += ms;
    },
  };
}

async function openApp(
  script?: (asked: Asked) => ApiReply | undefined,
  more: Partial<GitHubApp> = {},
) {
  const github = openGitHub(script);
  const server = await serveApi(github.answer);
  const app: GitHubApp = {
    ...{ id: "Iv1.x", privateKey: pem, api: server.url, access: "write" },
    ...{ owner: "acme", name: "app", ...more },
  };
  const mint = appMint(app, { clock: github.clock, timeoutMs: 5_000 });
  return { ...github, mint, server };
}

/** The two parts of a JSON Web Token, once its signature is found to be right. */
function readJwt(authorization = "") {
  const [head = "", body = "", signature = ""] = authorization.replace("Bearer ", "").split(".");
  const bytes = Buffer.from(`${head}.${body}`);
  expect(verify("RSA-SHA256", bytes, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
  return [head, body].map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
}

describe("a token", () => {
  test("is for the one repository and its contents, by a signed word of the App", async () => {
    const { mint, server, clock } = await openApp();
    expect(await mint()).toBe("ghs_number1");
    expect(server.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["GET", "/repos/acme/app/installation", undefined],
      [
        "POST",
        "/app/installations/77/access_tokens",
        { repositories: ["app"], permissions: { contents: "write" } },
      ],
    ]);
    for (const { headers } of server.asked) {
      const [head, claims] = readJwt(headers.authorization);
      expect(head).toEqual({ alg: "RS256", typ: "JWT" });
      expect(claims.iss).toBe("Iv1.x");
      const now = clock.nowMs() / 1000;
      expect(claims.iat).toBeLessThan(now - 30);
      expect(claims.exp - now).toBeGreaterThan(300);
      expect(claims.exp - claims.iat).toBeLessThanOrEqual(600);
      expect(headers.accept).toBe("application/vnd.github+json");
    }
  });

  test("is kept, asked for once by many, and made anew before it runs out", async () => {
    const { mint, server, laterMs } = await openApp();
    expect(await Promise.all([mint(), mint(), mint()])).toEqual(Array(3).fill("ghs_number1"));
    laterMs(hour - 6 * 60_000);
    expect(await mint()).toBe("ghs_number1");
    expect(server.asked).toHaveLength(2);
    laterMs(2 * 60_000);
    expect(await mint()).toBe("ghs_number2");
    expect(await mint()).toBe("ghs_number2");
  });

  test("that could not be had is asked for again", async () => {
    let count = 0;
    const { mint } = await openApp(() => {
      count += 1;
      return count === 1 ? { status: 502, body: "<html>" } : undefined;
    });
    await expect(mint()).rejects.toMatchObject({ code: "remote-unreachable" });
    expect(await mint()).toBe("ghs_number1");
  });

  test("to read where the App is not installed is none: the repository may be public", async () => {
    const { mint } = await openApp(() => ({ status: 404, body: {} }), { access: "read" });
    expect(await withToken({ username: "x", mint })).toEqual({ username: "x", mint });
  });

  test.each([
    [
      "401",
      { status: 401, body: { message: "A JSON web token could not be decoded" } },
      "remote-denied",
      /clock/,
    ],
    ["404", { status: 404, body: { message: "Not Found" } }, "remote-not-found", /Install the App/],
    ["403", { status: 403, body: { message: "suspended" } }, "remote-denied", /contents/],
    ["429", { status: 429, headers: { "retry-after": "60" }, body: {} }, "throttled", /later/],
    [
      "a limit",
      { status: 403, body: { message: "API rate limit exceeded" } },
      "throttled",
      /later/,
    ],
    [
      "a redirect",
      { status: 301, headers: { location: "http://127.0.0.1:1/" }, body: {} },
      "remote-denied",
      /./,
    ],
    ["no JSON", { body: "<html>" }, "remote-unreachable", /again/],
  ] as const)("is refused by %s: what to do is said", async (_what, reply, code, hint) => {
    const { mint } = await openApp(() => reply);
    await expect(mint()).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
  });

  test("with more than the App was given is refused: what to do is said", async () => {
    const message = "The permissions requested are not granted to this installation.";
    const refuse = ({ method }: Asked) =>
      method === "POST" ? { status: 422, body: { message } } : undefined;
    const { mint } = await openApp(refuse);
    await expect(mint()).rejects.toMatchObject({
      code: "remote-denied",
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/read and write the contents/),
    });
  });

  test("that a server repeats with the App's word is not repeated by us", async () => {
    const { mint, server } = await openApp(({ headers }) => ({
      status: 403,
      body: { message: `you sent ${headers.authorization}` },
    }));
    const failure = await mint().catch((error: Error) => error);
    const jwt = server.asked[0]!.headers.authorization!.replace("Bearer ", "");
    expect(String(failure)).toMatch(/you sent/);
    expect(String(failure)).not.toContain(jwt.slice(0, 40));
  });

  test.each([
    "no key, however long a text it is, and whoever looks at it",
    pem.slice(0, 200),
    publicKey.export({ type: "spki", format: "pem" }).toString(),
  ])("cannot be had with a key that is none, which is not shown", async (privateKey) => {
    const { mint, server } = await openApp(undefined, { privateKey });
    const failure = await mint().catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "usage" });
    expect(String(failure)).not.toContain(privateKey.slice(30, 60));
    expect(server.asked).toEqual([]);
  });

  test("can be had with a key whose line ends are spelled out", async () => {
    const { mint } = await openApp(undefined, { privateKey: pem.replaceAll("\n", "\\n") });
    expect(await mint()).toBe("ghs_number1");
  });
});

describe("the API", () => {
  const io = (env: Process["env"]) => ({ env }) as Process;
  const app = { LANDFALL_GITHUB_APP_ID: "5", LANDFALL_GITHUB_APP_PRIVATE_KEY: "k" };

  test.each([
    ["https://github.com/acme/app.git", {}, "https://api.github.com"],
    ["https://github.com/acme/app", {}, "https://api.github.com"],
    ["https://acme.ghe.com/acme/app.git", {}, "https://api.acme.ghe.com"],
    [
      "https://git.corp/acme/app.git",
      { GITHUB_SERVER_URL: "https://git.corp" },
      "https://git.corp/api/v3",
    ],
    [
      "http://127.0.0.1:1/acme/app.git",
      { LANDFALL_GITHUB_API: "http://127.0.0.1:2/" },
      "http://127.0.0.1:2",
    ],
  ])("of %s with %j is %s", (url, env, api) => {
    expect(githubApp(url, io({ ...app, ...env }))).toEqual({
      id: "5",
      privateKey: "k",
      api,
      owner: "acme",
      name: "app",
    });
  });

  test.each([
    ["https://gitlab.com/acme/app.git", {}],
    ["https://github.com.evil.example/acme/app.git", {}],
    ["https://notghe.com/acme/app.git", {}],
    ["http://github.com/acme/app.git", {}],
    ["https://github.com/acme", {}],
    ["https://github.com/acme/app", { LANDFALL_GITHUB_APP_ID: "" }],
    ["https://github.com/acme/app", { LANDFALL_GITHUB_APP_PRIVATE_KEY: "" }],
  ])("of %s with %j is not guessed", (url, env) => {
    const read = () => githubApp(url, io({ ...app, ...env }));
    expect(read).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test("is not asked where a token is given, or where ssh is spoken", () => {
    const token = io({ ...app, LANDFALL_GIT_TOKEN: "t" });
    expect(githubApp("https://github.com/acme/app", token)).toBeUndefined();
    expect(githubApp("git@github.com:acme/app.git", io(app))).toBeUndefined();
    expect(githubApp("https://github.com/acme/app", io({}))).toBeUndefined();
  });
});

test("a long run pushes with a new token once the first is over", async () => {
  const login = { username: "x-access-token", password: "ghs_number1" };
  const box = await openSandbox({ login });
  const { mint, laterMs } = await openApp();
  const remote = await box.open({ credentials: { mint } });
  const parent = await remote.fetchTip();
  login.password = "ghs_number2";
  laterMs(hour);
  const commit = await remote.commit({ parent, changes: [], message: "x\n", atSeconds: 1 });
  expect((await remote.push(commit)).kind).toBe("accepted");
  expect(await remote.reread(parent, commit)).toMatchObject({ kind: "contains" });
});

test("a push for which no token could be had was not sent", async () => {
  let isDown = false;
  const box = await openSandbox({ login: { username: "x-access-token", password: "ghs_number1" } });
  const { mint, laterMs } = await openApp(() => (isDown ? { status: 503, body: {} } : undefined));
  const remote = await box.open({ credentials: { mint } });
  const parent = await remote.fetchTip();
  const commit = await remote.commit({ parent, changes: [], message: "x\n", atSeconds: 1 });
  isDown = true;
  laterMs(hour);
  expect(await remote.push(commit)).toMatchObject({ kind: "not-sent" });
  expect(await remote.reread(parent, commit)).toMatchObject({ kind: "unreadable" });
});

test("landfall promote lands as an App, and neither its key nor its token is left anywhere", async () => {
  const world = await openSecretWorld();
  const { box, secrets } = world;
  const api = await serveApi(({ path }) =>
    path === "/repos/acme/app/installation"
      ? { body: { id: 77 } }
      : { status: 201, body: { token: secrets.git, expires_at: "2999-01-01T00:00:00Z" } },
  );
  // A repository's path has an owner on GitHub.
  mkdirSync(join(box.bare, "..", "acme"));
  symlinkSync(box.bare, join(box.bare, "..", "acme", "app.git"));
  const folder = mkdtempSync(join(tmpdir(), "landfall-app-key-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const key = join(folder, "key.pem");
  writeFileSync(key, pem, { mode: 0o600 });
  const env = {
    ...{ LANDFALL_GIT_TOKEN: "", LANDFALL_GITHUB_APP_ID: "5", LANDFALL_GITHUB_API: api.url },
    LANDFALL_GITHUB_APP_PRIVATE_KEY_FILE: key,
  };
  const repository = box.url.replace("/app.git", "/acme/app.git");
  const ran = await world.promote(env, ["--repository", repository]);
  expect(ran, ran.err + ran.out).toMatchObject({ status: 0 });
  expect(ran.out).toMatch(/^landed/);
  expect(api.asked).toHaveLength(2);
  const left = readTree(box.root) + ran.out + ran.err;
  for (const secret of [...world.spellings, pem.split("\n")[3]!])
    expect(left).not.toContain(secret);
});
