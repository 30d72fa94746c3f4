/** The JSON Schemas of results, by the commands that print them. */

import { z } from "zod";
import type { AnyResult } from "../../core/results/any.ts";
import { audit } from "./audit.ts";
import { doctor, status, verify } from "./cluster.ts";
import { landing, sync } from "./landing.ts";
import { schemaWithTimes } from "./times.ts";
import { approve, init, pins, plan, race, retag, serve, set, versionOf } from "./tools.ts";

/** Schemas by command. Fields may be added without a new version: readers pass over them. */
export const resultSchemas = {
  promote: landing,
  rollback: landing,
  release: landing,
  freeze: landing,
  thaw: landing,
  sync,
  audit,
  verify,
  status,
  doctor,
  ...{ pins, plan, retag, set, race, init, approve, serve },
  version: versionOf,
} satisfies Readonly<Record<AnyResult["command"], z.ZodType>> & Record<string, z.ZodType>;

/** Returns the JSON Schema of what a command prints with `--json`; undefined: there is none. */
export function resultSchema(command: string): object | undefined {
  if (!Object.hasOwn(resultSchemas, command)) return undefined;
  const schema = resultSchemas[command as keyof typeof resultSchemas];
  const json = z.toJSONSchema(schema, { io: "input" });
  // A simulation counts from zero.
  const dated = command === "race" ? json : schemaWithTimes(json);
  return { title: `landfall ${command} --json`, ...dated };
}
