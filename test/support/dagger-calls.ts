/** What words of `dagger call` the module knows, by the surface that is agreed on. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-files.ts";

/** A field or a function: what it gives, and the flags that it takes. */
interface Member {
  readonly type: string;
  readonly flags: readonly string[];
}
type Objects = ReadonlyMap<string, ReadonlyMap<string, Member>>;

/** The name under which an object's own flags are kept. */
const own = "";

function readSurface(): Objects {
  const text = readFileSync(join(root, "test/dagger/surface.golden.txt"), "utf8");
  const objects = new Map<string, Map<string, Member>>();
  let object = new Map<string, Member>();
  let flags: string[] = [];
  for (const line of text.split("\n")) {
    const [, flag] = /^ *(--[a-z-]+) /.exec(line) ?? [];
    const [, name = own, type = ""] = /^([a-z-]+): \[?(\w+)/.exec(line) ?? [];
    if (flag !== undefined) flags.push(flag);
    else if (/^[A-Z]\w+$/.test(line)) {
      [object, flags] = [new Map(), []];
      objects.set(line, object.set(own, { type: line, flags }));
    } else if (name !== own) {
      flags = [];
      object.set(name, { type, flags });
    }
  }
  return objects;
}

/**
 * Returns the words after `dagger call` that the module does not know. What follows on a type of
 * Dagger's own is Dagger's, and so is `-o`.
 */
export function unknownWords(words: readonly string[]): string[] {
  const objects = readSurface();
  let object = objects.get("Landfall");
  let flags = object?.get(own)?.flags ?? [];
  const unknown: string[] = [];
  for (const [at, word] of words.entries()) {
    if (object === undefined || word === "-o" || words[at - 1] === "-o") continue;
    if (word.startsWith("--")) {
      if (!flags.includes(word.replace(/=.*/, ""))) unknown.push(word);
      continue;
    }
    const member = object.get(word);
    if (member === undefined) return [...unknown, word];
    object = objects.get(member.type);
    flags = member.flags;
  }
  return unknown;
}
