/** The workflows that deploy and check, for each forge. */

import { defaults } from "../defaults.ts";
import { parseTagFormat } from "../tag-format.ts";
import type { Survey } from "./survey.ts";

/** Where CI runs. */
export type Forge = "github" | "gitlab" | "forgejo";

/** One file that is to be written. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Returns where CI runs, by what a repository has already, else by where it is. */
export function forgeOf(paths: readonly string[], origin: string | undefined): Forge {
  if (paths.some((path) => path.startsWith(".github/workflows/"))) return "github";
  if (paths.includes(".gitlab-ci.yml")) return "gitlab";
  if (paths.some((path) => /^\.(?:forgejo|gitea)\/workflows\//.test(path))) return "forgejo";
  if (/gitlab/.test(origin ?? "")) return "gitlab";
  return /codeberg|forgejo|gitea/.test(origin ?? "") ? "forgejo" : "github";
}

/**
 * Returns the workflows.
 *
 * @param version Of Landfall.
 */
export function workflowsFor(forge: Forge, found: Survey, version: string): readonly NewFile[] {
  if (forge === "gitlab") return [gitlab(found, version), includeInGitlab];
  const folder = forge === "github" ? ".github/workflows" : ".forgejo/workflows";
  return [
    { path: `${folder}/landfall.yml`, text: deployWorkflow(forge, found, version) },
    { path: `${folder}/landfall-sync.yml`, text: syncWorkflow(forge, found, version) },
  ];
}

const includeInGitlab: NewFile = {
  path: ".gitlab-ci.yml",
  text: "include:\n  - local: .gitlab/landfall.yml\n",
};

const checkout = {
  github: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  forgejo: "https://code.forgejo.org/actions/checkout@v4",
};
const setupNode = {
  github: "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
  forgejo: "https://code.forgejo.org/actions/setup-node@v4",
};

type Actions = keyof typeof checkout;

function deployWorkflow(forge: Actions, found: Survey, version: string): string {
  const after = forge === "github" ? found.publishing : undefined;
  const revision = after === undefined ? "github.sha" : "github.event.workflow_run.head_sha";
  return [
    "# Written by `landfall init`. Lands the image tags of a commit once its images are published.",
    "name: landfall",
    "",
    ...trigger(found, after),
    ...start("landfall", {
      forge,
      condition: after && "github.event.workflow_run.conclusion == 'success'",
    }),
    ...(after === undefined ? buildSteps(found) : []),
    `      - run: npx --yes landfall@${version} promote --revision "$REVISION"${envFlag(found)}`,
    "        env:",
    `          REVISION: \${{ ${revision} }}`,
    ...secrets(found),
  ]
    .join("\n")
    .concat("\n");
}

function trigger({ branch, paths, environments }: Survey, after: Survey["publishing"]): string[] {
  if (after !== undefined) {
    return [
      "on:",
      `  # "${after.file}" publishes the images.`,
      "  workflow_run:",
      `    workflows: [${JSON.stringify(after.name)}]`,
      "    types: [completed]",
      `    branches: [${JSON.stringify(branch)}]`,
      "",
    ];
  }
  const manifests = [...paths, ...environments.flatMap((one) => one.paths)];
  const ignored = [...manifests.map((path) => `${path}/**`), ".landfall/**"];
  return [
    "on:",
    "  push:",
    `    branches: [${JSON.stringify(branch)}]`,
    "    # A deploy commit touches only these; it must not start a deploy.",
    `    paths-ignore: [${ignored.map((path) => JSON.stringify(path)).join(", ")}]`,
    "",
  ];
}

function syncWorkflow(forge: Actions, found: Survey, version: string): string {
  const names = found.environments.map(({ name }) => name);
  const runs = names.length === 0 ? [""] : names.map((name) => ` --env ${name}`);
  return [
    "# Written by `landfall init`. Finds deploys that were lost, and lands them.",
    "name: landfall-sync",
    "",
    "on:",
    "  schedule:",
    '    - cron: "17 */6 * * *"',
    "  workflow_dispatch:",
    "",
    ...start("landfall-sync", { forge, condition: undefined }),
    ...runs.flatMap((flag) => [
      `      - run: npx --yes landfall@${version} sync${flag}`,
      "        env:",
      ...secrets(found),
    ]),
  ]
    .join("\n")
    .concat("\n");
}

function start(name: string, how: { forge: Actions; condition: string | undefined }): string[] {
  return [
    "permissions: {}",
    "",
    "# Saves work; it is not a lock: the push itself keeps racing deploys right.",
    "concurrency:",
    `  group: ${name}`,
    "  cancel-in-progress: false",
    "",
    "jobs:",
    `  ${name}:`,
    ...(how.condition === undefined ? [] : [`    if: ${how.condition}`]),
    how.forge === "github" ? "    runs-on: ubuntu-24.04" : "    runs-on: docker",
    "    timeout-minutes: 30",
    "    permissions:",
    "      contents: write # to push the deploy commit",
    "      packages: write # to read, and where they are built here to push, the images",
    "    steps:",
    `      - uses: ${checkout[how.forge]}`,
    "        with:",
    "          fetch-depth: 0 # which revision is newer is read from the history",
    "          persist-credentials: false",
    `      - uses: ${setupNode[how.forge]}`,
    "        with:",
    '          node-version: "22"',
  ];
}

/** One step that builds and pushes every image whose Dockerfile is known. */
function buildSteps({ images, tagFormat }: Survey): string[] {
  const built = images.flatMap(({ name, recipe }) =>
    recipe === undefined ? [] : [{ name, recipe }],
  );
  if (built.length === 0) return ["      # Build and push the images of this commit here."];
  const { prefix, digits, suffix } = parseTagFormat(tagFormat ?? defaults.tag);
  const registries = [...new Set(built.map(({ name }) => registryOf(name)))];
  const into = (context: string, file: string) => (context === "." ? file : `${context}/${file}`);
  return [
    "      - name: build and push",
    "        run: |",
    `          tag="${prefix}\${GITHUB_SHA:0:${digits}}${suffix}"`,
    ...registries.map(
      (host) =>
        `          echo "$REGISTRY_PASSWORD" | docker login ${host} --username "$REGISTRY_USERNAME" --password-stdin`,
    ),
    ...built.flatMap(({ name, recipe }) => [
      `          docker build --label "org.opencontainers.image.revision=$GITHUB_SHA" --tag "${name}:$tag" --file "${into(recipe.context, recipe.dockerfile)}" "${recipe.context}"`,
      `          docker push "${name}:$tag"`,
    ]),
    "        env:",
    ...login(images.map(({ name }) => name)),
  ];
}

function envFlag({ environments }: Survey): string {
  const [first] = environments;
  return first === undefined ? "" : ` --env ${first.name}`;
}

function secrets({ images }: Survey): string[] {
  const [username, password] = login(images.map(({ name }) => name)).map((line) =>
    line.replace("REGISTRY_", "LANDFALL_REGISTRY_"),
  );
  return [`          GITHUB_TOKEN: \${{ github.token }}`, username ?? "", password ?? ""];
}

/** GitHub's own registry takes the job's token; the others have logins that are set as secrets. */
function login(names: readonly string[]): string[] {
  const isGithubs = names.length > 0 && names.every((name) => name.startsWith("ghcr.io/"));
  const [username, password] = isGithubs
    ? ["github.actor", "github.token"]
    : ["secrets.REGISTRY_USERNAME", "secrets.REGISTRY_PASSWORD"];
  return [
    `          REGISTRY_USERNAME: \${{ ${username} }}`,
    `          REGISTRY_PASSWORD: \${{ ${password} }}`,
  ];
}

function registryOf(name: string): string {
  const [first = ""] = name.split("/");
  return /[.:]/.test(first) ? first : "docker.io";
}

function gitlab(found: Survey, version: string): NewFile {
  const names = found.environments.map(({ name }) => name);
  const syncs = names.length === 0 ? [""] : names.map((name) => ` --env ${name}`);
  const text = [
    "# Written by `landfall init`. Set LANDFALL_GIT_TOKEN, a project access token with",
    "# write_repository, as a masked variable; LANDFALL_REGISTRY_USERNAME and _PASSWORD likewise,",
    "# unless the images are in this project's own registry.",
    ".landfall:",
    "  image: node:22",
    "  variables:",
    '    GIT_DEPTH: "0" # which revision is newer is read from the history',
    "  # One at a time saves work; it is not a lock: the push itself keeps deploys right.",
    "  resource_group: landfall",
    "",
    "# After the jobs that publish the images.",
    "landfall:",
    "  extends: .landfall",
    "  stage: .post",
    "  rules:",
    `    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == ${JSON.stringify(found.branch)}`,
    "  script:",
    `    - npx --yes landfall@${version} promote --revision "$CI_COMMIT_SHA"${envFlag(found)}`,
    "",
    "# Make a schedule for it, every six hours.",
    "landfall-sync:",
    "  extends: .landfall",
    "  stage: .post",
    "  rules:",
    '    - if: $CI_PIPELINE_SOURCE == "schedule"',
    "  script:",
    ...syncs.map((flag) => `    - npx --yes landfall@${version} sync${flag}`),
  ];
  return { path: ".gitlab/landfall.yml", text: `${text.join("\n")}\n` };
}
