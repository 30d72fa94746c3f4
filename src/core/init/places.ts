/** Which folders the manifests are in, and whether these are environments. */

/** What a folder or a file may be called that is one of several environments, the earlier first. */
const stages: readonly RegExp[] = [
  /^(?:dev|development|local|sandbox|preview)$/,
  /^(?:test|testing|qa|int|integration|uat)$/,
  /^(?:stage|staging|preprod|pre-prod)$/,
  /^(?:prod|production|prd|live)$/,
];

interface Stage {
  readonly name: string;
  readonly rank: number;
  readonly path: string;
}

/** Where pins are: the paths of one place, or the environments by name. */
export function placesFor(files: readonly string[]) {
  const all = [...new Set(files)];
  const staged = all.flatMap((file) => stageOf(file) ?? []);
  const names = new Set(staged.map(({ name }) => name));
  if (names.size < 2) return { paths: commonFolders(all), environments: [] };
  const ordered = [...staged].sort((a, b) => a.rank - b.rank);
  const environments = [...new Set(ordered.map(({ name }) => name))].map((name) => ({
    name,
    paths: [...new Set(ordered.filter((one) => one.name === name).map(({ path }) => path))],
  }));
  return { paths: [], environments };
}

/** `k8s/overlays/prod/web.yaml` is of prod, and so is `chart/values-prod.yaml`. */
function stageOf(file: string): Stage | undefined {
  const parts = file.split("/");
  for (const [at, part] of parts.entries()) {
    const isFile = at === parts.length - 1;
    const word = isFile ? /[-_.]([a-z]+)\.ya?ml$/.exec(part)?.[1] : part.toLowerCase();
    const rank = stages.findIndex((names) => names.test(word ?? ""));
    if (rank >= 0) return { name: word ?? "", rank, path: parts.slice(0, at + 1).join("/") };
  }
  return undefined;
}

/** The folders that hold the files, without those inside others; many become what they share. */
function commonFolders(files: readonly string[]): readonly string[] {
  const folders = [...new Set(files.map(folderOf))];
  // The root holds everything else, too: its files are named one by one.
  const paths = folders.flatMap((folder) =>
    folder === "" ? files.filter((file) => folderOf(file) === "") : [folder],
  );
  const outer = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
  if (outer.length <= 3) return outer;
  const tops = [...new Set(outer.map((path) => path.split("/")[0] ?? path))];
  return tops.map((top) => sharedBy(outer.filter((path) => path.split("/")[0] === top)));
}

function folderOf(file: string): string {
  return file.split("/").slice(0, -1).join("/");
}

function sharedBy(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/"));
  const length = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return first.slice(0, length < 0 ? undefined : length).join("/");
}
