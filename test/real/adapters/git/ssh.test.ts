/** Landing over ssh: a key by file or as text, and no other key, host or question. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openHistory } from "../../../../src/adapters/git/history.ts";
import { readyCredentials } from "../../../../src/adapters/git/ssh-agent.ts";
import { asRevision } from "../../../../src/core/ids.ts";
import { manifest, openSandbox } from "../../../support/git-sandbox.ts";
import { sshdIsHere, startSshServer } from "../../../support/ssh-server.ts";

async function openOverSsh() {
  const box = await openSandbox();
  const server = await startSshServer();
  return { box, server, url: server.urlOf(box.bare) };
}

/** What is on disk below a directory. Sockets are no files. */
function filesOf(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

/** The agents of ours that run. */
function agents(temporary: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join("/proc", pid, "cmdline"), "utf8");
      } catch {
        return "";
      }
    })
    .filter((line) => line.startsWith("ssh-agent") && line.includes(temporary));
}

describe.skipIf(!sshdIsHere)("over ssh (skipped without sshd)", () => {
  test.each(["text", "text without its end", "file"])("a key as %s lands", async (form) => {
    const { box, server, url } = await openOverSsh();
    const key = {
      text: { sshKey: server.key },
      "text without its end": { sshKey: server.key.trimEnd().replaceAll("\n", "\r\n") },
      file: { sshKeyFile: server.keyFile },
    }[form];
    const credentials = { ...key, sshKnownHostsFile: server.knownHosts };
    const remote = await box.open({ url, credentials });
    const tip = await remote.fetchTip();
    await remote.findManifests(tip, ["k8s"], ["example"]);
    const changes = [{ path: manifest.path, bytes: Buffer.from("image: example/app:2\n") }];
    const commit = await remote.commit({ parent: tip, changes, message: "x\n", atSeconds: 1 });
    expect((await remote.push(commit)).kind, server.log.join("")).toBe("accepted");
    expect(await remote.reread(tip, commit)).toEqual({ kind: "contains", tip: commit });
    expect(agents(box.temporary)).toHaveLength(form === "file" ? 0 : 1);
    expect(filesOf(box.temporary)).not.toContain(server.key.split("\n")[2]);
    await remote.close();
    expect(agents(box.temporary)).toEqual([]);
    expect(readdirSync(box.temporary)).toEqual([]);
  });

  test("a source is read with the key as text too", async () => {
    const { box, server, url } = await openOverSsh();
    const credentials = { sshKey: server.key, sshKnownHostsFile: server.knownHosts };
    const history = await openHistory({
      ...{ env: process.env, temporary: box.temporary, timeoutMs: 30_000 },
      upstream: async () => ({ url, credentials }),
    });
    onTestFinished(() => history.close());
    const tip = asRevision(await box.tip())!;
    expect(await history.resolve(tip.slice(0, 7))).toBe(tip);
    await history.close();
    expect(agents(box.temporary)).toEqual([]);
  });

  test("another key is denied", async () => {
    const { box, server, url } = await openOverSsh();
    const credentials = { sshKey: server.otherKey(), sshKnownHostsFile: server.knownHosts };
    const remote = await box.open({ url, credentials });
    await expect(remote.fetchTip()).rejects.toMatchObject({ code: "remote-denied" });
  });

  test("a host that is not known is denied", async () => {
    const { box, server, url } = await openOverSsh();
    const credentials = { sshKeyFile: server.keyFile, sshKnownHostsFile: "/dev/null" };
    const remote = await box.open({ url, credentials });
    await expect(remote.fetchTip()).rejects.toMatchObject({
      code: "remote-denied",
      message: expect.stringContaining("Host key verification failed"),
    });
  });
});

describe("a key that cannot be used", () => {
  test("is refused with what to do, and leaves nothing behind", async () => {
    const box = await openSandbox();
    const credentials = { sshKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nbm9uZQ==\n" };
    const opened = box.open({ url: "ssh://git@127.0.0.1:1/app.git", credentials });
    await expect(opened).rejects.toMatchObject({
      code: "usage",
      message: expect.not.stringContaining("bm9uZQ"),
      hint: expect.stringContaining("private key"),
    });
    expect(readdirSync(box.temporary)).toEqual([]);
    expect(agents(box.temporary)).toEqual([]);
  });

  test("because OpenSSH is not there is refused", async () => {
    const box = await openSandbox();
    const agent = { env: { PATH: box.temporary }, home: box.temporary, name: "agent" };
    const place = { url: "ssh://git@h/r", ...agent };
    await expect(readyCredentials({ sshKey: "x" }, place)).rejects.toMatchObject({
      code: "usage",
      hint: expect.stringContaining("OpenSSH"),
    });
  });

  test("is not looked at where https is spoken", async () => {
    const place = { url: "https://h/r", env: {}, home: "/nonexistent", name: "agent" };
    const ready = await readyCredentials({ sshKey: "x", token: "t" }, place);
    expect(ready.credentials).toEqual({ sshKey: "x", token: "t" });
    await ready.close();
  });
});
