/** How what a pin holds relates to the revision that is asked for. */

import { sameImage } from "../../core/image-ref.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { SourceHistory } from "../../ports.ts";
import { candidatesOf } from "../landing/pin-revision.ts";
import type { ResolvedDeploy } from "./resolve-deploy.ts";

/**
 * `same` is the revision itself, or an earlier one since which the image's own sources have not
 * changed: such an image stays where it is. `later` descends from it. Anything else is `other`.
 */
export type HeldStanding = "same" | "later" | "other";

/** Returns how a pin relates to it. Where digits name several revisions, all must agree. */
export async function standingOf(
  pin: Pin,
  { question, deploy, pinned }: ResolvedDeploy,
  history: Pick<SourceHistory, "isAncestor" | "changed">,
): Promise<HeldStanding> {
  const { revision } = deploy;
  const { paths } = question.images.find(({ image }) => sameImage(image, pin.image)) ?? {};
  const standings = new Set<HeldStanding>();
  for (const held of candidatesOf(await pinned.revisionOf(pin))) {
    if (held === undefined) return "other";
    if (held === revision) standings.add("same");
    else if (await history.isAncestor(revision, held)) standings.add("later");
    else if (paths === undefined || !(await history.isAncestor(held, revision))) return "other";
    else if (await history.changed(held, revision, paths)) return "other";
    else standings.add("same");
  }
  const [standing = "other", ...others] = standings;
  return others.length === 0 ? standing : "later";
}
