/** What an examination of the surroundings found. */

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail" | "skipped";
  /** Words of servers may be in it. */
  readonly detail: string;
  /** What to do about it; undefined when there is nothing to do. */
  readonly remedy?: string | undefined;
}

/** The checks, in the order in which a deploy meets what they look at. */
export interface DoctorResult {
  readonly version: 1;
  readonly command: "doctor";
  readonly exit: number;
  readonly checks: readonly Check[];
}
