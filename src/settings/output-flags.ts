/** Flags that say how a result is printed, and where its reports are written. */

/** How a command prints. Every command has these flags. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Where reports are wanted, besides the output. */
export interface ReportFlags {
  readonly summary?: string;
  readonly metrics?: string;
  readonly html?: string;
}
