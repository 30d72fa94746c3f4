/** The single checks of `landfall doctor`: each asks one thing and says what to do about it. */

import { printPlace } from "../../core/failure.ts";
import { asTag, type CommitId } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import { refuseMentions } from "../../core/pins/index.ts";
import type { Check } from "../../core/results/doctor.ts";
import type { Clock, Registry } from "../../ports.ts";
import type { Snapshot } from "../landing/snapshot.ts";

/** What a check found, without its name. */
export type Finding = Omit<Check, "name">;

/** The oldest git that everything here was tried with (Debian 12). */
const gitMin = [2, 39] as const;

/** Judges what `git --version` prints. */
export function gitFinding(printed: string): Finding {
  const [text, major, minor] = /(\d+)\.(\d+)(?:\.\d+)*/.exec(printed) ?? [];
  const remedy = `Install git ${gitMin.join(".")} or newer.`;
  if (text === undefined) return { state: "warn", detail: `it says "${printed}"`, remedy };
  const isOld =
    Number(major) < gitMin[0] || (Number(major) === gitMin[0] && Number(minor) < gitMin[1]);
  const detail = `version ${text}`;
  return isOld ? { state: "fail", detail, remedy } : { state: "ok", detail };
}

/** Says what was read of the branch. */
export function readFinding(tip: CommitId): Finding {
  return { state: "ok", detail: `its tip is ${tip.slice(0, 7)}` };
}

/** Judges the manifests: what a promotion would move, and what would stop it. */
export function pinsFinding(
  images: readonly ImageName[],
  { pins, mentions, rules }: Pick<Snapshot, "pins" | "mentions" | "rules">,
): Finding {
  const missing = images.find((image) => !pins.some((pin) => sameImage(pin.image, image)));
  if (missing !== undefined) {
    const detail = `no manifest pins "${printImageName(missing)}"`;
    const remedy = "Check the image's name and the paths, or add the image to a manifest first.";
    return { state: "fail", detail, remedy, code: "image-not-pinned" };
  }
  refuseMentions(mentions, rules);
  const locked = pins.find((pin) => pin.locked !== undefined);
  if (locked?.locked !== undefined) {
    const { why, remedy } = locked.locked;
    const detail = `${printPlace(locked)} cannot be moved: "${printImageName(locked.image)}" ${why}`;
    return { state: "fail", detail, remedy, code: "bad-manifest" };
  }
  const found = pins.length === 1 ? "1 pin" : `${pins.length} pins`;
  const others = mentions.filter(({ kind }) => kind !== "comment").length;
  if (others === 0) return { state: "ok", detail: found };
  return {
    state: "warn",
    detail: `${found}, and ${others === 1 ? "1 place" : `${others} places`} that would not be moved`,
    remedy:
      "`landfall pins` lists them; mentions, exclude and fields in landfall.yaml are about them.",
  };
}

/**
 * Judges the reply to a push that was only pretended. A rule for this one branch shows only at the
 * push itself.
 */
export function writeFinding(reply: PushReply): Finding {
  const words = reply.words.trim();
  switch (reply.kind) {
    case "accepted":
    case "raced":
      return { state: "ok", detail: "the server would take a push" };
    case "refused": {
      const detail = `the server would take no push: ${words}`;
      return { state: "fail", detail, remedy: reply.remedy ?? toWrite };
    }
    case "throttled":
      return { ...later, detail: `the server asks to wait: ${words}` };
    default: {
      const remedy = "Check the repository's URL and the network.";
      return { state: "fail", detail: `the server could not be asked: ${words}`, remedy };
    }
  }
}

const later = { state: "warn", remedy: "Run it again later.", code: "throttled" } as const;

/** Judges deploy commits that say [skip ci] by the workflows that a tag on one should start. */
export function skipCiFinding(workflows: readonly string[]): Finding {
  const [first, ...others] = workflows;
  if (first === undefined)
    return { state: "ok", detail: "no workflow of the branch waits for tags" };
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return {
    state: "warn",
    detail: `${first}${more} would not start for a tag on a deploy commit, which says [skip ci]`,
    remedy: "Set skipCi: false, and paths-ignore in the workflows that build the branch.",
  };
}

