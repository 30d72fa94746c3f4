/** Where an Application's manifests come from, and which files of a repository those are. */

import { at, listAt, textAt, textsAt } from "./json.ts";

/** One source of an Application, and the revision it was last compared at. */
export interface ArgoSource {
  readonly repository: string;
  /** The branch, tag or commit that it follows; empty means the default branch. */
  readonly targetRevision: string;
  /** The commit, for a git source; a chart's version, for a Helm repository; empty before any. */
  readonly revision: string;
  /**
   * The folder of the repository that is deployed, `.` for all of it; undefined for a chart, and
   * for a source that only lends its files to another one.
   */
  readonly path: string | undefined;
  /** Whether its files are applied as they are, neither kustomize nor Helm between. */
  readonly isPlain: boolean;
  /** Whether the folders below the path are left out: plain manifests without `recurse`. */
  readonly isFlat: boolean;
  /** Further files of its repository that are read: Helm's values. */
  readonly values: readonly string[];
}

/** What was compared counts, not what is written by now: the revisions belong to the former. */
export function sourcesOf(spec: unknown, status: unknown): readonly ArgoSource[] {
  const sync = at(status, "sync");
  const compared = listAt(sync, "comparedTo", "sources");
  const many = compared.length > 0 ? compared : listAt(spec, "sources");
  if (many.length > 0) {
    const [revisions, types] = [textsAt(sync, "revisions"), textsAt(status, "sourceTypes")];
    return many.map((source, n) =>
      readSource(source, { revision: revisions[n] ?? "", type: types[n] ?? "", all: many }),
    );
  }
  const one = at(sync, "comparedTo", "source");
  const isCompared = textAt(one, "repoURL") !== "";
  const source = isCompared ? one : at(spec, "source");
  if (source === undefined) return [];
  const type = textAt(status, "sourceType");
  return [readSource(source, { revision: textAt(sync, "revision"), type, all: [source] })];
}

interface Compared {
  readonly revision: string;
  /** `Directory`, `Helm`, `Kustomize` or `Plugin`; empty where it is not known. */
  readonly type: string;
  readonly all: readonly unknown[];
}

function readSource(source: unknown, { revision, type, all }: Compared): ArgoSource {
  const [path, ref] = [textAt(source, "path"), textAt(source, "ref")];
  const isLent = textAt(source, "chart") !== "" || (ref !== "" && path === "");
  const lent = all.flatMap((other) =>
    valueFilesOf(other).flatMap((file) =>
      ref !== "" && file.startsWith(`$${ref}/`) ? [file.slice(ref.length + 2)] : [],
    ),
  );
  const own = valueFilesOf(source).filter((file) => !/^\$|:\/\//.test(file));
  return {
    repository: textAt(source, "repoURL"),
    targetRevision: textAt(source, "targetRevision").replace(/^refs\/heads\//, ""),
    revision,
    path: isLent ? undefined : joined("", path) || ".",
    isPlain: type === "Directory",
    isFlat: type === "Directory" && at(source, "directory", "recurse") !== true,
    values: [...lent.map((file) => joined("", file)), ...own.map((file) => joined(path, file))],
  };
}

function valueFilesOf(source: unknown): readonly string[] {
  return textsAt(source, "helm", "valueFiles");
}

/** Returns whether a file of the repository is among what the source deploys or reads. */
export function deploysFile({ path, isFlat, values }: ArgoSource, file: string): boolean {
  if (values.includes(file)) return true;
  if (path === undefined) return false;
  const folder = file.includes("/") ? file.replace(/\/[^/]*$/, "") : ".";
  if (isFlat) return folder === path;
  return path === "." || file === path || file.startsWith(`${path}/`);
}

/** Joins paths below the root of a repository; a leading slash means that root. */
function joined(folder: string, file: string): string {
  const steps = file.startsWith("/") ? file : `${folder}/${file}`;
  const parts: string[] = [];
  for (const step of steps.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== "" && step !== ".") parts.push(step);
  }
  return parts.join("/");
}
