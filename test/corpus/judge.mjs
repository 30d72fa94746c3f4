/** Judges an edit of one file from outside: by its bytes before and after, and an oracle. */

import { keyOf, linesOf, readReference, sitesIn, spelledIn } from "./sites.mjs";

/**
 * Returns what an edit changed and should not have, one line each.
 *
 * @param image Its `key`, and the `names` that it is spelled by.
 * @param target The `tag` and `digest` that it was set to.
 */
export async function wrongIn({ before, after }, image, target, oracle) {
  if (before === after) return [];
  const [treeBefore, treeAfter] = await oracle.trees([before, after]);
  if (typeof treeBefore === "string") return wrongByLines(before, after, image, target);
  if (typeof treeAfter === "string") return [`it cannot be read any more: ${treeAfter}`];
  const [old, now] = [scalarsOf(treeBefore), scalarsOf(treeAfter)];
  if (outlineOf(treeBefore) !== outlineOf(treeAfter)) return ["its structure changed"];

  const heldBy = sitesByScalar(treeBefore, image);
  const wrong = [];
  let [rebuilt, at] = ["", 0];
  for (const [index, node] of old.entries()) {
    const [newNode] = [now[index]];
    const [written, rewritten] = [
      before.slice(node[1], node[2]),
      after.slice(newNode[1], newNode[2]),
    ];
    if (written === rewritten) continue;
    rebuilt += before.slice(at, node[1]) + rewritten;
    at = node[2];
    const edit = { node, newNode, written, rewritten, site: heldBy.get(node[1]) };
    if (!(await isRight(edit, { image, target, oracle }))) {
      wrong.push(`${shorten(written)} became ${shorten(rewritten)}`);
    }
  }
  // What is between the scalars, comments and all, must be as it was.
  if (rebuilt + before.slice(at) !== after) wrong.push("bytes changed outside of the scalars");
  return wrong;
}

/** Returns the site at each scalar that an edit may change; undefined where it may not. */
function sitesByScalar(tree, image) {
  const heldBy = new Map();
  const uses = new Set();
  for (const site of sitesIn(tree)) {
    const isOwn = keyOf(site.name) === image.key;
    if (!isOwn && site.form === "elsewhere") continue;
    for (const node of site.scalars) {
      const isShared = heldBy.has(node[1]) && heldBy.get(node[1]) === undefined;
      heldBy.set(node[1], isOwn && !isShared ? site : undefined);
    }
    if (isOwn) for (const node of site.uses) uses.add(node[1]);
  }
  for (const { alias, target } of aliasesIn(tree)) {
    if (!uses.has(alias[1])) heldBy.set(target[1], undefined);
  }
  return heldBy;
}

function aliasesIn(tree) {
  const anchors = new Map();
  const aliases = [];
  const visit = (node) => {
    const anchor = node.find((part) => part?.anchor !== undefined)?.anchor;
    if (anchor !== undefined) anchors.set(anchor, node);
    if (node[0] === "a") aliases.push({ alias: node, target: anchors.get(node[3]) ?? node });
    else if (node[0] !== "s") node[3].forEach(visit);
  };
  tree.forEach(visit);
  return aliases;
}

