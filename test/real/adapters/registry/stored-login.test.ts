/** Logins as docker, podman and skopeo leave them, and helpers run as docker runs them. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storedLogin } from "../../../../src/adapters/registry/stored-login.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "landfall-login-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const host = "registry.example.org:5000";
const robin = { username: "robin", password: "a:b" };
const auth = Buffer.from("robin:a:b").toString("base64");

function write(path: string, content: object | string): string {
  const at = join(home, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, typeof content === "string" ? content : JSON.stringify(content));
  return at;
}

function login(registry = host, env: Record<string, string> = {}) {
  return storedLogin(registry, { HOME: home, PATH: `${home}:${process.env.PATH}`, ...env });
}

/** A helper that keeps what it was told, and prints. */
function helper(name: string, print: string, status = 0): void {
  const script = `#!/bin/sh\necho "$1" > ${home}/asked\ncat >> ${home}/asked\nenv > ${home}/env\nprintf '%s' '${print}'\necho noise >&2\nexit ${status}\n`;
  chmodSync(write(`docker-credential-${name}`, script), 0o755);
}

describe("auths", () => {
  test.each([
    ["host", host, { auth }],
    ["https://host", `https://${host}`, { auth }],
    ["http://host", `http://${host}`, { auth }],
    ["https://host/v1/", `https://${host}/v1/`, { auth }],
    ["https://host/v2/", `https://${host}/v2/`, { auth }],
    ["host/", `${host}/`, { auth }],
    ["username and password", host, robin],
  ])("%s", (_, key, entry) => {
    const file = write(".docker/config.json", { auths: { [key]: entry } });
    expect(login()).toEqual({ credentials: robin, who: `as "robin" of ${file}` });
    expect(login("other.example.org").credentials).toBeUndefined();
  });

  test.each(["https://index.docker.io/v1/", "docker.io", "index.docker.io"])("%s", (key) => {
    write(".docker/config.json", { auths: { [key]: { auth } } });
    expect(login("docker.io").credentials).toEqual(robin);
  });

  test("a login for one path of a host is not one for the host", () => {
    write(".docker/config.json", { auths: { [`${host}/team`]: { auth } } });
    expect(login().credentials).toBeUndefined();
  });
});

test.each([
  ["podman", ".config/containers/auth.json", {}],
  ["podman, while logged in", "run/containers/auth.json", { XDG_RUNTIME_DIR: "run" }],
  ["skopeo, where REGISTRY_AUTH_FILE says", "auth.json", { REGISTRY_AUTH_FILE: "auth.json" }],
  ["docker, where DOCKER_CONFIG says", "d/config.json", { DOCKER_CONFIG: "d" }],
])("%s", (_, path, places) => {
  write(path, { auths: { [host]: { auth } } });
  const env = Object.entries(places).map(([name, value]) => [name, join(home, value)]);
  expect(login(host, Object.fromEntries(env)).credentials).toEqual(robin);
});

test("where there is nothing: anonymously, and the files that were looked at", () => {
  write(".docker/config.json", "{ not json");
  const { credentials, who } = login();
  expect(credentials).toBeUndefined();
  expect(who).toContain(`anonymously (no login in ${home}/.docker/config.json, `);
});

describe("helpers", () => {
  const answer = JSON.stringify({ ServerURL: host, Username: "robin", Secret: "a:b" });

  test("credsStore: asked on stdin, without our secrets in its environment", () => {
    helper("desktop", answer);
    write(".docker/config.json", { credsStore: "desktop", auths: { [host]: {} } });
    const env = { LANDFALL_GIT_TOKEN: "secret", AWS_PROFILE: "ci" };
    const { credentials, who } = login(host, env);
    expect(credentials).toEqual(robin);
    expect(who).toMatch(/^as "robin" of docker-credential-desktop, which .*config\.json names$/);
    expect(readFileSync(join(home, "asked"), "utf8")).toBe(`get\n${host}`);
    const seen = readFileSync(join(home, "env"), "utf8");
    expect(seen).toContain("AWS_PROFILE=ci");
    expect(seen).not.toContain("LANDFALL");
  });

  test("credHelpers, for its hosts alone, before credsStore", () => {
    helper("ecr-login", answer);
    write(".docker/config.json", { credHelpers: { [host]: "ecr-login" }, credsStore: "none" });
    expect(login().credentials).toEqual(robin);
    expect(login("other.example.org").who).toContain("docker-credential-none failed: ENOENT");
  });

  test("Docker Hub is asked for by the name that docker uses; <token> is an identity token", () => {
    helper("desktop", JSON.stringify({ Username: "<token>", Secret: "abc" }));
    write(".docker/config.json", { credsStore: "desktop" });
    expect(login("docker.io").credentials).toEqual({ identityToken: "abc" });
    expect(readFileSync(join(home, "asked"), "utf8")).toContain("https://index.docker.io/v1/");
  });

  test.each([
    ["has no login", "credentials not found in native keychain", 1, "has no login"],
    ["fails", "panic: the secret is hunter2", 2, "failed: exit 2"],
    ["prints no JSON", "the secret is hunter2", 0, "gave no login"],
  ])("one that %s: anonymously, and why; its words are not shown", (_, print, status, why) => {
    helper("broken", print, status);
    write(".docker/config.json", { credsStore: "broken" });
    const { credentials, who } = login();
    expect(credentials).toBeUndefined();
    expect(who).toBe(`anonymously (docker-credential-broken ${why})`);
  });

  test("then what another file has counts", () => {
    helper("broken", "", 1);
    write(".docker/config.json", { credsStore: "broken", auths: { [host]: { auth } } });
    expect(login().credentials).toEqual(robin);
  });

  test("a name that is a path is never run", () => {
    write(".docker/config.json", { credsStore: "../../bin/sh" });
    expect(login().who).toContain("cannot be the name of a credential helper");
  });
});
