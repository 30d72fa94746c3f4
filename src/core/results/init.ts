/** What `landfall init` found and wrote. */

import type { Survey } from "../init/survey.ts";
import type { Forge, NewFile } from "../init/workflows.ts";

/** A file of the plan. */
export interface InitFile extends NewFile {
  /** `kept`: it was there before, and is as it was. */
  readonly state: "new" | "written" | "kept";
}

/** The field `version` changes when a reader would have to. */
export interface InitResult {
  readonly version: 1;
  readonly command: "init";
  readonly exit: number;
  readonly forge: Forge;
  readonly found: Survey;
  readonly files: readonly InitFile[];
  /** What to run or to do next. */
  readonly next: readonly string[];
}
