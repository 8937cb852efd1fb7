// `buddycheck completion SHELL`: a script that lets a shell complete commands, options and their values.
//
//  1. What there is to complete is asked of the commands themselves, so that no list can be out of date.
//  2. Where an option has known values (profiles, dialects, laws, reporters), they are completed; else files are.

import { Option, type Command } from "commander";
import { LAW_IDS } from "../../model/invariants.ts";
import { print } from "./output.ts";
import { bundledDialects, bundledProfiles } from "./package-files.ts";
import { REPORTERS } from "./reporters.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** A command as a shell sees it. */
interface Words {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** What may stand behind it without a dash, where that is known. */
  readonly words: readonly string[];
}

function wordsOf(program: Command): readonly Words[] {
  return program.commands.map((command) => {
    const name = command.name();
    const inner = command.commands.map((each) => each.name());
    const options = [command, ...command.commands].flatMap((each) => each.options);
    const words = name === "explain" ? LAW_IDS : name === "completion" ? SHELLS : inner;
    return { name, summary: command.summary(), options: unique(options), words };
  });
}

function unique(options: readonly Option[]): readonly Option[] {
  return [...new Map(options.map((option) => [option.long, option])).values()];
}

/** Rule 2. */
function valuesOf({ long, argChoices }: Option): readonly string[] {
  if (argChoices !== undefined) return argChoices;
  switch (long) {
    case "--profile":
      return bundledProfiles().names;
    case "--dialect":
      return bundledDialects().names;
    case "--without":
      return LAW_IDS;
    case "--reporter":
      return REPORTERS;
    default:
      return [];
  }
}

function scriptFor(shell: Shell, commands: readonly Words[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`;
    case "fish":
      return fishScript(commands);
  }
}

function bashScript(commands: readonly Words[]): string {
  const options = unique(commands.flatMap((command) => command.options));
  const values = options.flatMap((option) => {
    const known = valuesOf(option);
    return known.length === 0 ? [] : [`    ${option.long}) words="${known.join(" ")}" ;;`];
  });
  const cases = commands.map(({ name, options: own, words }) => {
    const dashed = own.map(({ long }) => long).join(" ");
    return `    ${name}) dashed="${dashed} --help" words="${words.join(" ")}" ;;`;
  });
  return `# Completion of buddycheck: source this, or put it where your shell looks for completions.
_buddycheck() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" dashed="" words=""
  case "$before" in
${values.join("\n")}
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$dashed" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _buddycheck buddycheck
`;
}

function fishScript(commands: readonly Words[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => {
    const within = `complete -c buddycheck -n "__fish_seen_subcommand_from ${name}"`;
    return [
      `complete -c buddycheck -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...(words.length === 0 ? [] : [`${within} -a "${words.join(" ")}"`]),
      ...options.map((option) => {
        const values = valuesOf(option);
        const given = option.required ? (values.length === 0 ? " -r" : ` -x -a "${values.join(" ")}"`) : "";
        return `${within} -l ${String(option.long).slice(2)}${given} -d ${quoted(option.description)}`;
      }),
    ];
  });
  return `# Completion of buddycheck: put this into ~/.config/fish/completions/buddycheck.fish\n${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}

/** Adds `completion` to the command line. */
export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .summary("print a script that lets your shell complete commands, options and values")
    .description("Prints a completion script for a shell.")
    .addArgument(program.createArgument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  source <(buddycheck completion bash)                                        for this session
  buddycheck completion zsh > ~/.buddycheck.zsh                               then source it in ~/.zshrc
  buddycheck completion fish > ~/.config/fish/completions/buddycheck.fish
Exit codes: 0 printed, 2 no such shell.`,
    )
    .action((shell: Shell) => {
      print(scriptFor(shell, wordsOf(program)));
    });
}
