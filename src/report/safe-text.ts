/** Foreign text (subjects, file names, servers' words) made safe to print on one line. */

/** Code points that a terminal acts on, that reorder what is read, or that cannot be seen. */
const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu;

/**
 * Returns a text without control, bidirectional and invisible characters, on one line, cut at `max`
 * code points. Where it could be taken for a command of GitHub Actions (`::x` at the start of a
 * line, `##[x]` anywhere) it is broken up.
 */
export function plain(text: string, max = 4_096): string {
  const shown = text
    .replace(unsafe, " ")
    .replaceAll("##[", "## [")
    .replace(/^(\s*):(?=:)/, "$1: ");
  if (shown.length <= max) return shown;
  const points = [...shown];
  return points.length <= max ? shown : `${points.slice(0, max - 1).join("")}…`;
}

/** Returns a text of several lines with each made safe as `plain` does. */
export function plainLines(text: string): string {
  return text
    .split("\n")
    .map((line) => plain(line))
    .join("\n");
}

/**
 * Returns JSON on one line that says the same as ever and that nobody obeys: what a terminal acts
 * on, what reorders a line, and the `##[` of GitHub's runner are spelled as escapes.
 */
export function inertJson(value: unknown): string {
  const spelled = (found: string) =>
    [...Array(found.length).keys()]
      .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join("");
  return JSON.stringify(value).replaceAll("##[", "##\\u005b").replace(unsafe, spelled);
}
