/** landfall.yaml → Config, and its JSON Schema. An error names the key, its place, the remedy. */

import { type Document, LineCounter } from "yaml";
import { z } from "zod";
import { Failure, type Place } from "../core/failure.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { firstError, type KeyTree } from "./config-errors.ts";
import { type Config, settingsSchema } from "./config-schema.ts";
import { checkEnvironments } from "./environments.ts";

export type { Config };

/** Settings that people write have a few KiB. The parser's time grows faster than the text. */
const lengthMax = 64 * 1024;

/** How often aliases may be followed: more than people write, less than a bomb needs. */
const aliasCountMax = 100;

/**
 * Reads the text of a settings file. No text gives no settings.
 *
 * @param file The file's name, for messages.
 * @throws Failure `config` with the place of one mistake and the nearest right name or the remedy.
 */
export function loadConfigText(file: string, text: string): Config {
  if (text.length > lengthMax) {
    const message = `Cannot read the settings: they have more than ${lengthMax} characters`;
    throw new Failure("config", message, "Check that this is landfall.yaml.", { place: { file } });
  }
  const lines = new LineCounter();
  const document = parseYaml(text, { lineCounter: lines });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const raw = dataOf(document, at);
  const result = settingsSchema.safeParse(raw);
  if (result.success) {
    checkEnvironments(result.data, file);
    return result.data;
  }
  throw firstError(result.error.issues, { document, raw, at }, configSchema() as KeyTree);
}

/** Returns the JSON Schema of landfall.yaml, in the draft that editors know best. */
export function configSchema(): object {
  const schema = z.toJSONSchema(settingsSchema, { io: "input", target: "draft-7" });
  return { title: "Settings of Landfall, landfall.yaml", ...schema };
}

function dataOf(document: Document, at: (offset: number) => Place): unknown {
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) {
    const [words = ""] = broken.message.split(/ at line \d+|\n/);
    throw unreadable(words, at(broken.pos[0]));
  }
  try {
    return document.toJS({ maxAliasCount: aliasCountMax }) ?? {};
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), at(0));
  }
}

function unreadable(why: string, place: Place): Failure {
  const hint = "Fix the YAML here.";
  return new Failure("config", `Cannot read the settings: ${why}`, hint, { place });
}
