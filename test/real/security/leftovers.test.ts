/**
 * Credentials and settings that others have left: in the clone that actions/checkout made, in the
 * home directory, in the environment. None of them takes part.
 */

import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { gitEnvironment } from "../../../src/adapters/git/env.ts";
import { authoritiesIn } from "../../../src/adapters/http/authorities.ts";
import { httpClient } from "../../../src/adapters/http/client.ts";
import { openSandbox } from "../../support/git-sandbox.ts";
import { openSecretWorld, run } from "../../support/secret-world.ts";
import { selfSigned } from "../../support/self-signed.ts";

const leftover = Buffer.from("x-access-token:ghs_left_behind").toString("base64");

/** What can be left behind, with a mark that shows when a helper of it was run. */
function leaveBehind(place: {
  readonly url: string;
  readonly home: string;
  readonly clone: string;
}) {
  const { url, home, clone } = place;
  const origin = new URL(url).origin;
  const mark = join(home, "ran");
  const helper = `!f() { touch ${mark}; echo username=left; echo password=behind; }; f`;
  const config = [
    // As actions/checkout writes it, and more broadly.
    `[http "${origin}/"]\n\textraheader = AUTHORIZATION: basic ${leftover}`,
    `[http "${url}"]\n\textraheader = X-Leftover: 1\n\tsslVerify = false`,
    `[http]\n\textraheader = X-Leftover: 1\n\tproxy = http://127.0.0.1:1\n\tsslVerify = false`,
    `\tcookieFile = ${join(home, "cookies")}\n\tfollowRedirects = true`,
    `[credential]\n\thelper = "${helper}"`,
    `[url "http://127.0.0.1:1/"]\n\tinsteadOf = ${origin}/\n\tpushInsteadOf = ${origin}/`,
    `[core]\n\thooksPath = ${join(home, "hooks")}\n\taskPass = ${join(home, "ask")}`,
    `[remote "origin"]\n\tpushurl = http://127.0.0.1:1/app.git\n\tproxy = http://127.0.0.1:1`,
  ].join("\n");
  const including = `${config}\n[include]\n\tpath = more\n`;
  mkdirSync(join(home, "hooks"), { recursive: true });
  mkdirSync(join(home, ".config", "git"), { recursive: true });
  for (const name of ["hooks/pre-push", "hooks/reference-transaction", "ask"]) {
    writeFileSync(join(home, name), `#!/bin/sh\ntouch ${mark}\necho behind\n`);
    chmodSync(join(home, name), 0o755);
  }
  for (const file of [".gitconfig", ".config/git/config"]) {
    writeFileSync(join(home, file), including);
  }
  writeFileSync(join(home, "more"), config);
  writeFileSync(join(home, ".netrc"), "default login left password behind\n", { mode: 0o600 });
  writeFileSync(join(home, ".git-credentials"), origin.replace("//", "//left:behind@"));
  writeFileSync(join(home, "cookies"), "127.0.0.1\tFALSE\t/\tFALSE\t0\tleft\tbehind\n");
  writeFileSync(join(clone, ".git", "config"), `[remote "origin"]\n\turl = ${url}\n${including}`);
  writeFileSync(join(clone, ".git", "more"), config);
  return {
    wasRun: () => existsSync(mark),
    env: {
      ...{
        GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
        GIT_CONFIG_SYSTEM: join(home, ".gitconfig"),
      },
      ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "http.extraheader" },
      ...{ GIT_CONFIG_VALUE_0: "X-Leftover: 1", XDG_CONFIG_HOME: join(home, ".config") },
      GIT_CONFIG_PARAMETERS: "'http.extraheader'='X-Leftover: 1'",
      ...{ GIT_ASKPASS: join(home, "ask"), SSH_ASKPASS: join(home, "ask") },
      ...{ GIT_SSL_NO_VERIFY: "1", GIT_DIR: join(clone, ".git"), GIT_WORK_TREE: clone },
      ...{ GIT_EXEC_PATH: join(home, "hooks"), GIT_TEMPLATE_DIR: join(home, "hooks") },
      ...{ GIT_ALLOW_PROTOCOL: "ext:http:https", GIT_SSH_COMMAND: join(home, "ask") },
    },
  };
}

