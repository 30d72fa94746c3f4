/**
 * A result as annotations of GitHub Actions, on the lines of the manifests. The runner shows at
 * most ten of a kind for each step, so the tenth counts the rest.
 */

import { plain } from "../safe-text.ts";
import type { Notice } from "./model.ts";

const kindMax = 10;
const messageMax = 1_000;
const levels = ["error", "warning", "notice"] as const;

/** Returns workflow commands, a line each, the worst first. Empty where there is nothing to say. */
export function githubAnnotations(notices: readonly Notice[]): string {
  return levels
    .flatMap((level) => ofKind(notices.filter((notice) => notice.level === level)))
    .map((line) => `${line}\n`)
    .join("");
}

function ofKind(notices: readonly Notice[]): readonly string[] {
  const shown = notices.slice(0, notices.length > kindMax ? kindMax - 1 : kindMax);
  const rest = notices.slice(shown.length);
  const [first] = rest;
  if (first === undefined) return shown.map(commandOf);
  const title = `${rest.length} more`;
  const message = `and ${rest.length} more, the first of them: ${first.title}: ${first.message}`;
  return [...shown.map(commandOf), commandOf({ level: first.level, title, message })];
}

function commandOf({ level, title, message, hint, place }: Notice): string {
  const properties = [
    ["file", place?.file],
    ["line", place?.line],
    ["col", place?.column],
    ["title", title],
  ] as const;
  const given = properties
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${escapeProperty(plain(String(value)))}`);
  const lines = [message, ...(hint === undefined ? [] : [hint])];
  const said = lines.map((line) => plain(line, messageMax)).join("\n");
  return `::${level} ${given.join(",")}::${escapeData(said)}`;
}

/** As the toolkit of GitHub Actions escapes (packages/core/src/command.ts). */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
