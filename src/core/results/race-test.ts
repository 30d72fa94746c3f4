/** What a race of real processes came to: only what the same seed gives again. Types only. */

/** The verdict. Who won which round is left to chance, and so is not part of it. */
export interface LabVerdict {
  readonly version: 1;
  readonly command: "lab judge";
  readonly seed: number;
  readonly deployers: number;
  /** Deployers that ended with a result. */
  readonly accounted: number;
  /** The newest revision that was deployed, counted from 1: what the manifests must hold. */
  readonly newest: number;
  /** Laws that were broken. There should be none. */
  readonly violations: readonly { readonly law: string; readonly message: string }[];
  readonly exit: number;
}
