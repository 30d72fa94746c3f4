/** How the commands of a race are run on the model, and what each of them says. */

import type { ImageName } from "../../core/image-ref.ts";
import { printImageName } from "../../core/image-ref.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import type { SyncResult, SyncVerdict } from "../../core/results/sync.ts";
import type { LandPolicy } from "../../usecases/landing/land.ts";
import { type PromotePorts, promote } from "../../usecases/promote/promote.ts";
import type { PromoteRequest } from "../../usecases/promote/promotion.ts";
import {
  type RollbackPorts,
  type RollbackRequest,
  rollback,
} from "../../usecases/rollback/rollback.ts";
import type { SyncPorts, SyncRequest } from "../../usecases/sync/request.ts";
import { sync } from "../../usecases/sync/sync.ts";
import type { StatedOutcome } from "../invariants/history.ts";
import { ModelLog } from "../model/deploy-log.ts";
import { ModelRemote } from "../model/remote.ts";
import { ModelRegistry } from "../model/source.ts";
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
}

/** The real use cases. */
export const realCrew: Crew = {
  promote: (request, ports, { policy }) => promote(request, ports, policy),
  rollback: (request, ports, { policy }) => rollback(request, ports, policy),
  sync: (request, ports, { policy }) => sync(request, ports, policy),
};

/** What a command said, and which of its images it said it of. */
export interface Spoken {
  readonly end: Omit<StatedOutcome, "atMs">;
  readonly images: readonly ImageName[];
}

/** Runs a job as one actor and returns what came of it. */
export function runCommand(
  job: Job,
  actor: string,
  play: { world: World; scene: Scenario; crew: Crew; policy: LandPolicy; memory?: CommandMemory },
): Promise<Spoken> {
  const { world, scene, crew, policy, memory } = play;
  const ports: PromotePorts & SyncPorts = {
    remote: new ModelRemote(world, actor),
    history: scene.source,
    registry: new ModelRegistry(world, scene.shelf, actor),
    clock: world.scheduler.clockOf(actor),
    random: { unit: () => world.fate.unit() },
    progress: { step: () => {}, warn: () => {} },
    log: new ModelLog(world, actor),
  };
  const cast = { crew, about: { policy, world, actor } };
  const act = (its: PromotePorts & SyncPorts) => commands[job.command](job, its, cast);
  if (memory === undefined) return act(ports);
  const known = [...scene.source.parents, ...scene.shelf].flat(2).join(" ");
  return memory.live(`${actor} ${known}`, ports, act);
}

interface ActorContext {
  readonly crew: Crew;
  readonly about: About;
}

type Command = (job: Job, ports: PromotePorts & SyncPorts, cast: ActorContext) => Promise<Spoken>;

const commands: Readonly<Record<Job["command"], Command>> = {
  async promote({ revision, images }, ports, { crew, about }) {
    const request: PromoteRequest = {
      ...{ ...everywhere, deploy: about.actor, revision },
      images: images.map((image) => ({ image })),
      ...{ superseded: "record", divergence: "refuse", mode: "push", skipCi: true },
    };
    return spoken(await crew.promote(request, ports, about), images);
  },
  async rollback({ revision, images }, ports, { crew, about }) {
    const request: RollbackRequest = {
      ...{ ...everywhere, deploy: about.actor, goal: { to: revision } },
      images: images.map((image) => ({ image })),
      ...{ reason: "it is slow", by: "Lab", pattern: deployPattern, mode: "push", skipCi: true },
    };
    return spoken(await crew.rollback(request, ports, about), images);
  },
  async sync({ images }, ports, { crew, about }) {
    const request: SyncRequest = {
      ...{ ...everywhere, deploy: about.actor, source: "model" },
      images: images.map((image) => ({ image })),
      ...{ pattern: deployPattern, lookback: 100, graceMs: 0, movedAway: "leave" },
      ...{ mode: "push", skipCi: true },
    };
    const result = await crew.sync(request, ports, about);
    return { end: saidBySync(result), images: images.filter((image) => isAsWanted(image, result)) };
  },
};

const everywhere = { tagFormat, paths: [manifestsPath], repository: "model", branch: "main" };

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
