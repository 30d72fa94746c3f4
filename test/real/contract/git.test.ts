/** Real git keeps to the contracts that the model is held to, over smart HTTP. */

import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openDeployLog } from "../../../src/adapters/git/deploy-log.ts";
import { openHistory } from "../../../src/adapters/git/history.ts";
import { localSource } from "../../../src/adapters/git/source.ts";
import { keySeal } from "../../../src/adapters/git/waiting.ts";
import { asRevision, type CommitId, type Revision } from "../../../src/core/ids.ts";
import { deployLogContract } from "../../contract/deploy-log.contract.ts";
import { remoteContract } from "../../contract/remote.contract.ts";
import { type SourceShape, sourceHistoryContract } from "../../contract/source-history.contract.ts";
import { waitingRoomContract } from "../../contract/waiting-room.contract.ts";
import { openSandbox, type Sandbox } from "../../support/git-sandbox.ts";

type Files = Readonly<Record<string, string | undefined>>;

const filesOf = (files: Files) =>
  Object.entries(files).map(([path, bytes]) => (bytes === undefined ? { path } : { path, bytes }));

remoteContract("a branch on a server", async (files) => {
  const box = await openSandbox({ files: filesOf(files) });
  return {
    remote: await box.open(),
    change: (more) => box.addCommit(filesOf(more)),
    async force(commit: CommitId) {
      await box.git(box.bare, "update-ref", "refs/heads/main", commit);
    },
    tip: () => box.tip(),
  };
});

waitingRoomContract("a branch on a server", async (files) => {
  const box = await openSandbox({ files: filesOf(files) });
  const deployer = async () => {
    const remote = await box.open({ seal: keySeal("the deployers' own") });
    await remote.fetchTip();
    return { remote, room: remote.waiting! };
  };
  return [await deployer(), await deployer()];
});

deployLogContract("a log on a server", async (first, ...more) => {
  const box = await openSandbox({ files: filesOf(first) });
  await box.git(box.bare, "symbolic-ref", "HEAD", "refs/heads/main");
  for (const files of more) await box.addCommit(filesOf(files));
  const at = { url: box.url, credentials: {} };
  const log = await openDeployLog({
    ...{ env: process.env, temporary: box.temporary, timeoutMs: 30_000 },
    ...{ manifests: { ...at, branch: "main" }, source: { upstream: at } },
  });
  onTestFinished(() => log.close());
  return log;
});

/** Makes commits in a repository, and moves its branch to the last of them. */
function grower(box: Sandbox) {
  const revisions = new Map<string, Revision>();
  const of = (name: string) => revisions.get(name)!;
  async function grow(shape: SourceShape) {
    const tree = await box.git(box.bare, "rev-parse", "main^{tree}");
    for (const [name, ...parents] of shape) {
      const flags = parents.flatMap((parent) => ["-p", of(parent)]);
      const who = ["-c", "user.name=a", "-c", "user.email=a@b"];
      const id = await box.git(box.bare, ...who, "commit-tree", tree, "-m", name, ...flags);
      revisions.set(name, asRevision(id)!);
      await box.git(box.bare, "update-ref", "refs/heads/main", id);
    }
  }
  return { of, grow };
}

for (const how of ["a URL", "a whole clone", "a shallow clone"]) {
  sourceHistoryContract(`a source by ${how}`, async (shape) => {
    const box = await openSandbox();
    const { of, grow } = grower(box);
    await grow(shape);
    await box.git(box.bare, "symbolic-ref", "HEAD", "refs/heads/main");
    const path = join(box.root, "clone");
    const depth = how === "a shallow clone" ? ["--depth=1"] : [];
    await box.git(box.root, "clone", "--quiet", ...depth, `file://${box.bare}`, path);
    const history = await openHistory({
      ...{ env: process.env, temporary: box.temporary, timeoutMs: 30_000 },
      local: how === "a URL" ? undefined : await localSource(path),
      upstream: async () => ({ url: box.url, credentials: {} }),
    });
    onTestFinished(() => history.close());
    const growAndPull = async (more: SourceShape) => {
      await grow(more);
      await box.git(path, "pull", "--quiet");
    };
    return { history, of, grow: growAndPull };
  });
}
