/** What git's words say of this machine, or of a repository that is none for us. */

import { Failure } from "../../core/failure.ts";
import { type GitExchange, gitsOwn, wordsOf } from "./words.ts";

/** Returns what is wrong with git itself, or with the machine under it, if it is that. */
export function machineFailure(said: GitExchange): Failure | undefined {
  const install = "Install git 2.39 or newer, and put it on PATH.";
  if (/spawn git (?:ENOENT|EACCES)/.test(said.stderr)) {
    return new Failure("usage", "Cannot run git: there is no such program", install);
  }
  // git's own status for options that it does not know.
  if (said.code === 129) return new Failure("usage", `Cannot run git: ${wordsOf(said)}`, install);
  const [own, words] = [gitsOwn(said.stderr), wordsOf(said)];
  if (/No space left on device|Disk quota exceeded/i.test(own)) {
    const hint = "Make room, or set TMPDIR to a folder on another disk.";
    return new Failure("machine", `Cannot write git's objects: the disk is full: ${words}`, hint);
  }
  if (!/out of memory|cannot fork|Cannot allocate memory|unable to create thread/i.test(own)) {
    return undefined;
  }
  const hint = "Give it more memory, or let it start more processes.";
  return new Failure("machine", `Cannot run git: the machine has no more to give: ${words}`, hint);
}

/** Returns why a repository cannot be used by anybody with this program, if it is that. */
export function unfitRepository({ stderr }: GitExchange, url: string): Failure | undefined {
  if (!/mismatched algorithms|unknown value 'sha256' for object format/.test(stderr)) {
    return undefined;
  }
  return new Failure(
    "usage",
    `Cannot use "${url}": its objects have SHA-256 names, which Landfall does not know`,
    "Use a repository in git's usual format, SHA-1.",
  );
}
