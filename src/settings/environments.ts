/** Settings with several environments → the settings of one of them. */

import { defaults } from "../core/defaults.ts";
import { Failure } from "../core/failure.ts";
import type { Gate } from "../core/landing/gate.ts";
import { overlap } from "../core/landing/hold.ts";
import { nearest } from "../core/nearest.ts";
import { sameRepository } from "../core/repository-url.ts";
import type { Config, EnvironmentConfig } from "./config-schema.ts";
import { usageError } from "./process.ts";

/** Returns the names of the environments, in the order of the file. */
function environmentNames(config: Config | undefined): readonly string[] {
  return Object.keys(config?.environments ?? {});
}

/** Returns the environments that a command is asked about which only looks. */
export function askedEnvironments(
  config: Config | undefined,
  asked: readonly string[],
): readonly (string | undefined)[] {
  const names = environmentNames(config);
  if (asked.includes("all") && names.length > 0) return names;
  if (asked.length < 2) return [chooseEnvironment(config, asked)];
  return [...new Set(asked.map((name) => chooseEnvironment(config, [name])))];
}

/**
 * Returns the name of the environment that is meant, or undefined where there are none.
 *
 * @throws Failure `usage` when several could be meant, or none has that name.
 */
export function chooseEnvironment(
  config: Config | undefined,
  asked: readonly string[],
): string | undefined {
  const names = environmentNames(config);
  const [name, ...others] = asked;
  if (others.length > 0 || name === "all") {
    throw usageError(
      `Cannot do this for several environments at once: ${asked.join(", ")}`,
      "Name one with --env. Only what changes nothing takes several, as audit, status and pins.",
    );
  }
  if (name === undefined) {
    if (names.length < 2) return names[0];
    throw usageError(
      `Cannot tell which environment is meant: there are ${names.join(", ")}`,
      "Name one with --env, or set LANDFALL_ENV.",
    );
  }
  if (names.includes(name)) return name;
  const meant = nearest(name, names);
  throw usageError(
    `Cannot find the environment "${name}" in the settings`,
    meant === undefined
      ? names.length === 0
        ? "List it under environments in landfall.yaml, or leave --env out."
        : `There are: ${names.join(", ")}.`
      : `Did you mean "${meant}"?`,
  );
}

/** Returns the settings as one environment has them: its own, and the file's for all it omits. */
export function settingsOf(config: Config, name: string): Config {
  const own: EnvironmentConfig = config.environments?.[name] ?? {};
  const { manifests, images, sync, land, source, after: _after, ...rest } = own;
  const { approve: _approve, onFailedVerify: _onFailedVerify, freeze, ...others } = rest;
  return {
    ...config,
    ...others,
    manifests: { ...config.manifests, ...manifests },
    images: config.images?.filter((image) => images?.includes(image.name) ?? true),
    sync: { ...config.sync, ...sync },
    land: { ...config.land, ...land },
    source: source?.branch === undefined ? config.source : sourceWith(source.branch, config),
    freeze: [...(config.freeze ?? []), ...(freeze ?? [])],
  };
}

function sourceWith(branch: string, { source }: Config): Config["source"] {
  const repository = typeof source === "string" ? source : source?.repository;
  return repository === undefined ? { branch } : { repository, branch };
}

/** What an environment asks of a revision, and what it leaves for others. */
export interface EnvironmentRules {
  readonly gate: Gate | undefined;
  /** The environment before it, where it has one. */
  readonly before: ManifestPlace | undefined;
  /** All environments of the file, itself among them. */
  readonly places: readonly ManifestPlace[];
  /** What promotions leave beside the branch: for the checker, and for what comes after. */
  readonly marks: readonly ("attempted" | "landed")[];
  /** Whether a verification is recorded, for what comes after. */
  readonly recordsVerified: boolean;
  /** Whether the checker may land only what was attempted or what the gate lets through. */
  readonly isGuarded: boolean;
  readonly onFailedVerify: "nothing" | "rollback";
}

