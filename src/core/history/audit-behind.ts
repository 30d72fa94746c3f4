/** Pins that deploys of their image went past: one image with two tags, and nobody told. */

import type { LeftBehind } from "../results/audit.ts";
import { type DeployStep, isMove, type PinStep } from "./deploys.ts";

/** A pin, as it is after some deploys. */
interface Standing {
  readonly file: string;
  readonly line: number;
  readonly image: string;
  readonly tag: string;
  readonly sinceMs: number;
  readonly hasMoved: boolean;
  /** How many deploys went past. */
  passed: number;
}

/** What counts as left behind, and in which time. */
export interface BehindQuestion {
  /** After how many deploys. */
  readonly behind: number;
  /** A pin that went away before this is of no interest any more. */
  readonly sinceMs: number;
}

/**
 * Returns the pins that stayed behind, those that most deploys went past first. A pin that went
 * away while it was behind is among them.
 *
 * @param steps The deploys of a branch, oldest first.
 */
export function leftBehind(
  steps: readonly DeployStep[],
  { behind, sinceMs }: BehindQuestion,
): readonly LeftBehind[] {
  const board = new PinBoard();
  const found: LeftBehind[] = [];
  for (const { commit, pins } of steps) {
    const { atMs } = commit;
    const gone = board.apply(pins, atMs).filter((pin) => board.isBehind(pin, behind));
    if (atMs >= sinceMs) found.push(...gone.map((pin) => ({ ...report(pin), goneMs: atMs })));
  }
  found.push(
    ...board
      .all()
      .filter((pin) => board.isBehind(pin, behind))
      .map(report),
  );
  return found.sort((a, b) => b.deploys - a.deploys || (a.file < b.file ? -1 : 1));
}

/** All pins of a branch, image by image, while the deploys pass by. */
class PinBoard {
  readonly #pins = new Map<string, Map<string, Standing>>();
  /** The tags that an image was moved to last. */
  readonly #newest = new Map<string, ReadonlySet<string>>();

  /** Applies a deploy, and returns the pins that went away with it. */
  apply(pins: readonly PinStep[], atMs: number): readonly Standing[] {
    const placed = pins.map((change) => this.#place(change, atMs));
    const touched = new Set(placed.map(({ after }) => after));
    for (const [image, tags] of movesOf(pins)) {
      this.#newest.set(image, tags);
      for (const pin of this.#of(image).values()) {
        if (!touched.has(pin) && !tags.has(pin.tag)) pin.passed += 1;
      }
    }
    return placed.flatMap(({ before, after }) => (before && !after ? [before] : []));
  }

  isBehind({ image, tag, passed }: Standing, behind: number): boolean {
    return passed >= behind && this.#newest.get(image)?.has(tag) === false;
  }

  all(): readonly Standing[] {
    return [...this.#pins.values()].flatMap((pins) => [...pins.values()]);
  }

  /** Puts a change's pin in its new place, and returns it as it was and as it is. */
  #place(change: PinStep, atMs: number) {
    const { file, site, keyBefore, to } = change;
    const { image, line } = site;
    const pins = this.#of(image);
    const before = pins.get(`${file}\0${keyBefore}`);
    pins.delete(`${file}\0${keyBefore}`);
    if (to === undefined) return { before, after: undefined };
    const hasMoved = isMove(change);
    const hasStayed = before !== undefined && !hasMoved;
    const fresh = { file, line, image, tag: to, sinceMs: atMs, hasMoved, passed: 0 };
    const after: Standing = hasStayed ? { ...before, line } : fresh;
    pins.set(`${file}\0${site.key}`, after);
    return { before, after };
  }

  #of(image: string): Map<string, Standing> {
    const pins = this.#pins.get(image) ?? new Map<string, Standing>();
    this.#pins.set(image, pins);
    return pins;
  }
}

/** Returns the images whose pins a deploy moved, and the tags that it moved them to. */
function movesOf(pins: readonly PinStep[]): ReadonlyMap<string, ReadonlySet<string>> {
  const moves = new Map<string, Set<string>>();
  for (const pin of pins) {
    if (!isMove(pin) || pin.to === undefined) continue;
    const tags = moves.get(pin.site.image) ?? new Set<string>();
    moves.set(pin.site.image, tags.add(pin.to));
  }
  return moves;
}

function report(pin: Standing): LeftBehind {
  const { file, line, image, tag, passed, sinceMs, hasMoved } = pin;
  return { file, line, image, tag, deploys: passed, sinceMs, fromTheStart: !hasMoved };
}
