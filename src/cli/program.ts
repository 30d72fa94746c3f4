/** The commands, and how they are declared to commander. Only the one that runs is loaded. */

import { Command, Option } from "commander";
import { nearest } from "../core/nearest.ts";
import { plainLines } from "../report/safe-text.ts";
import { type Process, usageError } from "../settings/process.ts";
import { version } from "../version.ts";
import type { CommandGroup, CommandSpec } from "./command.ts";
import type { Flag } from "./flags.ts";
import { checkReportFiles } from "./report-files.ts";

type Load = () => Promise<{ readonly default: CommandSpec | CommandGroup }>;

/** Every command: the heading that help lists it under, a summary, and where it is. */
export const commands: Readonly<Record<string, readonly [group: string, summary: string, Load]>> = {
  init: ["Start:", "write landfall.yaml and workflows", () => import("./commands/init.ts")],
  promote: [
    "Deploy:",
    "land a revision's image tags on the manifests branch",
    () => import("./commands/promote.ts"),
  ],
  rollback: [
    "Deploy:",
    "go back to older images, and hold what went out",
    () => import("./commands/rollback.ts"),
  ],
  release: ["Deploy:", "lift the hold that a rollback left", () => import("./commands/release.ts")],
  freeze: [
    "Deploy:",
    "let nothing new land until it ends; a rollback still does",
    () => import("./commands/freeze.ts"),
  ],
  approve: [
    "Deploy:",
    "let a revision through the gate of an environment",
    () => import("./commands/approve.ts"),
  ],
  thaw: ["Deploy:", "end a freeze", () => import("./commands/thaw.ts")],
  sync: [
    "Check:",
    "find deploys that were lost, and land them",
    () => import("./commands/sync.ts"),
  ],
  audit: [
    "Check:",
    "say of every commit whether it reached production",
    () => import("./commands/audit.ts"),
  ],
  serve: [
    "Check:",
    "show the audit as a live page on this machine",
    () => import("./commands/serve.ts"),
  ],
  badge: [
    "Check:",
    "print the audit's verdict as an SVG badge",
    () => import("./commands/badge.ts"),
  ],
  verify: [
    "Check:",
    "wait until the cluster runs the deploy, and prove it",
    () => import("./commands/verify.ts"),
  ],
  status: [
    "Check:",
    "git, registry, pins, Argo CD and cluster side by side",
    () => import("./commands/status.ts"),
  ],
  pins: ["Check:", "list every place that pins an image", () => import("./commands/pins.ts")],
  doctor: [
    "Check:",
    "check everything that a deploy needs, each with the remedy",
    () => import("./commands/doctor.ts"),
  ],
  plan: [
    "Images and files:",
    "say which images of a revision need a build",
    () => import("./commands/plan.ts"),
  ],
  retag: [
    "Images and files:",
    "give published images further tags, same digest",
    () => import("./commands/retag.ts"),
  ],
  set: [
    "Images and files:",
    "move image tags in files, without git",
    () => import("./commands/set.ts"),
  ],
  schema: [
    "Images and files:",
    "print the JSON Schema of landfall.yaml, or of a result",
    () => import("./commands/schema.ts"),
  ],
  completion: [
    "Images and files:",
    "print a completion script for a shell",
    () => import("./commands/completion.ts"),
  ],
  version: ["Images and files:", "print the version", () => import("./commands/version.ts")],
  demo: [
    "Try it:",
    "watch two racing deploys both come out right, on this machine",
    () => import("./commands/demo.ts"),
  ],
  race: [
    "Try it:",
    "race simulated deployers, and check what they did",
    () => import("./commands/race.ts"),
  ],
  lab: ["", "race real processes in containers", () => import("./commands/lab.ts")],
};

/** A command that help lists. */
export interface ListedCommand {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly spec: CommandSpec;
}

/** Loads every command that help lists. */
export async function loadListed(): Promise<readonly ListedCommand[]> {
  const shown = Object.entries(commands).filter(([, [group]]) => group !== "");
  return Promise.all(
    shown.map(async ([name, [group, summary, load]]) => {
      const { default: spec } = await load();
      if ("commands" in spec) throw new Error(`${name} holds commands and is shown`);
      return { name, group, summary, spec };
    }),
  );
}

