/** How images are built, as far as a repository says it: workflows, compose files, Dockerfiles. */

import type { RepositoryFile } from "./find-images.ts";

/** What `docker build` is given for an image. */
export interface BuildRecipe {
  readonly context: string;
  /** Below the context. */
  readonly dockerfile: string;
  /** The file that says so. */
  readonly file: string;
  readonly isGuess: boolean;
}

const dockerfile =
  /(?:^|\/)(?:Dockerfile|Containerfile)(?:[._-][^/]*)?$|\.(?:Dockerfile|dockerfile)$/;

/** Returns whether a file builds an image. */
export function isDockerfile(path: string): boolean {
  return dockerfile.test(path) && !/(?:^|\/)node_modules\//.test(path);
}

/**
 * Returns how an image is built: what a workflow or a compose file says of its name, else the
 * Dockerfile whose path has most words in common with it.
 */
export function recipeFor(
  image: string,
  files: readonly RepositoryFile[],
): BuildRecipe | undefined {
  return (
    saidRecipe(image, files) ??
    likeliestRecipe(
      image,
      files.map(({ path }) => path),
    )
  );
}

function saidRecipe(image: string, files: readonly RepositoryFile[]): BuildRecipe | undefined {
  const paths = new Set(files.map(({ path }) => path));
  for (const { path, text } of files.filter(({ path }) => isPipeline(path))) {
    const lines = text.replaceAll("\\\n", " ").split("\n");
    for (const [at, line] of lines.entries()) {
      if (!names(line, image)) continue;
      const said = commandIn(line) ?? fieldsAround(lines, at);
      const recipe = said && placed(tidy(said.context), tidy(said.file), paths);
      if (recipe !== undefined) return { ...recipe, file: path, isGuess: false };
    }
  }
  return undefined;
}

/** `docker build -f FILE … CONTEXT` on one line. */
function commandIn(line: string): { context: string; file: string } | undefined {
  if (!/\b(?:docker|podman|buildah|buildx|nerdctl)\b.*\bbuild\b/.test(line)) return undefined;
  const file = /\s(?:-f|--file)[= ]["']?([\w./-]+)/.exec(line)?.[1];
  const context = /\s["']?([\w./-]+)["']?\s*$/.exec(line)?.[1] ?? ".";
  return { context, file: file ?? (context === "." ? "Dockerfile" : `${context}/Dockerfile`) };
}

/** `context:` and `file:` beside the name: in the same step, or in the same service. */
function fieldsAround(
  lines: readonly string[],
  at: number,
): { context: string; file: string } | undefined {
  const depthOf = (line = "") =>
    line.trim() === "" ? Number.POSITIVE_INFINITY : line.search(/\S/);
  const own = depthOf(lines[at]);
  for (const depth of [own, own - 2]) {
    let [from, to] = [at, at];
    while (from > 0 && depthOf(lines[from - 1]) >= depth) from -= 1;
    while (to < lines.length - 1 && depthOf(lines[to + 1]) >= depth) to += 1;
    const block = lines.slice(from, to + 1).join("\n");
    const file = /^\s*(?:file|dockerfile):\s*["']?([\w./-]+)/m.exec(block)?.[1];
    const context = /^\s*(?:context|build):\s*["']?([\w./-]+)/m.exec(block)?.[1];
    if (file ?? context) return { context: context ?? ".", file: file ?? "Dockerfile" };
  }
  return undefined;
}

/** build-push-action counts `file` from the root, compose from the context. */
function placed(context: string, file: string, paths: ReadonlySet<string>) {
  const inside = context === "." ? file : `${context}/${file}`;
  if (paths.has(inside)) return { context, dockerfile: file };
  if (!paths.has(file)) return undefined;
  if (context === ".") return { context, dockerfile: file };
  return file.startsWith(`${context}/`)
    ? { context, dockerfile: file.slice(context.length + 1) }
    : undefined;
}

function likeliestRecipe(image: string, paths: readonly string[]): BuildRecipe | undefined {
  const all = paths.filter(isDockerfile);
  const words = wordsOf(image.split("/").at(-1) ?? "");
  const scored = all.map((path) => ({ path, score: common(words, wordsOf(path)) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a), { path: "", score: 0 });
  const only = all.length === 1 ? all[0] : undefined;
  const path = best.score > 0 ? best.path : only;
  if (path === undefined) return undefined;
  const folder = path.split("/").slice(0, -1);
  // A folder that only holds Dockerfiles is not what they build.
  const depth = folder.findLastIndex((part) => !/^\.?(?:docker|build|deploy)$/i.test(part)) + 1;
  const context = folder.slice(0, depth).join("/");
  const inside = context === "" ? path : path.slice(context.length + 1);
  return { context: context === "" ? "." : context, dockerfile: inside, file: path, isGuess: true };
}

/** Returns whether a file tells CI or compose what to do. */
export function isPipeline(path: string): boolean {
  return (
    /^\.(?:github|forgejo|gitea)\/workflows\/[^/]+\.ya?ml$|^\.gitlab-ci\.yml$/.test(path) ||
    /^\.gitlab\/.*\.ya?ml$|(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$|(?:^|\/)Makefile$/.test(path)
  );
}

/** `acme/web` is not named by `acme/web-worker`. */
function names(line: string, image: string): boolean {
  const after = line.indexOf(image) + image.length;
  return line.includes(image) && !/[\w/.-]/.test(line[after] ?? "");
}

function wordsOf(text: string): ReadonlySet<string> {
  const dull = new Set(["docker", "dockerfile", "app", "apps", "src", "prod", "services", "image"]);
  const words = text.toLowerCase().split(/[^a-z0-9]+/);
  return new Set(words.filter((word) => word.length > 1 && !dull.has(word)));
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((word) => b.has(word)).length;
}

function tidy(path: string): string {
  return path.replace(/^(?:\.\/)+(?=.)/, "").replace(/\/+$/, "") || ".";
}
