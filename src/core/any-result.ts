/** The results that reports are made of. `command` tells them apart. */

import type { AuditResult } from "./audit-result.ts";
import type { DoctorResult } from "./doctor-result.ts";
import type { PromoteResult } from "./result.ts";
import type { StatusResult } from "./status-result.ts";
import type { SyncResult } from "./sync-result.ts";
import type { VerifyResult } from "./verify-result.ts";

/** A result of a command that CI runs. */
export type AnyResult =
  | PromoteResult
  | SyncResult
  | AuditResult
  | VerifyResult
  | StatusResult
  | DoctorResult;
