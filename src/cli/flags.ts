/**
 * The kinds of flags, and the sets of them that commands share. A flag that several commands have
 * is added here, to one set.
 */

/** One flag: how it is written, and the type of what it hands over. */
export interface Flag<Value> {
  readonly spelling: string;
  readonly description: string;
  /** Environment variable that gives the value where the flag does not. */
  readonly env?: string;
  /** Heading that help lists it under. */
  readonly group?: string;
  readonly choices?: readonly string[];
  readonly byDefault?: string;
  readonly isRepeatable?: true;
  readonly isRequired?: true;
  /** It has a value even when it is not given. */
  readonly isGiven?: true;
  /** Never set: it carries the type alone. */
  readonly value?: Value;
}

export type FlagSet = Readonly<Record<string, Flag<unknown>>>;

type Value<F> = F extends { readonly value?: infer V } ? V : never;

/** What commander hands over for a set of flags. */
export type FlagsOf<Set extends FlagSet> = {
  readonly [Name in keyof Set]?: Value<Set[Name]>;
} & {
  readonly [Name in keyof Set as Set[Name] extends { readonly isGiven: true }
    ? Name
    : never]-?: Exclude<Value<Set[Name]>, undefined>;
};

/** A flag that has a value even when it is not given. */
interface Given {
  readonly isGiven: true;
}

/** A flag with a value. */
export function text(
  spelling: string,
  description: string,
  more: Pick<Flag<string>, "env"> = {},
): Flag<string> {
  return { spelling, description, ...more };
}

/** A flag with a value that the command cannot do without. */
export function needed(spelling: string, description: string): Flag<string> & Given {
  return { spelling, description, isRequired: true, isGiven: true };
}

/** A flag with a value that is there by default. */
export function withDefault(
  spelling: string,
  description: string,
  byDefault: string,
): Flag<string> & Given {
  return { spelling, description, byDefault, isGiven: true };
}

/** A flag whose value is one of a few words. */
export function oneOf<const Word extends string>(
  spelling: string,
  description: string,
  choices: readonly Word[],
): Flag<Word> {
  return { spelling, description, choices };
}

/** A flag that may be given several times. */
export function list(spelling: string, description: string): Flag<readonly string[]> {
  return { spelling, description: `${description}; repeatable`, isRepeatable: true };
}

/** A flag that must be given, once or several times. */
export function neededList(spelling: string, description: string): Flag<readonly string[]> & Given {
  return { ...list(spelling, description), isRequired: true, isGiven: true };
}

/** A flag without a value. */
export function toggle(spelling: string, description: string): Flag<boolean> {
  return { spelling, description };
}

/** A flag `--no-…`: what it names is on unless the flag is given. */
export function switchOff(spelling: string, description: string): Flag<boolean> & Given {
  return { spelling, description, isGiven: true };
}

function grouped<Set extends FlagSet>(group: string, set: Set): Set {
  const entries = Object.entries(set).map(([name, flag]) => [name, { ...flag, group }]);
  return Object.fromEntries(entries) as Set;
}

/** Flags of every command: how it prints. */
export const output = grouped("Output:", {
  json: toggle("--json", "print one JSON object"),
  color: toggle("--no-color", "print without colours"),
  quiet: toggle("-q, --quiet", "print no progress"),
  verbose: toggle("-v, --verbose", "print every git command and HTTP request, with times"),
});

const config = {
  config: text("--config <file>", "settings file (default: landfall.yaml)", {
    env: "LANDFALL_CONFIG",
  }),
  env: {
    ...list("--env <name>", "environment in the settings file"),
    env: "LANDFALL_ENV",
  },
};

const repositories = {
  repository: text("--repository <url>", "repository with the manifests", {
    env: "LANDFALL_REPOSITORY",
  }),
  source: text("--source <git>", "source repository, path or URL (default: .)", {
    env: "LANDFALL_SOURCE",
  }),
};

/** Flags of every command that asks git: which repositories there are. */
export const places = grouped("Where:", { ...config, ...repositories });

/** What follows from places that name an image and are not moved. */
export const mentions = oneOf(
  "--mentions <how>",
  "what to do about places that name an image and are not moved (default: warn)",
  ["warn", "refuse", "ignore"],
);

/** Flags of every command that works on the manifests branch. */
export const manifests = grouped("Where:", {
  ...config,
  ...repositories,
  branch: text("--branch <name>", "branch with the manifests", { env: "LANDFALL_BRANCH" }),
  path: list("--path <path>", "file or directory with manifests"),
  mentions,
  timeout: text("--timeout <duration>", "how long to try, for example 90s or 5m"),
});

/** Flags of every command that CI runs: files to write what it found to. */
export const reports = grouped("Reports:", {
  summary: text("--summary <file>", "write a summary in Markdown"),
  metrics: text("--metrics <file>", "write metrics in the format of OpenMetrics"),
});

/** Also for commands that make a page to look at. */
export const page = {
  ...reports,
  ...grouped("Reports:", { html: text("--html <file>", "write a report as one HTML file") }),
};

export const tagFormat = {
  tagFormat: text("--tag-format <format>", "how a tag is made: sha-{revision:7}, {release}"),
};

/** Flags of commands that push. */
export const landing = {
  dryRun: toggle("--dry-run", "print the change that would be pushed, and push nothing"),
  skipCi: switchOff("--no-skip-ci", "do not write [skip ci] into the commit message"),
  land: oneOf("--land <how>", "push to the branch, or go through a pull request (default: push)", [
    "push",
    "pull-request",
  ]),
  wait: switchOff("--no-wait", "end once the pull request is open, without waiting for the merge"),
};

/** Flags that say which cluster is asked. */
export const cluster = grouped("Cluster:", {
  kubeconfig: text(
    "--kubeconfig <file>",
    "kubeconfig file (default: KUBECONFIG, or the pod's own)",
  ),
  context: text("--context <name>", "context of the kubeconfig (default: its current one)"),
});

/** Flags that say which deploy is meant. */
export const deploy = {
  image: list("--image <name[=tag]>", "image to check, instead of all in the file"),
  revision: text("--revision <sha>", "commit of the source (default: the newest that is pinned)", {
    env: "LANDFALL_REVISION",
  }),
  commit: text("--commit <sha>", "deploy commit to wait for (default: the branch's tip)"),
};
