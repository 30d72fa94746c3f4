/**
 * When Argo CD may sync an Application. Shape: argo-cd, server/application/application.proto
 * `ApplicationSyncWindowsResponse`; rules: docs, "Sync Windows".
 */

import { at, listAt, textAt } from "./json.ts";

/** What the windows of an Application allow now. */
export interface SyncWindows {
  /** What keeps it from syncing by itself now, in words; undefined when nothing does. */
  readonly closed: string | undefined;
  /** Whether a sync that somebody asks for is let through all the same. */
  readonly isOpenToUs: boolean;
}

/** Reads the answer of `…/syncwindows`. An active `deny` wins, else one `allow` must be active. */
export function readSyncWindows(json: unknown): SyncWindows {
  const active = listAt(json, "activeWindows");
  const assigned = listAt(json, "assignedWindows");
  const ofKind = (kind: string) => (window: unknown) => textAt(window, "kind") === kind;
  const denied = active.find(ofKind("deny"));
  const allowed = assigned.find(ofKind("allow"));
  const isOutside = allowed !== undefined && !active.some(ofKind("allow"));
  const words =
    denied !== undefined
      ? `a sync window denies it now (${scheduleOf(denied)})`
      : `no sync window allows it now (${scheduleOf(allowed)})`;
  const isClosed = denied !== undefined || isOutside;
  return {
    closed: isClosed ? words : undefined,
    isOpenToUs: at(json, "canSync") === true || !isClosed,
  };
}

function scheduleOf(window: unknown): string {
  const zone = textAt(window, "timeZone");
  const when = `"${textAt(window, "schedule")}"${zone === "" ? "" : ` ${zone}`}`;
  return `${textAt(window, "kind")} ${when} for ${textAt(window, "duration")}`;
}
