/** How what is on our branch, and in the request, relates to what a run wants. */

import type { RequestState, Standing } from "../../core/forge/decide.ts";
import { type ForgeRequest, readMark } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import { type ReadCommit, readCommit } from "../../core/landing/commit-message.ts";
import type { Ending } from "../../core/landing/landing.ts";
import type { CommitDraft, Remote } from "../../ports.ts";
import type { ProposedHead } from "../../ports-forge.ts";
import type { ProposalRun } from "./propose.ts";

/** What a run wants, and what it found. */
interface Found {
  readonly request: ForgeRequest | undefined;
  readonly tip: CommitId;
  readonly head: ProposedHead | undefined;
  readonly draft: Omit<CommitDraft, "parent">;
}

/** Returns how our branch relates to what is wanted. */
export async function standingOf<Why>(
  { request, tip, head, draft }: Found,
  { ports, overtakes }: ProposalRun<Why>,
): Promise<Standing> {
  const { remote, proposals } = ports;
  if (head === undefined) return "absent";
  const { commit, record, parent } = head;
  // What was merged already may be put away.
  if (await remote.contains(tip, commit)) return "older";
  const mark = request?.state === "open" ? readMark(request) : undefined;
  if (mark !== undefined && mark.scope !== proposals.scope) return "other";
  if (record === undefined) return "edited";
  if (await holdsAll(commit, draft, remote)) return "ours";
  const wanted = readCommit(draft.message);
  if (isSame(record, wanted)) return parent === tip ? "ours" : "stale";
  return (await overtakes(record, wanted)) ? "older" : "ahead";
}

/** Whether a commit has every byte that we would write on this tip. */
async function holdsAll(
  commit: CommitId,
  { changes }: Found["draft"],
  remote: Remote,
): Promise<boolean> {
  for (const { path, bytes } of changes) {
    const there = await remote.readFile(commit, path);
    if (there === undefined || bytes === undefined) return there === bytes;
    if (Buffer.compare(there, bytes) !== 0) return false;
  }
  return true;
}

function isSame(one: ReadCommit, other: ReadCommit | undefined): boolean {
  if (one.deploy === other?.deploy) return true;
  const isAbout = one.revision !== undefined && one.revision === other?.revision;
  return isAbout && one.outcome === other?.outcome;
}

/** Returns what the newest request means for what is wanted. */
export function stateOf(
  request: ForgeRequest | undefined,
  { message }: Found["draft"],
): RequestState {
  if (request?.state === "open") return "open";
  const mark = request?.state === "closed" ? readMark(request) : undefined;
  if (mark === undefined || mark.closed !== undefined) return "none";
  const wanted = readCommit(message);
  const isIt = mark.deploy === wanted?.deploy || mark.revision === wanted?.revision;
  return isIt ? "declined" : "none";
}

/** What stands in the way of a run. */
interface Obstacle<Why> {
  readonly request: ForgeRequest | undefined;
  readonly state: RequestState;
  readonly standing: Standing;
  readonly head: ProposedHead | undefined;
  readonly why: Why;
}

/** Returns the ending of a run that leaves people's work alone. */
export function refusal<Why>(about: Obstacle<Why>): Ending<Why> {
  const { request, state, standing, head, why } = about;
  const where = request === undefined ? "Our branch" : `The request ${request.url}`;
  const refused = { kind: "refused", by: "people", why } as const;
  if (state === "declined") {
    const words = `${where} for this revision was closed by hand`;
    return { ...refused, words, remedy: "Reopen it, or promote a newer revision." };
  }
  if (standing === "other") {
    const words = `${where} is about other manifests`;
    return { ...refused, words, remedy: "Give each settings file a branch by land.branch." };
  }
  const words = `${where} was edited by hand: ${head?.commit} is not as Landfall made it`;
  return { ...refused, words, remedy: "Merge or close it, or remove its branch." };
}

/** Returns the ending of a run that does not wait for what people asked for before. */
export function goesFirst<Why>({ url }: ForgeRequest, why: Why): Ending<Why> {
  const words = `The request ${url} is open, and what it proposes goes first`;
  const remedy = "Merge or close it, and run this again.";
  return { kind: "refused", by: "people", words, remedy, why };
}
