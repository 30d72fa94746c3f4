/** What people say about their manifests: what is left out, what is a pin, what is only told. */

import { Failure, printPlace } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import type { Mention } from "./mention.ts";

/** Objects that are meant, by kind or name or both. */
export interface ObjectSelector {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

/** What holds for all manifests of a branch. */
export interface ManifestRules {
  /** Further fields that hold whole references, by key or by the end of their path. */
  readonly fields?: readonly string[] | undefined;
  /** Files that are not looked into, by path: `*` within a folder, `**` across. */
  readonly exclude?: readonly string[] | undefined;
  /** The objects whose pins are moved; those of others are reported. None: all are moved. */
  readonly only?: readonly ObjectSelector[] | undefined;
  /** What follows from places that name an image and are not moved. */
  readonly mentions?: "warn" | "refuse" | "ignore" | undefined;
}

/** Returns whether a file is left out. A folder leaves out everything below it. */
export function isExcluded(path: string, { exclude = [] }: ManifestRules): boolean {
  const plain = path.replace(/^\.\//, "").replaceAll("\\", "/");
  return exclude.some((pattern) => globOf(pattern).test(plain));
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/^\.\/|\/+$/g, "")
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/\*\*\/|\*\*|\*|\?/g, (sign) => {
      if (sign === "**/") return "(?:.*/)?";
      if (sign === "**") return ".*";
      return sign === "*" ? "[^/]*" : "[^/]";
    });
  return new RegExp(`^${source}(?:/.*)?$`);
}

/** Returns whether the pins of an object, `Kind/name`, are moved. */
export function isSelected(owner: string, { only }: ManifestRules): boolean {
  if (only === undefined || only.length === 0) return true;
  const [, ownKind = "", ownName = ""] = /^([^/]*)\/?(.*)$/.exec(owner) ?? [];
  return only.some(
    ({ kind = ownKind, name = ownName }) => kind === ownKind && name === ownName && owner !== "",
  );
}

/** Throws `bad-manifest` for the first mention where the rules say that none may be left. */
export function refuseMentions(mentions: readonly Mention[], rules: ManifestRules): void {
  if (rules.mentions !== "refuse") return;
  // A comment changes nothing that runs.
  const [first, ...more] = mentions.filter(({ kind }) => kind !== "comment");
  if (first === undefined) return;
  const { file, line, column, image, why } = first;
  const name = image === undefined ? "" : `"${printImageName(image)}" `;
  const others = more.length === 0 ? "" : `, and ${more.length} more places`;
  throw new Failure(
    "bad-manifest",
    `Cannot move the images alone: ${printPlace({ file, line, column })} ${name}${why}${others}`,
    "Write it so that it is moved, leave the file out with exclude, or allow it with mentions: warn.",
    { place: { file, line, column } },
  );
}
