/** Signed deploy commits: git itself verifies them, and the key is in no file of ours. */

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SigningKey } from "../../../src/adapters/git/sign.ts";
import { inTurn } from "../../support/all-or-some.ts";
import { manifest, openSandbox, type Sandbox } from "../../support/git-sandbox.ts";
import { openSecretWorld, readTree, seeProcesses } from "../../support/secret-world.ts";

const identity = { name: "Landfall", email: "landfall@localhost" };

function isHere(program: string, ...args: readonly string[]): boolean {
  try {
    return execFileSync(program, args, { stdio: "pipe", timeout: 10_000 }).length >= 0;
  } catch (error) {
    return (error as { code?: string }).code !== "ENOENT";
  }
}

const gpgIsHere = isHere("gpg", "--version");
const sshIsHere = isHere("ssh-keygen", "-?") && isHere("ssh-agent", "-?");

/** Makes an SSH key, and the list by which git knows whose it is. */
function sshKey(folder: string, type: string, passphrase = "") {
  const file = join(folder, `key-${type}`);
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "", "-f", file]);
  const allowed = join(folder, `allowed-${type}`);
  writeFileSync(allowed, `${identity.email} ${readFileSync(`${file}.pub`, "utf8")}`);
  return { file, allowed, text: readFileSync(file, "utf8") };
}

/** What git says of a commit's signature on the server. */
async function verify(box: Sandbox, commit: string, settings: Readonly<Record<string, string>>) {
  const { keyring = "", ...rest } = settings;
  const flags = Object.entries(rest).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const args = [...flags, "verify-commit", "-v", commit];
  const env = { ...box.env, GNUPGHOME: keyring };
  const { stderr } = await promisify(execFile)("git", args, {
    cwd: box.bare,
    env,
    timeout: 20_000,
  });
  return stderr;
}

async function landOnce(box: Sandbox, signing: () => SigningKey | undefined) {
  const remote = await box.open({ identity, signing });
  const parent = await remote.fetchTip();
  await remote.findManifests(parent, ["k8s"], ["example"]);
  const changes = [{ path: manifest.path, bytes: Buffer.from("image: example/app:2\n") }];
  const draft = { parent, changes, message: "subject\n\nbody\u00fc\n", atSeconds: 1_700_000_000 };
  const commit = await remote.commit(draft);
  return { remote, commit, again: await remote.commit(draft) };
}

const types = ["ed25519", "ecdsa"];
const forms = ["text", "text without its end", "file"];

describe.skipIf(!sshIsHere).each(types)(
  "an SSH key of type %s (skipped without OpenSSH)",
  (type) => {
    test.each(forms.filter((_, row) => inTurn(types, row).includes(type)))(
      "as %s signs: git verifies it",
      async (form) => {
        const box = await openSandbox();
        const key = sshKey(box.root, type);
        const signing = {
          text: { format: "ssh", text: key.text },
          "text without its end": {
            format: "ssh",
            text: key.text.trimEnd().replaceAll("\n", "\r\n"),
          },
          file: { format: "ssh", file: key.file },
        }[form] as SigningKey;
        const { commit: plain } = await landOnce(box, () => undefined);
        const { remote, commit, again } = await landOnce(box, () => signing);
        // Of an elliptic key no two signatures are the same, and a commit in doubt must be one.
        expect(again).toBe(commit);
        expect((await remote.push(commit)).kind).toBe("accepted");
        const said = await verify(box, commit, { "gpg.ssh.allowedSignersFile": key.allowed });
        expect(said).toMatch(/^Good "git" signature for landfall@localhost with /);
        const raw = (await box.run(box.bare, ["cat-file", "commit", commit])).toString();
        const unsigned = raw.replace(/^gpgsig .*\n(?: .*\n)*/m, "");
        // All else is as it is without a signature.
        expect(await hashOf(box, unsigned)).toBe(plain);
        const body = key.text.split("\n")[2]!;
        expect(readTree(box.temporary)).not.toContain(body);
        expect(readTree(box.temporary)).toMatch(/repositoryformatversion/);
        await remote.close();
        expect(seeProcesses().filter(({ line }) => line.includes(box.temporary))).toEqual([]);
      },
    );
  },
);

async function hashOf(box: Sandbox, commit: string): Promise<string> {
  const id = await box.run(box.bare, ["hash-object", "-t", "commit", "--stdin"], commit);
  return id.toString().trim();
}

