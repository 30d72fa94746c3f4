/** Which texts name a branch: those that git itself takes (git-check-ref-format). */

/** A component may not begin with a dot, nor end as git's own lock files do. */
const component = /^(?!\.)(?!.*\.lock$)[^ \p{Cc}~^:?*[\\]+$/u;

/** Returns whether `text` is the short name of a branch, such as `main` or `release/1.2`. */
export function isBranchName(text: string): boolean {
  if (/^-|^@$|^HEAD$|\.\.|@\{|\.$/.test(text)) return false;
  // The full name of something else would be a branch that git creates and nobody finds again.
  if (text.startsWith("refs/")) return false;
  return text.split("/").every((part) => component.test(part));
}
