/** Flags that commands share. */

import { type Command, Option } from "commander";

/** Takes the exit status of a command that has run. */
export type SetExitCode = (status: number) => void;

/** Flags of every command: how it speaks. */
export function withOutput(command: Command): Command {
  return command
    .addOption(env("--config <file>", "settings file (default: landfall.yaml)", "LANDFALL_CONFIG"))
    .option("--json", "print one JSON object")
    .option("--no-color", "print without colours")
    .option("-q, --quiet", "print no progress")
    .option("-v, --verbose", "print more of the progress");
}

/** Flags of every command that asks git: which repositories there are. */
export function withRepositories(command: Command): Command {
  return command
    .addOption(env("--repository <url>", "repository with the manifests", "LANDFALL_REPOSITORY"))
    .addOption(
      env("--source <git>", "source repository, path or URL (default: .)", "LANDFALL_SOURCE"),
    );
}

/** Flags of every command that works on the manifests branch. */
export function withManifests(command: Command): Command {
  return withRepositories(command)
    .addOption(env("--branch <name>", "branch with the manifests", "LANDFALL_BRANCH"))
    .option("--path <path>", "file or directory with manifests; repeatable", collect)
    .option("--timeout <duration>", "how long to try, for example 90s or 5m");
}

/** Flags of every command that CI runs: files to write what it found to. */
export function withReports(command: Command): Command {
  return command
    .option("--summary <file>", "write a summary in Markdown")
    .option("--metrics <file>", "write metrics in the format of OpenMetrics");
}

/** The flag of commands that make a page to look at. */
export function withPage(command: Command): Command {
  return withReports(command).option("--html <file>", "write a report to look at, one file");
}

/** Returns an option that the environment gives as well. */
export function env(flags: string, description: string, name: string): Option {
  return new Option(flags, description).env(name);
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
