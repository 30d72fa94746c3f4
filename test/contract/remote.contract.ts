/** What every `Remote` keeps to, so that what is proven on the model holds for git. */

import { describe, expect, it } from "vitest";
import type { CommitId } from "../../src/core/ids.ts";
import type { CommitDraft, PastCommit, Remote } from "../../src/ports.ts";

/** A branch, and what somebody else does to it. */
export interface RemoteSubject {
  readonly remote: Remote;
  /** Adds a commit past us: content by path, undefined for a file that goes. */
  change(files: Readonly<Record<string, string | undefined>>): Promise<CommitId>;
  /** Puts the branch where it is told to, forward or back. */
  force(commit: CommitId): Promise<void>;
  /** Where the branch stands in truth. */
  tip(): Promise<CommitId>;
}

const files = {
  "k8s/b.yaml": "image: acme/web:1\n",
  "k8s/a.yml": "image: acme/api:1\n",
  "k8s/notes.txt": "image: acme/web:1\n",
  "k8s/deep/c.yaml": "image: acme/web:2\n",
  "other/d.yaml": "image: acme/web:3\n",
};

const draftOn = (parent: CommitId, text = "image: acme/web:9\n"): CommitDraft => ({
  ...{ parent, message: "chore: web\n\nTrailer: x\n", atSeconds: 1_700_000_000 },
  changes: [{ path: "k8s/b.yaml", bytes: Buffer.from(text) }],
});

