/** The landfall.yaml of a repository that has none: what was found, and what was guessed. */

import type { OwnImage, Survey } from "./survey.ts";

/** Returns the text of the file. Every line of it is meant to be read once, and changed. */
export function settingsText(found: Survey): string {
  return [
    "# Settings of Landfall, written by `landfall init`. Guesses are marked: check them.",
    "# All keys, for editors: `landfall schema > landfall.schema.json`.",
    "",
    ...tagLines(found),
    "",
    ...imageLines(found),
    "",
    ...placeLines(found),
    ...excludeLines(found),
    "",
    ...checkLines(found),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function tagLines({ tagFormat }: Survey): string[] {
  if (tagFormat === undefined) {
    return [
      "# A guess: no tag in the manifests looks as if it was made from a commit.",
      defaultTag,
    ];
  }
  return [
    "# How your tags are made from a commit, as the manifests have them.",
    `tag: ${/^[A-Za-z]/.test(tagFormat) ? tagFormat : JSON.stringify(tagFormat)}`,
  ];
}

const defaultTag = "tag: sha-{revision:7}";

function imageLines({ images, areGuessed, foreign }: Survey): string[] {
  const others = foreign.map((name) => `#   ${name}`);
  const left =
    others.length === 0 ? [] : ["# Taken for images that others make, and left alone:", ...others];
  if (images.length === 0) {
    return [
      "# No image was found that looks like one of yours. Name them here:",
      "# images:",
      "#   - name: ghcr.io/acme/web",
      ...left,
    ];
  }
  return [
    areGuessed
      ? "# A guess: nothing tells which images are yours. Delete those that others make."
      : "# The images that are built from this repository.",
    "images:",
    ...images.flatMap(imageOf),
    ...left,
  ];
}

function imageOf({ name, why, recipe }: OwnImage): string[] {
  const head = `  - name: ${quoted(name)}${why === undefined ? "" : ` # ${why}`}`;
  if (recipe === undefined) return [head];
  const source = recipe.isGuess ? `a guess, by "${recipe.file}"` : `as "${recipe.file}" says`;
  return [
    head,
    `    context: ${quoted(recipe.context)} # ${source}`,
    `    dockerfile: ${quoted(recipe.dockerfile)}`,
  ];
}

function placeLines({ branch, paths, environments, images }: Survey): string[] {
  if (environments.length > 0) {
    return [
      "# Environments, by the folders that are named like some. Deploy to one with --env.",
      `manifests: { branch: ${quoted(branch)} }`,
      "environments:",
      ...environments.flatMap(({ name, paths }) => [
        `  ${quoted(name)}:`,
        `    manifests: { branch: ${quoted(branch)}, paths: ${list(paths)} }`,
        ...ownImages(images, paths),
      ]),
    ];
  }
  const why = images.length === 0 ? "A guess: where" : "Where";
  const where = paths.length === 0 ? ["k8s"] : paths;
  return [
    `# ${why} the manifests are. Another repository: add \`repository: URL\`.`,
    `manifests: { branch: ${quoted(branch)}, paths: ${list(where)} }`,
  ];
}

function checkLines({ applications }: Survey): string[] {
  const [app] = applications;
  return [
    "# What proves that a deploy runs: uncomment what you have, then `landfall verify`.",
    "# verify:",
    `#   argocd: { app: ${app?.name ?? "my-app"}, server: https://argocd.example.org }${
      app === undefined ? "" : ` # the app is in "${app.file}"`
    }`,
    "#   rollout: { namespace: default }",
    '#   smoke: [{ url: https://app.example.org, contains: "{tag}" }]',
  ];
}

/** The images that an environment has, where it has not all of them. */
function ownImages(images: readonly OwnImage[], paths: readonly string[]): string[] {
  const isBelow = (file: string) =>
    paths.some((path) => file === path || file.startsWith(`${path}/`));
  const own = images.filter(({ pinnedIn }) => pinnedIn.some(isBelow)).map(({ name }) => name);
  return own.length === images.length ? [] : [`    images: ${list(own)}`];
}

function excludeLines({ unreadable }: Survey): string[] {
  if (unreadable.length === 0) return [];
  return [
    "# Landfall would stop at these: `landfall pins` says why.",
    `exclude: ${list(unreadable)}`,
  ];
}

function list(paths: readonly string[]): string {
  return `[${paths.map(quoted).join(", ")}]`;
}

/** Plain where YAML reads it as text in a flow sequence, else in quotes. */
function quoted(text: string): string {
  const isPlain = /^[A-Za-z][\w./{}:-]*$/.test(text) && !/[{}]/.test(text.slice(0, 1));
  const isText =
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) && !/:$|: |[{},]/.test(text);
  return isPlain && isText ? text : JSON.stringify(text);
}
