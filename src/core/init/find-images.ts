/**
 * Which images the manifests of a repository name, and at which tags. Lines are read, not YAML: a
 * repository that nobody has prepared has templates in it.
 */

import { type ImageName, parseImageRef, printImageName } from "../image-ref.ts";
import { isManifestPath } from "../pins/names.ts";

/** One file of a repository. */
export interface RepositoryFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** One place that names an image at a tag. */
export interface NamedImage {
  readonly name: ImageName;
  /** As people write it. */
  readonly printed: string;
  readonly tag: string;
  readonly file: string;
}

/** Folders whose manifests are nobody's deploy. */
const aside =
  /(?:^|\/)(?:\.[^/]+|node_modules|vendor|third_party|tests?|testdata|fixtures|examples?)\//;
const compose = /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/;

/** Returns whether a file can be a manifest that is deployed. */
export function isDeployed({ path }: Pick<RepositoryFile, "path">): boolean {
  return isManifestPath(path) && !aside.test(path) && !compose.test(path);
}

/** Lists what the manifests name, file by file and from top to bottom. */
export function findImages(files: readonly RepositoryFile[]): readonly NamedImage[] {
  return files.filter(isDeployed).flatMap((file) => {
    const lines = file.text.split(/\r?\n/);
    const references = lines.flatMap((line) => referenceIn(line) ?? []);
    const pairs = lines.flatMap((_, at) => pairAt(lines, at) ?? []);
    return [...references, ...pairs].flatMap((text) => {
      const ref = parseImageRef(text);
      if (ref?.tag === undefined) return [];
      const { name, tag } = ref;
      return [{ name, printed: printImageName(name), tag, file: file.path }];
    });
  });
}

const value = /["']?([^\s"'#{}$,]+)["']?/.source;
const reference = new RegExp(`^\\s*(?:- )?\\s*image:\\s*${value}\\s*(?:#.*)?$`);
const nameField = new RegExp(
  `^(\\s*)(?:(- )\\s*)?(newName|name|image|registry|repository):\\s*${value}\\s*(?:#.*)?$`,
);
const tagField = new RegExp(`^\\s*(?:- )?\\s*(newTag|tag|imageTag):\\s*${value}\\s*(?:#.*)?$`);

/** Which key has the name that a key's tag is of. */
const nameKeys: Readonly<Record<string, string>> = {
  newTag: "name",
  tag: "repository",
  imageTag: "image",
};

function referenceIn(line: string): string | undefined {
  return reference.exec(line)?.[1];
}

/** A name and a tag in fields of their own: kustomize `images:`, and values of Helm. */
function pairAt(lines: readonly string[], at: number): string | undefined {
  const [, tagKey, tag] = tagField.exec(lines[at] ?? "") ?? [];
  if (tagKey === undefined) return undefined;
  const near = [1, 2, 3, -1, -2, -3].map((step) => at - step);
  const fields = near.flatMap((line) => {
    const [, , , key, name] = nameField.exec(lines[line] ?? "") ?? [];
    return key === undefined ? [] : [{ key, name }];
  });
  const fieldOf = (wanted: string) => fields.find(({ key }) => key === wanted)?.name;
  const name = fieldOf(nameKeys[tagKey] ?? "");
  const registry = tagKey === "tag" ? fieldOf("registry") : undefined;
  return name && `${registry === undefined ? "" : `${registry}/`}${name}:${tag}`;
}
