/** A branch of our own beside the manifests branch, which a request on the forge is made from. */

import { Failure } from "../../core/failure.ts";
import { asCommitId } from "../../core/ids.ts";
import { readCommit } from "../../core/landing/commit-message.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import type { Proposals, ProposedHead } from "../../ports-forge.ts";
import { type GitPlace, runHere } from "./run.ts";
import type { Server } from "./server.ts";
import { readPushReply } from "./text.ts";

/** What git does for a request. */
export type SideBranch = Pick<Proposals, "head" | "swap" | "landedAs" | "parentOf">;

const headRef = "refs/landfall/proposed";

/** Returns a branch, by its full name. */
export function sideBranch(server: Server, inside: GitPlace, ref: string): SideBranch {
  return {
    async head() {
      // Without its past: that could be as long as the history of the branch it is based on.
      const scope = ["--depth=1", "--filter=blob:none", "--no-write-fetch-head"];
      const said = await server.fetchRefs(scope, [`+${ref}:${headRef}`], { as: "looking" });
      if (said.code === 0) return headOf(inside);
      if (/couldn't find remote ref/.test(said.stderr)) return undefined;
      throw server.failure(said);
    },

    async landedAs(tip, deploy) {
      // Our history of the branch begins where it was first read: all of it is looked through.
      const args = ["log", "-z", "--first-parent", "--format=tformat:%H %B", tip, "--"];
      const { stdout } = await runHere(inside, args);
      const commits = stdout.toString("utf8").split("\0");
      // People may have picked it again since: the first is what merging made of ours.
      const own = commits.findLast((line) => readCommit(line.slice(41))?.deploy === deploy);
      return asCommitId(own?.slice(0, 40) ?? "");
    },

    async parentOf(commit) {
      const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^`];
      const { stdout } = await runHere(inside, args, { answers: [1, 128] });
      return asCommitId(stdout.toString("latin1").trim());
    },

    async swap(from, to): Promise<PushReply> {
      const parent = from ?? "";
      // The lease names the very commit that was read: what anybody put there since stays.
      const lease = `--force-with-lease=${ref}:${parent}`;
      const flags = ["--porcelain", "--no-verify", lease];
      try {
        const args = ["push", ...flags, "origin", `${to ?? ""}:${ref}`];
        return readPushReply(await server.say(args, { as: "writing" }), ref);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const kind = error.code === "interrupted" ? "silent" : "not-sent";
        return { kind, words: error.message };
      }
    },
  };
}

/** Reads the commit itself: what git says of its parents ends where our history is cut off. */
async function headOf(inside: GitPlace): Promise<ProposedHead> {
  const id = await runHere(inside, ["rev-parse", "--verify", headRef]);
  const commit = asCommitId(id.stdout.toString("latin1").trim());
  if (commit === undefined) throw new Error(`git rev-parse named no commit: ${id.stdout}`);
  const { stdout } = await runHere(inside, ["cat-file", "commit", commit]);
  const text = stdout.toString("utf8");
  const end = text.indexOf("\n\n");
  const head = text.slice(0, end).split("\n");
  const fields = (name: string) =>
    head.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const parents = fields("parent");
  const message = text.slice(end + 2);
  // We write both in one moment and as one person; who amends a commit, or rebases it, does not.
  const isWhole = parents.length === 1 && fields("author")[0] === fields("committer")[0];
  return {
    commit,
    parent: parents.length === 1 ? asCommitId(parents[0]!) : undefined,
    message,
    record: isWhole ? readCommit(message) : undefined,
  };
}
