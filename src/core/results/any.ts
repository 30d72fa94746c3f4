/** The results that reports are made of. `command` tells them apart. */

import type { AuditResult } from "./audit.ts";
import type { DoctorResult } from "./doctor.ts";
import type { PromoteResult } from "./promote.ts";
import type { StatusResult } from "./status.ts";
import type { SyncResult } from "./sync.ts";
import type { VerifyResult } from "./verify.ts";

/** A result of a command that CI runs. */
export type AnyResult =
  | PromoteResult
  | SyncResult
  | AuditResult
  | VerifyResult
  | StatusResult
  | DoctorResult;
