/** Secrets stay where they belong, and nothing in a hostile repository or environment acts. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { redactor, transportOf } from "../../../../src/adapters/git/auth.ts";
import type { CommitId } from "../../../../src/core/ids.ts";
import type { Remote } from "../../../../src/ports.ts";
import { manifest, openSandbox, type Sandbox } from "../../../support/git-sandbox.ts";

const token = "ghp_s3cret/To+ken=";
const login = { username: "x-access-token", password: token };
const basic = Buffer.from(`${login.username}:${token}`).toString("base64");
const spellings = [token, encodeURIComponent(token), basic];

/** One landing, with whatever the server does. */
async function land(remote: Remote, path = "k8s") {
  const tip = await remote.fetchTip();
  await remote.findManifests(tip, [path], ["example/app"]);
  const changes = [{ path: manifest.path, bytes: Buffer.from("image: example/app:2\n") }];
  const commit = await remote.commit({ parent: tip, changes, message: "x\n", atSeconds: 1 });
  return {
    tip,
    commit,
    reply: await remote.push(commit),
    reread: await remote.reread(tip, commit),
  };
}

/** A server elsewhere, to which nobody should come. Returns what came. */
async function openElsewhere() {
  const came: string[] = [];
  const server = createServer((request, response) => {
    came.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came };
}

/** The command lines of all processes that can be seen. */
function commandLines(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ");
      } catch {
        return ""; // It has ended meanwhile.
      }
    });
}

/** The files below a directory, in one text. */
function filesOf(directory: string): string {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      try {
        return readFileSync(join(entry.parentPath, entry.name), "latin1");
      } catch {
        return "";
      }
    })
    .join("\n");
}

describe("the token", () => {
  test("opens the server, and a wrong one is denied without being repeated", async () => {
    const box = await openSandbox({ login });
    expect((await land(await box.open({ credentials: { token } }))).reread.kind).toBe("contains");
    await expect((await box.open()).fetchTip()).rejects.toMatchObject({ code: "remote-denied" });
    const wrong = await box.open({ credentials: { token: "wr0ng-secret" } });
    await expect(wrong.fetchTip()).rejects.toMatchObject({
      code: "remote-denied",
      message: expect.not.stringContaining("wr0ng-secret"),
    });
  });

  test("is in no command line and in no file, at any step", async () => {
    const seen: string[] = [];
    const box: Sandbox = await openSandbox({
      login,
      fault: () => {
        seen.push(...commandLines().filter((line) => /^\S*git\S* /.test(line)));
        seen.push(filesOf(box.temporary));
        return "pass";
      },
    });
    await land(await box.open({ credentials: { token } }));
    const all = seen.join("\n");
    // Proof that something was looked at: git with our commands, and our repository.
    expect(all).toMatch(/git push --porcelain/);
    expect(all).toMatch(/repositoryformatversion/);
    for (const secret of spellings) expect(all).not.toContain(secret);
  });

  test("is blackened where the server repeats it", async () => {
    const box = await openSandbox({ login });
    box.addHook("pre-receive", `echo "you are ${token} ${basic}"; exit 1`);
    const { reply } = await land(await box.open({ credentials: { token } }));
    expect(reply.kind).toBe("refused");
    expect(reply.words).toContain("you are *** ***");
  });

  test.each([301, 302, 307, 308])("does not follow a redirect (%i) of a read", async (status) => {
    const { url, came } = await openElsewhere();
    const location = `${url}/app.git/info/refs?service=git-upload-pack`;
    const box = await openSandbox({ login, fault: () => ({ status, headers: { location } }) });
    const remote = await box.open({ credentials: { token } });
    await expect(remote.fetchTip()).rejects.toMatchObject({
      code: "remote-not-found",
      hint: expect.stringContaining("Redirects are not followed"),
    });
    expect(came).toEqual([]);
  });

  test.each(["git-receive-pack:GET", "git-receive-pack:POST"])(
    "does not follow a redirect of a push (%s)",
    async (kind) => {
      const { url, came } = await openElsewhere();
      const headers = { location: `${url}/app.git/git-receive-pack` };
      const box = await openSandbox({
        login,
        fault: (request) => (request.kind === kind ? { status: 307, headers } : "pass"),
      });
      const { reply, reread } = await land(await box.open({ credentials: { token } }));
      expect(reply.kind).toBe("refused");
      expect(reread.kind).toBe("unmoved");
      expect(came).toEqual([]);
    },
  );

  test("of somebody else's configuration does not go along", async () => {
    const sent: unknown[] = [];
    const box = await openSandbox({
      fault: ({ headers }) => {
        sent.push(headers.authorization, headers["x-leftover"]);
        return "pass";
      },
    });
    const env = {
      ...{
        ...process.env,
        GIT_CONFIG_COUNT: "2",
        HOME: "/root",
        GIT_TRACE: join(box.root, "trace"),
      },
      ...{ GIT_CONFIG_KEY_0: "http.extraheader", GIT_CONFIG_VALUE_0: "Authorization: Basic eA==" },
      ...{ GIT_CONFIG_KEY_1: `http.${box.url}.extraheader`, GIT_CONFIG_VALUE_1: "X-Leftover: 1" },
    };
    await land(await box.open({ env }));
    expect(new Set(sent)).toEqual(new Set([undefined]));
    expect(existsSync(join(box.root, "trace"))).toBe(false);
  });

  test("in a URL is refused before anything is made", async () => {
    const box = await openSandbox();
    const url = box.url.replace("//", `//x:${token.replace("/", "")}@`);
    await expect(box.open({ url })).rejects.toMatchObject({
      code: "usage",
      message: expect.not.stringContaining("s3cret"),
      hint: expect.stringContaining("LANDFALL_GIT_TOKEN"),
    });
    expect(readdirSync(box.temporary)).toEqual([]);
  });

  test("is blackened in every spelling", () => {
    const text = `a ${spellings.join(" b ")} c`;
    expect(redactor({ token })(text)).toBe("a *** b *** b *** c");
    expect(redactor({})(text)).toBe(text);
  });
});

