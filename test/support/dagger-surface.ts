/** The Dagger module as the engine's own introspector sees it, without an engine. */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./source-files.ts";

/** A type of the surface, as the introspector has it. */
interface SeenType {
  readonly kind: string;
  readonly name?: string;
  readonly typeDef?: SeenType;
}

/** An argument. */
export interface SeenArgument {
  readonly name: string;
  readonly description: string;
  readonly type: SeenType;
  readonly isOptional: boolean;
  readonly defaultValue?: unknown;
  readonly defaultPath?: string;
  /** What of a directory is not uploaded. */
  readonly ignore?: readonly string[];
}

/** A function. */
export interface SeenFunction {
  readonly name: string;
  readonly description: string;
  readonly cache?: string;
  readonly isCheck: boolean;
  readonly arguments: Readonly<Record<string, SeenArgument>>;
  readonly returnType: SeenType;
}

/** The module's one object. */
export interface SeenObject {
  readonly name: string;
  readonly description: string;
  readonly _constructor: { readonly arguments: Readonly<Record<string, SeenArgument>> };
  readonly methods: Readonly<Record<string, SeenFunction>>;
  readonly properties: Readonly<Record<string, { name: string; description: string }>>;
}

const sdk = join(root, "node_modules/@dagger.io/dagger/dist/src");

/**
 * Introspects `dagger/src`. The introspector wants the layout that the engine gives it: the client
 * in a file `client.gen.ts`, in a package beside the sources.
 */
export async function introspect(): Promise<SeenObject> {
  const folder = mkdtempSync(join(tmpdir(), "landfall-surface-"));
  try {
    const bundle = join(folder, "node_modules/@dagger.io/dagger");
    mkdirSync(bundle, { recursive: true });
    const client = readFileSync(join(sdk, "api/client.gen.d.ts"), "utf8");
    writeFileSync(join(bundle, "client.gen.ts"), client);
    writeFileSync(join(bundle, "index.ts"), 'export * from "./client.gen.js";\n');
    cpSync(join(root, "dagger/src"), join(folder, "src"), { recursive: true });
    const own = readdirSync(join(folder, "src")).map((name) => join(folder, "src", name));
    const { scan } = await import(pathToFileURL(join(sdk, "module/introspector/index.js")).href);
    const seen = await scan([...own, join(bundle, "client.gen.ts")], "landfall", false);
    return seen.objects.Landfall;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Prints the surface, a line for each function and each argument. */
export function printSurface(seen: SeenObject): string {
  const functions = Object.values(seen.methods).sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [
    ...Object.values(seen._constructor.arguments).map((argument) => `--${printArgument(argument)}`),
    ...functions.flatMap((one) => [
      "",
      `${kebab(one.name)}: ${printType(one.returnType)}${notesOf(one)}`,
      ...Object.values(one.arguments).map((argument) => `  --${printArgument(argument)}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function notesOf({ cache, isCheck }: SeenFunction): string {
  const notes = [...(isCheck ? ["a check"] : []), ...(cache ? [`cache ${cache}`] : [])];
  return notes.length === 0 ? "" : `  (${notes.join(", ")})`;
}

function printArgument(argument: SeenArgument): string {
  const { name, type, isOptional, defaultValue, defaultPath } = argument;
  const value = defaultPath ?? defaultValue;
  const given = value === undefined ? "" : ` = ${JSON.stringify(value)}`;
  const needed = isOptional || value !== undefined ? "" : "  (required)";
  return `${kebab(name)} ${printType(type)}${given}${needed}`;
}

function printType({ kind, name, typeDef }: SeenType): string {
  if (typeDef !== undefined) return `[${printType(typeDef)}]`;
  return name ?? kind.replace(/_KIND$/, "").toLowerCase();
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
