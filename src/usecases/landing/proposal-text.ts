/** What is written for people: a request's text, and a comment when it changes hands. */

import {
  type ForgeRequest,
  isEdited,
  type RequestMark,
  readMark,
  remarked,
  requestText,
} from "../../core/forge/request.ts";
import type { Proposals, ProposedHead } from "../../ports-forge.ts";
import type { ProposalRun, ProposePorts } from "./propose.ts";

/**
 * Opens a request for what is on our branch, or finds that somebody was faster.
 *
 * @param before The newest request when the branch was read.
 */
export async function openRequest(
  head: ProposedHead,
  before: ForgeRequest | undefined,
  { proposals, progress }: ProposePorts,
): Promise<void> {
  // Reading takes a while. What was merged meanwhile would be merged twice if it were opened again.
  const now = await proposals.latest();
  if (now?.number !== before?.number || now?.state !== before?.state) return;
  const said = await proposals.open(textOf(head, proposals));
  if (said === "opened") progress.step("Opened a request on the forge");
}

/**
 * Sees to it that an open request says what its branch holds, and that the forge merges it where
 * that is wanted. Words of people are left as they are.
 */
export async function keepRequest<Why>(
  request: ForgeRequest,
  head: ProposedHead,
  run: ProposalRun<Why>,
): Promise<void> {
  const { proposals, progress } = run.ports;
  if (head.record === undefined) return;
  const mark = readMark(request);
  const text = textOf(head, proposals);
  if (mark?.commit !== head.commit) {
    const own = readMark(text)!;
    const isKept = isEdited(request);
    // A mark of no text of ours: it stays an edited one.
    await proposals.edit(request.number, isKept ? remarked(request, { ...own, text: "" }) : text);
    const kept = isKept ? " The title and the text were edited by hand and stay as they are." : "";
    await proposals.comment(request.number, `${takeOver(mark, own)}${kept}`);
    progress.step(`Took over ${request.url}`);
  }
  if (!proposals.isAuto || run.asked.has(head.commit) || request.head !== head.commit) {
    return;
  }
  const said = await proposals.mergeWhenReady(request);
  if (said !== "later") run.asked.add(head.commit);
  if (typeof said === "object") {
    progress.warn(`The forge does not merge ${request.url} by itself: ${said.words}`);
  }
}

/** Closes a request that the branch has overtaken, says why, and takes its branch away. */
export async function closeRequest(
  request: ForgeRequest,
  head: ProposedHead,
  { proposals, progress }: ProposePorts,
): Promise<void> {
  const mark = readMark(request) ?? readMark(textOf(head, proposals))!;
  await proposals.comment(
    request.number,
    "Landfall closes this request: the branch has moved on, and nothing of it is left to do.",
  );
  await proposals.close(request.number, remarked(request, { ...mark, closed: "overtaken" }));
  await proposals.swap(head.commit, undefined);
  progress.step(`Closed ${request.url}: the branch has overtaken it`);
}

function textOf({ commit, message }: ProposedHead, { scope, compare }: Proposals) {
  return requestText({ commit, message, scope, compare });
}

function takeOver(before: RequestMark | undefined, now: RequestMark): string {
  const named = ({ revision, deploy }: RequestMark) => `\`${revision?.slice(0, 12) ?? deploy}\``;
  const instead = before === undefined ? "" : ` instead of ${named(before)}`;
  return `Landfall proposes ${named(now)}${instead} from now on.`;
}
