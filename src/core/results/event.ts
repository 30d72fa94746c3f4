/** A landing, told to other programs: the body of a webhook, and a line for a chat. */

import type { PromoteResult } from "./promote.ts";

/** What nobody needs to be told: nothing came of it, or nothing was to come of it. */
const quiet: ReadonlySet<PromoteResult["outcome"]> = new Set([
  ...(["unchanged", "superseded", "would-land"] as const),
]);

/** Returns whether people are told of a result. */
export function isTold({ outcome }: Pick<PromoteResult, "outcome">): boolean {
  return !quiet.has(outcome);
}

/** Returns a landing as an event (CloudEvents 1.0, JSON format). `data` is what `--json` prints. */
export function eventOf(result: PromoteResult, atMs: number): object {
  const { command, outcome, deploy, repository, environment } = result;
  return {
    specversion: "1.0",
    id: `${deploy}/${outcome}`,
    source: repository,
    type: `landfall.${command}.${outcome}`,
    ...(environment === undefined ? {} : { subject: environment }),
    time: new Date(atMs).toISOString(),
    datacontenttype: "application/json",
    data: result,
  };
}

/** Returns a landing as one line, in the little markup of Slack, Mattermost and their like. */
export function chatLine(result: PromoteResult): string {
  const { command, outcome, environment, images, revision, request, failure, branch } = result;
  const tags = [...new Set(images.map(({ tag }) => tag))].join(", ") || revision || command;
  const where = environment ?? branch;
  const link = request === undefined ? "" : ` ${request.url}`;
  const why = failure === undefined ? "" : `: ${failure.message}`;
  return inert(`${outcome}: ${tags} in ${where}${why}`.slice(0, 1_000)) + inert(link);
}

/** Nobody is mentioned, and nothing is linked that the sender did not mean. */
function inert(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
