/** Completion scripts for shells, made of what the commands declare. */

import type { CommandSpec } from "./command.ts";
import type { Flag } from "./flags.ts";

/** A command, as far as a shell completes it. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly spec: Pick<CommandSpec, "flags">;
}

export const shells = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof shells)[number];

/** What a flag's value is completed with: a fixed list, or what the repository has. */
type Values = readonly string[] | "revisions" | "images" | "environments" | "files" | undefined;

interface CompletedFlag {
  /** `--long` and `-s`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: Values;
}

/** Returns the script of a shell. */
export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  const rows = commands.map(({ name, summary, spec }) => ({
    name,
    summary,
    flags: Object.values(spec.flags).map(completedFlag),
  }));
  return { bash, zsh, fish, powershell }[shell](rows);
}

interface Row {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
}

function completedFlag({ spelling, description, choices }: Flag<unknown>): CompletedFlag {
  const names = [...spelling.matchAll(/(?:^|\s)(--?[a-z][a-z-]*)/gi)].map(([, name = ""]) => name);
  const value = /<([^>]+)>/.exec(spelling)?.[1];
  return {
    names,
    description,
    takesValue: value !== undefined,
    values: choices ?? kindOf(names, value),
  };
}

function kindOf(names: readonly string[], value: string | undefined): Values {
  if (names.includes("--revision") || names.includes("--to")) return "revisions";
  if (names.includes("--image")) return "images";
  if (names.includes("--env")) return "environments";
  return value === "file" || value === "path" || value === "dir" ? "files" : undefined;
}

/** The words for a value, as a command of the shell. */
function wordsOf(values: Values): string | undefined {
  if (values === undefined || values === "files") return undefined;
  if (values === "revisions") return "git log --max-count=30 --format=%h 2>/dev/null";
  if (values === "images" || values === "environments") {
    return `landfall completion --list ${values} 2>/dev/null`;
  }
  return `printf '%s\\n' ${values.join(" ")}`;
}

function bash(rows: readonly Row[]): string {
  const cases = rows.flatMap(({ name, flags }) => [
    `    ${name})`,
    `      flags="${flags.flatMap(({ names }) => names).join(" ")}"`,
    '      case "$previous" in',
    ...flags.flatMap(({ names, values }) => {
      const words = wordsOf(values);
      return words === undefined ? [] : [`        ${names.join("|")}) words=$(${words}) ;;`];
    }),
    ...flags
      .filter(({ takesValue, values }) => takesValue && wordsOf(values) === undefined)
      .map(
        ({ names }) =>
          `        ${names.join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;`,
      ),
    "      esac ;;",
  ]);
  return lines([
    '# bash completion for landfall: eval "$(landfall completion bash)"',
    "_landfall() {",
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"`,
    '  local flags="" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${rows.map(({ name }) => name).join(" ")} help" -- "$current"))`,
    "    return",
    "  fi",
    `  case "\${COMP_WORDS[1]}" in`,
    ...cases,
    `    help) words="${rows.map(({ name }) => name).join(" ")}" ;;`,
    "  esac",
    `  COMPREPLY=($(compgen -W "\${words:-$flags}" -- "$current"))`,
    "}",
    "complete -o default -F _landfall landfall",
  ]);
}

function zsh(rows: readonly Row[]): string {
  const specs = ({ names, description, takesValue, values }: CompletedFlag) => {
    const words = wordsOf(values);
    const action =
      words === undefined ? "_files" : `{local -a w; w=(\${(f)"$(${words})"}); compadd -a w}`;
    const text = description.replace(/[[\]:'"\\`$]/g, " ");
    return names.map(
      (name) => `      '${name}[${text}]${takesValue ? `:value:${quote(action)}` : ""}'`,
    );
  };
  return lines([
    "#compdef landfall",
    '# zsh completion for landfall: eval "$(landfall completion zsh)"',
    "_landfall() {",
    "  if (( CURRENT == 2 )); then",
    "    local -a commands=(",
    ...rows.map(({ name, summary }) => `      '${name}:${summary.replace(/[':]/g, " ")}'`),
    "    )",
    "    _describe command commands",
    "    return",
    "  fi",
    "  local command=$words[2]",
    "  shift words; (( CURRENT-- ))",
    "  case $command in",
    ...rows.flatMap(({ name, flags }) => [
      `    ${name}) _arguments \\`,
      `${flags.flatMap(specs).join(" \\\n")} \\`,
      "      '*:file:_files' ;;",
    ]),
    "  esac",
    "}",
    "compdef _landfall landfall",
  ]);
}

function quote(text: string): string {
  return text.replaceAll("'", "'\\''");
}

function fish(rows: readonly Row[]): string {
  const safe = (text: string) => text.replace(/['\\]/g, " ");
  const flagLine = (command: string, flag: CompletedFlag) => {
    const words = wordsOf(flag.values);
    const long = flag.names
      .filter((name) => name.startsWith("--"))
      .map((name) => `-l ${name.slice(2)}`);
    const short = flag.names
      .filter((name) => !name.startsWith("--"))
      .map((name) => `-s ${name.slice(1)}`);
    const value = flag.takesValue ? ["-r"] : [];
    const from = words === undefined ? [] : ["-f", "-a", `"(${words.replaceAll('"', '\\"')})"`];
    const when = `-n "__fish_seen_subcommand_from ${command}"`;
    return [
      "complete -c landfall",
      when,
      ...long,
      ...short,
      ...value,
      ...from,
      `-d '${safe(flag.description)}'`,
    ].join(" ");
  };
  return lines([
    "# fish completion for landfall: landfall completion fish | source",
    ...rows.flatMap(({ name, summary, flags }) => [
      `complete -c landfall -n __fish_use_subcommand -f -a ${name} -d '${safe(summary)}'`,
      ...flags.map((flag) => flagLine(name, flag)),
    ]),
  ]);
}

function powershell(rows: readonly Row[]): string {
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");
  const values = rows.flatMap(({ name, flags }) =>
    flags.flatMap((flag) => {
      const words = Array.isArray(flag.values) ? quoted(flag.values) : wordsOf(flag.values);
      const script = words?.replace("2>/dev/null", "2>$null");
      return flag.names.flatMap((one) => (script ? [`    '${name} ${one}' = { ${script} }`] : []));
    }),
  );
  return lines([
    "# PowerShell completion for landfall: landfall completion powershell | Out-String | Invoke-Expression",
    "Register-ArgumentCompleter -Native -CommandName landfall -ScriptBlock {",
    "  param($word, $ast, $position)",
    "  $flags = @{",
    ...rows.map(
      ({ name, flags }) => `    '${name}' = @(${quoted(flags.flatMap(({ names }) => names))})`,
    ),
    "  }",
    "  $values = @{",
    ...values,
    "  }",
    "  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })",
    "  $isFirst = $words.Count -lt 2 -or ($words.Count -eq 2 -and $word -ne '')",
    "  $typed = if ($word -eq '') { 1 } else { 2 }",
    '  $value = if ($isFirst) { $null } else { $values["$($words[1]) $($words[-$typed])"] }',
    "  $all = if ($isFirst) { $flags.Keys | Sort-Object }",
    "    elseif ($value) { & $value } else { $flags[$words[1]] }",
    '  $all | Where-Object { $_ -like "$word*" } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    "  }",
    "}",
  ]);
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
