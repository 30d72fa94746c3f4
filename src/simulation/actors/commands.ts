/** How the commands of a race are run on the model, and what each of them says. */

import type { ImageName } from "../../core/image-ref.ts";
import { printImageName } from "../../core/image-ref.ts";
import type { Gate } from "../../core/landing/gate.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import type { SyncResult, SyncVerdict } from "../../core/results/sync.ts";
import type { LandPolicy } from "../../usecases/landing/land.ts";
import type { ReadPorts } from "../../usecases/landing/read-patiently.ts";
import { type PromotePorts, promote } from "../../usecases/promote/promote.ts";
import type { PromoteRequest } from "../../usecases/promote/promotion.ts";
import {
  type FreezeRequest,
  freeze,
  type ThawRequest,
  thaw,
} from "../../usecases/rollback/freeze.ts";
import { type ReleaseRequest, release } from "../../usecases/rollback/release.ts";
import {
  type RollbackPorts,
  type RollbackRequest,
  rollback,
} from "../../usecases/rollback/rollback.ts";
import type { SyncPorts, SyncRequest } from "../../usecases/sync/request.ts";
import { sync } from "../../usecases/sync/sync.ts";
import type { ScenePlace } from "../environments.ts";
import type { StatedOutcome } from "../invariants/history.ts";
import { ModelLog } from "../model/deploy-log.ts";
import type { ModelForge } from "../model/forge.ts";
import { ModelProposals } from "../model/proposals.ts";
import { ModelRemote } from "../model/remote.ts";
import { ModelRegistry } from "../model/source.ts";
import { unseenAfter } from "../model/source-view.ts";
import { type Job, manifestsPath, type Scenario, tagFormat } from "../scenario.ts";
import type { World } from "../world.ts";
import type { CommandMemory } from "./memory.ts";

/** Who runs, where, and for how long. */
interface About {
  readonly policy: LandPolicy;
  readonly world: World;
  readonly actor: string;
}

/** One use case under test: the real one, or one that a mutant has taken the place of. */
type Runner<Request, Ports, Result> = (
  request: Request,
  ports: Ports,
  about: About,
) => Promise<Result>;

/** Who promotes. */
export type DeployerActor = Runner<PromoteRequest, PromotePorts, PromoteResult>;

/** Who looks for lost deploys. */
export type Checker = Runner<SyncRequest, SyncPorts, SyncResult>;

/** Who goes back. */
export type Returner = Runner<RollbackRequest, RollbackPorts, PromoteResult>;

/** All use cases of a race. */
export interface Crew {
  readonly promote: DeployerActor;
  readonly rollback: Returner;
  readonly sync: Checker;
  readonly release: Runner<ReleaseRequest, ReadPorts, PromoteResult>;
  readonly freeze: Runner<FreezeRequest, ReadPorts, PromoteResult>;
  readonly thaw: Runner<ThawRequest, ReadPorts, PromoteResult>;
}

/** The real use cases. */
export const realCrew: Crew = {
  promote: (request, ports, { policy }) => promote(request, ports, policy),
  rollback: (request, ports, { policy }) => rollback(request, ports, policy),
  sync: (request, ports, { policy }) => sync(request, ports, policy),
  release: (request, ports, { policy }) => release(request, ports, policy),
  freeze: (request, ports, { policy }) => freeze(request, ports, policy),
  thaw: (request, ports, { policy }) => thaw(request, ports, policy),
};

/** What a command said, and which of its images it said it of. */
export interface Spoken {
  readonly end: Omit<StatedOutcome, "atMs">;
  readonly images: readonly ImageName[];
}

/** Runs a job as one actor and returns the outcome. */
export function runCommand(
  job: Job,
  actor: string,
  play: { world: World; scene: Scenario; crew: Crew; policy: LandPolicy; memory?: CommandMemory },
): Promise<Spoken> {
  const { world, scene, crew, policy, memory } = play;
  const ports: PromotePorts & SyncPorts = {
    remote: new ModelRemote(world, actor),
    history: world.fate.strikes("unseen") ? unseenAfter(job.revision, scene.source) : scene.source,
    registry: new ModelRegistry(world, scene.shelf, actor),
    clock: world.scheduler.clockOf(actor),
    random: { unit: () => world.fate.unit() },
    progress: { step: () => {}, warn: () => {} },
    log: new ModelLog(world, actor),
    ...(world.forge && { proposals: proposalsOf(job, actor, { world, forge: world.forge }) }),
  };
  const cast = { crew, scene, about: { policy, world, actor } };
  const act = (its: PromotePorts & SyncPorts) => commands[job.command](job, its, cast);
  if (memory === undefined) return act(ports);
  const known = [...scene.source.parents, ...scene.shelf].flat(2).join(" ");
  return memory.live(`${actor} ${known}`, ports, act);
}

