/** Types only: what a promotion is asked to do. */

import type { Digest, Tag } from "../../core/ids.ts";
import type { ImageName } from "../../core/image-ref.ts";
import type { HoldQuestion } from "../../core/landing/hold.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { LandRequest } from "../landing/change.ts";
import type { GateQuestion } from "../landing/gate.ts";
import type { FromEnvironment } from "./from.ts";

/** An image, and the tag and digest it is to be at when they are not made from the revision. */
export interface AskedImage {
  readonly image: ImageName;
  readonly tag?: Tag | undefined;
  readonly digest?: Digest | undefined;
  /** Source paths whose changes rebuild it. Absent: every change does. */
  readonly paths?: readonly string[] | undefined;
}

/** What the user asks of a promotion. */
export interface PromoteRequest extends LandRequest, HoldQuestion {
  /** What a revision must have behind it. Absent: nothing. */
  readonly gate?: GateQuestion | undefined;
  /** What is left beside the branch for other environments and the checker. */
  readonly marks?: readonly ("attempted" | "landed")[] | undefined;
  /** Promote what this environment runs, whatever `revision` says. */
  readonly from?: FromEnvironment | undefined;
  /** A full commit id of the source repository, or a unique prefix of one. */
  readonly revision: string;
  readonly images: readonly AskedImage[];
  readonly tagFormat: TagFormat;
  /** Whether a superseded revision leaves an empty commit that says so. */
  readonly superseded: "record" | "skip";
  /** What becomes of an image of which nothing has changed since what is pinned. */
  readonly unchanged?: "leave" | "move" | undefined;
  readonly divergence: "refuse" | "allow";
  readonly adoption?: "refuse" | "allow" | undefined;
}
