/** Audit: which commits of the source reached production, and which did not. Only reads. */

import { asFailure, exit, exitOfFailure, Failure } from "../../core/failure.ts";
import { type AuditBuild, keepLedger } from "../../core/history/audit.ts";
import { printImageName } from "../../core/image-ref.ts";
import { type AuditResult, type DeployFate, fates, findingsOf } from "../../core/results/audit.ts";
import { reportMentions } from "../../core/results/mention.ts";
import { reportFailure } from "../../core/results/promote.ts";
import type { DeployLog, Progress } from "../../ports.ts";
import { builtTogether, touchesOf } from "./builds.ts";
import { type AuditFacts, type AuditSubject, gatherFacts } from "./facts.ts";

/** What is asked. Times are milliseconds since the epoch. */
export interface AuditRequest extends Omit<AuditSubject, "dates"> {
  /** Source paths whose changes rebuild images, by their printed names. None: every change does. */
  readonly sourcePaths?: ReadonlyMap<string, readonly string[]>;
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  readonly sinceMs: number;
  readonly nowMs: number;
  /** How old a commit must be before a missing deploy counts as lost. */
  readonly graceMs: number;
  /** After how many deploys a pin that did not move has stayed behind. */
  readonly behind: number;
  /** Whether deploys by hand are findings too. */
  readonly strict: boolean;
}

/** What an audit needs of the world. */
export interface AuditPorts {
  readonly log: DeployLog;
  readonly progress: Progress;
}

/** Audits a branch. A failure of the world is in the result. */
export async function audit(request: AuditRequest, ports: AuditPorts): Promise<AuditResult> {
  const { repository, branch, source, sinceMs, asOfMs } = request;
  const head = { version: 1, command: "audit", repository, branch, source } as const;
  try {
    ports.progress.step(`Reading the history of ${branch}`);
    const dates = { nowMs: request.nowMs, aheadMs: request.graceMs };
    const facts = await gatherFacts({ ...request, dates }, ports.log);
    refuseNothing(request, facts);
    const ledger = keepLedger(facts.graph, facts.branch, {
      ...request,
      holds: facts.holds,
      revisions: facts.revisions,
      builds: await buildsOf(request, facts, ports.log),
    });
    const found = { ...ledger, ...(request.strict && { strict: true as const }) };
    const status = findingsOf(found).length > 0 ? exit.drift : exit.done;
    const warnings = [...facts.warnings, ...ledger.warnings];
    const mentions = reportMentions(facts.mentions);
    const told = mentions.length === 0 ? {} : { mentions };
    return { ...head, exit: status, sinceMs, asOfMs, ...found, ...told, warnings };
  } catch (error) {
    const failure = asFailure(error);
    const lists = { commits: [], deploys: [], inversions: [], leftBehind: [], warnings: [] };
    const failed = { exit: exitOfFailure(failure.code), failure: reportFailure(failure) };
    return { ...head, sinceMs, asOfMs, counts: noCounts(), ...lists, ...failed };
  }
}

/** Returns the images that are built together, with the commits that they are built of. */
async function buildsOf(
  { images, sourcePaths }: AuditRequest,
  { graph, code }: AuditFacts,
  log: DeployLog,
): Promise<readonly AuditBuild[]> {
  const named = images.map(printImageName).map((name) => ({ name, paths: sourcePaths?.get(name) }));
  const touches = await touchesOf(code, named, { graph, log });
  return builtTogether(named).map((set) => {
    const own = code.filter(({ place }) => touches(place, set[0].paths));
    return { images: set.map(({ name }) => name), code: own };
  });
}

/** To audit what was never there would be to find nothing, or all of it missing. */
function refuseNothing({ branch, paths }: AuditRequest, { absent }: AuditFacts): void {
  const [path] = absent.paths;
  if (path !== undefined) {
    throw new Failure(
      "usage",
      `Cannot audit "${path}": no commit of ${branch} ever had a file there`,
      "Check --path, or manifests.paths in landfall.yaml, and the branch.",
    );
  }
  const [image] = absent.images;
  if (image === undefined) return;
  throw new Failure(
    "usage",
    `Cannot audit "${image}": no manifest of ${branch} under ${paths.join(", ")} ever pinned it`,
    "Check the image's name, with its registry, and the paths.",
  );
}

function noCounts(): Record<DeployFate, number> {
  return Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<DeployFate, number>;
}
