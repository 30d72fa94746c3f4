/**
 * What the reports for CI say of a result, in one shape: annotations, step summary, outputs and
 * metrics are forms of it. Its texts are as they came; each form makes them safe in its own way.
 */

import type { Place } from "../../core/failure.ts";

/** A result in brief. */
export interface ReportModel {
  readonly command: string;
  /** One word to branch on: the outcome, or what a check found. */
  readonly verdict: string;
  /** A sentence for people. */
  readonly headline: string;
  readonly exit: number;
  readonly facts: readonly Fact[];
  readonly tables: readonly ReportTable[];
  /** The failure, and what to be wary of. */
  readonly troubles: readonly Notice[];
  /** What the tables show, for a form that has no tables. In no order. */
  readonly notices: readonly Notice[];
  /** Beside `command`, `verdict` and `exit`, which every result has. */
  readonly outputs: readonly Fact[];
  readonly gauges: readonly Gauge[];
  /** A unified diff of what would be pushed. */
  readonly diff?: string | undefined;
}

/** A name and a value, and where people see it. The name and the link are ours. */
export type Fact = readonly [name: string, value: string, link?: string | undefined];

/** Rows that people look at. The heads are ours. */
export interface ReportTable {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Something that people must hear of, with the line it is about where there is one. */
export interface Notice {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
}

/** Numbers of one name. Names and labels' names are ours: `a_b`; labels' values may be foreign. */
export interface Gauge {
  readonly name: string;
  /** What it counts and its unit, in one sentence. */
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

/** Returns a gauge that is one number. */
export function single(name: string, help: string, value: number): Gauge {
  return { name, help, samples: [[{}, value]] };
}

/** Returns a gauge with a count for each of some words, those that never occur too. */
export function tally(
  { name, help, label }: { readonly name: string; readonly help: string; readonly label: string },
  words: readonly string[],
  found: readonly string[],
): Gauge {
  const count = (word: string) => found.filter((other) => other === word).length;
  return { name, help, samples: words.map((word) => [{ [label]: word }, count(word)]) };
}
