/**
 * What the branch has had deployed, one state after the other, and which of them going back counts.
 */

import type { DeployStep } from "./deploys.ts";
import type { SourceGraph } from "./source-graph.ts";

/** What one pin holds. */
export interface HeldText {
  readonly image: string;
  /** `tag`, `tag@digest` or nothing. */
  readonly text: string;
  /** The commit of the source that it names, by its place in the graph. */
  readonly revision: number | undefined;
}

/** The pins of the branch after one of its deploys. */
export interface DeployedState {
  readonly step: DeployStep;
  readonly held: readonly HeldText[];
}

/** Returns what the pins held after each deploy, oldest first. */
export function deployedStates(steps: readonly DeployStep[]): readonly DeployedState[] {
  const pins = new Map<string, HeldText>();
  return steps.map((step) => {
    // A pin may have taken the name of another one that moved on in the same commit.
    for (const { file, keyBefore } of step.pins) pins.delete(`${file}\0${keyBefore}`);
    for (const { file, site, to, toRevision } of step.pins) {
      if (to === undefined) continue;
      pins.set(`${file}\0${site.key}`, { image: site.image, text: to, revision: toRevision });
    }
    return { step, held: [...pins.values()] };
  });
}

/** A state in which every image that is asked about had a pin. */
export interface DeployPoint {
  readonly state: DeployedState;
  /** What each image held, in the order asked: the newest where its pins held several. */
  readonly heads: readonly HeldText[];
}

/** The points to go back along, oldest first. */
export interface DeployLine {
  /**
   * What went back is on it until something newer is deployed, so that counting back from the end
   * comes to the same however often it is done.
   */
  readonly points: readonly DeployPoint[];
  /** Where the branch is. Undefined: it never had a pin of every image. */
  readonly now: DeployPoint | undefined;
}

/** Returns the line of some images, by their printed names. What changes nothing is left out. */
export function deployLine(
  states: readonly DeployedState[],
  images: readonly string[],
  graph: SourceGraph,
): DeployLine {
  let points: readonly DeployPoint[] = [];
  /** What a newer deploy goes on from: the points up to where the branch is. */
  let standing: readonly DeployPoint[] = [];
  for (const state of states) {
    const heads = headsOf(state, images);
    const point = heads && { state, heads };
    const now = standing.at(-1);
    if (point === undefined || (now !== undefined && isSame(now, point))) continue;
    const back = wayBack(point, { points, standing }, graph);
    standing = back ?? [...standing, point];
    if (back === undefined) points = standing;
  }
  return { points, now: standing.at(-1) };
}

/** Returns where the branch is when a point goes back, or undefined when it goes forward. */
function wayBack(
  point: DeployPoint,
  { points, standing }: { points: readonly DeployPoint[]; standing: readonly DeployPoint[] },
  graph: SourceGraph,
): readonly DeployPoint[] | undefined {
  const known = standing.findLastIndex((other) => isSame(other, point));
  if (known >= 0) return standing.slice(0, known + 1);
  const now = standing.at(-1);
  const isRollback = point.state.step.kind === "rollback";
  if (now === undefined || !(isRollback || isOlder(point, now, graph))) return undefined;
  const along = isRollback ? points.findLastIndex((other) => isSame(other, point)) : -1;
  if (along >= 0) return points.slice(0, along + 1);
  const older = standing.findLastIndex((other) => isOlder(other, point, graph));
  return [...standing.slice(0, older + 1), point];
}

/** Returns whether no image of one point is newer than in another, as far as that is known. */
function isOlder(one: DeployPoint, other: DeployPoint, graph: SourceGraph): boolean {
  return one.heads.every((head, at) => {
    const than = other.heads[at]!;
    if (head.revision === undefined || than.revision === undefined) return isSameHead(head, than);
    return graph.isAncestor(head.revision, than.revision);
  });
}

function isSame(one: DeployPoint, other: DeployPoint): boolean {
  return one.heads.every((head, at) => isSameHead(head, other.heads[at]!));
}

/** What names no commit is identified by its text. */
function isSameHead(one: HeldText, other: HeldText): boolean {
  if (one.revision === undefined && other.revision === undefined) return one.text === other.text;
  return one.revision === other.revision;
}

function headsOf(
  { held }: DeployedState,
  images: readonly string[],
): readonly HeldText[] | undefined {
  const heads = images.flatMap((image) => {
    const own = held.filter((pin) => pin.image === image);
    // Children come before their parents.
    const place = ({ revision }: HeldText) => revision ?? Number.POSITIVE_INFINITY;
    return own.length === 0 ? [] : own.reduce((a, b) => (place(b) < place(a) ? b : a));
  });
  return heads.length === images.length ? heads : undefined;
}

/**
 * Returns the revisions of an image that were deployed and that no other deployed one descends
 * from, newest first, by their places.
 */
export function newestDeployed(
  states: readonly DeployedState[],
  image: string,
  graph: SourceGraph,
): readonly number[] {
  const held = states.flatMap((state) => state.held).filter((pin) => pin.image === image);
  const places = [...new Set(held.flatMap(({ revision }) => revision ?? []))];
  const covered = new Set<number>();
  return places
    .sort((a, b) => a - b)
    .filter((place) => {
      if (covered.has(place)) return false;
      graph.walk([place], (passed) => {
        const isNew = !covered.has(passed);
        covered.add(passed);
        return isNew;
      });
      return true;
    });
}
