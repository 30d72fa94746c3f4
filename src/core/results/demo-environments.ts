/** What the demo of environments showed. */

/** One command, what it said, and what the branch pins after it. */
export interface DemoStep {
  /** What it is for. */
  readonly why: string;
  readonly command: string;
  readonly status: number;
  readonly out: string;
  readonly staging: string;
  readonly prod: string;
  /** Whether both the exit status and the pins are as they should be. */
  readonly isRight: boolean;
}

/** What the demo showed. `exit` is 0 when every step was as it should be. */
export interface EnvironmentsDemo {
  readonly version: 1;
  readonly command: "demo";
  readonly exit: number;
  readonly steps: readonly DemoStep[];
  /** The branch, newest first, a line a commit. */
  readonly log: readonly string[];
  readonly folder?: string;
}