describe("a URL", () => {
  test.each([
    ["https://h/o/r.git", "https"],
    ["http://127.0.0.1:8080/r.git", "http"],
    ["http://[::1]/r.git", "http"],
    ["ssh://git@h/o/r.git", "ssh"],
    ["git@h:o/r.git", "ssh"],
    ["/srv/r.git", "file"],
    ["../r.git", "file"],
  ])("%s is reached by %s", (url, transport) => {
    expect(transportOf(url)).toBe(transport);
  });

  test.each([
    ...["http://h/r.git", "http://localhost.evil.example/r.git", "http://127.0.0.1.evil/r.git"],
    ...["git://h/r.git", "ext::sh -c id", "ftp://h/r", "--upload-pack=id", "-x", ""],
    ...["ssh://-oProxyCommand=id/r", "git@-oProxyCommand=id:r", "https://user@h/r.git"],
    ...["ssh://user:pass@h/r.git", "fd::1", "file://host/r.git", "git@h:-r"],
  ])("%s is refused", (url) => {
    expect(() => transportOf(url)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

test.each([
  ...["--mirror", "-f", "main:other", "main..x", "@{u}", "@", "HEAD", "a b", "a\nb", ""],
  ...["refs/tags/v1", "x.lock", "a//b", ".hidden", "a/", "a~1", "a^", "a*", "a\\b"],
])("the branch %j is refused before anything is made", async (branch) => {
  const box = await openSandbox();
  await expect(box.open({ branch })).rejects.toMatchObject({ code: "usage" });
  expect(readdirSync(box.temporary)).toEqual([]);
  expect(box.stats.requests).toBe(0);
});

describe("a hostile repository", () => {
  const outside = "/etc/hostname";
  const module = "b".repeat(40);

  async function openHostile(): Promise<{ box: Sandbox; remote: Remote; tip: CommitId }> {
    const box = await openSandbox({
      files: [
        manifest,
        { path: "k8s/link.yaml", bytes: outside, mode: "120000" },
        { path: "k8s/module.yaml", bytes: module, mode: "160000" },
        { path: ".landfall/holds.yaml", bytes: outside, mode: "120000" },
        {
          path: ".gitmodules",
          bytes: '[submodule "x"]\n\tpath = k8s/module.yaml\n\turl = ext::id\n',
        },
        { path: ".gitattributes", bytes: "* text eol=crlf ident filter=evil export-subst -diff\n" },
      ],
    });
    const remote = await box.open();
    return { box, remote, tip: await remote.fetchTip() };
  }

  test("has its links and submodules told below a path, and nothing behind them read", async () => {
    const { remote, tip } = await openHostile();
    const found = await remote.findManifests(tip, ["k8s"], [""]);
    const nothing = Buffer.alloc(0);
    expect(found).toEqual([
      { path: manifest.path, bytes: Buffer.from(String(manifest.bytes)) },
      { path: "k8s/link.yaml", bytes: nothing, unread: expect.stringContaining(outside) },
      { path: "k8s/module.yaml", bytes: nothing, unread: expect.stringContaining("submodule") },
    ]);
  });

  test.each(["k8s/link.yaml", "k8s/module.yaml"])("has %s refused as a path", async (path) => {
    const { remote, tip } = await openHostile();
    const found = remote.findManifests(tip, [path], ["x"]);
    await expect(found).rejects.toMatchObject({ code: "bad-manifest", place: { file: path } });
  });

  test("has a link in place of a file refused, not read", async () => {
    const { remote, tip } = await openHostile();
    const read = remote.readFile(tip, ".landfall/holds.yaml");
    await expect(read).rejects.toMatchObject({ code: "bad-manifest" });
  });

  test.each(["../x", "/etc", "k8s/../..", ":(top)k8s", "*", "no/such"])(
    "has the path %s not found",
    async (path) => {
      const { remote, tip } = await openHostile();
      await expect(remote.findManifests(tip, [path], ["x"])).rejects.toMatchObject({
        code: "usage",
      });
    },
  );

  test("has its attributes ignored: every byte is as it was and as it is asked to be", async () => {
    const { box, remote, tip } = await openHostile();
    const [found] = await remote.findManifests(tip, [manifest.path], ["example"]);
    expect(String(found?.bytes)).toBe(manifest.bytes);
    const bytes = Buffer.from("image: example/app:2\r\n$Id$ $Format:%H$\n\xff", "latin1");
    const changes = [{ path: manifest.path, bytes }];
    const draft = { parent: tip, changes, message: "x\n", atSeconds: 1 };
    await remote.push(await remote.commit(draft));
    expect(await box.fileAt(manifest.path)).toEqual(bytes);
  });
});
