/**
 * Where a manifest names images, as an outsider reads it: from an oracle's tree, by looks alone.
 * Shares nothing with src/core/pins, which it is there to judge.
 */

const hostPart = "(?:[a-zA-Z0-9.-]+(?::\\d+)?)";
const namePart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const nameText = `(?:${hostPart}/)?${namePart}(?:/${namePart})*`;
const reference = new RegExp(
  `^(${nameText})(?::([A-Za-z0-9_][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** Reads NAME[:TAG][@DIGEST], or returns undefined. */
export function readReference(text) {
  const found = reference.exec(text);
  if (found === null || text.startsWith("sha256:")) return undefined;
  const [, name, tag, digest] = found;
  return { name, tag, digest };
}

/** Returns what two spellings of one image have in common. */
export function keyOf(name) {
  const parts = name.split("/");
  const isHost = parts.length > 1 && (/[.:]/.test(parts[0]) || parts[0] === "localhost");
  let host = isHost ? parts.shift().toLowerCase() : "docker.io";
  if (host === "index.docker.io" || host === "registry-1.docker.io") host = "docker.io";
  if (host === "docker.io" && parts.length === 1) parts.unshift("library");
  return `${host}/${parts.join("/")}`;
}

const nameKeys = ["repository", "image", "name", "imagename", "imagerepository"];
const tagKeys = ["tag", "imagetag", "newtag", "imageversion", "version"];

/**
 * Returns the sites of a file's documents. A site is an image at one place: its name, what it
 * holds, the scalars that say so, and its form:
 *
 * - `reference`: NAME:TAG under a key that ends in image
 * - `bare`: NAME alone under `image`, in a container of an object that has a kind
 * - `split`: name and tag in two fields
 * - `kustomize`: an entry of `images`
 * - `empty`: a name beside a tag that is still to be filled in
 * - `elsewhere`: NAME:TAG as the whole of any other scalar, which may be no image at all
 */
export function sitesIn(documents) {
  const sites = [];
  for (const root of documents) {
    const anchors = new Map();
    const isObject = has(root, "kind") && has(root, "apiVersion");
    walk(root, "", { sites, anchors, isObject });
  }
  return sites;
}

function has(node, key) {
  if (node?.[0] !== "m") return false;
  return node[3].some((child, at) => at % 2 === 0 && child[0] === "s" && child[3] === key);
}

/** Where a bare `image` is one that runs, and not a disk of Ceph. */
const containerKey = /(?:containers?|steps?|sidecars?|script|templates?)(?:\[\])?$/i;

function walk(node, key, world) {
  const [kind, , , content, ...rest] = node;
  const anchor = rest.find((part) => typeof part === "object")?.anchor;
  if (anchor !== undefined) world.anchors.set(anchor, node);
  if (kind === "s") scalarSite(node, key, world);
  if (kind === "l") {
    if (key === "parameters") parameterSites(content, world);
    for (const child of content) walk(child, `${key}[]`, world);
  }
  if (kind !== "m") return;
  const fields = fieldsOf(node, world.anchors);
  splitSite(fields, key, world);
  const isContainer = world.isObject && containerKey.test(key);
  for (let at = 0; at < content.length; at += 2) {
    const name = content[at][0] === "s" ? content[at][3] : "";
    walk(content[at + 1], name, { ...world, fields, isContainer });
  }
}

/** Returns the fields by lower-case key, aliases and merges followed. The first of two wins. */
function fieldsOf(node, anchors) {
  const follow = (value) => (value?.[0] === "a" ? anchors.get(value[3]) : value);
  const fields = new Map();
  const merged = [];
  for (let at = 0; at < node[3].length; at += 2) {
    const [key, value] = [node[3][at], node[3][at + 1]];
    const target = follow(value);
    if (key[3] === "<<") merged.push(...(target?.[0] === "l" ? target[3] : [target]));
    else if (key[0] === "s" && target?.[0] === "s") {
      addField(fields, key[3].toLowerCase(), { text: target[3], node: target, use: value });
    }
  }
  for (const source of merged.map(follow)) {
    if (source?.[0] !== "m") continue;
    for (const [key, value] of fieldsOf(source, anchors)) addField(fields, key, value);
  }
  return fields;
}

function addField(fields, key, value) {
  if (!fields.has(key)) fields.set(key, value);
}

function scalarSite(node, key, { sites, isContainer, fields }) {
  const isListed = /^images\[\]$/i.test(key);
  const found = readReference(isListed ? node[3].replace(/^[^=]*=/, "") : node[3]);
  if (found === undefined) return;
  const isImage = /image$/i.test(key) || isListed;
  if (found.tag !== undefined || found.digest !== undefined) {
    sites.push({
      form: isImage ? "reference" : "elsewhere",
      ...found,
      scalars: [node],
      uses: [node],
    });
    return;
  }
  const beside = [...tagKeys, "digest"].some((other) => fields?.has(other));
  if (key === "image" && isContainer && !beside)
    sites.push({ form: "bare", ...found, scalars: [node], uses: [node] });
}

function splitSite(fields, key, { sites }) {
  const isEntry = /^images\[\]$/i.test(key) && (fields.has("newtag") || fields.has("newname"));
  const nameField = firstOf(isEntry ? ["newname", "name"] : nameKeys, fields);
  const tagField = firstOf(tagKeys, fields);
  const digestField = fields.get("digest");
  if (nameField === undefined || (tagField === undefined && digestField === undefined)) return;
  const name = bareName(fields.get("registry")?.text, nameField.text);
  if (name === undefined) return;
  const held = /^([A-Za-z0-9_][\w.-]*)?(?:@(sha256:[0-9a-f]{64}))?$/.exec(tagField?.text ?? "");
  if (held === null) return;
  const digest = held[2] ?? (digestField?.text || undefined);
  const isEmpty = !held[1] && !digest;
  // A chart's dependency and a Python package have a name and a version, too.
  const isWeak = !isEntry && (!name.includes("/") || !isImageLike(fields));
  const form = isEmpty ? "empty" : isWeak ? "elsewhere" : isEntry ? "kustomize" : "split";
  const where = places([tagField, digestField], nameField);
  sites.push({ form, name, tag: held[1], digest, ...where, isSplit: true });
}

function bareName(registry, repository) {
  const found = readReference(registry ? `${registry}/${repository}` : repository);
  return found?.tag === undefined && found?.digest === undefined ? found?.name : undefined;
}

function firstOf(keys, fields) {
  return keys.map((key) => fields.get(key)).find((field) => field !== undefined);
}

/** What of a site may change (`scalars`), and where it stands or is used by alias (`uses`). */
function places(fields, nameField) {
  const own = fields.filter((field) => field !== undefined);
  const uses = [...own, nameField].flatMap(({ node, use }) => [node, use]);
  return { scalars: own.map(({ node }) => node), uses };
}

/** Knows Argo CD's `parameters`: `image.tag` and `image.repository` as entries of one list. */
function parameterSites(entries, { sites, anchors }) {
  const given = new Map();
  for (const entry of entries) {
    const fields = entry[0] === "m" ? fieldsOf(entry, anchors) : new Map();
    if (fields.has("name") && fields.has("value"))
      given.set(fields.get("name").text, fields.get("value"));
  }
  for (const [name, tagField] of given) {
    const prefix = /^(.*?)\.?(?:tag|imageTag|version)$/.exec(name)?.[1];
    if (prefix === undefined) continue;
    const nameField = ["repository", "name", "image"]
      .map((last) => given.get(prefix === "" ? last : `${prefix}.${last}`))
      .find((field) => field !== undefined);
    const found = readReference(nameField?.text ?? "");
    if (found === undefined || found.tag !== undefined) continue;
    const own = places([tagField], nameField);
    sites.push({ form: "split", name: found.name, tag: tagField.text, ...own, isSplit: true });
  }
}

function isImageLike(fields) {
  return fields.has("tag") || fields.has("imagetag") || fields.has("image") || fields.has("digest");
}

/** Returns where a text spells NAME:TAG for one of some names, comments and blocks included. */
export function spelledIn(text, names) {
  const found = [];
  for (const name of names) {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      if (/(?:[\w./:@]|(?<!:)-)$/.test(text.slice(Math.max(0, at - 2), at))) continue;
      const held = /^:([A-Za-z0-9_][\w.-]*)/.exec(
        text.slice(at + name.length, at + name.length + 140),
      );
      if (held !== null)
        found.push({
          start: at,
          end: at + name.length + held[0].length,
          tag: held[1].replace(/[.-]+$/, ""),
        });
    }
  }
  return found;
}

/** Returns a function from offsets to lines, which count from 1. */
export function linesOf(text) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
