/** `landfall schema`: the shapes of what is read and what is printed, for editors and programs. */

import { type Process, usageError } from "../settings/process.ts";

/** Prints a schema and returns the exit status. */
export async function runSchema(
  { result }: { readonly result?: string },
  io: Process,
): Promise<number> {
  const schema = result === undefined ? await settingsSchema() : await schemaOf(result);
  io.out(`${JSON.stringify(schema, null, 2)}\n`);
  return 0;
}

async function settingsSchema(): Promise<object> {
  const { configSchema } = await import("../settings/config.ts");
  return configSchema();
}

async function schemaOf(command: string): Promise<object> {
  const { resultSchema, resultSchemas } = await import("../report/schema/index.ts");
  const schema = resultSchema(command);
  if (schema !== undefined) return schema;
  const known = Object.keys(resultSchemas).join(", ");
  throw usageError(`There is no schema of results of "${command}"`, `Name one of ${known}.`);
}
