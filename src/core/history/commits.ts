/** What a log of commits tells, read once and held in memory. */

/** A commit of a history. */
export interface LoggedCommit {
  /** 40 hex digits: a revision in the source's history, else a commit of the manifests. */
  readonly id: string;
  /** The first one is the line that the branch was on. */
  readonly parents: readonly string[];
  /** Committer's date, milliseconds since the epoch. */
  readonly atMs: number;
  /** Whether that tells how old it is. Absent: it does. */
  readonly isDated?: boolean;
  readonly author: string;
  /** The whole message, as it is: not safe to print as it comes. */
  readonly message: string;
}

/** A tag of the source's repository. */
export interface SourceTag {
  readonly name: string;
  /** The commit that it is at, through however many annotated tags. */
  readonly commit: string;
  /** When it was made, milliseconds since the epoch; a light one is as old as its commit. */
  readonly atMs: number;
}

/** A regular file that differs between a commit and its first parent. */
export interface FileChange {
  readonly path: string;
  /** Ids of the contents. Undefined: there was no regular file, or there is none any more. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Returns the first line of a commit's message. */
export function subjectOf({ message }: Pick<LoggedCommit, "message">): string {
  const end = message.indexOf("\n");
  return end < 0 ? message : message.slice(0, end);
}
