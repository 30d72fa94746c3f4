/** Landing on a branch, on real git over smart HTTP, when nothing goes wrong but other people. */

import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CommitId } from "../../../../src/core/ids.ts";
import type { CommitDraft, Remote } from "../../../../src/ports.ts";
import { manifest, openSandbox, type SandboxFile } from "../../../support/git-sandbox.ts";

/** A draft that puts `text` into the manifest. */
function draftOn(parent: CommitId, text = "image: example/app:sha-0000002\n"): CommitDraft {
  const changes = [{ path: manifest.path, bytes: Buffer.from(text) }];
  return { parent, changes, message: "chore(gitops): update\n", atSeconds: 1_700_000_100 };
}

/** One round as the landing loop runs it. */
async function round(remote: Remote, text?: string) {
  const tip = await remote.fetchTip();
  const files = await remote.findManifests(tip, ["k8s"], ["example/app"]);
  const commit = await remote.commit(draftOn(tip, text));
  const reply = await remote.push(commit);
  return { tip, files, commit, reply };
}

describe("a round", () => {
  test("finds the manifests, lands the commit, and sees it in the branch", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const { tip, files, commit, reply } = await round(remote);
    expect(files).toEqual([{ path: manifest.path, bytes: Buffer.from(String(manifest.bytes)) }]);
    expect(reply.kind).toBe("accepted");
    expect(await remote.reread(tip, commit)).toEqual({ kind: "contains", tip: commit });
    expect(await box.tip()).toBe(commit);
    expect(await box.git(box.bare, "log", "-1", "--format=%an %at %ct %P", commit)).toBe(
      `Landfall 1700000100 1700000100 ${tip}`,
    );
  });

  test("finds what is below the paths, and no file that was only read beside them", async () => {
    const beside = { path: ".landfall/holds.yaml", bytes: "example/app: none\n" };
    const box = await openSandbox({ files: [manifest, beside] });
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const found = async (path: string) =>
      (await remote.findManifests(tip, [path], ["example/app"])).map((file) => file.path);
    for (const when of ["first", "again"]) {
      expect(await found("k8s"), when).toEqual([manifest.path]);
      expect(String(await remote.readFile(tip, beside.path)), when).toBe(beside.bytes);
      expect(String(await remote.readFile(tip, manifest.path)), when).toBe(manifest.bytes);
      expect(await remote.readFile(tip, "none.yaml"), when).toBeUndefined();
    }
    expect(await found(".landfall")).toEqual([beside.path]);
    expect(await found(".")).toEqual([beside.path, manifest.path]);
  });

  test("tells of links that lead out of the paths, and of no other", async () => {
    const text = "image: example/app:1\n";
    const link = (path: string, to: string) => ({ path, bytes: to, mode: "120000" }) as const;
    const box = await openSandbox({
      files: [
        manifest,
        { path: "shared/x.yaml", bytes: text },
        { path: "shared/y.yaml", bytes: "image: example/other:1\n" },
        { path: "k8s/z.yaml.tmpl", bytes: text },
        link("k8s/file.yaml", "../shared/x.yaml"),
        link("k8s/chain.yaml", "file.yaml"),
        link("k8s/folder", "../shared"),
        link("k8s/root", ".."),
        link("k8s/template.yaml", "z.yaml.tmpl"),
        link("k8s/other.yaml", "../shared/y.yaml"),
        link("k8s/inside.yaml", manifest.path.slice("k8s/".length)),
        link("k8s/here", "."),
        link("k8s/gone.yaml", "../shared/gone.yaml"),
        link("k8s/loop.yaml", "loop.yaml"),
        link("k8s/notes.txt", "../shared/x.yaml"),
        link("k8s/bin", "/nix/store/x"),
      ],
    });
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const told = async (path: string) => {
      const found = await remote.findManifests(tip, [path], ["example/app"]);
      return found.flatMap(({ path: at, bytes, unread }) =>
        unread === undefined ? [] : [[at, String(bytes), unread.split('"')[1]]],
      );
    };
    expect(await told("k8s")).toEqual([
      ["k8s/chain.yaml", text, "file.yaml"],
      ["k8s/file.yaml", text, "../shared/x.yaml"],
      ["k8s/folder", "", "../shared"],
      ["k8s/root", "", ".."],
      ["k8s/template.yaml", text, "z.yaml.tmpl"],
    ]);
    expect(await told(".")).toEqual([["k8s/template.yaml", text, "z.yaml.tmpl"]]);
  });

  test("reads what the commits before the tip say, and goes on landing", async () => {
    const box = await openSandbox();
    for (const n of [1, 2, 3]) {
      await box.addCommit([{ path: "notes.md", bytes: `${n}\n` }]);
    }
    const remote = await box.open();
    const { tip } = await round(remote);
    const here = await remote.messagesBefore(tip, 1);
    expect(here).toEqual([await remote.messageOf(tip)]);
    const log = await box.git(box.bare, "log", "--first-parent", "--format=%s", tip);
    const before = await remote.messagesBefore(tip, 200);
    expect(before.map((message) => message.split("\n")[0])).toEqual(log.split("\n"));
    const next = await round(remote, "image: example/app:sha-0000009\n");
    expect(await remote.reread(next.tip, next.commit)).toMatchObject({ kind: "contains" });
    expect(await remote.messagesBefore(next.commit, 2)).toHaveLength(2);
    expect(next.tip).not.toBe(tip);
  });

  test("takes at most nine requests with nobody else about", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const { tip, commit } = await round(remote);
    await remote.reread(tip, commit);
    expect(box.stats.requests, JSON.stringify(box.stats.byKind)).toBeLessThanOrEqual(9);
  });

  test("takes at most seven requests when an earlier one lost", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    await remote.findManifests(await remote.fetchTip(), ["k8s"], ["example/app"]);
    await box.addCommit([{ path: manifest.path, bytes: "image: example/app:sha-0000003\n" }]);
    const before = box.stats.requests;
    const { tip, files, commit } = await round(remote);
    expect(await remote.reread(tip, commit)).toEqual({ kind: "contains", tip: commit });
    expect(String(files[0]?.bytes)).toContain("sha-0000003");
    expect(box.stats.requests - before, JSON.stringify(box.stats.byKind)).toBeLessThanOrEqual(7);
  });

  test("that lost is four requests, and the push that lost one of them", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    await remote.fetchTip();
    await box.addCommit([{ path: manifest.path, bytes: "image: example/app:sha-0000003\n" }]);
    const before = { ...box.stats.byKind };
    const tip = await remote.fetchTip();
    const commit = await remote.commit(draftOn(tip));
    await box.addCommit([{ path: manifest.path, bytes: "image: example/app:sha-0000004\n" }]);
    expect(await remote.push(commit)).toEqual({
      ...{ kind: "raced", seenBy: "git", words: "[rejected] (stale info)" },
    });
    const asked = Object.entries(box.stats.byKind).map(([kind, n]) => [
      kind,
      n - (before[kind] ?? 0),
    ]);
    expect(Object.fromEntries(asked)).toEqual({
      ...{ "git-upload-pack:GET": 1, "git-upload-pack:POST": 2, "git-receive-pack:GET": 1 },
    });
  });

  test("lands on a server that knows no atomic push", async () => {
    const box = await openSandbox({ settings: { "receive.advertiseAtomic": "false" } });
    const remote = await box.open();
    const { commit, reply } = await round(remote);
    expect(reply.kind).toBe("accepted");
    expect(await box.tip()).toBe(commit);
  });

  test("leaves nothing behind once it is closed", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    await round(remote);
    expect(readdirSync(box.temporary)).not.toEqual([]);
    await remote.close();
    expect(readdirSync(box.temporary)).toEqual([]);
  });

  test("fetches no file that is no manifest, and works on a server without filters", async () => {
    const binary = {
      path: "big.bin",
      bytes: Buffer.alloc(300_000, "0123456789abcdef\x01\x02\x03"),
    };
    const noise = Buffer.from(
      Array.from({ length: 200_000 }, (_, at) => (at * at * 31 + at) % 251),
    );
    const files = [manifest, binary, { path: "noise.bin", bytes: noise }];
    const lean = await openSandbox({ files });
    await round(await lean.open());
    expect(lean.stats.bytesOut).toBeLessThan(10_000);
    const settings = {
      "uploadpack.allowFilter": "false",
      "uploadpack.allowAnySHA1InWant": "false",
    };
    const old = await openSandbox({ files, settings });
    const { reply } = await round(await old.open());
    expect(reply.kind).toBe("accepted");
  });
});

