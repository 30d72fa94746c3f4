/** By which door a change reaches the branch, from flags and file. */

import type { Config } from "./config-schema.ts";

/** Flags that say so. */
export interface LandFlags {
  readonly land?: LandSettings["by"];
  readonly wait?: boolean;
}

/** By which door, and what is done about a request once it is open. */
export interface LandSettings {
  readonly by: "push" | "pull-request";
  /** Whether the forge is asked to merge it. */
  readonly isAuto: boolean;
  readonly isAwaited: boolean;
  readonly method: "merge" | "squash" | "rebase" | undefined;
  /** Our own branch. Undefined: by the environment's name. */
  readonly branch: string | undefined;
}

/** Returns it. Without waiting, the forge merges all the same where that is set. */
export function landIn(flags: LandFlags, config: Config | undefined): LandSettings {
  const { by = "push", merge = "wait", method, branch } = config?.land ?? {};
  const isAwaited = merge !== "off" && flags.wait !== false;
  return { by: flags.land ?? by, isAuto: merge === "auto", isAwaited, method, branch };
}
