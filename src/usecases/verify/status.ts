/** Status: how git, the registry, the pins, Argo CD and the cluster relate to each other now. */

import type { ClusterView } from "../../core/cluster/cluster-view.ts";
import { uncoveredFinding } from "../../core/cluster/coverage.ts";
import type { FluxRef } from "../../core/cluster/flux-object.ts";
import { isOfTheWorld } from "../../core/cluster/observation.ts";
import { Failure } from "../../core/failure.ts";
import type { Digest, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import type { Pin } from "../../core/pins/index.ts";
import {
  argocdCell,
  checkedPinsCell,
  clusterCell,
  exitOfRows,
  fluxCell,
  pinsCell,
  type StatusCell,
  type StatusResult,
  type StatusRow,
  type SyncFinding,
} from "../../core/results/status.ts";
import type { SyncResult, SyncVerdict } from "../../core/results/sync.ts";
import type { Registry, SourceHistory } from "../../ports.ts";
import { newestHeld } from "../landing/snapshot.ts";
import type { AskedImage } from "../promote/promotion.ts";
import { type ClusterSight, type ViewPorts, viewCluster } from "./cluster-view.ts";
import type { WantedApp } from "./find-applications.ts";
import type { ResolvedDeploy } from "./resolve-deploy.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";

/** What is to be looked at, beside git, the registry and the pins. */
export interface StatusRequest {
  readonly meant: ResolvedDeploy;
  readonly apps?: readonly WantedApp[] | undefined;
  readonly flux?: readonly FluxRef[] | undefined;
  /** Whether Argo CD is asked to compare with git first. */
  readonly isRefreshed?: boolean | undefined;
  /** Undefined: no cluster is configured. A Failure: which workloads are meant cannot be told. */
  readonly workloads?: readonly WantedWorkload[] | Failure | undefined;
  /** What a dry run of the sync checker found; undefined where a revision was asked for. */
  readonly checked?: SyncResult | undefined;
}

/** The world of a status. */
export interface StatusPorts extends ViewPorts {
  readonly history: SourceHistory;
  readonly registry: Pick<Registry, "find">;
}

/** Looks once at everything that is configured. What cannot be read says so, and hides nothing. */
export async function status(request: StatusRequest, ports: StatusPorts): Promise<StatusResult> {
  const { meant, apps, flux, isRefreshed, workloads } = request;
  const { deploy, pinned, question } = meant;
  const looked = { ...deploy, pinned, apps, flux, isRefreshed, workloads: listOf(workloads) };
  const sight = await viewCluster(looked, ports);
  const { view } = sight;
  const wanted: StatusQuestion[] = [];
  // One after the other: a history that has to fetch does so in one repository.
  for (const asked of question.images) wanted.push(await wantedOf(asked, request, ports.history));
  const rows = await Promise.all(wanted.map((one) => rowOf(one, { ...sight, request, ports })));
  const seen = [
    ...(view.applications ?? []),
    ...(view.flux ?? []),
    ...view.workloads,
    ...rows.map(({ registry }) => registry),
  ];
  return {
    version: 1,
    command: "status",
    exit: exitOfRows(rows, seen),
    ...{ repository: deploy.repository, branch: deploy.branch, tip: pinned.tip, images: rows },
    ...view,
  };
}

interface Seen extends ClusterSight {
  readonly request: StatusRequest;
  readonly ports: StatusPorts;
}

async function rowOf(wanted: StatusQuestion, scene: Seen): Promise<StatusRow> {
  const { request, view, ports } = scene;
  const { image, tags, git, sync } = wanted;
  const bare = bareCell(scene.uncovered.filter((pin) => sameImage(pin.image, image)));
  return {
    image: printImageName(image),
    ...{ git, sync },
    registry: await registryCell(image, git.tag, ports.registry),
    pins: sync === undefined ? pinsCell(tags, git.tag) : checkedPinsCell(tags, sync),
    argocd: view.applications && (bare ?? argocdCell(appsOf(wanted, scene))),
    flux: view.flux && (bare ?? fluxCell(view.flux)),
    cluster: clusterCellOf(wanted, request, view),
  };
}

function bareCell(pins: readonly Pin[]): StatusCell | undefined {
  const finding = uncoveredFinding(pins);
  return finding && { state: "differs", text: "not deployed", detail: finding.detail };
}

/** Returns the Applications that deploy an image, with those of which that is not known. */
function appsOf({ image }: StatusQuestion, { request, view, deploys }: Seen) {
  const own = request.meant.pinned.pins.filter((pin) => sameImage(pin.image, image));
  return (view.applications ?? []).filter((_, n) => {
    const isDeployed = deploys[n];
    return isDeployed === undefined || own.length === 0 || own.some(isDeployed);
  });
}

/** A cluster can only follow the pins, whatever these should be. */
function clusterCellOf(
  { image, pinned }: StatusQuestion,
  { workloads }: StatusRequest,
  view: ClusterView,
): StatusCell | undefined {
  if (workloads instanceof Failure) {
    const { message: detail, code } = workloads;
    return { state: "unreadable", text: "unreadable", detail, code };
  }
  const itsViews = view.workloads.filter((_, at) =>
    workloads?.[at]?.images.some((other) => sameImage(other.image, image)),
  );
  return workloads && clusterCell(itsViews, { image, wanted: pinned.tag });
}

function listOf(workloads: StatusRequest["workloads"]): readonly WantedWorkload[] {
  return workloads === undefined || workloads instanceof Failure ? [] : workloads;
}

/** An image, what its pins hold, and what is wanted of it. */
interface StatusQuestion extends Pick<StatusRow, "git" | "sync"> {
  readonly image: ImageName;
  readonly tags: readonly (Tag | undefined)[];
  /** What its pins hold, or what was asked for. */
  readonly pinned: StatusRow["git"];
}

async function wantedOf(
  asked: AskedImage,
  { meant, checked }: StatusRequest,
  history: SourceHistory,
): Promise<StatusQuestion> {
  const { image } = asked;
  const { pins } = meant.pinned;
  const tags = pins.filter((pin) => sameImage(pin.image, image)).map(({ tag }) => tag);
  const pinned = await pinnedOf(asked, meant, history);
  if (checked === undefined) return { image, tags, pinned, git: pinned };
  const found = checked.images.find((one) => one.image === printImageName(image));
  const { verdict, detail, hint = remedyOf(verdict) } = found ?? unread(checked);
  const git = found?.wanted ?? pinned;
  const { tag, revision } = git;
  return { image, tags, pinned, git: { tag, revision }, sync: { verdict, detail, hint } };
}

/** The checker itself needs no hint for what it repairs. */
function remedyOf(verdict: SyncVerdict): string | undefined {
  const isRepaired = verdict === "behind" || verdict === "mixed";
  return isRepaired ? "`landfall sync` repairs it." : undefined;
}

function unread({ failure }: SyncResult): SyncFinding {
  const detail = failure?.message ?? "the checker said nothing of it";
  return { verdict: "unreadable", detail, hint: failure?.hint };
}

/**
 * Each image goes by its own pins: not all move each time, and one that holds the revision that was
 * asked for may spell it otherwise.
 */
async function pinnedOf(
  asked: AskedImage,
  { deploy, question, pinned }: ResolvedDeploy,
  history: SourceHistory,
): Promise<StatusRow["git"]> {
  if (asked.tag !== undefined) return { tag: asked.tag };
  const { tag, revision } = deploy;
  const own = pinned.pins.filter((pin) => sameImage(pin.image, asked.image));
  const about = { history, tagFormat: question.tagFormat };
  const newest = await newestHeld(own, pinned, about);
  const isMeant = question.revision === undefined || newest?.revision === revision;
  return isMeant && newest !== undefined ? newest : { tag, revision };
}

const digestShown = "sha256:".length + 12;

async function registryCell(
  image: ImageName,
  tag: Tag,
  registry: Pick<Registry, "find">,
): Promise<StatusCell & { readonly digest?: Digest }> {
  try {
    const fact = await registry.find(image, tag);
    if (fact.kind === "missing") return { state: "differs", text: "missing" };
    return { state: "same", text: fact.digest.slice(0, digestShown), digest: fact.digest };
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    return { state: "unreadable", text: "unreadable", detail: error.message, code: error.code };
  }
}