describe("a commit", () => {
  test("is the same commit for the same draft, and pushing it again is accepted", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const { tip, commit, reply } = await round(remote);
    expect(await remote.commit(draftOn(tip))).toBe(commit);
    expect(await (await box.open()).commit(draftOn(tip)).catch(() => commit)).toBe(commit);
    expect(reply.kind).toBe("accepted");
    expect((await remote.push(commit)).kind).toBe("accepted");
    expect(await box.git(box.bare, "rev-list", "--count", "main")).toBe("2");
  });

  test("keeps modes and every byte of what it does not name", async () => {
    const bom = Buffer.from("\uFEFFimage: example/app:1\r\nlast: line");
    const files: SandboxFile[] = [
      { path: "run.yaml", bytes: bom, mode: "100755" },
      { path: "other.yaml", bytes: bom },
      { path: "link", bytes: "run.yaml", mode: "120000" },
    ];
    const box = await openSandbox({ files });
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const [found] = await remote.findManifests(tip, ["run.yaml"], ["example/app"]);
    expect(found?.bytes).toEqual(bom);
    const bytes = Buffer.concat([bom, Buffer.from([0xff, 0, 13, 10])]);
    const draft = { ...draftOn(tip), changes: [{ path: "run.yaml", bytes }] };
    await remote.push(await remote.commit(draft));
    expect(await box.fileAt("run.yaml")).toEqual(bytes);
    expect(await box.git(box.bare, "diff", "--raw", tip, "main")).toMatch(
      /^:100755 100755 \S+ \S+ M\trun\.yaml$/,
    );
  });

  test("may change no file", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const commit = await remote.commit({ ...draftOn(tip), changes: [] });
    expect((await remote.push(commit)).kind).toBe("accepted");
    expect(await box.git(box.bare, "rev-parse", "main^{tree}")).toBe(
      await box.git(box.bare, "rev-parse", "main~1^{tree}"),
    );
  });

  test("may add a file in a new directory, and remove it again", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const path = ".landfall/holds.yaml";
    const tip = await remote.fetchTip();
    expect(await remote.readFile(tip, path)).toBeUndefined();
    const add = { ...draftOn(tip), changes: [{ path, bytes: Buffer.from("holds: []\n") }] };
    const added = await remote.commit(add);
    await remote.push(added);
    const next = await remote.fetchTip();
    expect(String(await remote.readFile(next, path))).toBe("holds: []\n");
    const remove = { ...draftOn(next), changes: [{ path, bytes: undefined }] };
    await remote.push(await remote.commit(remove));
    expect(await box.git(box.bare, "ls-tree", "-r", "--name-only", "main")).toBe(manifest.path);
  });

  test("carries its message byte for byte", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const message =
      "chore: ü\n\n# not a comment\nfrom x\nM 100644 inline a\n\nLandfall-Deploy: 1\n";
    const commit = await remote.commit({ ...draftOn(await remote.fetchTip()), message });
    expect(await remote.messageOf(commit)).toBe(message);
  });
});

