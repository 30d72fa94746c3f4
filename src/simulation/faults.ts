/** The faults that the lab knows: what each is, how often it strikes, which of them a run has. */

import { Failure } from "../core/failure.ts";
import type { Chance } from "./random.ts";

/**
 * Each fault and its probability at each step where it can strike. Far denser than life, so that
 * one short run meets several at once.
 */
const probabilities = {
  /** An answer takes up to 20 s. */
  delay: 0.08,
  /** The server cannot be reached: a read fails, a push was not sent. */
  unreachable: 0.1,
  /** The server asks to wait. */
  throttle: 0.04,
  /** A read is answered by a replica that lags behind. */
  stale: 0.2,
  /** The push vanishes on its way, without an answer. */
  "lose-request": 0.12,
  /** The push is applied, and the answer is lost. */
  "lose-reply": 0.15,
  /** The push is still under way when its answer is given up; it arrives later. */
  late: 0.12,
  /** The transport sends the push twice, and tells the answer to the second. */
  twice: 0.12,
  /** Another push holds the ref's lock for a moment. The words are those of a rule. */
  lock: 0.12,
  /** A rule of the server keeps one deployer out. Asked once a deployer. */
  refuse: 0.2,
  /** The process is cut off. It is started again later. */
  crash: 0.02,
  /** The machine sleeps for minutes, with all its processes. */
  stall: 0.01,
  /** The registry of the images cannot be reached. */
  registry: 0.05,
  /** An image of the revision was never published. Asked once a deployer. */
  unbuilt: 0.1,
  /** A revision that is on another line of the source's history. Asked once a revision. */
  fork: 0.25,
  /** People commit to the branch: other files, and other lines of the same manifests. */
  foreign: 0.7,
  /** People move pins by hand: `git revert`, or a tag that nobody knows. */
  revert: 0.3,
  /** People roll back and set a hold. */
  hold: 0.3,
  /** People rewind the branch with a forced push. */
  rewind: 0.15,
  /** People pick the commit of an older deploy again, with its words and trailers. */
  pick: 0.4,
  /** People rename a manifest. */
  move: 0.6,
  /** The clock of people who commit lies: years ahead, or in 1970. Asked at each commit. */
  skew: 0.2,
  /** The server takes no refs but branches. Asked once a race in which changes may wait. */
  closed: 0.1,
  /** Somebody without the key leaves changes beside the branch. */
  forge: 0.3,
  /** People merge the branch into work of their own, or that into the branch, and push it. */
  merge: 0.7,
  /** People give a published image another tag of its revision, and pin that. */
  retag: 0.3,
  /** The server of the source shows a deployer nothing newer than its own revision, at first. */
  unseen: 0.3,
} as const;

/** What people do to requests, where changes land by them. Asked at each look at a request. */
const requestProbabilities = {
  /** They close it. */
  close: 0.1,
  /** They add a commit of their own. */
  edit: 0.1,
  /** They write into its text. */
  reword: 0.3,
  /** They merge it with a conflict resolved for what the branch has: nothing is moved. */
  hollow: 0.1,
} as const;

/** The name of a fault. */
export type FaultKind = keyof typeof probabilities | keyof typeof requestProbabilities;

/** All faults, in the order of the table. */
export const faultKinds = Object.keys(probabilities) as readonly FaultKind[];

/** Those that befall requests alone. */
export const requestFaultKinds = Object.keys(requestProbabilities) as readonly FaultKind[];

/** Where a fault has its number, which must not change: seeds are told by it. */
export const numberedKinds = [...faultKinds, ...requestFaultKinds];

/** The probability of each fault that a run has. What is absent is off. */
export type Faults = Readonly<Partial<Record<FaultKind, number>>>;

/**
 * Faults after which every deployer must still come out well: nobody and nothing stands in the way.
 */
export const harmless: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "delay",
  "lose-request",
  "lose-reply",
  "late",
  "twice",
  "lock",
  "crash",
  "foreign",
  "closed",
  "forge",
  "merge",
  "retag",
  "unseen",
]);

/** Returns the given faults at their usual probabilities. */
export function faultsOf(kinds: readonly FaultKind[]): Faults {
  const all = { ...probabilities, ...requestProbabilities };
  return Object.fromEntries(kinds.map((kind) => [kind, all[kind]]));
}

/**
 * Reads `all`, `none`, or names with commas between.
 *
 * @throws Failure `usage` naming the faults there are.
 */
export function parseFaults(text: string): Faults {
  if (text === "none") return {};
  if (text === "all") return faultsOf(numberedKinds);
  const kinds = text.split(",").map((name) => name.trim());
  const strange = kinds.find((name) => !numberedKinds.includes(name as FaultKind));
  if (strange === undefined) return faultsOf(kinds as FaultKind[]);
  throw new Failure(
    "usage",
    `Cannot inject the fault "${strange}"`,
    `Write all, none, or some of ${numberedKinds.join(",")}.`,
  );
}

/** Prints faults so that `parseFaults` reads them. */
export function printFaults(faults: Faults): string {
  const kinds = numberedKinds.filter((kind) => faults[kind] !== undefined);
  if (kinds.length === 0) return "none";
  // Those of requests do nothing to a race of pushes.
  const isAll = faultKinds.every((kind) => kinds.includes(kind));
  const isPartly = kinds.length > faultKinds.length && kinds.length < numberedKinds.length;
  return isAll && !isPartly ? "all" : kinds.join(",");
}

/**
 * Returns some of the faults, some of them rarer or denser: what never strikes lets others show. A
 * fault's fate does not depend on which others there are, so that a failing race can be shrunk.
 */
export function swarm(faults: Faults, chance: Chance, among = faultKinds): Faults {
  const drawn = among.map((kind) => ({
    kind,
    isOn: chance.happens(0.5),
    factor: chance.pick([0.4, 1, 1, 2]),
  }));
  const kept = drawn.filter(({ kind, isOn }) => isOn && faults[kind] !== undefined);
  return Object.fromEntries(kept.map(({ kind, factor }) => [kind, (faults[kind] ?? 0) * factor]));
}