describe.skipIf(!gpgIsHere)("an OpenPGP key (skipped without gpg)", () => {
  test.each(["by its fingerprint", "as the committer's"])(
    "%s signs: git verifies it",
    async (how) => {
      const box = await openSandbox();
      // Its agent's socket has a path of at most 107 characters.
      const keyring = mkdtempSync(join(tmpdir(), "gpg-"));
      const env = { PATH: process.env.PATH ?? "", GNUPGHOME: keyring };
      const gpg = (...args: string[]) =>
        execFileSync("gpg", ["--batch", ...args], { env, stdio: "pipe" });
      onTestFinished(() => {
        execFileSync("gpgconf", ["--kill", "all"], { env });
        rmSync(keyring, { recursive: true, force: true, maxRetries: 3 });
      });
      const who = `${identity.name} <${identity.email}>`;
      gpg("--passphrase", "", "--quick-gen-key", who, "ed25519", "sign", "never");
      const listed = gpg("--list-keys", "--with-colons").toString();
      const id = how === "by its fingerprint" ? /^fpr:+(\w+):/m.exec(listed)![1] : undefined;
      const { remote, commit, again } = await landOnce(box, () => ({
        format: "openpgp",
        id,
        keyring,
      }));
      expect(again).toBe(commit);
      expect((await remote.push(commit)).kind).toBe("accepted");
      expect(await verify(box, commit, { keyring })).toMatch(/Good signature from "Landfall/);
    },
  );

  test("that the keyring does not have is refused, with what to do", async () => {
    const box = await openSandbox();
    const keyring = join(box.root, "empty");
    mkdirSync(keyring, { mode: 0o700 });
    const landing = landOnce(box, () => ({ format: "openpgp", keyring }));
    await expect(landing).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^Cannot sign the deploy commit: /),
      hint: expect.stringMatching(/LANDFALL_SIGNING_KEY/),
    });
  });
});

describe.skipIf(!sshIsHere)("a key that cannot sign (skipped without OpenSSH)", () => {
  test.each([
    ["text that is no key", () => ({ format: "ssh", text: "bm9uZQ==" }) as const],
    ["a file that is not there", () => ({ format: "ssh", file: "/nonexistent/key" }) as const],
    [
      "a file with a passphrase",
      (folder: string) =>
        ({ format: "ssh", file: sshKey(folder, "ed25519", "secret").file }) as const,
    ],
  ])("%s is refused at once, and nothing is left", async (_what, key) => {
    const box = await openSandbox();
    const signing = key(box.root);
    await expect(landOnce(box, () => signing)).rejects.toMatchObject({ code: "usage" });
    expect(
      seeProcesses().filter(
        ({ name, line }) => /^ssh-agent/.test(name) && line.includes(box.temporary),
      ),
    ).toEqual([]);
  });
});

describe("landfall promote", () => {
  test.skipIf(!sshIsHere)(
    "(skipped without OpenSSH) signs with the key in LANDFALL_SIGNING_KEY, which nobody else gets to see",
    async () => {
      const world = await openSecretWorld();
      const key = sshKey(world.box.root, "ed25519");
      rmSync(key.file);
      const ran = await world.promote({ LANDFALL_SIGNING_KEY: key.text }, ["--json"]);
      expect(ran, ran.err + ran.out).toMatchObject({ status: 0 });
      const { commit } = JSON.parse(ran.out) as { commit: string };
      const said = await verify(world.box, commit, { "gpg.ssh.allowedSignersFile": key.allowed });
      expect(said).toMatch(/^Good "git" signature/);
      const body = key.text.split("\n")[2]!;
      expect(ran.out + ran.err + readTree(world.box.root)).not.toContain(body);
      expect(readdirSync(world.box.temporary)).toEqual([]);
    },
  );

  test.each([
    [{ LANDFALL_SIGNING_KEY: "-----BEGIN PGP PRIVATE KEY BLOCK-----" }, "{}", /gpg would write it/],
    [{}, "signing: { format: ssh }", /no key is given/],
    [{}, "signing: { format: ssh, key: ABCD }", /signing\.key/],
    [{ LANDFALL_SIGNING_KEY_FILE: "/x" }, "signing: { format: openpgp }", /gpg would write it/],
  ])("%j with %s is refused, and nothing is pushed", async (env, settings, says) => {
    const world = await openSecretWorld();
    const file = join(world.box.root, "landfall.yaml");
    writeFileSync(file, settings);
    const tip = await world.box.tip();
    const ran = await world.promoteHere(env, ["--config", file]);
    expect(ran, ran.err + ran.out).toMatchObject({ status: 2 });
    expect(ran.out + ran.err).toMatch(says);
    expect(await world.box.tip()).toBe(tip);
  });
});