test.each(["with our token", "without one"])(
  "what checkout, a home directory and a pipeline left behind is not sent, %s",
  async (how) => {
    const sent: { authorization: unknown; leftover: unknown; cookie: unknown }[] = [];
    const world = await openSecretWorld({
      answered: ({ headers: { authorization, cookie, "x-leftover": leftover } }) =>
        sent.push({ authorization, leftover, cookie }),
    });
    const { box, home, env, revision, image, secrets } = world;
    const clone = join(box.root, "clone");
    await box.git(box.root, "clone", "--quiet", box.bare, clone);
    const left = leaveBehind({ url: box.url, home, clone });
    const token = how === "with our token" ? secrets.git : "";
    const argv = ["promote", "--revision", revision, "--image", image, "--path", "k8s"];
    const ran = await run(argv, {
      cwd: clone,
      env: { ...env, ...left.env, LANDFALL_GIT_TOKEN: token },
    });
    expect(left.wasRun()).toBe(false);
    const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
    const ours = token === "" ? {} : { authorization: basic };
    expect(sent.filter((one) => JSON.stringify(one) !== JSON.stringify(ours))).toEqual([]);
    expect(sent.length).toBeGreaterThanOrEqual(token === "" ? 1 : 5);
    if (token !== "") expect(ran, ran.err + ran.out).toMatchObject({ status: 0 });
    else expect(ran.out, ran.err).toMatch(/^failed .*(?:\n.*)*access was denied/);
  },
);

test("git itself would have used them: the traps of the test above are real", async () => {
  const box = await openSandbox({
    login: { username: "x-access-token", password: "ghs_left_behind" },
  });
  const clone = join(box.root, "clone");
  await box.git(box.root, "clone", "--quiet", box.bare, clone);
  const home = join(box.root, "home");
  mkdirSync(home);
  const left = leaveBehind({ url: box.url, home, clone });
  // Never synchronously: the server that is asked lives in this process.
  const ask = async (env: Record<string, string>) => {
    const all = { PATH: process.env.PATH ?? "", GIT_TERMINAL_PROMPT: "0", ...env };
    const asking = promisify(execFile)("git", ["ls-remote", box.url], {
      ...{ env: all, cwd: clone, timeout: 20_000 },
    });
    const { stdout, stderr } = await asking.catch((error) => error);
    return `${stdout}${stderr}`;
  };
  // `insteadOf` of the home's settings takes the request to another server.
  expect(await ask({ HOME: home })).toMatch(/127\.0\.0\.1:1\b|port 1\b|Connection refused/);
  expect(left.wasRun()).toBe(false);
  // Without it and the proxy, checkout's header opens the server.
  const quiet = { HOME: home, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  await box.git(clone, "config", "--remove-section", "url.http://127.0.0.1:1/");
  await box.git(clone, "config", "--remove-section", "include");
  await box.git(clone, "config", "--remove-section", `http.${box.url}`);
  for (const at of ["http", "remote.origin"]) {
    await box.git(clone, "config", "--unset", `${at}.proxy`);
  }
  expect(await ask(quiet)).toMatch(/\trefs\/heads\/main\n/);
  expect(left.wasRun()).toBe(false);
  // Without the header, the helper is asked.
  const origin = new URL(box.url).origin;
  await box.git(clone, "config", "--remove-section", `http.${origin}/`);
  await ask(quiet);
  expect(left.wasRun()).toBe(true);
});

/** Listens for TLS or for a proxy's clients, and keeps what came. */
async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a server whose certificate nobody vouches for gets no request, whatever the pipeline allows", async () => {
  const { cert, key } = selfSigned();
  const came: (string | undefined)[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    came.push(request.headers.authorization);
    response.writeHead(404).end();
  };
  const host = await listen(createTlsServer({ cert, key }, answer));
  const box = await openSandbox();
  const url = `https://${host}/app.git`;
  const credentials = { token: "t0ken" };
  const names = ["GIT_SSL_CAINFO", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"];
  const nobody = Object.fromEntries(names.map((name) => [name, undefined]));
  const loose = { ...process.env, ...nobody, GIT_SSL_NO_VERIFY: "1" };
  const untrusted = await box.open({ url, credentials, env: loose });
  await expect(untrusted.fetchTip()).rejects.toMatchObject({
    code: "remote-denied",
    message: expect.stringMatching(/certificate/),
    hint: expect.stringMatching(/GIT_SSL_CAINFO/),
  });
  expect(came).toEqual([]);

  // A company's own authority is named by the environment, and that passes.
  const file = join(box.root, "ca.pem");
  writeFileSync(file, cert);
  for (const name of names) {
    const trusting = { ...process.env, ...nobody, [name]: file };
    const trusted = await box.open({ url, credentials, env: trusting });
    const missing = { code: "remote-not-found" };
    await expect(trusted.fetchTip(), name).rejects.toMatchObject(missing);
  }
  expect(came[0]).toBe(`Basic ${Buffer.from("x-access-token:t0ken").toString("base64")}`);

  // So is that of the settings, and HTTP trusts whom git does.
  const named = await box.open({ url, credentials, env: { ...process.env, ...nobody }, ca: file });
  await expect(named.fetchTip()).rejects.toMatchObject({ code: "remote-not-found" });
  const page = new URL(`https://${host}/`);
  const asked = { method: "GET", url: page, doing: "ask", accept: "*/*", bodyBytesMax: 1 } as const;
  const ways = [
    authoritiesIn({ SSL_CERT_FILE: file }, undefined),
    authoritiesIn({ NODE_EXTRA_CA_CERTS: file }, undefined),
    authoritiesIn({}, file),
  ];
  for (const trusted of ways) {
    const client = httpClient({ timeoutMs: 5_000, trusted });
    expect(await client.send(asked)).toMatchObject({ status: 404 });
  }
  const trusted = authoritiesIn({ SSL_CERT_FILE: join(box.root, "none.pem") }, undefined);
  await expect(httpClient({ timeoutMs: 5_000, trusted }).send(asked)).rejects.toMatchObject({
    code: "certificate-untrusted",
  });
  expect(() => authoritiesIn({}, join(box.root, "none.pem"))).toThrow(/cannot be read/);
});