/** Runs the suite on one kind of branch. */
export function remoteContract(
  name: string,
  open: (files: Readonly<Record<string, string>>) => Promise<RemoteSubject>,
): void {
  describe(`${name}: finding manifests`, () => {
    const find = async (paths: readonly string[], needles = ["acme/web"]) => {
      const { remote } = await open(files);
      const found = await remote.findManifests(await remote.fetchTip(), paths, needles);
      return found.map(({ path }) => path);
    };

    it("looks under folders, in manifests alone, in the order of their paths", async () => {
      expect(await find(["k8s"])).toEqual(["k8s/b.yaml", "k8s/deep/c.yaml"]);
      expect(await find(["k8s"], ["acme/web", "acme/api"])).toEqual([
        "k8s/a.yml",
        "k8s/b.yaml",
        "k8s/deep/c.yaml",
      ]);
      expect(await find(["k8s"], ["none"])).toEqual([]);
    });

    it("takes a file that is named, whatever it is called, and `.` for everything", async () => {
      expect(await find(["k8s/notes.txt"])).toEqual(["k8s/notes.txt"]);
      expect(await find(["."])).toEqual(["k8s/b.yaml", "k8s/deep/c.yaml", "other/d.yaml"]);
      expect(await find(["other", "k8s/deep"])).toEqual(["k8s/deep/c.yaml", "other/d.yaml"]);
    });

    it.each(["none", "k8s/none.yaml", "k8", "../k8s", "k8s/..", "k8s//deep", ".git"])(
      "refuses %s",
      async (path) => {
        await expect(find(["k8s", path])).rejects.toMatchObject({ code: "usage" });
      },
    );

    it("reads one file, or none", async () => {
      const { remote } = await open(files);
      const tip = await remote.fetchTip();
      const read = async (path: string) => (await remote.readFile(tip, path))?.toString();
      expect(Buffer.from((await remote.readFile(tip, "k8s/notes.txt"))!).toString()).toBe(
        files["k8s/notes.txt"],
      );
      expect(await read("none")).toBeUndefined();
      expect(await read("k8s/none")).toBeUndefined();
    });
  });

  describe(`${name}: committing`, () => {
    it("makes the same commit of the same draft, and moves nothing", async () => {
      const { remote, tip } = await open(files);
      const before = await remote.fetchTip();
      const commit = await remote.commit(draftOn(before));
      expect(await remote.commit(draftOn(before))).toBe(commit);
      expect(await remote.commit(draftOn(before, "other"))).not.toBe(commit);
      expect(await remote.messageOf(commit)).toBe("chore: web\n\nTrailer: x\n");
      expect(await tip()).toBe(before);
      expect(await remote.contains(commit, before)).toBe(true);
      expect(await remote.contains(before, commit)).toBe(false);
    });

    it("changes, adds and removes files, and may change none", async () => {
      const { remote } = await open(files);
      const parent = await remote.fetchTip();
      const changes = [
        { path: "k8s/b.yaml", bytes: undefined },
        { path: "k8s/e.yaml", bytes: Buffer.from("image: acme/web:5\n") },
      ];
      const commit = await remote.commit({ ...draftOn(parent), changes });
      const found = await remote.findManifests(commit, ["k8s"], ["acme/web"]);
      expect(found.map(({ path }) => path)).toEqual(["k8s/deep/c.yaml", "k8s/e.yaml"]);
      expect(await remote.commit({ ...draftOn(parent), changes: [] })).not.toBe(parent);
    });
  });

  describe(`${name}: the past`, () => {
    it("tells which paths a commit changed that is known by its words and its date", async () => {
      const { remote, change } = await open(files);
      const commit = await remote.commit(draftOn(await remote.fetchTip()));
      await remote.push(commit);
      await change({ "other/d.yaml": undefined });
      const tip = await remote.fetchTip();
      const ask = (trailer: string, count = 200) => {
        const isIt = ({ message, atSeconds }: PastCommit) =>
          message.includes(`Trailer: ${trailer}\n`) && atSeconds === 1_700_000_000;
        return remote.changedPaths?.(tip, { isIt, count });
      };
      expect(await ask("x")).toEqual(["k8s/b.yaml"]);
      expect(await ask("y")).toBeUndefined();
      expect(await ask("x", 1)).toBeUndefined();
    });
  });

  describe(`${name}: pushing`, () => {
    it("moves the branch from the parent, and says so however often", async () => {
      const { remote, tip } = await open(files);
      const before = await remote.fetchTip();
      const commit = await remote.commit(draftOn(before));
      expect(await remote.reread(before, commit)).toEqual({ kind: "unmoved" });
      expect(await remote.push(commit)).toMatchObject({ kind: "accepted" });
      expect(await tip()).toBe(commit);
      expect(await remote.push(commit)).toMatchObject({ kind: "accepted" });
      expect(await remote.reread(before, commit)).toEqual({ kind: "contains", tip: commit });
      expect(await remote.fetchTip()).toBe(commit);
    });

    it("loses to somebody else's commit, which stays", async () => {
      const { remote, change, tip } = await open(files);
      const before = await remote.fetchTip();
      const commit = await remote.commit(draftOn(before));
      const theirs = await change({ "k8s/a.yml": "image: acme/api:2\n" });
      expect(await remote.push(commit)).toMatchObject({ kind: "raced" });
      expect(await tip()).toBe(theirs);
      expect(await remote.reread(before, commit)).toEqual({ kind: "moved", tip: theirs });
      expect(await remote.contains(theirs, before)).toBe(true);
    });

    it("is seen to have landed below what others put on top", async () => {
      const { remote, change } = await open(files);
      const before = await remote.fetchTip();
      const commit = await remote.commit(draftOn(before));
      await remote.push(commit);
      const theirs = await change({ "k8s/a.yml": undefined });
      expect(await remote.reread(before, commit)).toEqual({ kind: "contains", tip: theirs });
      const next = await remote.fetchTip();
      expect(next).toBe(theirs);
      expect(await remote.push(await remote.commit(draftOn(next, "next")))).toMatchObject({
        kind: "accepted",
      });
    });

    it("brings nothing back that was taken out of the branch", async () => {
      const { remote, change, force, tip } = await open(files);
      const base = await tip();
      await change({ "k8s/a.yml": "image: acme/api:2\n" });
      const parent = await remote.fetchTip();
      const commit = await remote.commit(draftOn(parent));
      await force(base);
      expect(await remote.push(commit)).toMatchObject({ kind: "raced" });
      expect(await tip()).toBe(base);
      expect(await remote.reread(parent, commit)).toEqual({ kind: "moved", tip: base });
    });
  });
}
