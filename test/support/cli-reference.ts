/** docs/cli.md, made of what the commands declare. */

import type { Flag } from "../../src/cli/flags.ts";
import type { ListedCommand } from "../../src/cli/program.ts";

/** Returns the text of docs/cli.md. */
export function referenceMarkdown(all: readonly ListedCommand[]): string {
  const groups = [...new Set(all.map(({ group }) => group))];
  const contents = groups.flatMap((group) => [
    `**${group}**`,
    "",
    ...all
      .filter((command) => command.group === group)
      .map(({ name, summary }) => `- [\`landfall ${name}\`](#landfall-${name}): ${summary}`),
    "",
  ]);
  return [
    "# Command line reference",
    "",
    "Generated from the commands by `npm run texts`; a test holds it. Flags beat environment",
    "variables, which beat `landfall.yaml`. Exit statuses are in the [README](../README.md).",
    "",
    ...contents,
    ...all.flatMap(section),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function section({ name, spec }: ListedCommand): string[] {
  const call = ["landfall", name, "[options]", spec.argument?.[0]];
  return [
    `## landfall ${name}`,
    "",
    `    ${call.filter((word) => word !== undefined).join(" ")}`,
    "",
    spec.description,
    "",
    "```sh",
    ...spec.examples.flatMap(([line, why]) => [`# ${why}`, line]),
    "```",
    "",
    ...(spec.argument === undefined ? [] : [`\`${spec.argument[0]}\`: ${spec.argument[1]}.`, ""]),
    ...Object.entries(byGroup(Object.values(spec.flags))).flatMap(([group, flags]) => [
      `| ${group.replace(/:$/, "")} | |`,
      "|---|---|",
      ...flags.map((flag) => `| \`${cell(flag.spelling)}\` | ${cell(describeFlag(flag))} |`),
      "",
    ]),
  ];
}

/** Returns flags by the heading that help lists them under. */
export function byGroup(
  flags: readonly Flag<unknown>[],
): Readonly<Record<string, Flag<unknown>[]>> {
  const groupOf = ({ group = "Options:" }: Flag<unknown>) => group;
  const groups = [...new Set(flags.map(groupOf))];
  return Object.fromEntries(
    groups.map((group) => [group, flags.filter((flag) => groupOf(flag) === group)]),
  );
}

/** Returns what a flag is, what it takes and where else it comes from. */
export function describeFlag({ description, choices, byDefault, env }: Flag<unknown>): string {
  return [
    description,
    choices && `one of ${choices.join(", ")}`,
    byDefault && `default: ${byDefault}`,
    env && `environment: \`${env}\``,
  ]
    .filter(Boolean)
    .join("; ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