test("a proxy on the way to a server with TLS is not shown the token", async () => {
  const came: unknown[] = [];
  const proxy = createServer();
  proxy.on("connect", ({ url, headers }, socket) => {
    came.push({ url, headers });
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const https_proxy = `http://${await listen(proxy)}`;
  const box = await openSandbox();
  const remote = await box.open({
    url: "https://git.example/app.git",
    credentials: { token: "t0ken" },
    env: { PATH: process.env.PATH, https_proxy },
  });
  await expect(remote.fetchTip()).rejects.toMatchObject({
    code: expect.stringMatching(/^remote-/),
  });
  expect(came).not.toEqual([]);
  for (const spelling of ["t0ken", Buffer.from("x-access-token:t0ken").toString("base64")]) {
    expect(JSON.stringify(came)).not.toContain(spelling);
  }
});

test("the environment of every git child is this list, and nothing of the caller's", () => {
  const hostile = ["GIT_DIR", "GIT_TRACE", "GIT_SSL_NO_VERIFY", "GIT_EXEC_PATH", "LD_PRELOAD"];
  const env = Object.fromEntries([...hostile, "DEBUG", "LANDFALL_GIT_TOKEN"].map((n) => [n, "x"]));
  const child = gitEnvironment({ env: { ...env, PATH: "/bin" }, home: "/h", url: "https://h/r" });
  expect(
    Object.keys(child)
      .filter((name) => !/^GIT_CONFIG_(?:KEY|VALUE)_\d+$/.test(name))
      .sort(),
  ).toEqual([
    ...["GIT_ALLOW_PROTOCOL", "GIT_ASKPASS", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL"],
    ...["GIT_CONFIG_NOSYSTEM", "GIT_HTTP_LOW_SPEED_LIMIT", "GIT_HTTP_LOW_SPEED_TIME"],
    ...["GIT_LITERAL_PATHSPECS", "GIT_NO_REPLACE_OBJECTS", "GIT_SSH_COMMAND"],
    ...["GIT_TERMINAL_PROMPT", "HOME", "LC_ALL", "PATH", "TZ", "XDG_CONFIG_HOME"],
  ]);
  expect(child.GIT_ALLOW_PROTOCOL).toBe("https");
  const keys = Object.entries(child).filter(([name]) => name.startsWith("GIT_CONFIG_KEY_"));
  const settings = Object.fromEntries(
    keys.map(([name, key]) => [key, child[name.replace("KEY", "VALUE")]]),
  );
  expect(settings).toMatchObject({
    ...{ "core.hooksPath": "/dev/null", "core.fsmonitor": "false", "credential.helper": "" },
    ...{ "http.followRedirects": "false", "transfer.fsckObjects": "false", "gc.auto": "0" },
  });
});
