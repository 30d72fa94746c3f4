/** Looks through a repository and writes the settings and workflows that it lacks. */

import { isDockerfile, isPipeline } from "../core/init/builds.ts";
import { isDeployed } from "../core/init/find-images.ts";
import { settingsText } from "../core/init/settings-text.ts";
import { type Survey, survey } from "../core/init/survey.ts";
import { forgeOf, workflowsFor } from "../core/init/workflows.ts";
import type { InitFile, InitResult } from "../core/results/init.ts";
import type { WorkTree } from "../ports.ts";

/** Where and as what init is run. */
export interface InitRequest {
  readonly origin: string | undefined;
  readonly branch: string;
  /** Of Landfall. */
  readonly version: string;
}

/** Returns whether init reads what a file says. */
export function isOfInterest(path: string): boolean {
  return isDeployed({ path }) || isPipeline(path) || isDockerfile(path);
}

/** Returns what would be written. Nothing is yet. */
export async function planInit(request: InitRequest, tree: WorkTree): Promise<InitResult> {
  const files = await tree.files();
  const paths = files.map(({ path }) => path);
  const { origin, branch, version } = request;
  const found = survey({ files, origin, branch });
  const forge = forgeOf(paths, origin);
  const wanted = [
    { path: "landfall.yaml", text: settingsText(found) },
    ...workflowsFor(forge, found, version),
  ];
  const planned = wanted.map((file): InitFile => {
    const isThere = paths.includes(file.path) || isOtherSpelling(file.path, paths);
    return { ...file, state: isThere ? "kept" : "new" };
  });
  const next = nextSteps(found, planned);
  return { version: 1, command: "init", exit: 0, forge, found, files: planned, next };
}

function isOtherSpelling(path: string, paths: readonly string[]): boolean {
  return path === "landfall.yaml" && paths.includes("landfall.yml");
}

/** Writes what is new, and returns what was. */
export async function writeInit(plan: InitResult, tree: WorkTree): Promise<InitResult> {
  const files: InitFile[] = [];
  for (const file of plan.files) {
    if (file.state === "new") await tree.create(file);
    files.push(file.state === "new" ? { ...file, state: "written" } : file);
  }
  return { ...plan, files };
}

function nextSteps(found: Survey, files: readonly InitFile[]): string[] {
  const isKept = (path: string) => files.some((one) => one.path === path && one.state === "kept");
  const include = isKept(".gitlab-ci.yml")
    ? ["Add to .gitlab-ci.yml: include: [{ local: .gitlab/landfall.yml }]"]
    : [];
  const [first] = found.environments;
  const env = first === undefined ? "" : ` --env ${first.name}`;
  const deploy = `landfall promote --revision "$(git rev-parse HEAD)"${env} --dry-run`;
  const isEmpty = found.images.length === 0 && !isKept("landfall.yaml");
  if (isEmpty) return [...include, "Name your images in landfall.yaml"];
  const isGuess = found.areGuessed && !isKept("landfall.yaml");
  return [...include, isGuess ? "Delete from landfall.yaml the images that others make" : deploy];
}
