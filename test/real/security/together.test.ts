/** What somebody leaves beside the branch is landed with our rights only if it has our key. */

import { expect, test } from "vitest";
import { keySeal, openSeal, type Seal } from "../../../src/adapters/git/waiting.ts";
import { asTag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeMessage } from "../../../src/core/landing/commit-message.ts";
import { type WaitingChange, writeWaiting } from "../../../src/core/landing/waiting.ts";
import { takeAlong } from "../../../src/usecases/landing/take-along.ts";
import { manifest, openSandbox, type Sandbox } from "../../support/git-sandbox.ts";

const ours = keySeal("0123456789abcdef");
const nowMs = 1_700_000_000_000;

/** Leaves a change that moves the image of the sandbox, and returns it. */
async function leave(box: Sandbox, deploy: string, seal: Seal, over: Partial<WaitingChange> = {}) {
  const { waiting } = await box.open({ seal, identity: { name: "Owner", email: "o@localhost" } });
  const image = parseImageName("example/app")!;
  const revision = "a".repeat(40) as never;
  const tag = "sha-0000009";
  const text = writeWaiting({
    ...{ deploy, branch: waiting!.branch, base: await box.tip(), deadlineMs: nowMs + 1 },
    ...{ paths: ["k8s"], images: [image], author: waiting!.author, atSeconds: 1_700_000_000 },
    message: writeMessage({
      ...{ outcome: "landed", deploy, revision, tags: [tag], skipCi: true },
      moves: [{ image: "example/app", from: "sha-0000001", to: tag }],
    }),
    pins: [{ file: manifest.path, image, before: "sha-0000001", tag: asTag(tag) }],
    ...over,
  })!;
  const words = { deploy, text: `${text}\n${seal.sealOf(text)}\n`, atSeconds: 1 };
  expect((await waiting!.leave(words, undefined)).reply.kind).toBe("accepted");
}

/** Lands a commit of our own, and what goes along with it. Returns the messages' deploys. */
async function land(box: Sandbox): Promise<string> {
  const remote = await box.open({ seal: ours });
  await remote.fetchTip();
  const { tip, notes } = await remote.waiting!.fetchAll();
  const changes = [{ path: "docs/a.md", bytes: Buffer.from("a\n") }];
  const draft = {
    parent: tip,
    changes,
    message: "chore: own\n\nLandfall-Deploy: own\n",
    atSeconds: 1,
  };
  const own = await remote.commit(draft);
  const along = await takeAlong(notes, { own, draft, rules: {}, nowMs }, remote.waiting!);
  expect((await remote.push(own, along)).kind).toBe("accepted");
  return box.git(
    box.bare,
    "log",
    "--format=%an/%cn %(trailers:key=Landfall-Deploy,valueonly,separator=)",
    `${tip}..main`,
  );
}

test("a change without the key is not taken along, and one with it is, by its own name", async () => {
  const box = await openSandbox();
  await leave(box, "forged", openSeal);
  await leave(box, "other-key", keySeal("fedcba9876543210"));
  await leave(box, "late", ours, { deadlineMs: nowMs });
  await leave(box, "elsewhere", ours, { branch: "refs/heads/other" });
  await leave(box, "owned", ours);
  expect((await land(box)).split("\n")).toEqual(["Owner/Landfall owned", "Landfall/Landfall own"]);
  expect(String(await box.fileAt(manifest.path))).toBe(
    String(manifest.bytes).replace("0000001", "0000009"),
  );
  const left = await box.git(
    box.bare,
    "for-each-ref",
    "--format=%(refname:lstrip=3)",
    "refs/landfall",
  );
  expect(left.split("\n")).toEqual(["elsewhere", "forged", "late", "other-key"]);
});
