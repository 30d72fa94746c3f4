/**
 * Flags beat environment beat file. (The environment's part is in the flags: commander reads it.)
 */

import { resolve } from "node:path";
import { defaults } from "../core/defaults.ts";
import { parseDuration } from "../core/duration.ts";
import { asDigest, asTag } from "../core/ids.ts";
import { parseImageName, sameImage } from "../core/image-ref.ts";
import type { Freeze } from "../core/landing/hold.ts";
import type { ManifestRules } from "../core/pins/rules.ts";
import { withoutLogin } from "../core/repository-url.ts";
import { parseTagFormat, type TagFormat } from "../core/tag-format.ts";
import type { AskedImage } from "../usecases/promote/promotion.ts";
import type { Config } from "./config.ts";
import {
  askedEnvironments,
  chooseEnvironment,
  type EnvironmentRules,
  pathsBeside,
  rulesOf,
  settingsOf,
} from "./environments.ts";
import { findSettings, localPath, noSettings } from "./find-settings.ts";
import { type LandFlags, type LandSettings, landIn } from "./land.ts";
import type { OutputFlags, ReportFlags } from "./output-flags.ts";
import { type Process, usageError } from "./process.ts";

/** Flags that say where git is asked. */
export interface PlaceFlags {
  readonly repository?: string;
  readonly branch?: string;
  readonly source?: string;
  readonly timeout?: string;
  readonly mentions?: ManifestRules["mentions"];
}

/** The flags of every command that works on the manifests branch. */
export interface ManifestFlags extends OutputFlags, ReportFlags, PlaceFlags, LandFlags {
  readonly config?: string;
  readonly env?: readonly string[];
  readonly path?: readonly string[];
  readonly image?: readonly string[];
  readonly tagFormat?: string;
}

/** Where the manifests and the source are. */
export interface GitPlaces {
  readonly config: Config | undefined;
  /** Undefined: where the source came from. */
  readonly repository: string | undefined;
  readonly branch: string;
  readonly source: string;
  /** The branch of the source that is deployed. Undefined: its default one. */
  readonly sourceBranch: string | undefined;
  readonly timeoutMs: number | undefined;
  /** What the settings say about the manifests. */
  readonly manifestRules: ManifestRules;
}

/** What commands on the manifests branch work with: which of its manifests are meant. */
export interface ScopeSettings extends GitPlaces {
  /** The environment that is meant. Undefined: the settings have none. */
  readonly environment: string | undefined;
  readonly paths: readonly string[];
  /** Manifests of all environments on the branch: a commit that touches only them is not code. */
  readonly manifestPaths: readonly string[];
  /** What the environment asks of a revision. Undefined: the settings have none. */
  readonly rules: EnvironmentRules | undefined;
  readonly land: LandSettings;
  /** Freezes that the settings order, at a moment. Undefined: they order none. */
  readonly freezesAt: ((nowMs: number) => readonly Freeze[]) | undefined;
}

/** What most commands work with: also which images it is about, and where they are pinned. */
export interface Settings extends ScopeSettings {
  readonly images: readonly AskedImage[];
  readonly tagFormat: TagFormat;
}

/** Reads the settings file, when there is one or one was named. */
export async function readConfig(
  flags: { readonly config?: string },
  io: Process,
): Promise<Config | undefined> {
  const found = findSettings(flags, io);
  if (found === undefined) return undefined;
  // Loaded only where there is a file to check, for it takes as long as a small promotion's start.
  const { loadConfigText } = await import("./config.ts");
  return anchored(loadConfigText(found.file, found.text), found.folder, io);
}

/** Repositories and certificates in the file that are paths are seen from the file's folder. */
function anchored(config: Config, folder: string, io: Process): Config {
  const anchor = (key: string, value: unknown) => {
    if (typeof value !== "string") return value;
    if (key === "repository" || key === "source") return localPath(value, folder, io);
    return key === "ca" ? resolve(folder, value) : value;
  };
  return JSON.parse(JSON.stringify(config), anchor) as Config;
}

/** Returns the remedy for what neither a flag nor the file says. */
function sayIt(
  flag: string,
  key: string,
  { config, io }: { config: unknown; io: Process },
): string {
  if (config !== undefined) return `${flag}, or set ${key} in landfall.yaml.`;
  return `${flag}. ${noSettings(io)}`;
}

/** Which manifests are meant where nothing says so: that is an error, or all of the branch. */
type Unsaid = "error" | "all";

