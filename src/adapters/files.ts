/** Manifests in a folder: found without following links, replaced whole or not at all. */

import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join, normalize, sep } from "node:path";
import { Failure } from "../core/failure.ts";
import { leadsOut } from "../core/manifest-paths.ts";
import { isManifestPath } from "../core/pins/names.ts";
import type { Files, ManifestFile } from "../ports.ts";

/** The files of this machine. Reading blocks: a command that edits files has nothing else to do. */
export const localFiles: Files = {
  async find(paths, needles) {
    try {
      return findManifests(paths, needles);
    } catch (error) {
      throw error instanceof Failure ? error : notRead(error);
    }
  },

  async replace(files) {
    const temporaries = new Map<ManifestFile, string>();
    try {
      await writeAllBeside(files, temporaries);
      for (const file of files) renameSync(temporaries.get(file)!, file.path);
    } catch (error) {
      for (const temporary of temporaries.values()) rmSync(temporary, { force: true });
      throw notWritten(error);
    }
  },
};

function findManifests(paths: readonly string[], needles: readonly string[]): ManifestFile[] {
  const roots = paths.map(rootOf);
  const realRoots = roots.map((root) => realpathSync(root));
  const found = new Map<string, ManifestFile>();
  for (const { path, isLink } of roots.flatMap((root) => [...entriesUnder(root)])) {
    const file = isLink ? fileBehind(path, realRoots) : { path, bytes: readManifestFile(path) };
    if (file === undefined || !(contains(file.bytes, needles) || isFolder(file))) continue;
    // Paths that overlap give a file once.
    found.set(isLink ? path : realpathSync(path), file);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function rootOf(path: string): string {
  // A slash at the end would make the system follow a link.
  const root = normalize(path).replace(/(?<=.)[/\\]+$/, "");
  const stat = lstatSync(root, { throwIfNoEntry: false });
  if (stat === undefined) {
    const hint = "Give --path a file or a folder with manifests, as seen from the current folder.";
    throw new Failure("usage", `Cannot read "${path}": there is no such path`, hint);
  }
  if (!stat.isSymbolicLink()) return root;
  const hint = "Give --path the file or folder that it points to.";
  throw new Failure("bad-manifest", `Cannot edit "${path}": it is a symbolic link`, hint, {
    place: { file: path },
  });
}

interface Entry {
  readonly path: string;
  readonly isLink: boolean;
}

function* entriesUnder(path: string): Generator<Entry> {
  if (!lstatSync(path).isDirectory()) {
    // What is named by hand is meant, whatever its name ends in.
    yield { path, isLink: false };
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory() && entry.name !== ".git") yield* entriesUnder(below);
    else if (entry.isSymbolicLink()) yield { path: below, isLink: true };
    else if (entry.isFile() && isManifestPath(below)) yield { path: below, isLink: false };
  }
}

/**
 * Writing through a link could change anything, and passing it over could leave a pin behind.
 * Returns what is to be told of one, or undefined when it leads to what is read anyway.
 */
function fileBehind(link: string, realRoots: readonly string[]): ManifestFile | undefined {
  const target = targetOf(link);
  const isFile = target?.isFile() && isManifestPath(link);
  if (!isFile && !target?.isDirectory()) return undefined;
  const real = realpathSync(link);
  const isInside = realRoots.some((root) => real === root || real.startsWith(root + sep));
  if (isInside && !(isFile && !isManifestPath(real))) return undefined;
  const bytes = isFile ? readManifestFile(real) : new Uint8Array();
  if (isFile && bytes.length === 0) return undefined;
  return { path: link, bytes, unread: leadsOut(readlinkSync(link)) };
}

function isFolder({ bytes, unread }: ManifestFile): boolean {
  return unread !== undefined && bytes.length === 0;
}

/** Returns what a link leads to, or undefined when that is nothing, or the link itself. */
function targetOf(link: string): Stats | undefined {
  try {
    return statSync(link);
  } catch {
    return undefined;
  }
}

function readManifestFile(path: string): Uint8Array {
  // The entry may have been exchanged for a link or a pipe since it was listed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(path, flags);
  try {
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : new Uint8Array();
  } finally {
    closeSync(descriptor);
  }
}

/** Each write waits for the disk, which does many in little more than the time of one. */
const writersMax = 64;

/** Writes the new bytes of all files beside them. Comes back when no write is under way. */
async function writeAllBeside(
  files: readonly ManifestFile[],
  temporaries: Map<ManifestFile, string>,
): Promise<void> {
  const rest = files.values();
  const errors: unknown[] = [];
  const write = async () => {
    for (const file of rest) {
      if (errors.length > 0) return;
      await writeBeside(file, temporaries).catch((error) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: writersMax }, write));
  if (errors.length > 0) throw errors[0];
}

/** Writes the new bytes beside the file, so that a rename puts them in place. */
async function writeBeside(
  file: ManifestFile,
  temporaries: Map<ManifestFile, string>,
): Promise<void> {
  const { path, bytes } = file;
  const { mode } = lstatSync(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.landfall`);
  const handle = await open(temporary, "wx", 0o600);
  temporaries.set(file, temporary);
  try {
    await handle.writeFile(bytes);
    await handle.chmod(mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function contains(bytes: Uint8Array, needles: readonly string[]): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return needles.length === 0 || needles.some((needle) => buffer.includes(needle));
}

function notRead(cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  const hint = "See that the files and folders under --path can be read.";
  return new Failure("usage", `Cannot read the manifests: ${why}`, hint, { cause });
}

function notWritten(cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure(
    "usage",
    `Cannot write the manifests: ${why}`,
    "See that the files and their folders can be written, and that the disk has room.",
    { cause },
  );
}
