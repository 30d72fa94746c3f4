/** The keys of landfall.yaml that say by which door a change reaches the branch. */

import { z } from "zod";
import { forgeKinds } from "../core/forge/forge.ts";
import * as value from "./config-values.ts";
import { optional } from "./config-values.ts";

/** How changes land. */
export const land = z.strictObject({
  by: optional(
    z.enum(["push", "pull-request"]),
    "push: straight to the branch. pull-request: by a request on the forge, for branches that take no pushes.",
    "push",
  ),
  merge: optional(
    z.enum(["wait", "auto", "off"]),
    "wait until somebody has merged the request; auto: ask the forge to merge it once its checks are green, and wait; off: open it and end.",
    "wait",
  ),
  method: optional(
    z.enum(["merge", "squash", "rebase"]),
    "How the forge is asked to merge. Default: as the repository allows.",
  ),
  branch: optional(
    value.branch,
    "Branch that the request is made from. Default: landfall/ and the environment's name, or landfall/deploy.",
  ),
});

/** Which forge the repository with the manifests is on. */
export const forge = z.strictObject({
  kind: optional(
    z.enum(forgeKinds),
    "What the forge is. Default: what its host's name, or the CI job, tells.",
  ),
  api: optional(value.securePage, "Address of its API. Default: the forge's usual one."),
});