/** Returns the rules of an environment. */
export function rulesOf(config: Config, name: string): EnvironmentRules {
  const own = config.environments?.[name] ?? {};
  const { after, approve = false, sync, onFailedVerify = "nothing" } = own;
  const places = placesOf(config);
  const isGated = after !== undefined || approve;
  const isGuarded = isGated || sync?.lands === "attempted";
  const others = Object.values(config.environments ?? {});
  const isBefore = others.some((other) => other.after?.environment === name);
  const marks = [isGuarded && "attempted", isBefore && "landed"] as const;
  const wait = after && {
    environment: after.environment,
    verified: after.verified ?? false,
    soakMs: after.soak ?? 0,
  };
  return {
    gate: isGated ? { environment: name, after: wait, approve } : undefined,
    before: places.find((place) => place.name === after?.environment),
    places,
    marks: marks.filter((mark) => mark !== false),
    recordsVerified: isBefore,
    isGuarded,
    onFailedVerify,
  };
}

/** Where an environment's manifests are. */
export interface ManifestPlace {
  readonly name: string;
  readonly repository: string | undefined;
  readonly branch: string;
  readonly paths: readonly string[];
}

function placesOf(config: Config): readonly ManifestPlace[] {
  return environmentNames(config).map((name) => {
    const {
      repository,
      branch = defaults.branch,
      paths = [],
    } = settingsOf(config, name).manifests!;
    return { name, repository, branch, paths };
  });
}

/** Returns the paths of all environments that share a branch with one, its own among them. */
export function pathsBeside(config: Config, name: string): readonly string[] {
  const places = placesOf(config);
  const own = places.find((place) => place.name === name);
  return places.filter((place) => own && sharesBranch(place, own)).flatMap(({ paths }) => paths);
}

/**
 * Checks what no single environment can show: that each path belongs to one of them, that all
 * names lead somewhere, and that none waits for itself.
 *
 * @throws Failure `config`.
 */
export function checkEnvironments(config: Config, file: string): void {
  const names = environmentNames(config);
  const places = placesOf(config);
  for (const [at, place] of places.entries()) {
    for (const other of places.slice(0, at)) refuseOverlap(other, place, file);
    const { after, images } = config.environments![place.name]!;
    const strange = images?.find((name) => !config.images?.some((image) => image.name === name));
    if (strange !== undefined) {
      throw wrong(file, place.name, `it has the image "${strange}", which images does not list`);
    }
    if (after !== undefined && !names.includes(after.environment)) {
      throw wrong(file, place.name, `it comes after "${after.environment}", which is not there`);
    }
    if (waitsForItself(config, place.name)) {
      throw wrong(file, place.name, "it comes after itself, by way of `after`");
    }
  }
}

function sharesBranch(one: ManifestPlace, other: ManifestPlace): boolean {
  const [url, otherUrl] = [one.repository, other.repository];
  const isSame = url !== undefined && otherUrl !== undefined && sameRepository(url, otherUrl);
  return (isSame || url === otherUrl) && one.branch === other.branch;
}

function refuseOverlap(one: ManifestPlace, other: ManifestPlace, file: string): void {
  if (!sharesBranch(one, other)) return;
  for (const path of one.paths) {
    const twin = other.paths.find((candidate) => overlap(path, candidate));
    if (twin === undefined) continue;
    const both = twin === path ? `"${path}"` : `"${path}" and "${twin}", one inside the other`;
    const why = `it shares ${both} with ${one.name}`;
    throw wrong(file, other.name, why, "Give each environment paths of its own; leave out a base.");
  }
}

function waitsForItself(config: Config, name: string): boolean {
  const seen = new Set<string>();
  let at = config.environments?.[name]?.after?.environment;
  while (at !== undefined && !seen.has(at)) {
    if (at === name) return true;
    seen.add(at);
    at = config.environments?.[at]?.after?.environment;
  }
  return false;
}

function wrong(file: string, name: string, why: string, hint = `Fix environments.${name}.`) {
  const message = `Cannot use the environment "${name}": ${why}`;
  return new Failure("config", message, hint, { place: { file } });
}
