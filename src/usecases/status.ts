/** Status: how git, the registry, the pins, Argo CD and the cluster stand to each other now. */

import type { ClusterView } from "../core/cluster-view.ts";
import { Failure } from "../core/failure.ts";
import type { Digest, Revision, Tag } from "../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../core/image-ref.ts";
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
  const rows = await Promise.all(
    question.images.map((asked) => rowOf(asked, { request, view, ports })),
  );
  return {
    version: 1,
    command: "status",
    exit: exitOfRows(rows),
    ...{ repository: deploy.repository, branch: deploy.branch, tip: pinned.tip, images: rows },
    ...view,
  };
}

interface Seen {
  readonly request: StatusRequest;
  readonly view: ClusterView;
  readonly ports: StatusPorts;
}

async function rowOf(asked: AskedImage, { request, view, ports }: Seen): Promise<StatusRow> {
  const { meant, workloads } = request;
  const { image } = asked;
  const tags = meant.pinned.pins.filter((pin) => sameImage(pin.image, image)).map(({ tag }) => tag);
  const git = await wantedOf(asked, { meant, tags, history: ports.history });
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

/** Without a revision asked for, each image goes by its own pins: not all move each time. */
async function wantedOf(
  asked: AskedImage,
  from: {
    readonly meant: Meant;
    readonly tags: readonly (Tag | undefined)[];
    readonly history: History;
  },
): Promise<{ readonly tag: Tag; readonly revision?: Revision | undefined }> {
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
    if (!(error instanceof Failure)) throw error;
    return { state: "unreadable", text: "unreadable", detail: error.message };
  }
}
