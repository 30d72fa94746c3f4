/** Status: how git, the registry, the pins, Argo CD and the cluster stand to each other now. */

import type { ClusterView } from "../core/cluster-view.ts";
import type { Digest, Tag } from "../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../core/image-ref.ts";
import { isOfTheWorld } from "../core/sight.ts";
import {
  argocdCell,
  clusterCell,
  exitOfRows,
  pinsCell,
  type StatusCell,
  type StatusResult,
  type StatusRow,
} from "../core/status-result.ts";
import type { History, Registry } from "../ports.ts";
import { type ViewPorts, viewCluster } from "./cluster-view.ts";
import { type Meant, newestOf } from "./deploy.ts";
import type { AskedImage } from "./promotion.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";

/** What is to be looked at, beside git, the registry and the pins. */
export interface StatusRequest {
  readonly meant: Meant;
  readonly app?: string | undefined;
  /** Undefined: no cluster is configured. */
  readonly workloads?: readonly WantedWorkload[] | undefined;
}

/** The world of a status. */
export interface StatusPorts extends ViewPorts {
  readonly history: History;
  readonly registry: Pick<Registry, "find">;
}

/** Looks once at everything that is configured. What cannot be read says so, and hides nothing. */
export async function status(request: StatusRequest, ports: StatusPorts): Promise<StatusResult> {
  const { meant, app, workloads } = request;
  const { deploy, pinned, question } = meant;
  const view = await viewCluster({ ...deploy, app, workloads: workloads ?? [] }, ports);
  const wanted: Wanted[] = [];
  // One after the other: a history that has to fetch does so in one repository.
  for (const asked of question.images) wanted.push(await wantedOf(asked, meant, ports.history));
  const rows = await Promise.all(wanted.map((one) => rowOf(one, { request, view, ports })));
  const seen = [view.argocd, ...view.workloads, ...rows.map(({ registry }) => registry)];
  return {
    version: 1,
    command: "status",
    exit: exitOfRows(
      rows,
      seen.filter((one) => one !== undefined),
    ),
    ...{ repository: deploy.repository, branch: deploy.branch, tip: pinned.tip, images: rows },
    ...view,
  };
}

interface Seen {
  readonly request: StatusRequest;
  readonly view: ClusterView;
  readonly ports: StatusPorts;
}

async function rowOf(wanted: Wanted, { request, view, ports }: Seen): Promise<StatusRow> {
  const { workloads } = request;
  const { image, tags, git } = wanted;
  const itsViews = view.workloads.filter((_, at) =>
    workloads?.[at]?.images.some((other) => sameImage(other.image, image)),
  );
  return {
    image: printImageName(image),
    git,
    registry: await registryCell(image, git.tag, ports.registry),
    pins: pinsCell(tags, git.tag),
    argocd: view.argocd && argocdCell(view.argocd),
    cluster: workloads && clusterCell(itsViews, { image, wanted: git.tag }),
  };
}

/** An image, what its pins hold, and what is wanted of it. */
interface Wanted {
  readonly image: ImageName;
  readonly tags: readonly (Tag | undefined)[];
  readonly git: StatusRow["git"];
}

async function wantedOf(asked: AskedImage, meant: Meant, history: History): Promise<Wanted> {
  const { image } = asked;
  const { pins } = meant.pinned;
  const tags = pins.filter((pin) => sameImage(pin.image, image)).map(({ tag }) => tag);
  return { image, tags, git: await gitOf(asked, { meant, tags, history }) };
}

/** Without a revision asked for, each image goes by its own pins: not all move each time. */
async function gitOf(
  asked: AskedImage,
  from: {
    readonly meant: Meant;
    readonly tags: readonly (Tag | undefined)[];
    readonly history: History;
  },
): Promise<StatusRow["git"]> {
  const { deploy, question } = from.meant;
  if (asked.tag !== undefined) return { tag: asked.tag };
  const { tag, revision } = deploy;
  if (question.revision !== undefined) return { tag, revision };
  const pinned = from.tags.flatMap((other) => other ?? []);
  return (await newestOf(pinned, question.tagFormat, from.history)) ?? { tag, revision };
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