/** Takes the exit status of a command that has run. */
export type SetExitCode = (status: number) => void;

/**
 * Returns the command line of Landfall, speaking through `io` and reporting each status.
 *
 * @param words The words after the program's name: commands among them have their flags, the others
 *   a summary alone.
 */
export async function program(
  io: Process,
  finish: SetExitCode,
  words: readonly string[] = Object.keys(commands),
): Promise<Command> {
  refuseHelpOfNothing(words);
  const root = new Command("landfall")
    .description(
      "Move image tags in Kubernetes manifests by git push, survive every race, prove it",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help")
    .showHelpAfterError("Run `landfall --help` to see every command.")
    // It repeats wrong words of the command line, which a workflow may have from anywhere.
    .configureOutput({
      writeOut: io.out,
      writeErr: (text) => io.err(plainLines(text)),
      outputError: (text, write) => write(text.replace(/^error: /, "landfall: ")),
      getOutHelpWidth: () => io.columns ?? 80,
      getErrHelpWidth: () => io.columns ?? 80,
    })
    .exitOverride()
    .hook("preAction", (_, command) => checkReportFiles(command.opts(), io));
  for (const [name, [group, summary, load]] of Object.entries(commands)) {
    const child = root
      .command(name, { hidden: group === "" })
      .summary(summary)
      .helpGroup(group);
    if (words.includes(name)) declare(child, (await load()).default, { io, finish });
  }
  return root;
}

/** Commander would print the help of everything, and not a word about the mistake. */
function refuseHelpOfNothing([first, name]: readonly string[]): void {
  if (first !== "help" || name === undefined || name.startsWith("-") || name in commands) return;
  const meant = nearest(name, Object.keys(commands));
  const all = "Run `landfall --help` to see every command.";
  const hint = meant === undefined ? all : `Did you mean "${meant}"? ${all}`;
  throw usageError(`There is no command "${name}"`, hint);
}

interface Stage {
  readonly io: Process;
  readonly finish: SetExitCode;
}

function declare(command: Command, spec: CommandSpec | CommandGroup, stage: Stage): void {
  const path = [command.parent?.parent?.name(), command.parent?.name(), command.name()];
  const name = path.filter((word) => word !== undefined).join(" ");
  command.description(spec.description).showHelpAfterError(`Run \`${name} --help\`.`);
  if ("commands" in spec) {
    for (const [name, child] of Object.entries(spec.commands)) {
      declare(command.command(name), child, stage);
    }
    return;
  }
  const examples = spec.examples.map(([line, why]) => `  # ${why}\n  ${line}\n`);
  command.configureHelp({
    commandDescription: () => [spec.description, "", "Examples:", ...examples].join("\n").trimEnd(),
  });
  if (spec.argument !== undefined) command.argument(...spec.argument);
  for (const flag of Object.values(spec.flags)) command.addOption(optionOf(flag, stage.io));
  command.action(async (...given: unknown[]) => {
    const words = spec.argument === undefined ? [] : (given[0] as readonly string[]);
    const flags = command.opts();
    if (!flags.quiet) stage.io.watch?.();
    const stop = flags.verbose ? (await import("./trace.ts")).trace(stage.io) : () => {};
    try {
      stage.finish(await spec.run(flags, stage.io, words));
    } finally {
      stop();
    }
  });
}

function optionOf(flag: Flag<unknown>, { env }: Process): Option {
  const option = new Option(flag.spelling, flag.description);
  // CI has no other way to leave a variable out than to set it to nothing.
  if (flag.env !== undefined && env[flag.env] !== "") option.env(flag.env);
  if (flag.group !== undefined) option.helpGroup(flag.group);
  if (flag.choices !== undefined) option.choices(flag.choices);
  if (flag.byDefault !== undefined) option.default(flag.byDefault);
  if (flag.isRequired) option.makeOptionMandatory();
  if (flag.isRepeatable) option.argParser(collect);
  return option;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
