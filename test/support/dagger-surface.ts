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

/** A field. One that is not exposed is kept between calls, and seen by nobody. */
interface SeenProperty {
  readonly name: string;
  readonly description: string;
  readonly type: SeenType;
  readonly isExposed: boolean;
}

/** An object of the module. */
export interface SeenObject {
  readonly name: string;
  readonly description: string;
  /** Of the main object alone. */
  readonly _constructor?: { readonly arguments: Readonly<Record<string, SeenArgument>> };
  readonly methods: Readonly<Record<string, SeenFunction>>;
  readonly properties: Readonly<Record<string, SeenProperty>>;
}

const sdk = join(root, "node_modules/@dagger.io/dagger/dist/src");

/**
 * Introspects `dagger/src`. The introspector wants the layout that the engine gives it: the client
 * in a file `client.gen.ts`, in a package beside the sources.
 */
export async function introspect(): Promise<Readonly<Record<string, SeenObject>>> {
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
    return seen.objects;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Prints the surface, a line for each function, each argument and each field. */
export function printSurface(seen: Readonly<Record<string, SeenObject>>): string {
  return Object.values(seen).map(printObject).join("\n");
}

/** Only the main object is made by callers. */
function printObject({ name, methods, properties, _constructor }: SeenObject): string {
  const sorted = Object.values(methods).sort((a, b) => (a.name < b.name ? -1 : 1));
  const given = name === "Landfall" ? Object.values(_constructor?.arguments ?? {}) : [];
  const fields = Object.values(properties).filter(({ isExposed }) => isExposed);
  const lines = [
    ...[name, ...given.map((argument) => `--${printArgument(argument)}`)],
    ...fields.map((field) => `${kebab(field.name)}: ${printType(field.type)}  (a field)`),
    ...sorted.flatMap((one) => [
      "",
      `${kebab(one.name)}: ${printType(one.returnType)}${notesOf(one)}`,
      ...argumentsOf(one).map((argument) => `  --${printArgument(argument)}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns the arguments that callers give. The engine fills in where the caller is. */
export function argumentsOf(one: SeenFunction): readonly SeenArgument[] {
  return Object.values(one.arguments).filter(({ type }) => type.name !== "Workspace");
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