async function isRight({ node, newNode, written, rewritten, site }, { image, target, oracle }) {
  const [value, newValue] = [node[3], newNode[3]];
  const quotedNow = node[4] === "" && /^['"]/.test(newNode[4]);
  if (!quotedNow && node[4] !== newNode[4]) return false;
  if (site !== undefined && newValue === expectedOf(value, site, target)) {
    return quotedNow || onlyTagChanged(written, rewritten);
  }
  if (/^[|>]/.test(node[4])) {
    const inner = { before: value, after: newValue };
    const inside = await wrongIn(inner, image, target, oracle);
    return inside.length === 0 && written.split("\n").length === rewritten.split("\n").length;
  }
  return wrongByLines(value, newValue, image, target).length === 0;
}

/** Returns what the scalar of a site must hold after the edit. */
function expectedOf(value, site, target) {
  const digest = (had) => (had === undefined ? "" : `@${target.digest}`);
  if (/^sha256:/.test(value)) return target.digest;
  if (!site.isSplit) {
    const before = /^[^=]*=/.exec(value)?.[0] ?? "";
    const { name, tag, digest: had } = readReference(value.slice(before.length));
    return `${before}${name}${tag === undefined && had !== undefined ? "" : `:${target.tag}`}${digest(had)}`;
  }
  return `${target.tag}${/@/.test(value) ? `@${target.digest}` : ""}`;
}

/** Whether two spellings share what stands before and behind one replaced word. */
function onlyTagChanged(written, rewritten) {
  let [start, end] = [0, 0];
  while (start < written.length && written[start] === rewritten[start]) start += 1;
  while (end < written.length - start && written.at(-1 - end) === rewritten.at(-1 - end)) end += 1;
  return /^[\w.:@-]*$/.test(written.slice(start, written.length - end));
}

/** For what no oracle reads: in each line that differs, NAME:TAG or a lone tag was replaced. */
function wrongByLines(before, after, image, target) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  if (old.length !== now.length) return ["its lines are more or fewer"];
  const withTag = new RegExp(
    `(?<![\\w./@])(${image.names.map(literally).join("|")})(:[A-Za-z0-9_][\\w.-]*)?(@sha256:[0-9a-f]{64})?(?![\\w/])`,
    "g",
  );
  const move = (line) =>
    line.replace(withTag, (all, name, tag, digest) => {
      if (tag === undefined && digest === undefined) return all;
      return `${name}${tag ? `:${target.tag}` : ""}${digest ? `@${target.digest}` : ""}`;
    });
  const field = /^(\s*(?:- )?["']?\w*[tT]ag["']?:\s*["']?)[\w.-]+(["']?\s*(?:#.*)?\r?)$/;
  return old.flatMap((line, at) => {
    if (line === now[at] || move(line) === now[at]) return [];
    if (line.replace(field, `$1${target.tag}$2`) === now[at]) return [];
    return [`${shorten(line.trim())} became ${shorten(now[at].trim())}`];
  });
}

/**
 * Returns where an image still stands after an edit, although it was neither moved nor named:
 * `{ line, text, why }`. Comments are told apart, because nothing runs from them.
 *
 * @param told The lines of this file that the command named, moved or not.
 */
export async function silentIn({ after }, image, target, { told, oracle }) {
  const lineOf = linesOf(after);
  const lines = after.split("\n");
  const left = new Map();
  const leave = (offsets, why) => {
    const own = offsets.map(lineOf);
    if (own.some((line) => told.has(line))) return;
    const line = own[0];
    const text = lines[line - 1].trim();
    if (!left.has(line)) left.set(line, { line, text: shorten(text), why, isComment: false });
  };
  for (const { start, end, tag } of spelledIn(after, image.names)) {
    if (tag === target.tag) continue;
    const line = lines[lineOf(start) - 1];
    const hash = line.search(/(?:^|\s)#/);
    leave([start, end], "spelled");
    const found = left.get(lineOf(start));
    const column = start - (after.lastIndexOf("\n", start - 1) + 1);
    if (found !== undefined && hash >= 0 && hash < column) found.isComment = true;
  }
  const [tree] = await oracle.trees([after]);
  if (typeof tree === "string") return [...left.values()];
  for (const site of sitesIn(tree)) {
    if (keyOf(site.name) !== image.key || holds(site, target)) continue;
    if (["bare", "empty"].includes(site.form) || (site.form === "elsewhere" && site.isSplit))
      continue;
    leave(
      [...site.scalars, ...site.uses].map((node) => node[1]),
      site.form,
    );
  }
  return [...left.values()];
}

function holds(site, target) {
  return site.tag === undefined ? site.digest === target.digest : site.tag === target.tag;
}

function scalarsOf(tree) {
  const scalars = [];
  const visit = (node) => {
    if (node[0] === "s") scalars.push(node);
    else if (node[0] !== "a") node[3].forEach(visit);
  };
  tree.forEach(visit);
  return scalars;
}

/** Writes a tree without its scalars' text, but with their number, anchors and tags. */
function outlineOf(tree) {
  const visit = ([kind, , , content, ...rest]) => {
    const anchor = rest.find((part) => typeof part === "object")?.anchor ?? "";
    if (kind === "s") return `s${rest[0] === "!" ? "!" : ""}${anchor}`;
    return kind === "a" ? `*${content}` : `${kind}${anchor}(${content.map(visit).join()})`;
  };
  return tree.map(visit).join("---");
}

function literally(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function shorten(text) {
  return text.length > 140 ? `${text.slice(0, 139)}…` : text;
}
