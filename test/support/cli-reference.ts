/** docs/cli.md, made of what the commands declare. */

import type { CommandSpec } from "../../src/cli/command.ts";
import type { Flag } from "../../src/cli/flags.ts";
import { commands } from "../../src/cli/program.ts";

/** A command with the name, the heading and the summary that help lists it under. */
export interface ListedCommand {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly spec: CommandSpec;
}

/** Loads every command that help lists. */
export async function listedCommands(): Promise<readonly ListedCommand[]> {
  const shown = Object.entries(commands).filter(([, [group]]) => group !== "");
  return Promise.all(
    shown.map(async ([name, [group, summary, load]]) => {
      const { default: spec } = await load();
      if ("commands" in spec) throw new Error(`${name} holds commands and is shown`);
      return { name, group, summary, spec };
    }),
  );
}

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
      ...flags.map((flag) => `| \`${cell(flag.spelling)}\` | ${cell(describe(flag))} |`),
      "",
    ]),
  ];
}

function byGroup(flags: readonly Flag<unknown>[]): Readonly<Record<string, Flag<unknown>[]>> {
  const groupOf = ({ group = "Options:" }: Flag<unknown>) => group;
  const groups = [...new Set(flags.map(groupOf))];
  return Object.fromEntries(
    groups.map((group) => [group, flags.filter((flag) => groupOf(flag) === group)]),
  );
}

function describe({ description, choices, byDefault, env }: Flag<unknown>): string {
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
