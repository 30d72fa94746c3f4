/** What the checker sees at one tip: the source, the pins, the registry, and what follows. */

import { Failure } from "../../core/failure.ts";
import type { CodePlace } from "../../core/history/code-line.ts";
import { MovedAway } from "../../core/history/manual-reverts.ts";
import type { CommitId } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import { holdsAgainst } from "../../core/landing/hold.ts";
import type { Pin } from "../../core/pins/index.ts";
import { type TagFormat, tagOf } from "../../core/tag-format.ts";
import { builtTogether, touchesOf } from "../audit/builds.ts";
import { type AuditFacts, gatherFacts } from "../audit/facts.ts";
import { knownHistory } from "../landing/known-history.ts";
import { type Snapshot, snapshotAt, withRevisions } from "../landing/snapshot.ts";
import { type GroupLook, judgeGroups, type LookedImage, lookFor } from "./group.ts";
import { guard } from "./guard.ts";
import type { CodeCommit, ImageGroup } from "./newest-published.ts";
import type { SyncPorts, SyncRequest } from "./request.ts";
import { linked, settle } from "./together.ts";

/** All that was seen at one tip. */
export interface SyncFindings {
  readonly tip: CommitId;
  readonly snapshot: Snapshot;
  /** In the order of the request. */
  readonly images: readonly LookedImage[];
  readonly warnings: readonly string[];
}

/** What looking takes, besides the tip. */
export interface SyncInspection {
  readonly request: SyncRequest;
  readonly ports: SyncPorts;
}

/**
 * Looks at everything from a tip. What cannot be read of single images is reported for these; what
 * nothing can be said without is thrown.
 */
export async function inspect(tip: CommitId, looking: SyncInspection): Promise<SyncFindings> {
  const { request, ports } = looking;
  const names = request.images.map(({ image }) => image);
  const seen = await snapshotAt(tip, { images: names, paths: request.paths }, ports.remote);
  const { pins } = seen;
  const written = await seen.holds();
  const holds = holdsAgainst(request, written.holds, ports.clock.nowMs());
  const facts = await factsAt(tip, looking);
  const { graph, code } = facts;
  const empty = code.length === 0 ? [noCode(graph.line().length, request)] : [];
  const known = { ...ports, history: knownHistory(graph, ports.log, ports.history) };
  const snapshot = withRevisions(seen, request.tagFormat, known);
  const newest = code.slice(0, request.lookback);
  const recent = newest.map((each) => codeCommit(each, facts, request.tagFormat));
  const { commits, warnings: leftAlone } = await guard(recent, { request, ports: known, snapshot });
  const warnings = [...facts.warnings, ...empty, ...leftAlone];
  const touches = await touchesOf(newest, request.images, { graph, log: ports.log });
  const scene = {
    ...{ request, ports: known, holds, graph, code: code.map(({ place }) => place) },
    snapshot,
    commits,
    movedAway: new MovedAway(facts.branch, facts.revisions),
    touches,
  };
  const looks: GroupLook[] = [];
  for (const group of groupsOf(request)) {
    looks.push(await lookFor({ group, pins: pinsOf(group.images, pins) }, scene));
  }
  const settled = await settle(looks, scene);
  const images: LookedImage[] = [];
  for (const set of linked(settled, scene)) images.push(...(await judgeGroups(set, scene)));
  const order = names.map(printImageName);
  images.sort((a, b) => order.indexOf(a.image) - order.indexOf(b.image));
  return { tip, snapshot: seen, images, warnings };
}

function noCode(count: number, { tagFormat }: SyncRequest): string {
  if (tagFormat.digits === undefined) {
    return `Nothing is compared: none of the ${count} commits of the source has a release's git tag`;
  }
  return `Nothing is compared: all ${count} commits of the source look like deploys. Is audit.pattern too wide?`;
}

function groupsOf({ images }: SyncRequest): readonly ImageGroup[] {
  return builtTogether(images).map((set) => {
    return { images: set.map(({ image }) => image), paths: set[0].paths };
  });
}

function pinsOf(images: readonly ImageName[], pins: readonly Pin[]): readonly Pin[] {
  return pins.filter((pin) => images.some((image) => sameImage(image, pin.image)));
}

/**
 * Reads both histories, as long ago as they go. A replica that does not know the tip yet will not
 * do: from what it has, a deploy that was moved away would look like one that never landed.
 */
async function factsAt(tip: CommitId, { request, ports }: SyncInspection): Promise<AuditFacts> {
  const subject = {
    images: request.images.map(({ image }) => image),
    environment: request.environment,
    paths: request.paths,
    manifestPaths: request.manifestPaths,
    tagFormat: request.tagFormat,
    pattern: request.pattern,
    // Clocks differ: whatever is in the history has happened.
    asOfMs: Number.POSITIVE_INFINITY,
    dates: { nowMs: ports.clock.nowMs(), aheadMs: request.graceMs },
    follow: true,
  };
  const facts = await gatherFacts(subject, ports.log);
  if (!facts.branch.commits.some(({ id }) => id === tip)) throw behindTip(tip);
  return facts;
}

function behindTip(tip: CommitId): Failure {
  return new Failure(
    "remote-unreachable",
    `Cannot read the branch's history: the server says that it is at ${tip}, and sends an older commit`,
    "Run it again in a moment: one of its replicas lags behind.",
  );
}

function codeCommit(
  { place, before, same }: CodePlace,
  { graph, releases }: AuditFacts,
  tagFormat: TagFormat,
): CodeCommit {
  const { atMs, isDated } = graph.commits[place]!;
  const named = (each: number) => {
    const revision = graph.revisionAt(each);
    return { revision, tag: tagOf(tagFormat, revision, releases.namesOf(revision)) };
  };
  return {
    ...named(place),
    parent: before === undefined ? undefined : graph.revisionAt(before),
    same: same.map(named),
    atMs: isDated === false ? Number.NEGATIVE_INFINITY : atMs,
  };
}
