/** The flags of what holds something: why, by whom, and for how long. */

import { hostname, userInfo } from "node:os";
import { parseDuration } from "../core/duration.ts";
import { type Process, usageError } from "../settings/process.ts";
import { parseDate } from "./dates.ts";
import { type FlagsOf, text } from "./flags.ts";

export const holdFlags = {
  reason: text("--reason <text>", "why, for readers of the history; required"),
  by: text("--by <name>", "who does it (default: from the environment)", { env: "LANDFALL_BY" }),
  until: text("--until <date>", "when it ends by itself: 2026-03-29T06:00:00Z"),
  expires: text("--expires <duration>", "how long it lasts: 6h, 7d (default: until it is lifted)"),
};

type HoldFlags = FlagsOf<typeof holdFlags>;

/** Returns the reason. Throws `usage` when there is none. */
export function reasonIn({ reason = "" }: HoldFlags, doing: string): string {
  if (reason !== "") return reason;
  const hint = 'Say why: --reason "checkout is broken".';
  throw usageError(`Cannot ${doing} without a reason`, hint);
}

/** Reads when the hold is to end, before anything is opened. */
export function holdEnd({ until, expires }: HoldFlags): (nowMs: number) => number | undefined {
  if (until !== undefined && expires !== undefined) {
    throw usageError("Cannot end a hold twice", "Give --until or --expires, one of them.");
  }
  const untilMs = until === undefined ? undefined : parseDate(until, "--until");
  const lastsMs = expires === undefined ? undefined : parseDuration(expires);
  return (nowMs) => (lastsMs === undefined ? untilMs : nowMs + lastsMs);
}

/** Who is at work, by the names that CI systems, git and shells give in the environment. */
const whoKeys = [
  "GITHUB_ACTOR",
  "GITLAB_USER_LOGIN",
  "BUILD_REQUESTEDFOR",
  "CIRCLE_USERNAME",
  "GIT_AUTHOR_NAME",
  "USER",
  "LOGNAME",
];

/** Returns who is at work. A container has no names in its environment: then its user and host. */
export function whoIn({ by }: HoldFlags, { env }: Process): string {
  const named = by ?? whoKeys.map((key) => env[key]?.trim()).find((name) => name);
  return named ?? accountOnHost();
}

function accountOnHost(): string {
  try {
    return `${userInfo().username} on ${hostname()}`;
  } catch {
    // A user id without an entry in the container's list of users.
    return hostname();
  }
}