function proposalsOf(
  { environment = "deploy" }: Job,
  actor: string,
  { world, forge }: { readonly world: World; readonly forge: ModelForge },
) {
  return new ModelProposals(world, forge, { actor, scope: environment });
}

interface ActorContext {
  readonly crew: Crew;
  readonly scene: Scenario;
  readonly about: About;
}

type Command = (job: Job, ports: PromotePorts & SyncPorts, cast: ActorContext) => Promise<Spoken>;

const commands: Readonly<Record<Job["command"], Command>> = {
  async promote(job, ports, { crew, about, scene }) {
    const { revision, images } = job;
    const { gate, marks } = placeOf(job, scene) ?? {};
    const request: PromoteRequest = {
      ...{ ...landing(job, about, scene), revision, marks },
      images: images.map((image) => ({ image })),
      gate: gate && { ...gate, beforePaths: pathsBefore(gate, scene) },
      ...{ superseded: "record", divergence: "refuse" },
    };
    return spoken(await crew.promote(request, ports, about), images);
  },
  async rollback(job, ports, { crew, about, scene }) {
    const request: RollbackRequest = {
      ...{ ...landing(job, about, scene), goal: { to: job.revision } },
      images: job.images.map((image) => ({ image })),
      ...{ ...words, pattern: deployPattern, manifestPaths: [manifestsPath] },
    };
    return spoken(await crew.rollback(request, ports, about), job.images);
  },
  async sync(job, ports, { crew, about, scene }) {
    const { images } = job;
    const place = placeOf(job, scene);
    const gate = place?.gate && { ...place.gate, beforePaths: pathsBefore(place.gate, scene) };
    const request: SyncRequest = {
      ...{ ...landing(job, about, scene), source: "model", manifestPaths: [manifestsPath] },
      images: images.map((image) => ({ image })),
      ...{ pattern: deployPattern, lookback: 100, graceMs: 0, movedAway: "leave" },
      ...{ guarded: gate && { gate }, marks: place?.marks },
    };
    const result = await crew.sync(request, ports, about);
    return { end: saidBySync(result), images: images.filter((image) => isAsWanted(image, result)) };
  },
  async release(job, ports, { crew, about, scene }) {
    const { images } = job;
    const request = { ...landing(job, about, scene), images };
    return spoken(await crew.release(request, ports, about), images);
  },
  async freeze(job, ports, { crew, about, scene }) {
    const all = { images: undefined, untilMs: undefined };
    const request = { ...landing(job, about, scene), ...words, ...all };
    return spoken(await crew.freeze(request, ports, about), job.images);
  },
  async thaw(job, ports, { crew, about, scene }) {
    return spoken(await crew.thaw(landing(job, about, scene), ports, about), job.images);
  },
};

const words = { reason: "it is slow", by: "Lab" };

/** What every command that lands is asked. */
function landing(job: Job, { actor }: About, scene: Scenario) {
  const { environment, path = manifestsPath } = placeOf(job, scene) ?? {};
  const where = { environment, paths: [path], repository: "model", branch: "main" };
  return { ...where, tagFormat, deploy: actor, mode: "push" as const, skipCi: true };
}

function placeOf({ environment }: Job, { places }: Scenario): ScenePlace | undefined {
  return places?.find((place) => place.environment === environment);
}

/** Returns where the environment before a gate has its manifests. */
function pathsBefore({ after }: Gate, { places = [] }: Scenario): readonly string[] {
  return places.filter(({ environment }) => environment === after?.environment).map(pathOf);
}

function pathOf({ path }: ScenePlace): string {
  return path;
}

/** What the subjects of deploy commits match. */
const deployPattern = /^chore\(gitops\)/;

function spoken(result: PromoteResult, images: readonly ImageName[]): Spoken {
  const { outcome, exit, commit, tip, failure } = result;
  return { end: { outcome, exit, commit, tip, code: failure?.code }, images };
}

/** A checker that had nothing to push changed nothing, whatever it saw. */
function saidBySync({ outcome, verdict, exit, commit, tip, failure }: SyncResult): Spoken["end"] {
  const code = failure?.code ?? (verdict === "in-sync" ? undefined : verdict);
  const said = outcome ?? (failure === undefined ? "unchanged" : "failed");
  return { outcome: said, exit, commit, tip, code };
}

const asWanted: ReadonlySet<SyncVerdict> = new Set(["in-sync", "ahead"]);

/** Whether the checker said that an image's pins hold the newest that is published. */
function isAsWanted(name: ImageName, { images }: SyncResult): boolean {
  const found = images.find(({ image }) => image === printImageName(name));
  return found !== undefined && (found.fixed || asWanted.has(found.verdict));
}
