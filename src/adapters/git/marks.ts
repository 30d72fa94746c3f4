/** Marks beside the branch: refs that only ever come and go, so that nobody can lose a race. */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { type Mark, markPrefix, markRef, outdated, readMarkRef } from "../../core/landing/mark.ts";
import type { Server } from "./server.ts";

/** Lists the marks that a server has. */
export async function listMarks(server: Server): Promise<readonly Mark[]> {
  const { stdout } = await server.ask(["ls-remote", "origin", `${markPrefix}*`], { as: "looking" });
  return stdout.split("\n").flatMap((line) => readMarkRef(line.split("\t")[1] ?? "") ?? []);
}

/**
 * Leaves a mark, and takes those away that it makes needless.
 *
 * @throws Failure `remote-denied` when the server does not take such refs; else as a push does.
 */
export async function pushMark(server: Server, mark: Mark, commit: CommitId): Promise<void> {
  const gone = outdated(await listMarks(server), mark).map((old) => `:${markRef(old)}`);
  const refs = [`${commit}:${markRef(mark)}`, ...gone];
  const said = await server.say(["push", "--porcelain", "--no-verify", "origin", ...refs], {
    as: "writing",
  });
  if (said.code === 0) return;
  const { message, hint, code } = server.failure(said);
  throw new Failure(code, `Cannot leave the mark "${markRef(mark)}": ${message}`, hint);
}
