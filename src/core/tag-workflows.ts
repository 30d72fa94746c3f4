/** Workflows of GitHub and Forgejo that start for tags. */

import { parse } from "yaml";

/** Where workflows are. */
export const workflowFolders = [".github/workflows", ".forgejo/workflows", ".gitea/workflows"];

/** Returns whether a workflow asks to be started for tags. What is no workflow asks for nothing. */
export function startsForTags(workflow: string): boolean {
  let read: unknown;
  try {
    read = parse(workflow);
  } catch {
    return false;
  }
  return isRecord(read) && isRecord(read.on) && isRecord(read.on.push) && "tags" in read.on.push;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
