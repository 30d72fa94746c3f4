/** `landfall schema`: the shapes of what is read and what is printed, for editors and programs. */

import { usageError } from "../../settings/process.ts";
import { command } from "../command.ts";
import { text } from "../flags.ts";

export default command({
  description: "Print the JSON Schema of landfall.yaml, or of what a command prints with --json.",
  examples: [
    ["landfall schema > landfall.schema.json", "let an editor complete and check landfall.yaml"],
    ["landfall schema --result promote", "what a program may rely on"],
  ],
  flags: { result: text("--result <command>", "of what this command prints with --json") },
  async run({ result }, io) {
    const schema = result === undefined ? await settingsSchema() : await schemaOf(result);
    io.out(`${JSON.stringify(schema, null, 2)}\n`);
    return 0;
  },
});

async function settingsSchema(): Promise<object> {
  const { configSchema } = await import("../../settings/config.ts");
  return configSchema();
}

async function schemaOf(command: string): Promise<object> {
  const { resultSchema, resultSchemas } = await import("../../report/schema/index.ts");
  const schema = resultSchema(command);
  if (schema !== undefined) return schema;
  const known = Object.keys(resultSchemas).join(", ");
  throw usageError(`There is no schema of results of "${command}"`, `Name one of ${known}.`);
}
