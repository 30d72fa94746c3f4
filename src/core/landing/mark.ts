/**
 * Marks: what is known of a revision in an environment besides its manifests. Each is a ref of its
 * own beside the branch, so that no two of them can conflict, and its name says all of it.
 */

import { asRevision, type Revision } from "../ids.ts";

/** What happened to a revision there. */
export const markKinds = ["attempted", "landed", "verified", "approved"] as const;
export type MarkKind = (typeof markKinds)[number];

/** One mark. */
export interface Mark {
  readonly kind: MarkKind;
  readonly environment: string;
  readonly revision: Revision;
  /** When, in whole seconds since the epoch. */
  readonly atSeconds: number;
}

/** Below this, every ref is a mark. */
export const markPrefix = "refs/landfall/marks/";

/** Returns the name of a mark's ref. */
export function markRef({ kind, environment, revision, atSeconds }: Mark): string {
  return `${markPrefix}${kind}/${environment}/${revision}/${atSeconds}`;
}

/** Returns the mark that a ref's name says, or undefined for the name of another ref. */
export function readMarkRef(ref: string): Mark | undefined {
  if (!ref.startsWith(markPrefix)) return undefined;
  const [kind, environment, id = "", at = "", ...rest] = ref.slice(markPrefix.length).split("/");
  const known = markKinds.find((one) => one === kind);
  const revision = asRevision(id);
  if (known === undefined || !environment || revision === undefined) return undefined;
  if (!/^\d{1,12}$/.test(at) || rest.length > 0) return undefined;
  return { kind: known, environment, revision, atSeconds: Number(at) };
}

/** How many marks of one kind an environment keeps. Older ones go as new ones come. */
const keptMax = 200;

/** Returns the marks that a new one pushes out. */
export function outdated(marks: readonly Mark[], added: Mark): readonly Mark[] {
  return marks
    .filter(({ kind, environment }) => kind === added.kind && environment === added.environment)
    .sort((a, b) => b.atSeconds - a.atSeconds)
    .slice(keptMax - 1);
}
