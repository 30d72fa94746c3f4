/** Which deploy is meant: what the manifests branch pins, or the revision that is asked for. */

import { Failure } from "../../core/failure.ts";
import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import { findPins, needlesOf, type Pin } from "../../core/pins/index.ts";
import { revisionPrefixIn, type TagFormat, tagOf } from "../../core/tag-format.ts";
import type { History, Remote } from "../../ports.ts";
import type { AskedImage } from "../promote/promotion.ts";

/** Where the deploy is looked for, and what is known of it. */
export interface DeployQuestion {
  readonly images: readonly AskedImage[];
  readonly paths: readonly string[];
  readonly tagFormat: TagFormat;
  readonly repository: string;
  readonly branch: string;
  /** A commit of the source; undefined means what the tip pins. */
  readonly revision?: string | undefined;
  /** The commit that landed it; undefined means the tip, which holds it. */
  readonly commit?: CommitId | undefined;
}

/** The manifests branch at one moment. */
export interface PinnedTip {
  readonly tip: CommitId;
  readonly pins: readonly Pin[];
}

/** A deploy, and what it was read from. */
export interface ResolvedDeploy {
  readonly question: DeployQuestion;
  readonly deploy: Deploy;
  readonly pinned: PinnedTip;
}

/** A deploy that is to be seen, whichever server is looked at. */
export interface Deploy {
  readonly revision: Revision;
  readonly tag: Tag;
  /** The commit of the manifests branch that holds it. */
  readonly commit: CommitId;
  readonly repository: string;
  readonly branch: string;
}

/**
 * Reads the tip and its pins, and which deploy is meant. Of several revisions that are pinned it is
 * the newest. Throws what the remote throws, and `bad-manifest`.
 *
 * @throws Failure `unknown-revision` when the source has no such commit, or no pin names one.
 */
export async function resolveDeploy(
  question: DeployQuestion,
  ports: { readonly remote: Remote; readonly history: History },
): Promise<ResolvedDeploy> {
  const { images, paths } = question;
  const { remote } = ports;
  const names = images.map(({ image }) => image);
  const tip = await remote.fetchTip();
  const files = await remote.findManifests(tip, paths, needlesOf(names));
  const pinned = { tip, pins: files.flatMap((file) => findPins(file, names)) };
  return { question, pinned, deploy: await deployOf(question, pinned, ports) };
}

async function deployOf(
  question: DeployQuestion,
  { tip, pins }: PinnedTip,
  ports: { readonly remote: Pick<Remote, "messageOf">; readonly history: History },
): Promise<Deploy> {
  const { repository, branch, commit = tip, tagFormat } = question;
  const where = { commit, repository, branch };
  if (question.revision !== undefined) {
    const revision = await ports.history.resolve(question.revision);
    if (revision === undefined) throw unknown(question.revision);
    return { revision, tag: tagOf(tagFormat, revision), ...where };
  }
  const tags = new Set(pins.flatMap(({ tag }) => tag ?? []));
  const newest = await newestOf([...tags], tagFormat, ports.history);
  if (newest !== undefined) return { ...newest, ...where };
  const recorded = readMessage(await ports.remote.messageOf(tip))?.revision;
  if (recorded === undefined) throw untold(branch);
  return { revision: recorded, tag: tagOf(tagFormat, recorded), ...where };
}

/**
 * Returns the newest revision that tags name, or undefined when none names one of the source. Of
 * revisions on different lines of history, the first.
 */
export async function newestOf(
  tags: readonly Tag[],
  tagFormat: TagFormat,
  history: History,
): Promise<Pick<Deploy, "revision" | "tag"> | undefined> {
  let newest: Pick<Deploy, "revision" | "tag"> | undefined;
  for (const tag of tags) {
    const prefix = revisionPrefixIn(tagFormat, tag);
    const revision = prefix === undefined ? undefined : await history.resolve(prefix);
    if (revision === undefined) continue;
    if (newest && !(await history.isAncestor(newest.revision, revision))) continue;
    newest = { revision, tag };
  }
  return newest;
}

function unknown(text: string): Failure {
  return new Failure(
    "unknown-revision",
    `Cannot verify "${text}": the source history has no such commit`,
    "Give a full commit id, or a unique prefix of one, of the repository named by --source.",
  );
}

function untold(branch: string): Failure {
  return new Failure(
    "unknown-revision",
    `Cannot tell which revision "${branch}" holds: no pin's tag names a commit of the source`,
    "Name the revision with --revision, and check the tag format and the source.",
  );
}
