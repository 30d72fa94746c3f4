/** Which texts name a branch, and nothing else that git would take them for. */

// git's own check lets names pass that read as options or as revisions, so ours is narrower.
const plain = /^[A-Za-z0-9_][\w./+=#-]*$/;
const broken = /\.\.|\/\/|\/\.|\.lock(?:\/|$)|[./]$/;

/** Returns whether `text` is the short name of a branch, such as `main` or `release/1.2`. */
export function isBranchName(text: string): boolean {
  return plain.test(text) && !broken.test(text) && !/^(?:refs\/|HEAD$)/.test(text);
}
