/** The kinds of values in landfall.yaml, each with the remedy for a wrong one. */

import { Cron } from "croner";
import { z } from "zod";
import { isBranchName } from "../core/branch-name.ts";
import { durationHint, durationPattern, parseDuration } from "../core/duration.ts";
import { asTag } from "../core/ids.ts";
import { parseImageName } from "../core/image-ref.ts";
import { parseTagFormat, tagFormatHint } from "../core/tag-format.ts";

export const text = z.string().regex(/\S/, "Write a text that is not empty.");

/** In the file `30m`; in the settings milliseconds. */
export const duration = z.string().regex(durationPattern, durationHint).transform(parseDuration);

/** RFC 3339, or a date with or without a time, whose zone is said elsewhere. */
export const date = textThat(
  (written) =>
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(written) &&
    !Number.isNaN(Date.parse(written)),
  "Write a moment such as 2026-12-24T18:00:00+01:00, or a date.",
);

/** Returns a date as milliseconds since the epoch. One without a zone is of the one given. */
export function momentOf(written: string, timezone: string): number {
  if (/(?:Z|[+-]\d\d:\d\d)$/.test(written.slice(10))) return Date.parse(written);
  const [day, time = "00:00"] = written.split("T");
  const local = `${day}T${time.length === 5 ? `${time}:00` : time}`;
  const found = new Cron(local, { timezone, paused: true }).nextRun(new Date(0));
  return found?.getTime() ?? Date.parse(`${local}Z`);
}

export const cron = textThat(
  (pattern) =>
    pattern.trim().split(/\s+/).length === 5 && succeeds(() => new Cron(pattern, { paused: true })),
  "Write five fields, such as 0 16 * * FRI for each Friday at 16:00.",
);

export const timezone = textThat(
  (zone) => succeeds(() => new Intl.DateTimeFormat("en", { timeZone: zone })),
  "Write a time zone of the IANA database, such as Europe/Berlin.",
);

export const environmentName = z
  .string()
  .regex(
    /^(?!all$)[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
    "Name it in lower-case letters, digits and hyphens, such as prod. The name all means all of them.",
  );

const count = z.number().int("Write a whole number.");
export const natural = count.min(0, "Write a number that is not negative.");
export const positive = count.min(1, "Write a number above zero.");
/** A status of HTTP. */
export const status = count.min(100, "Write an HTTP status.").max(599, "Write an HTTP status.");

/** In the settings without `../` and without a slash at the end; the root is `.`. */
export const path = z
  .string()
  .regex(
    /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\]+$/,
    "Write a path inside the repository, from its root, with forward slashes.",
  )
  .transform(tidyPath);

export const branch = textThat(
  isBranchName,
  "Write a branch's short name, such as main or release/1.2.",
);

export const imageName = textThat(
  (name) => parseImageName(name) !== undefined,
  "Write an image's name in lower case and without a tag, such as ghcr.io/acme/web.",
);

export const tag = textThat(
  (name) => asTag(name) !== undefined,
  "Write a tag that a registry can hold: letters, digits, and . _ - after the first.",
);

export const tagFormat = textThat(
  (format) => succeeds(() => parseTagFormat(format)),
  tagFormatHint,
);

export const regularExpression = textThat(
  (pattern) => succeeds(() => new RegExp(pattern)),
  "Write a regular expression, as JavaScript has them.",
);

/** A git URL or a path. Only `ssh://` names a user without showing a secret. */
export const repository = text.regex(
  /^(?:[sS][sS][hH]:\/\/[^/:@]+@|(?![A-Za-z][A-Za-z0-9+.-]*:\/\/[^/@]*@))/,
  "Write it without a user or a token. Secrets come from the environment.",
);

const url = z
  .string()
  .regex(/^https?:\/\/[^/@\s]+(?:[/?#]\S*)?$/, "Write a URL without a user or a password.");
export const page = url;
/** A URL that a token may be sent to: nobody on the way can read it. */
export const securePage = url.regex(
  /^(?:https:|http:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$))/,
  "Write an https URL: a token goes there.",
);

export const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/v\d+)?$/, "Write it like linux/amd64.");

export const workload = z
  .string()
  .regex(
    /^(?:Deployment|StatefulSet|DaemonSet|CronJob|Job|Rollout)\/[a-z0-9.-]+$/,
    "Write it like Deployment/web.",
  );

export const fluxObject = z
  .string()
  .regex(/^(?:Kustomization|HelmRelease)\/[a-z0-9.-]+$/, "Write it like Kustomization/apps.");

/** The name of a variable that holds a token: a token itself is not one. */
export const argocdTokenVariable = z
  .string()
  .regex(
    /^LANDFALL_ARGOCD_TOKEN(?:_[A-Z0-9]+)*$/,
    "Write a variable's name, LANDFALL_ARGOCD_TOKEN or one that begins so, never the token itself.",
  );

export const registryHost = z
  .string()
  .regex(/^[^/@\s]+$/, "Write a host and a port, such as registry.internal:5000.");

/** A list that says something. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).min(1, "List at least one, or leave the key out.");
}

/** One, or a list of them; in the settings always a list. */
export function oneOrMore<T extends z.ZodType>(item: T) {
  return z
    .union([item, listOf(item)])
    .transform((given): z.output<T>[] => (Array.isArray(given) ? given : [given as z.output<T>]));
}

function textThat(isRight: (text: string) => boolean, remedy: string) {
  return z.string().refine(isRight, remedy);
}

function tidyPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.join("/") || ".";
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** What is special about a registry. */
export const registry = z.strictObject({
  tokenServers: listOf(registryHost)
    .optional()
    .describe("Hosts of other domains that give out its tokens: credentials may be sent there."),
  insecure: z
    .boolean()
    .optional()
    .describe("Whether it speaks plain http, as one of insecureRegistries."),
  checkAt: z
    .string()
    .regex(
      /^[^/@\s]+(?:\/[a-z0-9._-]+)*$/,
      "Write HOST or HOST/PREFIX, such as mirror.lan:5000/hub.",
    )
    .optional()
    .describe("Mirror that its images are looked up at, with what it puts before their names."),
  ca: text
    .optional()
    .describe("File with the authority behind its certificate, PEM. Default: the system's."),
});

/** How deploy commits are signed. */
export const signing = z.strictObject({
  format: z
    .enum(["ssh", "openpgp"])
    .describe("ssh: the key comes from the environment. openpgp: it is one of gpg's keyring."),
  key: text
    .optional()
    .meta({ description: "Key in gpg's keyring, by its fingerprint. Default: the committer's." }),
});

/** A key that may be left out, with what editors say of it. */
export function optional<T extends z.ZodType>(type: T, description: string, byDefault?: unknown) {
  return type
    .optional()
    .meta({ description, ...(byDefault !== undefined && { default: byDefault }) });
}
