/** People who work on the branch beside the deployers: they edit, revert, roll back, and force. */

import type { CommitId } from "../../core/ids.ts";
import { type ReadRecord, readMessage } from "../../core/landing/commit-message.ts";
import { holdsPath, writeHolds } from "../../core/landing/holds-file.ts";
import type { FaultKind } from "../faults.ts";
import type { Commit, ModelDraft } from "../model/objects.ts";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";
import { forge } from "./forger.ts";
import { edit, manifestsOf, merge, retag, stemOf } from "./people-who-work.ts";

/** What somebody changes on top of a tip, or undefined when there is nothing for them to do. */
export type Deed = (
  tip: Commit,
  play: PersonRun,
) => Pick<ModelDraft, "changes" | "message" | "parents"> | undefined;

/** Where somebody works. */
export interface PersonRun {
  readonly world: World;
  readonly scene: Scenario;
}

const deeds: Readonly<Partial<Record<FaultKind, Deed>>> = {
  ...{ foreign: edit, revert, hold: rollBack, pick, move, merge, retag },
};

/** Sends those people to the branch whom fate has chosen. Each comes a few times. */
export function sendPeople(world: World, scene: Scenario): void {
  for (const [kind, deed] of Object.entries(deeds)) {
    if (!world.fate.strikes(kind as FaultKind)) continue;
    world.scheduler.watch(visit(kind, deed, { world, scene }));
  }
  if (world.fate.strikes("rewind")) world.scheduler.watch(rewind(world));
  if (scene.together && world.fate.strikes("forge")) world.scheduler.watch(forge(world, scene));
  for (let at = 1; at <= scene.foreign; at += 1) {
    const stubborn = { tries: Number.POSITIVE_INFINITY, delayMsMax: 2_000 };
    world.scheduler.watch(pushOnce(`people-${at}`, edit, { world, scene }, stubborn));
  }
}

/** When somebody comes at the latest, and how often they try who lost a race of their own. */
interface Manner {
  readonly delayMsMax: number;
  readonly tries: number;
}

async function visit(kind: string, deed: Deed, play: PersonRun): Promise<void> {
  const visits = play.world.fate.lasts(1, 4);
  for (let count = 1; count <= visits; count += 1) {
    await pushOnce(`people-${kind}-${count}`, deed, play, { delayMsMax: 8_000, tries: 5 });
  }
}

/** Pulls, commits and pushes as people do, and again when somebody else was faster. */
async function pushOnce(name: string, deed: Deed, play: PersonRun, manner: Manner): Promise<void> {
  const { scheduler, fate, server, objects } = play.world;
  await scheduler.before(name, "begin", fate.lasts(0, manner.delayMsMax));
  for (let left = manner.tries; left > 0; left -= 1) {
    const tip = objects.get(server.tip);
    const draft = deed(tip, play);
    if (draft === undefined) return;
    const atSeconds = fate.strikes("skew") ? fate.choose(2) * farSeconds : scheduler.nowSeconds;
    const commit = objects.write({ ...draft, parent: tip.id, atSeconds });
    await scheduler.after(name, "push", fate.lasts(50, 400));
    if (server.swap({ commit }, name)) return;
  }
}

/** A date that no clock should show for decades. */
const farSeconds = 4_000_000_000;

/** Cuts the newest commits off the branch. */
async function rewind({ scheduler, fate, server, objects }: World): Promise<void> {
  await scheduler.before("people-rewind", "force", fate.lasts(500, 8_000));
  let to: CommitId = server.tip;
  for (let back = fate.lasts(1, 2); back > 0; back -= 1) to = objects.get(to).parent ?? to;
  if (to !== server.tip) server.force(to, "people-rewind");
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Takes back the last deploy, as `git revert` does, or else puts a tag in that nobody knows. */
function revert(tip: Commit, { world }: PersonRun) {
  const before = tip.parent === undefined ? undefined : world.objects.get(tip.parent);
  if (before !== undefined && isLanding(readMessage(tip.message))) {
    return { changes: onto(tip, before), message: `Revert "${firstLine(tip)}"\n` };
  }
  const changes = manifestsOf(tip).map(({ path, bytes }) => {
    const text = decoder.decode(bytes).replace(/sha-[0-9a-f]{7}/, "hotfix-1");
    return { path, bytes: encoder.encode(text) };
  });
  return { changes, message: "fix: by hand\n" };
}

/** Picks the deploy before the last one again, as `git cherry-pick` does. */
function pick(tip: Commit, { world }: PersonRun) {
  const landings = world.objects
    .log(tip.id)
    .filter(({ message }) => isLanding(readMessage(message)));
  const picked = landings.at(-2);
  if (picked === undefined) return undefined;
  return { changes: onto(tip, picked), message: picked.message };
}

/** Renames a manifest, within the folder that is looked at. */
function move(tip: Commit, { world }: PersonRun) {
  const files = manifestsOf(tip);
  const { path, bytes } = files[world.fate.choose(files.length)]!;
  const [, count = "0"] = /-(\d+)\.yaml$/.exec(path) ?? [];
  return {
    changes: [
      { path, bytes: undefined },
      { path: `${stemOf(path)}-${Number(count) + 1}.yaml`, bytes },
    ],
    message: `chore: rename ${path}\n`,
  };
}

/** Goes back to what was before the race, and holds what the last deploy landed. */
function rollBack(tip: Commit, { world, scene }: PersonRun) {
  const records = world.objects.log(tip.id).map(({ message }) => readMessage(message));
  const last = records.findLast(isLanding);
  if (last === undefined) return undefined;
  const hold = {
    images: scene.images,
    through: last.revision,
    reason: "it is slow",
    by: "people",
    at: "2026-11-23T10:00:00Z",
  };
  const holds = { path: holdsPath, bytes: writeHolds([hold]) };
  const first = world.objects.get(world.base);
  return { changes: [...onto(tip, first), holds], message: "revert: by hand, and hold\n" };
}

function isLanding(record: ReadRecord | undefined): boolean {
  return record?.outcome === "landed" || record?.outcome === "recovered";
}

/** Returns the manifests of an older commit where they are now: git follows what was renamed. */
function onto(tip: Commit, older: Commit) {
  const now = new Map(manifestsOf(tip).map(({ path }) => [stemOf(path), path]));
  return manifestsOf(older).map(({ path, bytes }) => {
    return { path: now.get(stemOf(path)) ?? path, bytes };
  });
}

function firstLine({ message }: Commit): string {
  return message.slice(0, message.indexOf("\n"));
}
