/** How what is on our branch, and in the request, relates to what a run wants. */

import type { RequestState, Standing } from "../../core/forge/decide.ts";
import { type ForgeRequest, readMark } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import { isDeploy, type ReadCommit, readCommit } from "../../core/landing/commit-message.ts";
import type { Ending } from "../../core/landing/landing.ts";
import type { CommitDraft, Remote } from "../../ports.ts";
import type { ProposedHead } from "../../ports-forge.ts";
import type { ProposalRun, ProposePorts } from "./propose.ts";

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
  if (await isSpent(head, request, { tip, ports })) return "older";
  const mark = request?.state === "open" ? readMark(request) : undefined;
  if (mark !== undefined && mark.scope !== proposals.scope) return "other";
  if (record === undefined) return "edited";
  const wanted = readCommit(draft.message);
  const isCurrent = await merges({ parent, tip, changes: draft.changes }, remote);
  if (isCurrent && (await holdsAll(commit, draft.changes, remote))) return "ours";
  if (isSame(record, wanted)) return parent === tip ? "ours" : "stale";
  // What it moves beside ours would be lost with it.
  if (isDeploy(record.outcome) && !movesAll(draft.message, head.message)) return "ahead";
  return (await overtakes(record, wanted)) ? "older" : "ahead";
}

/**
 * Whether what was made on `parent` still merges: nobody has changed those files since. On a branch
 * that was set back it would bring back what was cut off.
 */
async function merges(
  {
    parent,
    tip,
    changes,
  }: Pick<Found, "tip"> & Pick<ProposedHead, "parent"> & Pick<CommitDraft, "changes">,
  remote: Remote,
): Promise<boolean> {
  if (parent === tip) return true;
  if (parent === undefined || !(await remote.contains(tip, parent))) return false;
  for (const { path } of changes) {
    if (!isSameFile(await remote.readFile(tip, path), await remote.readFile(parent, path))) {
      return false;
    }
  }
  return true;
}

function isSameFile(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Whether what is on our branch was merged, or closed as it is: nothing is lost with it. */
async function isSpent(
  { commit, record }: ProposedHead,
  request: ForgeRequest | undefined,
  { tip, ports }: { readonly tip: CommitId; readonly ports: ProposePorts },
): Promise<boolean> {
  if (await ports.remote.contains(tip, commit)) return true;
  const landed = record && (await ports.proposals.landedAs(tip, record.deploy));
  if (landed !== undefined) return true;
  if (request === undefined || request.state === "open" || request.head !== commit) return false;
  return request.state === "merged" || record !== undefined;
}

/** Whether a commit has every byte that we would write on this tip. */
export async function holdsAll(
  commit: CommitId,
  changes: CommitDraft["changes"],
  remote: Remote,
): Promise<boolean> {
  for (const { path, bytes } of changes) {
    if (!isSameFile(await remote.readFile(commit, path), bytes)) return false;
  }
  return true;
}

/** Whether a message names every image that another one moves. */
function movesAll(message: string, other: string): boolean {
  const imagesIn = (text: string) =>
    [...text.matchAll(/^(\S+): .* -> \S+$/gm)].map(([, name]) => name);
  const own = new Set(imagesIn(message));
  return imagesIn(other).every((name) => own.has(name));
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
  // One that lost its branch before its text was brought up to date was not looked at by anybody.
  if (mark === undefined || mark.closed !== undefined || mark.commit !== request?.head) {
    return "none";
  }
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
