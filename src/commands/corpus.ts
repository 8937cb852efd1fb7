// `buddycheck corpus`: runs a regression corpus, adds to it, and brings its verdicts up to date.
//
//  1. `run` judges every case below a folder, by default of the corpus that comes along.
//  2. `update` shows every verdict that is not as expected, and writes it into its case if it is told to: by an answer
//     at a terminal, or by `--yes`. Without either it changes nothing and fails like `run`.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import type { PartResult, SuiteResult } from "../checks.ts";
import { judgeCase, runCorpus, type NamedCase } from "../corpus/run.ts";
import { expectedWords } from "../corpus/verdict-words.ts";
import { withVerdicts } from "../spec/case-update.ts";
import type { Expected } from "../spec/case.ts";
import { EXIT } from "../verdict.ts";
import type { AddFlags } from "./corpus-add.ts";
import { corpusFiles, readCorpus } from "./corpus-files.ts";
import { print } from "./output.ts";
import { packageRoot } from "./package-files.ts";
import { reportersOf, startContext, type Reporter } from "./reporters.ts";
import { dealerOf, shardIn, tellSuites, withRunOptions, type LimitFlags } from "./run-options.ts";

interface RunFlags extends LimitFlags {
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
}

async function runFolder(folder: string | undefined, flags: RunFlags): Promise<void> {
  const reporters = reportersOf(flags);
  const contextNow = startContext();
  const where = folder ?? join(packageRoot(), "traces");
  const part = await runCorpus(readCorpus(where), corpusFiles(), dealerOf(flags).deal(1));
  const result = suiteOf(where, part, flags);
  tellSuites(reporters, [result], contextNow());
}

function suiteOf(file: string, part: PartResult, flags: LimitFlags): SuiteResult {
  const summary = "every case gets the verdict it expects";
  return { name: "corpus", summary, file, shard: shardIn(flags), parts: [part] };
}

/** Loaded when needed: what makes a case of a trace takes as long to load as hundreds of cases to judge. */
async function addTrace(file: string, flags: AddFlags): Promise<void> {
  await (await import("./corpus-add.ts")).addCase(file, flags);
}

interface Change {
  readonly named: NamedCase;
  readonly verdicts: readonly Expected[];
  readonly lines: readonly string[];
}

async function updateFolder(folder: string, flags: { readonly yes: boolean }): Promise<void> {
  const changes: Change[] = [];
  for (const named of readCorpus(folder)) changes.push(...(await changeOf(named)));
  if (changes.length === 0) {
    print("every case gets the verdict it expects");
    return;
  }
  let left = 0;
  for (const { named, verdicts, lines } of changes) {
    print([named.name, ...lines].join("\n"));
    if (flags.yes || (await isWanted())) update(named, verdicts);
    else left++;
  }
  print(`${changes.length - left} of ${changes.length} cases updated`);
  process.exitCode = left === 0 ? EXIT.holds : EXIT.violated;
}

/** What is not as the case expects, or nothing. */
async function changeOf(named: NamedCase): Promise<readonly Change[]> {
  const { expectations } = named.read;
  const found = await judgeCase(named.read, corpusFiles());
  const lines = expectations.flatMap(({ profileWords, expected }, at) => {
    const [was, is] = [expectedWords(expected), expectedWords(found[at] as Expected)];
    return was === is ? [] : [`  ${profileWords}`, `    - ${was}`, `    + ${is}`];
  });
  return lines.length === 0 ? [] : [{ named, verdicts: found, lines }];
}

/** Asks at a terminal; where there is none, nothing is wanted. */
async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("  update? [y/N] ");
  terminal.close();
  return /^y(?:es)?$/iu.test(answer.trim());
}

function update({ read }: NamedCase, verdicts: readonly Expected[]): void {
  writeFileSync(read.file, withVerdicts(readFileSync(read.file, "utf8"), verdicts));
}

/** Adds `corpus` to the command line. */
export function registerCorpus(program: Command): void {
  const corpus = program
    .command("corpus")
    .summary("run a regression corpus, add cases to it, bring verdicts up to date")
    .description(
      "Keeps a regression corpus: cases as text, each with the verdict that it must get (traces/README.md).",
    );
  withRunOptions(
    corpus
      .command("run")
      .summary("judge every case")
      .description("Judges every case below a folder; without one, the corpus that comes along.")
      .argument("[folder]", "a folder with *.case.yaml files"),
  )
    .addHelpText("after", RUN_EXAMPLES)
    .action(runFolder);
  corpus
    .command("add")
    .summary("take a trace into the corpus")
    .description("Minimizes a trace, names it, and stores it with its accepted twin, unless there is one like it.")
    .argument("<trace>", "a trace; of one that violates a law only what matters is kept")
    .requiredOption("--to <folder>", "the corpus")
    .requiredOption("--provenance <text>", "where the trace comes from")
    .option("--shows <text>", "what it shows, in one sentence; what was seen by default")
    .option("--name <name>", "the case's name; the law and a number by default")
    .option("--profile <name|file>", "what the allocator promises; outranks the header's profile")
    .addHelpText("after", ADD_EXAMPLES)
    .action(addTrace);
  corpus
    .command("update")
    .summary("bring expected verdicts up to date")
    .description("Shows each verdict that is not as expected, and asks whether to expect it from now on.")
    .argument("<folder>", "the corpus")
    .option("--yes", "update all without asking", false)
    .addHelpText("after", UPDATE_EXAMPLES)
    .action(updateFolder);
  corpus.addHelpText("after", EXAMPLES);
  for (const command of corpus.commands) command.exitOverride();
}

const EXAMPLES = `
Examples:
  buddycheck corpus run                       judge the corpus that comes along
  buddycheck corpus add crash.jsonl --to regressions --provenance "nightly run"
  buddycheck corpus update regressions        show what is no longer as expected, and ask
Exit codes: those of each command; \`buddycheck corpus add --help\` tells more.`;

const RUN_EXAMPLES = `
Examples:
  buddycheck corpus run                       the corpus that comes along
  buddycheck corpus run regressions --json    one of yours, for a machine
Exit codes: 0 passed, 1 a case failed, 2 input error, 3 undecided, 4 no case.`;

const ADD_EXAMPLES = `
Examples:
  buddycheck corpus add crash.jsonl --to regressions --provenance "nightly run of 24 November"
  buddycheck corpus add boot.jsonl --to regressions --provenance "first boot" --name first-boot
Exit codes: 0 added, or there already; 2 input error.`;

const UPDATE_EXAMPLES = `
Examples:
  buddycheck corpus update regressions        ask about each
  buddycheck corpus update regressions --yes  take all of them; look at the difference before you commit it
Exit codes: 0 up to date, 1 some are left as they were, 2 input error.`;
