/**
 * One way for every command that lands: facts, a plan for each tip, the landing loop, the result.
 * The dry run, the edit of the files and the commit message are here, once for all of them.
 */

import { replacementDiff, unifiedDiff } from "../../core/diff.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { type Change, messageOf } from "../../core/landing/change.ts";
import type { ReadCommit } from "../../core/landing/commit-message.ts";
import { holdsFolder, holdsPath, writeHolds } from "../../core/landing/holds-file.ts";
import type { Landing } from "../../core/landing/landing.ts";
import { waitsOf } from "../../core/landing/waiting.ts";
import { editManifests, type FileEdit, refuseMentions } from "../../core/pins/index.ts";
import type { Frame, Tried } from "../../core/results/landing.ts";
import type { Registry } from "../../ports.ts";
import type { Proposals } from "../../ports-forge.ts";
import { type LandPolicy, land, type Plan } from "./land.ts";
import { propose } from "./propose.ts";
import type { ReadPorts } from "./read-patiently.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkVariants, type VariantCheck } from "./variants.ts";

/** What every command that lands is asked. */
export interface LandRequest {
  /** One id per deploy, so that its commit can be found again. */
  readonly deploy: string;
  /** The environment that it is for, where it has a name. */
  readonly environment?: string | undefined;
  readonly repository: string;
  readonly branch: string;
  readonly mode: "push" | "dry-run";
  readonly skipCi: boolean;
}

/** What a command wants of a tip: a change, or nothing, for a reason that it knows itself. */
export interface Planned<Basis> {
  readonly snapshot: Snapshot;
  readonly change: Change | undefined;
  readonly basis: Basis;
  /** The tip holds what is wanted, or newer. */
  readonly isReached?: boolean | undefined;
  /** Whether the pins and holds alone decide about it, so that others may land it. */
  readonly mayWait?: boolean;
}

/** What a command wants to land, and what its commit would say of it where there is one. */
interface Wanted<Facts> {
  readonly facts: Facts;
  readonly wanted: ReadCommit | undefined;
}

/** A command that lands. */
export interface LandCommand<Facts, Basis, Result> {
  readonly request: LandRequest;
  /** Gathers what does not depend on the tip. A Failure is the command's result. */
  prepare(startedMs: number): Promise<Facts>;
  /** Asked again on every new tip. Throws what reading it throws. */
  plan(tip: CommitId, facts: Facts): Promise<Planned<Basis>>;
  /**
   * Returns whether what is wanted goes before what a request on the forge proposes. Absent: what
   * people ask for always does.
   */
  overtakes?(record: ReadCommit, than: Wanted<Facts>): Promise<boolean>;
  /** Facts are missing where preparing failed. */
  result(landing: Landing<Basis & Tried>, facts: Facts | undefined, frame: Frame): Result;
}

/** The world of a command that lands. Without a registry, variants are not moved. */
export interface LandPorts extends ReadPorts {
  readonly registry?: Registry | undefined;
  /** The way through a protected branch. Absent: it takes pushes. */
  readonly proposals?: Proposals | undefined;
}

/** Lands a command. A Failure becomes its result; anything else that is thrown is a bug. */
export async function landChange<Facts, Basis extends object, Result>(
  command: LandCommand<Facts, Basis, Result>,
  ports: LandPorts,
  policy: LandPolicy,
): Promise<Result> {
  const { request } = command;
  const startedMs = ports.clock.nowMs();
  const frame = () => ({ request, startedMs, tookMs: ports.clock.nowMs() - startedMs });
  let facts: Facts;
  try {
    facts = await command.prepare(startedMs);
  } catch (error) {
    const failed = { kind: "failed", failure: asFailure(error), attempts: 0 } as const;
    return command.result({ ...failed, why: undefined }, undefined, frame());
  }
  const deadlineMs = startedMs + policy.timeoutMs;
  const looking = { ...ports, reads: policy.reads, deadlineMs };
  const derive = async (tip: CommitId) => {
    const planned = await command.plan(tip, facts);
    return planOf(planned, request, { startedMs, looking });
  };
  const overtakes = async (record: ReadCommit, wanted?: ReadCommit) =>
    (await command.overtakes?.(record, { facts, wanted })) ?? true;
  const { proposals } = ports;
  const landing =
    proposals === undefined || request.mode === "dry-run"
      ? await land(derive, ports, policy)
      : await propose({ derive, overtakes }, { ...ports, proposals }, policy);
  return command.result(landing, facts, frame());
}

/**
 * Turns what is wanted into bytes. The commit has the date of the run's beginning, so that the same
 * content on the same parent is the same commit.
 */
export async function planOf<Basis extends object>(
  { snapshot, change, basis: own, isReached, mayWait = false }: Planned<Basis>,
  request: LandRequest,
  { startedMs, looking }: { readonly startedMs: number; readonly looking: VariantCheck },
): Promise<Plan<Basis & Tried>> {
  const { mentions } = snapshot;
  const told = mentions.length === 0 ? own : { ...own, mentions };
  if (change === undefined) return { kind: "rest", why: told, isReached };
  if (change.moves.length > 0) refuseMentions(mentions, snapshot.rules);
  const moves = await checkVariants(change.moves, looking);
  const basis = { ...told, moves };
  const edits = editManifests(snapshot.files, moves);
  const holds = change.holds && writeHolds(change.holds);
  if (holds !== undefined && (await snapshot.holds()).isBlocked) throw blocked();
  if (request.mode === "dry-run") {
    const { bytes } = holds === undefined ? {} : await snapshot.holds();
    const held = holds === undefined ? "" : replacementDiff(holdsPath, bytes, holds);
    return { kind: "rest", why: { ...basis, diff: edits.map(diffOf).join("") + held } };
  }
  const changes = edits.map(({ file, bytes }) => ({ path: file.path, bytes }));
  if (holds !== undefined) changes.push({ path: holdsPath, bytes: holds });
  const { deploy, environment } = request;
  const words = { message: messageOf(change, request), atSeconds: Math.floor(startedMs / 1000) };
  const found = { ...snapshot.scope, pins: snapshot.pins };
  const waits = mayWait ? waitsOf(moves, found, { deploy, environment, ...words }) : undefined;
  return { kind: "write", draft: { changes, ...words }, why: basis, waits };
}

function blocked(): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot write "${holdsPath}": "${holdsFolder}" is a file of the branch`,
    "Move that file elsewhere: Landfall keeps its holds in a folder of this name.",
    { place: { file: holdsFolder } },
  );
}

function diffOf({ file, bytes }: FileEdit): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return unifiedDiff(file.path, decoder.decode(file.bytes), decoder.decode(bytes));
}
