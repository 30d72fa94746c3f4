/** What every `DeployLog` keeps to. */

import { describe, expect, it } from "vitest";
import type { DeployLog } from "../../src/ports.ts";

type Files = Readonly<Record<string, string | undefined>>;

/** A log of a branch that begins with some files and changes some more, one commit for each. */
export type OpenLog = (first: Files, ...changes: readonly Files[]) => Promise<DeployLog>;

const decoder = new TextDecoder();

async function contents(log: DeployLog, ids: readonly (string | undefined)[]) {
  const found: string[] = [];
  const known = ids.filter((id) => id !== undefined);
  await log.read(known, (_, bytes) => found.push(decoder.decode(bytes)));
  return found;
}

/** Runs the suite on one kind of log. */
export function deployLogContract(name: string, open: OpenLog): void {
  describe(name, () => {
    it("reads the branch, children before their parents, the tip first", async () => {
      const log = await open({ "k8s/a.yaml": "1" }, { "k8s/a.yaml": "2" }, { x: "1" });
      const { manifests } = await log.histories();
      expect(manifests).toHaveLength(3);
      const [tip, middle, base] = manifests;
      expect(tip!.parents).toEqual([middle!.id]);
      expect(middle!.parents).toEqual([base!.id]);
      expect(base!.parents).toEqual([]);
      expect(manifests.every(({ id }) => /^[0-9a-f]{40}$/.test(id))).toBe(true);
    });

    it("tells which files each commit added, changed and took away, and no others", async () => {
      const log = await open(
        { "k8s/a.yaml": "1", "k8s/b.yaml": "1", "docs/x": "1" },
        { "k8s/a.yaml": "2", "k8s/c.yaml": "1" },
        { "docs/x": "2" },
        { "k8s/b.yaml": undefined },
        {},
      );
      const { manifests } = await log.histories();
      const [none, gone, docs, changed, first] = manifests.map(({ id }) => id);
      const changes = await log.changes(manifests, ["k8s"]);
      expect(new Set(changes.keys())).toEqual(new Set([gone, changed, first]));
      const paths = (id: string | undefined) =>
        changes
          .get(id!)!
          .map(({ path }) => path)
          .sort();
      expect(paths(first)).toEqual(["k8s/a.yaml", "k8s/b.yaml"]);
      expect(paths(changed)).toEqual(["k8s/a.yaml", "k8s/c.yaml"]);
      const a = changes.get(changed!)!.find(({ path }) => path === "k8s/a.yaml")!;
      const c = changes.get(changed!)!.find(({ path }) => path === "k8s/c.yaml")!;
      const [b] = changes.get(gone!)!;
      expect([c.before, b!.after]).toEqual([undefined, undefined]);
      // The same content is one content, wherever it stands.
      expect(await contents(log, [a.before, a.after, c.after])).toEqual(["1", "2"]);
      const all = await log.changes(manifests, ["."]);
      expect(all.has(docs!)).toBe(true);
      expect(all.has(none!)).toBe(false);
      expect(await log.changes([], ["k8s"])).toEqual(new Map());
    });

    it("reads each content once, in order, and passes over what is none", async () => {
      const log = await open({ "k8s/a.yaml": "one", "k8s/b.yaml": "two" });
      const { manifests } = await log.histories();
      const found = (await log.changes(manifests, [])).get(manifests[0]!.id)!;
      const ids = found.map(({ after }) => after).reverse();
      const texts = found.map(({ path }) => (path.includes("a.yaml") ? "one" : "two")).reverse();
      expect(await contents(log, ids)).toEqual(texts);
    });

    it("lists the files at a commit", async () => {
      const log = await open({ "k8s/a.yaml": "1", x: "1" }, { x: undefined, "k8s/b.yaml": "1" });
      const { manifests } = await log.histories();
      const at = async (id: string) => [...(await log.filesAt(id))].sort();
      expect(await at(manifests[0]!.id)).toEqual(["k8s/a.yaml", "k8s/b.yaml"]);
      expect(await at(manifests[1]!.id)).toEqual(["k8s/a.yaml", "x"]);
    });
  });
}