/** Returns which manifests are meant. Throws `usage` when nothing says so. */
export async function scopeFrom(
  flags: ManifestFlags,
  io: Process,
  unsaid: Unsaid = "error",
): Promise<ScopeSettings> {
  const file = await readConfig(flags, io);
  const environment = chooseEnvironment(file, flags.env ?? []);
  const config = environment === undefined ? file : settingsOf(file!, environment);
  const whole = unsaid === "all" ? ["."] : [];
  const paths = (flags.path ?? config?.manifests?.paths ?? whole).map(tidy);
  if (paths.length === 0) {
    throw usageError(
      "Cannot look for manifests: no path is given",
      sayIt("Name a file or directory with --path", "manifests.paths", { config, io }),
    );
  }
  const beside = environment === undefined ? [] : pathsBeside(file!, environment);
  const windows = config?.freeze ?? [];
  // Not loaded where there is nothing to tell: it brings a reader of cron along.
  const freezes = windows.length === 0 ? undefined : await import("./freeze-windows.ts");
  return {
    ...placesIn(flags, config, io),
    environment,
    paths,
    manifestPaths: [...new Set([...paths, ...beside])],
    rules: environment === undefined ? undefined : rulesOf(file!, environment),
    land: landIn(flags, config),
    freezesAt: freezes && ((nowMs) => freezes.freezesAt(windows, { environment, paths }, nowMs)),
  };
}

/** Returns the flags of each environment that a command is asked about which only looks. */
export async function forEachEnvironment<Flags extends ManifestFlags>(
  flags: Flags,
  io: Process,
): Promise<readonly Flags[]> {
  const names = askedEnvironments(await readConfig(flags, io), flags.env ?? []);
  return names.map((name) => (name === undefined ? flags : { ...flags, env: [name] }));
}

/** Merges flags and file, and refuses what neither says although it is needed. */
export async function settingsFrom(
  flags: ManifestFlags,
  io: Process,
  unsaid: Unsaid = "error",
): Promise<Settings> {
  const scope = await scopeFrom(flags, io, unsaid);
  const { config } = scope;
  const images = flags.image?.map(parseAskedImage) ?? imagesIn(config);
  if (images.length === 0) {
    throw usageError(
      "Cannot tell which images are meant: none is given",
      sayIt("Name them with --image", "images", { config, io }),
    );
  }
  return {
    ...scope,
    images: images.map((asked) => withPaths(asked, config)),
    tagFormat: parseTagFormat(flags.tagFormat ?? config?.tag ?? defaults.tag),
  };
}

function tidy(path: string): string {
  return path.replace(/^(?:\.\/+)+(?=.)/, "").replace(/\/+$/, "");
}

/** Returns where git is asked, and how: enough for what is not about manifests. */
export function placesIn(flags: PlaceFlags, config: Config | undefined, io: Process): GitPlaces {
  const given = (text: string | undefined) => text && localPath(withoutLogin(text), io.cwd, io);
  const source =
    typeof config?.source === "string" ? { repository: config.source } : config?.source;
  return {
    config,
    repository: given(flags.repository) ?? config?.manifests?.repository,
    branch: flags.branch ?? config?.manifests?.branch ?? defaults.branch,
    source: given(flags.source) ?? source?.repository ?? defaults.source,
    sourceBranch: source?.branch,
    manifestRules: rulesIn(flags, config),
    timeoutMs: flags.timeout === undefined ? undefined : parseDuration(flags.timeout),
  };
}

/**
 * Returns whether deploy commits ask CI to skip them. A request whose commit does would wait for
 * its checks for ever; and where images are named after releases, tags are cut on the branch, and
 * no workflow would start for one on such a commit.
 */
export function skipsCi(
  { config, land }: Pick<ScopeSettings, "config" | "land">,
  tagFormat = config?.tag ?? "",
): boolean {
  return config?.skipCi ?? (land.by === "push" && !tagFormat.includes("{release}"));
}

function rulesIn(flags: PlaceFlags, config: Config | undefined): ManifestRules {
  const { fields, exclude, only } = config ?? {};
  const mentions = flags.mentions ?? config?.mentions;
  return { fields, exclude, mentions, only: only === undefined ? undefined : [only].flat() };
}

/**
 * Reads `NAME`, `NAME=TAG` or `NAME=TAG@DIGEST`.
 *
 * @throws Failure `usage` when it is none of them.
 */
export function parseAskedImage(text: string): AskedImage {
  const equals = text.indexOf("=");
  const image = parseImageName(equals < 0 ? text : text.slice(0, equals));
  if (image === undefined) {
    throw usageError(
      `Cannot read the image "${text}"`,
      "Write NAME or NAME=TAG, the name without a tag.",
    );
  }
  if (equals < 0) return { image };
  const [tagText = "", digestText] = text.slice(equals + 1).split("@");
  const tag = asTag(tagText);
  const digest = digestText === undefined ? undefined : asDigest(digestText);
  if (tag === undefined || (digestText !== undefined && digest === undefined)) {
    throw usageError(
      `Cannot read the tag in "${text}"`,
      "Write NAME=TAG or NAME=TAG@sha256:DIGEST.",
    );
  }
  return digest === undefined ? { image, tag } : { image, tag, digest };
}

/** The source paths of an image are in the file alone. */
function withPaths(asked: AskedImage, config: Config | undefined): AskedImage {
  const isIt = (name: string) => sameImage(parseAskedImage(name).image, asked.image);
  const paths = config?.images?.find(({ name }) => isIt(name))?.paths;
  return paths === undefined ? asked : { ...asked, paths };
}

function imagesIn(config: Config | undefined): readonly AskedImage[] {
  return (config?.images ?? []).map(({ name }) => parseAskedImage(name));
}
