/**
 * The message of a deploy commit, both ways: promote writes it, the audit and later promotes read
 * it.
 */

import { asRevision, type Revision } from "../ids.ts";

/** What a deploy commit did. */
export type RecordedOutcome = "landed" | "superseded" | "recovered" | "rolled-back" | "released";

/** What a commit did that is about no revision: it only changes what may land. */
export type RecordedChange = "frozen" | "thawed";

/** Returns whether a commit brought a revision, and is not about holding one out. */
export function isDeploy(outcome: RecordedOutcome | RecordedChange): boolean {
  return outcome === "landed" || outcome === "recovered";
}

/** One image's line in the message, already in the words people read. */
export interface RecordedMove {
  readonly image: string;
  readonly from: string;
  readonly to: string;
}

/** What the message of a deploy commit says. */
export interface DeployRecord {
  readonly outcome: RecordedOutcome | RecordedChange;
  /** One id per promotion. It is in at most one commit of the branch's first-parent history. */
  readonly deploy: string;
  /** The environment's name, where it has one. */
  readonly environment?: string | undefined;
  /** Absent for what is about no revision. */
  readonly revision?: Revision | undefined;
  /** The tags moved to, without repeats, in the order of the images. */
  readonly tags: readonly string[];
  readonly moves: readonly RecordedMove[];
  /** One sentence for people, for example a rollback's reason. */
  readonly reason?: string | undefined;
  /** Whether to ask CI systems not to build this commit. */
  readonly skipCi: boolean;
}

/** What a subject is made of. `where` is the environment's name and a blank, or empty. */
interface SubjectParts {
  readonly tags: string;
  readonly where: string;
  readonly isMoved: boolean;
}

const subjects: Readonly<
  Record<RecordedOutcome | RecordedChange, (parts: SubjectParts) => string>
> = {
  landed: ({ tags, where }) => `update ${where}image tags to ${tags}`,
  superseded: ({ tags, where }) => `${tags} is superseded, ${where}image tags stay`,
  recovered: ({ tags, where }) => `recover missing ${where}manifest update to ${tags}`,
  "rolled-back": ({ tags, where, isMoved }) =>
    isMoved ? `roll ${where}image tags back to ${tags}` : `hold ${where}image tags at ${tags}`,
  released: ({ tags, where }) => `release the ${where}hold on ${tags}`,
  frozen: ({ tags, where }) => `freeze ${where.trim() || tags}`,
  thawed: ({ tags, where }) => `thaw ${where.trim() || tags}`,
};

/** Returns the commit message for a record: subject, one line an image, trailers. */
export function writeMessage(record: DeployRecord): string {
  const { outcome, environment, revision } = record;
  const subject = subjects[outcome]({
    tags: record.tags.join(", "),
    where: environment === undefined ? "" : `${oneLine(environment)} `,
    isMoved: record.moves.length > 0,
  });
  const paragraphs = [
    `chore(gitops): ${subject}`,
    record.reason === undefined ? "" : oneLine(record.reason),
    record.moves.map((m) => `${m.image}: ${oneLine(m.from)} -> ${oneLine(m.to)}`).join("\n"),
    record.skipCi ? "[skip ci]" : "",
    [
      `Landfall-Deploy: ${oneLine(record.deploy)}`,
      ...(revision === undefined ? [] : [`Landfall-Revision: ${revision}`]),
      ...(environment === undefined ? [] : [`Landfall-Environment: ${oneLine(environment)}`]),
      `Landfall-Outcome: ${outcome}`,
      // Argo CD shows the source commit beside the deploy commit when it finds this trailer.
      ...(revision === undefined ? [] : [`Argocd-reference-commit-sha: ${revision}`]),
    ].join("\n"),
  ];
  return `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`;
}

/** What can be read back from a deploy commit's trailers. */
export interface ReadRecord {
  readonly deploy: string;
  readonly revision: Revision;
  readonly outcome: RecordedOutcome;
  readonly environment?: string | undefined;
}

/** What any commit of ours says of itself, also one that is about no revision. */
export interface ReadCommit extends Omit<ReadRecord, "revision" | "outcome"> {
  readonly revision?: Revision | undefined;
  readonly outcome: RecordedOutcome | RecordedChange;
}

/** Returns the record of a deploy in a commit message, or undefined when it is none of ours. */
export function readMessage(message: string): ReadRecord | undefined {
  const said = readCommit(message);
  // Whatever has a revision is about one.
  return said?.revision === undefined ? undefined : (said as ReadRecord);
}

/**
 * Returns what a commit of ours says of itself, or undefined when it is none. Only the last
 * paragraph counts, so that nothing quoted in the body can pose as a trailer.
 */
export function readCommit(message: string): ReadCommit | undefined {
  const trailers = new Map<string, string>();
  for (const line of lastParagraph(message).split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2).trim());
  }
  const deploy = trailers.get("landfall-deploy");
  const revision = asRevision(trailers.get("landfall-revision") ?? "");
  const outcome = trailers.get("landfall-outcome");
  if (deploy === undefined || !isOutcome(outcome)) return undefined;
  const environment = trailers.get("landfall-environment");
  return {
    ...{ deploy, outcome },
    ...(revision === undefined ? {} : { revision }),
    ...(environment === undefined ? {} : { environment }),
  };
}

/** Returns the trailers of a message of ours, as written. */
export function lastParagraph(message: string): string {
  return message
    .trimEnd()
    .split(/\n{2,}/)
    .at(-1)!;
}

function isOutcome(text: string | undefined): text is RecordedOutcome | RecordedChange {
  return text !== undefined && Object.hasOwn(subjects, text);
}

/** Returns a text on one line, without what a reader could take for the end of it. */
export function oneLine(text: string): string {
  // Control characters would end the line, or the paragraph, that a reader trusts.
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
}
