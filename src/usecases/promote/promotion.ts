/** Types only: what a promotion is asked to do, and what it is once its facts are checked. */

import type { Digest, Revision, Tag } from "../../core/ids.ts";
import type { ImageName } from "../../core/image-ref.ts";
import type { TagFormat } from "../../core/tag-format.ts";

/** An image, and the tag and digest it is to be at when they are not made from the revision. */
export interface AskedImage {
  readonly image: ImageName;
  readonly tag?: Tag | undefined;
  readonly digest?: Digest | undefined;
}

/** What the user asks of a promotion. */
export interface PromoteRequest {
  /** A full commit id of the source repository, or a unique prefix of one. */
  readonly revision: string;
  readonly images: readonly AskedImage[];
  readonly tagFormat: TagFormat;
  readonly paths: readonly string[];
  readonly repository: string;
  readonly branch: string;
  /** One id per promotion, so that its commit can be found again. */
  readonly deploy: string;
  /** Whether a superseded revision leaves an empty commit that says so. */
  readonly superseded: "record" | "skip";
  readonly divergence: "refuse" | "allow";
  readonly mode: "push" | "dry-run";
  readonly skipCi: boolean;
}

/** One image and where it is to go. */
export interface Target {
  readonly image: ImageName;
  readonly tag: Tag;
  readonly digest: Digest | undefined;
}

/** The intent: these images to this revision. */
export interface Promotion {
  readonly revision: Revision;
  readonly targets: readonly Target[];
  readonly paths: readonly string[];
  readonly tagFormat: TagFormat;
  /** Whether pins may move between lines of history (`--allow-diverged`). */
  readonly divergence: "refuse" | "allow";
}
