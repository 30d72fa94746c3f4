/** Which deploy is meant: what the manifests branch pins, or the revision that is asked for. */

import { Failure } from "../../core/failure.ts";
import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { sameImage } from "../../core/image-ref.ts";
import { readMessage } from "../../core/landing/commit-message.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { Remote, SourceHistory } from "../../ports.ts";
import { imageTag, namedRevision } from "../landing/named-revision.ts";
import type { RevisionPorts } from "../landing/pin-revision.ts";
import {
  newestHeld,
  type RevisionSnapshot,
  snapshotAt,
  withRevisions,
} from "../landing/snapshot.ts";
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

/** A deploy, and what it was read from. */
export interface ResolvedDeploy {
  readonly question: DeployQuestion;
  readonly deploy: Deploy;
  readonly pinned: RevisionSnapshot;
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
  ports: RevisionPorts & { readonly remote: Remote },
): Promise<ResolvedDeploy> {
  const { images, paths, tagFormat } = question;
  const scope = { images: images.map(({ image }) => image), paths };
  const tip = await ports.remote.fetchTip();
  const pinned = withRevisions(await snapshotAt(tip, scope, ports.remote), tagFormat, ports);
  const deploy = await deployOf(question, pinned, ports);
  if (question.revision === undefined) return { question, pinned, deploy };
  const asked: AskedImage[] = [];
  for (const image of images) asked.push(await asLeft(image, deploy, { pinned, ...ports }));
  return { question: { ...question, images: asked }, pinned, deploy };
}

/**
 * A promotion leaves an image where it is when nothing that it is built from has changed: then what
 * its pins hold is what the revision means for it.
 */
async function asLeft(
  asked: AskedImage,
  { revision }: Deploy,
  { pinned, history }: { readonly pinned: RevisionSnapshot; readonly history: SourceHistory },
): Promise<AskedImage> {
  if (asked.tag !== undefined || asked.paths === undefined) return asked;
  const own = pinned.pins.filter(({ image }) => sameImage(image, asked.image));
  const [tag, ...others] = new Set(own.map((pin) => pin.tag));
  const held = own[0] && (await pinned.revisionOf(own[0]))?.revision;
  if (held === undefined || tag === undefined || others.length > 0) return asked;
  if (held === revision || !(await history.isAncestor(held, revision))) return asked;
  return (await history.changed(held, revision, asked.paths)) ? asked : { ...asked, tag };
}

async function deployOf(
  question: DeployQuestion,
  pinned: RevisionSnapshot,
  { remote, history }: RevisionPorts,
): Promise<Deploy> {
  const { tip, pins } = pinned;
  const { repository, branch, commit = tip, tagFormat } = question;
  const where = { commit, repository, branch };
  if (question.revision !== undefined) {
    const revision = await namedRevision(question.revision, "verify", history);
    const newest = await newestHeld(pins, pinned, { history, tagFormat });
    if (newest?.revision === revision) return { ...newest, ...where };
    const tag = await imageTag(tagFormat, revision, { history, word: question.revision });
    return { revision, tag, ...where };
  }
  const newest = await newestHeld(pins, pinned, { history, tagFormat });
  if (newest !== undefined) return { ...newest, ...where };
  const recorded = readMessage(await remote.messageOf(tip))?.revision;
  if (recorded === undefined) throw untold(branch);
  const tag = await imageTag(tagFormat, recorded, { history });
  return { revision: recorded, tag, ...where };
}

function untold(branch: string): Failure {
  return new Failure(
    "unknown-revision",
    `Cannot tell which revision "${branch}" holds: no pin's tag names a commit of the source`,
    "Name the revision with --revision, and check the tag format and the source.",
  );
}