describe("other people's commits", () => {
  test("two of them on top of ours do not hide it", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const { tip, commit } = await round(remote);
    await box.addCommit([{ path: "a.txt", bytes: "1" }]);
    const last = await box.addCommit([{ path: "b.txt", bytes: "2" }]);
    expect(await remote.reread(tip, commit)).toEqual({ kind: "contains", tip: last });
    expect(await remote.contains(last, commit)).toBe(true);
    expect(await remote.contains(last, tip)).toBe(true);
    expect(await remote.contains(tip, commit)).toBe(false);
  });

  test("one that came between fetch and push wins, and is kept by the next round", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const commit = await remote.commit(draftOn(tip));
    const foreign = await box.addCommit([{ path: "a.txt", bytes: "1" }]);
    expect((await remote.push(commit)).kind).toBe("raced");
    expect(await remote.reread(tip, commit)).toEqual({ kind: "moved", tip: foreign });
    const second = await round(remote);
    expect(second.reply.kind).toBe("accepted");
    expect(String(await box.fileAt("a.txt"))).toBe("1");
    expect(await box.git(box.bare, "rev-list", "--count", "main")).toBe("3");
  });

  test("one that lands while the push is under way wins by the server's compare-and-swap", async () => {
    const box = await openSandbox({
      fault: async ({ kind, before }) => {
        if (kind === "git-receive-pack:POST" && before === 0) {
          await box.addCommit([{ path: "a.txt", bytes: "1" }]);
        }
        return "pass" as const;
      },
    });
    const remote = await box.open();
    const { tip, commit, reply } = await round(remote);
    expect(reply.kind).toBe("raced");
    expect((await remote.reread(tip, commit)).kind).toBe("moved");
    expect((await round(remote)).reply.kind).toBe("accepted");
  });

  test("a branch that was rewritten has moved, and does not contain us", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const { tip, commit } = await round(remote);
    await box.addCommit([{ path: "other.txt", bytes: "1" }], "fresh");
    await box.git(box.bare, "update-ref", "refs/heads/main", "refs/heads/fresh");
    expect(await remote.reread(tip, commit)).toEqual({ kind: "moved", tip: await box.tip() });
  });
});

describe("what nobody pushed", () => {
  test("leaves the branch unmoved", async () => {
    const box = await openSandbox();
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const commit = await remote.commit(draftOn(tip));
    expect(await remote.reread(tip, commit)).toEqual({ kind: "unmoved" });
    expect(await box.tip()).toBe(tip);
  });

  test("is read as well without the right to write", async () => {
    const box = await openSandbox({ settings: { "http.receivepack": "false" } });
    const remote = await box.open();
    const { tip, commit, reply } = await round(remote);
    expect(reply.kind).toBe("refused");
    expect(await remote.reread(tip, commit)).toEqual({ kind: "unmoved" });
  });

  test("is unreadable when the server is away", async () => {
    const box = await openSandbox({
      fault: ({ kind, before }) => (kind.endsWith(":GET") && before > 0 ? { status: 503 } : "pass"),
    });
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const commit = await remote.commit(draftOn(tip));
    expect((await remote.reread(tip, commit)).kind).toBe("unmoved");
    expect((await remote.reread(tip, commit)).kind).toBe("unreadable");
  });
});

test("the source of a private repository is removed even after a failure", async () => {
  const box = await openSandbox();
  const remote = await box.open({ branch: "nowhere" });
  await expect(remote.fetchTip()).rejects.toMatchObject({ code: "remote-not-found" });
  await remote.close();
  expect(existsSync(box.temporary) && readdirSync(box.temporary)).toEqual([]);
});
