/** What `landfall init` found, and what it writes, for people. */

import type { InitResult } from "../../core/results/init.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";

/** Returns what was found and guessed, and which files there will be, with a final newline. */
export function initText({ found, files, forge }: InitResult, style: Style): string {
  const images = found.images.flatMap(({ name, why, pinnedIn, recipe }) => [
    `  ${style.bold(plain(name))}  ${plain(why ?? "a guess")}`,
    ...pinnedIn.map((file) => `    pinned in  ${plain(file)}`),
    ...(recipe === undefined
      ? []
      : [`    built from ${plain(recipe.file)}${recipe.isGuess ? style.dim(" (a guess)") : ""}`]),
  ]);
  const environments = found.environments.map(
    ({ name, paths }) => `  ${plain(name)}  ${paths.map((text) => plain(text)).join(", ")}`,
  );
  const states = files.map(({ path, state }) => `  ${path}  ${words[state]}`);
  return [
    found.images.length === 0 ? style.warn("No image of yours was found") : style.bold("Images"),
    ...images,
    ...(found.foreign.length === 0
      ? []
      : [`  left alone: ${found.foreign.map((text) => plain(text)).join(", ")}`]),
    ...(environments.length === 0 ? [] : [style.bold("Environments"), ...environments]),
    `${style.bold("Branch")}  ${plain(found.branch)} of ${plain(found.origin ?? "no remote yet")}`,
    `${style.bold("Files")}  for ${forges[forge]}`,
    ...states,
    "",
  ].join("\n");
}

const words = { new: "new", written: "written", kept: "is there, and stays as it is" };
const forges = { github: "GitHub Actions", gitlab: "GitLab CI", forgejo: "Forgejo Actions" };
