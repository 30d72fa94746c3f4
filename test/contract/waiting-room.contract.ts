/** What every `WaitingRoom` keeps to, so that what is proven on the model holds for git. */

import { describe, expect, it } from "vitest";
import type { CommitId } from "../../src/core/ids.ts";
import type { Remote } from "../../src/ports.ts";
import type { WaitingRoom } from "../../src/ports-waiting.ts";

/** One deployer at a branch. */
export interface Deployer {
  readonly remote: Pick<Remote, "commit" | "push">;
  readonly room: WaitingRoom;
}

const files = { "k8s/a.yaml": "image: acme/a:1\n", "k8s/b.yaml": "image: acme/b:1\n" };

const draft = (path: string, text: string) => ({
  ...{ changes: [{ path, bytes: Buffer.from(text) }], message: `chore: ${path}\n` },
  atSeconds: 1_700_000_000,
});

const words = { deploy: "d1", text: "all of it\nseal\n", atSeconds: 1_700_000_000 };

/** Runs the suite on one kind of branch, which two deployers have opened. */
export function waitingRoomContract(
  name: string,
  open: (files: Readonly<Record<string, string>>) => Promise<readonly [Deployer, Deployer]>,
): void {
  describe(`${name}: waiting beside it`, () => {
    it("a note is seen by others, and goes with the push that takes it along", async () => {
      const [one, other] = await open(files);
      const before = (await one.room.fetchAll()).tip;
      const { note, reply } = await one.room.leave(words, undefined);
      expect(reply.kind).toBe("accepted");
      const seen = await other.room.fetchAll();
      expect(seen).toEqual({
        tip: before,
        notes: [{ deploy: "d1", text: words.text, id: note.id }],
      });
      const paths = ["k8s/a.yaml", "k8s/none.yaml"];
      const read = await other.room.read(before, paths);
      expect([...read].map(([path, bytes]) => [path, String(Buffer.from(bytes))])).toEqual([
        ["k8s/a.yaml", files["k8s/a.yaml"]],
      ]);
      const own = await other.remote.commit({ parent: before, ...draft("k8s/a.yaml", "a: 2\n") });
      const author = { name: "One", email: "one@localhost" };
      const theirs = { ...draft("k8s/b.yaml", "b: 2\n"), author };
      const head = await other.room.chain(own, [theirs, draft("k8s/c.yaml", "c: 1\n")]);
      expect((await other.remote.push(own, { head, ended: seen.notes })).kind).toBe("accepted");
      expect(await one.room.fetchAll()).toEqual({ tip: head, notes: [] });
      const since = await one.room.since(before, head);
      expect(since?.commits.map(({ message }) => message)).toEqual([
        "chore: k8s/c.yaml\n",
        "chore: k8s/b.yaml\n",
        "chore: k8s/a.yaml\n",
      ]);
      expect(since?.commits.map(({ id }) => id)).toEqual([head, expect.any(String), own]);
      expect([...since!.changed].sort()).toEqual(["k8s/a.yaml", "k8s/b.yaml", "k8s/c.yaml"]);
    });

    it("a push moves nothing where a note is not as it was read", async () => {
      const [one, other] = await open(files);
      const { note } = await one.room.leave(words, undefined);
      const { tip, notes } = await other.room.fetchAll();
      expect((await one.room.remove(note)).kind).toBe("accepted");
      const own = await other.remote.commit({ parent: tip, ...draft("k8s/a.yaml", "a: 2\n") });
      expect((await other.remote.push(own, { head: own, ended: notes })).kind).toBe("raced");
      expect(await other.room.fetchAll()).toEqual({ tip, notes: [] });
    });

    it("a note moves from what it was read as, and from nothing else", async () => {
      const [one, other] = await open(files);
      const first = await one.room.leave(words, undefined);
      expect((await other.room.leave({ ...words, text: "theirs\n" }, undefined)).reply.kind).toBe(
        "raced",
      );
      const second = await one.room.leave({ ...words, text: "anew\nseal\n" }, first.note);
      expect(second.reply.kind).toBe("accepted");
      expect((await other.room.remove(first.note)).kind).toBe("raced");
      const { notes } = await other.room.fetchAll();
      expect(notes).toEqual([{ deploy: "d1", text: "anew\nseal\n", id: second.note.id }]);
      expect((await other.room.remove(notes[0]!)).kind).toBe("accepted");
      expect((await one.room.remove(second.note)).kind).toBe("raced");
    });

    it("nothing is known since a commit that the branch does not come from", async () => {
      const [{ remote, room }] = await open(files);
      const { tip } = await room.fetchAll();
      const beside = await remote.commit({ parent: tip, ...draft("k8s/a.yaml", "a: 3\n") });
      expect(await room.since(beside, tip)).toBeUndefined();
      const nowhere = "0123456789".repeat(4) as CommitId;
      if (name.includes("server")) expect(await room.since(nowhere, tip)).toBeUndefined();
      expect(await room.since(tip, tip)).toEqual({ commits: [], changed: [] });
      expect(await room.since(tip, beside)).toMatchObject({ changed: ["k8s/a.yaml"] });
    });

    it("a seal is of one text, by those who share the key", async () => {
      const [one, other] = await open(files);
      const seal = await one.room.sealOf("text");
      expect(await other.room.isSealOf(seal, "text")).toBe(true);
      for (const wrong of ["", "00", seal.slice(2), `${seal.slice(0, -2)}zz`]) {
        expect(await other.room.isSealOf(wrong, "text"), wrong).toBe(false);
      }
      expect(await other.room.isSealOf(seal, "text ")).toBe(false);
    });
  });
}
