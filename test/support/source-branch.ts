/** A source repository's history, beside the manifests that are deployed from it. */

import { createHash } from "node:crypto";
import { asRevision, type Revision } from "../../src/core/ids.ts";

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const message = "work\n";

/**
 * Returns commits of a branch `source`, one after the other, as git-fast-import reads them, and how
 * git will call them: a commit's id follows from its text, so nobody has to be asked for it.
 */
export function sourceBranch(count: number) {
  const revisions: Revision[] = [];
  let stream = "";
  for (let at = 0; at < count; at += 1) {
    const who = `Developer <developer@localhost> ${1_700_000_000 + at} +0000`;
    const parent = revisions.at(-1);
    stream += `commit refs/heads/source\nauthor ${who}\ncommitter ${who}\n`;
    stream += `data ${message.length}\n${message}\n`;
    const before = parent === undefined ? "" : `parent ${parent}\n`;
    const body = `tree ${emptyTree}\n${before}author ${who}\ncommitter ${who}\n\n${message}`;
    const id = createHash("sha1").update(`commit ${body.length}\0${body}`).digest("hex");
    revisions.push(asRevision(id)!);
  }
  return { stream, revisions: revisions as readonly Revision[] };
}
