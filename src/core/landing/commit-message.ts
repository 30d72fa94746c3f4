/**
 * The message of a deploy commit, both ways: promote writes it, the audit and later promotes read
 * it.
 */

import { asRevision, type Revision } from "../ids.ts";

/** What a deploy commit did. */
export type RecordedOutcome = "landed" | "superseded" | "recovered" | "rolled-back" | "released";

/** One image's line in the message, already in the words people read. */
export interface RecordedMove {
  readonly image: string;
  readonly from: string;
  readonly to: string;
}

/** What the message of a deploy commit says. */
export interface DeployRecord {
  readonly outcome: RecordedOutcome;
  /** One id per promotion. It stands in at most one commit of the branch's first-parent history. */
  readonly deploy: string;
  readonly revision: Revision;
  /** The tags moved to, without repeats, in the order of the images. */
  readonly tags: readonly string[];
  readonly moves: readonly RecordedMove[];
  /** One sentence for people, for example a rollback's reason. */
  readonly reason?: string | undefined;
  /** Whether to ask CI systems not to build this commit. */
  readonly skipCi: boolean;
}

const subjects: Readonly<Record<RecordedOutcome, (tags: string, moves: number) => string>> = {
  landed: (tags) => `update image tags to ${tags}`,
  superseded: (tags) => `${tags} is superseded, image tags stay`,
  recovered: (tags) => `recover missing manifest update to ${tags}`,
  "rolled-back": (tags, moves) =>
    moves === 0 ? `hold image tags at ${tags}` : `roll image tags back to ${tags}`,
  released: (tags) => `release the hold on ${tags}`,
};

/** Returns the commit message for a record: subject, one line an image, trailers. */
export function writeMessage(record: DeployRecord): string {
  const paragraphs = [
    `chore(gitops): ${subjects[record.outcome](record.tags.join(", "), record.moves.length)}`,
    record.reason === undefined ? "" : oneLine(record.reason),
    record.moves.map((m) => `${m.image}: ${oneLine(m.from)} -> ${oneLine(m.to)}`).join("\n"),
    record.skipCi ? "[skip ci]" : "",
    [
      `Landfall-Deploy: ${oneLine(record.deploy)}`,
      `Landfall-Revision: ${record.revision}`,
      `Landfall-Outcome: ${record.outcome}`,
      // Argo CD shows the source commit beside the deploy commit when it finds this trailer.
      `Argocd-reference-commit-sha: ${record.revision}`,
    ].join("\n"),
  ];
  return `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`;
}

/** What can be read back from a deploy commit's trailers. */
export interface ReadRecord {
  readonly deploy: string;
  readonly revision: Revision;
  readonly outcome: RecordedOutcome;
}

/**
 * Returns the record in a commit message, or undefined when it is none of ours. Only the last
 * paragraph counts, so that nothing quoted in the body can pose as a trailer.
 */
export function readMessage(message: string): ReadRecord | undefined {
  const last = message
    .trimEnd()
    .split(/\n{2,}/)
    .at(-1)!;
  const trailers = new Map<string, string>();
  for (const line of last.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2).trim());
  }
  const deploy = trailers.get("landfall-deploy");
  const revision = asRevision(trailers.get("landfall-revision") ?? "");
  const outcome = trailers.get("landfall-outcome");
  if (deploy === undefined || revision === undefined || !isOutcome(outcome)) return undefined;
  return { deploy, revision, outcome };
}

function isOutcome(text: string | undefined): text is RecordedOutcome {
  return text !== undefined && Object.hasOwn(subjects, text);
}

/** Returns a text on one line, without what a reader could take for the end of it. */
export function oneLine(text: string): string {
  // Control characters would end the line, or the paragraph, that a reader trusts.
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
}
