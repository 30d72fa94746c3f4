/** landfall(1), made of what the commands declare, in roff as man(7) has it. */

import type { ListedCommand } from "../../src/cli/program.ts";
import { byGroup, describeFlag } from "./cli-reference.ts";

/** Exit statuses, as docs/design.md has them. */
const statuses: readonly (readonly [status: string, means: string])[] = [
  ["0", "It is as it should be: landed, unchanged, superseded, in sync."],
  ["1", "It failed, and certainly did not land."],
  ["2", "The command line or landfall.yaml is wrong."],
  ["3", "A check found something."],
  ["4", "A hold, a freeze, a gate or the server's policy keeps it out."],
  ["5", "It is unknown: it may have landed."],
  ["6", "A server asked for patience: try later."],
  ["130, 143", "It was interrupted or terminated, with nothing pushed."],
];

/** Returns the text of docs/landfall.1. */
export function manualPage(description: string, all: readonly ListedCommand[]): string {
  const lines = [
    '.\\" Generated from the commands by `npm run texts`; a test holds it.',
    '.TH LANDFALL 1 "" "Landfall" "Landfall Manual"',
    ".SH NAME",
    `landfall \\- ${plain(description.charAt(0).toLowerCase() + description.slice(1))}`,
    ".SH SYNOPSIS",
    ".B landfall",
    ".I command",
    "[options]",
    ".SH DESCRIPTION",
    "Flags beat environment variables, which beat landfall.yaml. That is looked for in the current",
    "folder and in those above it, up to the root of the repository; paths in it are seen from there.",
    ".SH COMMANDS",
    ...all.flatMap(section),
    ".SH EXIT STATUS",
    ...statuses.flatMap(([status, means]) => [".TP", `.B ${status}`, plain(means)]),
    ".SH SEE ALSO",
    ".BR git (1)",
  ];
  return `${lines.join("\n")}\n`;
}

function section({ name, spec }: ListedCommand): string[] {
  const groups = Object.entries(byGroup(Object.values(spec.flags)));
  return [
    `.SS landfall ${name}${spec.argument === undefined ? "" : ` ${plain(spec.argument[0])}`}`,
    ...spec.description.split("\n").map(plain),
    ...(spec.argument === undefined
      ? []
      : [".PP", `${plain(spec.argument[0])}: ${plain(spec.argument[1])}.`]),
    ".PP",
    ".nf",
    ...spec.examples.flatMap(([line, why]) => [plain(`    # ${why}`), plain(`    ${line}`)]),
    ".fi",
    ...groups.flatMap(([group, flags]) => [
      ".PP",
      `.I ${plain(group)}`,
      ...flags.flatMap((flag) => [
        ".TP",
        `.B ${plain(flag.spelling)}`,
        plain(describeFlag(flag).replaceAll("`", "")),
      ]),
    ]),
  ];
}

/** Text that roff takes as it is: ASCII, no escape, no request in front, hyphens to copy. */
function plain(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/[^ -~]/gu, (sign) => `\\[u${sign.codePointAt(0)!.toString(16).padStart(4, "0")}]`);
  return escaped.replace(/^(?=[.'])/, "\\&");
}
