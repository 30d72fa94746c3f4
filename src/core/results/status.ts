/** Git, registry, pins, Argo CD and cluster side by side: the object behind text and JSON. */

import type { ApplicationView, FluxView, WorkloadView } from "../cluster/cluster-view.ts";
import type { Observation } from "../cluster/observation.ts";
import { exit, type FailureCode } from "../failure.ts";
import { asDigest, type CommitId, type Digest, type Revision, type Tag } from "../ids.ts";
import { type ImageName, parseImageRef, sameImage } from "../image-ref.ts";
import { calmVerdicts, type SyncImage } from "./sync.ts";
import { exitOfUnread } from "./verify.ts";

/** The state of one image in one place. */
export interface StatusCell {
  /** `same` as what is wanted, or not, or nothing is known. */
  readonly state: "same" | "differs" | "unreadable";
  /** What is there, in few words. */
  readonly text: string;
  /** Why it could not be read. Words of servers may be in it. */
  readonly detail?: string | undefined;
  readonly code?: FailureCode | undefined;
}

/** What the sync checker found of one image. */
export type SyncFinding = Pick<SyncImage, "verdict" | "detail" | "hint">;

/** One image, place by place. A place that is not configured is not there. */
export interface StatusRow {
  readonly image: string;
  /** What is wanted: the revision that was asked for, or the newest that is published whole. */
  readonly git: { readonly tag: Tag; readonly revision?: Revision | undefined };
  /** What the sync checker says of the pins; undefined when a revision was asked for. */
  readonly sync?: SyncFinding | undefined;
  readonly registry: StatusCell & { readonly digest?: Digest | undefined };
  readonly pins: StatusCell;
  readonly argocd?: StatusCell | undefined;
  readonly flux?: StatusCell | undefined;
  readonly cluster?: StatusCell | undefined;
}

/** The state of everything at one moment. `version` changes when a reader would have to. */
export interface StatusResult {
  readonly version: 1;
  readonly command: "status";
  readonly environment?: string | undefined;
  readonly exit: number;
  readonly repository: string;
  readonly branch: string;
  readonly tip: CommitId;
  readonly images: readonly StatusRow[];
  /** The first Application that is not well, else the first. */
  readonly argocd?: ApplicationView | undefined;
  readonly applications?: readonly ApplicationView[] | undefined;
  readonly flux?: readonly FluxView[] | undefined;
  readonly workloads: readonly WorkloadView[];
}

/** Returns the cells of a row after `git`, in the order in which a deploy reaches the places. */
export function cellsOf(row: StatusRow): readonly StatusCell[] {
  const { registry, pins, argocd, flux, cluster } = row;
  return [registry, pins, argocd, flux, cluster].filter((cell) => cell !== undefined);
}

/** Returns the state of a row as a whole: what differs is certain, whatever else cannot be read. */
export function stateOfRow(row: StatusRow): StatusCell["state"] {
  const states = cellsOf(row).map(({ state }) => state);
  if (states.includes("differs")) return "differs";
  return states.includes("unreadable") ? "unreadable" : "same";
}

/**
 * Returns the exit status: 3 where something differs; where something could not be read 5, or 6
 * when all that `seen` could not be is only throttled.
 */
export function exitOfRows(
  rows: readonly StatusRow[],
  seen: Parameters<typeof exitOfUnread>[0],
): number {
  const states = rows.map(stateOfRow);
  if (states.includes("differs")) return exit.drift;
  return states.includes("unreadable") ? exitOfUnread(seen) : exit.done;
}

/** Returns what the pins of an image hold beside what is wanted. */
export function pinsCell(tags: readonly (Tag | undefined)[], wanted: Tag): StatusCell {
  if (tags.length === 0) return { state: "differs", text: "no pin" };
  const distinct = [...new Set(tags.map((tag) => tag ?? "no tag"))];
  const isSame = distinct.every((tag) => tag === wanted);
  return { state: isSame ? "same" : "differs", text: distinct.join(", ") };
}

/** Returns what the pins of an image hold, by the word of the sync checker. */
export function checkedPinsCell(
  tags: readonly (Tag | undefined)[],
  { verdict, detail }: SyncFinding,
): StatusCell {
  const held = [...new Set(tags.map((tag) => tag ?? "no tag"))].join(", ") || "no pin";
  const text = verdict === "in-sync" ? held : `${held} (${verdict})`;
  if (verdict === "unreadable") return { state: "unreadable", text, detail };
  return { state: calmVerdicts.has(verdict) ? "same" : "differs", text };
}

/** Returns the state of Argo CD: that of the first of its Applications that is not well. */
export function argocdCell(views: readonly ApplicationView[]): StatusCell {
  const worst = worstOf(views);
  if (worst === undefined) return { state: "differs", text: "no Application" };
  const { state, sync, health } = worst;
  if (state === "unreadable") return { state, text: "unreadable" };
  const text = sync === undefined ? "no Application" : `${sync}, ${health}`;
  return { state: state === "done" ? "same" : "differs", text };
}

/** What is certain counts more than what could not be read. */
function worstOf<View extends Observation>(views: readonly View[]): View | undefined {
  const isCertain = ({ state }: View) => state === "failed" || state === "waiting";
  return views.find(isCertain) ?? views.find(({ state }) => state !== "done") ?? views[0];
}

/** Returns the state of Flux: that of the first of its objects that is not well. */
export function fluxCell(views: readonly FluxView[]): StatusCell {
  const worst = worstOf(views);
  if (worst === undefined) return { state: "differs", text: "nothing" };
  if (worst.state === "unreadable") return { state: "unreadable", text: "unreadable" };
  const { applied, state } = worst;
  const text = /^[0-9a-f]{40}$/.test(applied) ? applied.slice(0, 7) : applied || "nothing";
  return { state: state === "done" ? "same" : "differs", text };
}

/** Returns what runs of an image in the workloads that are to run it. */
export function clusterCell(
  views: readonly WorkloadView[],
  { image, wanted }: { readonly image: ImageName; readonly wanted: Tag },
): StatusCell {
  if (views.length === 0) return { state: "differs", text: "no workload" };
  const tags = [...new Set(views.flatMap((view) => tagsIn(view, image)))];
  const isOther = tags.some((tag) => tag !== wanted && asDigest(tag) === undefined);
  const states = views.map(({ state }) => state);
  const isLate = states.some((state) => state === "waiting" || state === "failed");
  const text = tags.join(", ");
  if (isOther || isLate) return { state: "differs", text: text || "nothing" };
  if (states.includes("unreadable")) return { state: "unreadable", text: text || "unreadable" };
  return { state: "same", text: text || "nothing" };
}

/** What pods run; where there are none, what the next ones would. Digests where no tag is named. */
function tagsIn({ containers }: WorkloadView, image: ImageName): readonly string[] {
  return containers.flatMap((container) => {
    const template = parseImageRef(container.image);
    if (template === undefined || !sameImage(template.name, image)) return [];
    const running = container.running.flatMap((text) => parseImageRef(text) ?? []);
    const refs = running.length > 0 ? running : [template];
    return refs.flatMap((ref) => ref.tag ?? ref.digest ?? []);
  });
}