/** A commit was signed; whether the server knows the key, only a push brings out. */
export function signingFinding(): Finding {
  return { state: "ok", detail: "deploy commits are signed" };
}

const toWrite =
  "Give a token that may write contents (LANDFALL_GIT_TOKEN), or a deploy key with write access.";

/** No image has this tag, and asking for it costs nobody a pull. */
const noTag = asTag("landfall-doctor-asks")!;

/** What became of our login: a registry that lets everybody read may never ask for it. */
export type KnownLogin = "taken" | "not asked for" | "none";

/** Asks a registry for an image: any answer about it says that we may read it. */
export async function registryFinding(
  image: ImageName,
  registry: Pick<Registry, "find">,
  loginAt: (registry: string) => KnownLogin,
): Promise<Finding> {
  await registry.find(image, noTag);
  const detail = `"${printImageName(image)}" can be read`;
  const login = loginAt(image.registry);
  if (login === "taken") return { state: "ok", detail: `${detail}, logged in` };
  if (login === "not asked for") {
    return { state: "ok", detail: `${detail}; whether the login is good was not asked for` };
  }
  return {
    state: "warn",
    detail: `${detail}, anonymously`,
    remedy:
      "Log in (LANDFALL_REGISTRY_USERNAME, _PASSWORD): limits are higher, and publishing needs it.",
  };
}

/** What a token may do, as far as its server says. */
export interface TokenRights {
  /** Scopes of a classic token; undefined when the server names none. */
  readonly scopes?: readonly string[] | undefined;
  /** Whether it may push to the repository; undefined when the server does not say. */
  readonly mayPush?: boolean | undefined;
  readonly expires?: string | undefined;
}

/** Judges a token: too little to push, or more than a deploy needs. */
export function rightsFinding(rights: TokenRights | undefined): Finding {
  if (rights === undefined) return { state: "skipped", detail: "the server does not say" };
  const { scopes = [], mayPush, expires } = rights;
  const until = expires === undefined ? "" : `, until ${expires}`;
  if (mayPush === false) {
    const remedy = "Give it write access to the contents of this one repository.";
    // The server itself was asked too, and its word counts more.
    return { state: "warn", detail: "its server says that it may not push", remedy };
  }
  const broad = scopes.filter((scope) => /^(?:admin:|delete_repo|workflow|user$)/.test(scope));
  if (broad.length > 0) {
    const remedy = "Use a fine-grained token with contents: write for this one repository.";
    return { state: "warn", detail: `it may also ${broad.join(", ")}${until}`, remedy };
  }
  const may = mayPush === true ? "it may push" : "nothing is wrong with what is known of it";
  return { state: "ok", detail: `${may}${until}` };
}

/** A server's clock, as its `Date` header has it. */
export interface ServerTime {
  readonly host: string;
  readonly dateMs: number;
  /** When the answer came, by our clock. */
  readonly atMs: number;
}

/** What tokens that are valid for minutes can stand. */
const skewMsMax = 60_000;

/** Compares our clock with the servers'. */
export function clockFinding(times: readonly ServerTime[], clock: Clock): Finding {
  if (times.length === 0) return { state: "skipped", detail: "no server said what time it is" };
  const skewOf = ({ dateMs, atMs }: ServerTime) => Math.round((atMs - dateMs) / 1000);
  const far = times.filter((time) => Math.abs(time.atMs - time.dateMs) > skewMsMax);
  if (far.length === 0) {
    return { state: "ok", detail: `within ${skewMsMax / 1000} s of ${times.length} servers` };
  }
  const detail = far.map((time) => {
    const skew = skewOf(time);
    return `${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} "${time.host}"`;
  });
  const here = new Date(clock.nowMs()).toISOString();
  return {
    state: "warn",
    detail: `this machine (${here}) is ${detail.join(", ")}`,
    remedy: "Set the clock (NTP): to servers, tokens seem expired or not yet valid.",
  };
}
