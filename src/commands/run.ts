// `buddycheck run`: runs suites, by default the one that comes with the package, and says what they exercised.
//
//  1. A suite is read as a whole before anything runs: a mistake in it costs no time.
//  2. Several suites share a budget as the parts of one do.

import type { Command } from "commander";
import type { SuiteResult } from "../checks.ts";
import { runCorpus } from "../corpus/run.ts";
import type { Suite } from "../spec/suite.ts";
import { printSuite } from "../spec/suite-print.ts";
import { runSuite, type SuiteWorld } from "../suite/run.ts";
import { corpusFiles, readCorpus, today } from "./corpus-files.ts";
import { refuseUnreasoned, withBaseline, writeBaseline, type BaselineFlags } from "./baselines.ts";
import { print, warn } from "./output.ts";
import { reportersOf, startContext, type Reporter } from "./reporters.ts";
import { dealerOf, shardIn, tellSuites, withRunOptions, type LimitFlags } from "./run-options.ts";
import { FailureSaver } from "./save-failures.ts";
import { beside, suiteNamed, VERIFY_FILES } from "./suite-files.ts";
import { loadTargets, type LoadedTargets } from "./suite-targets.ts";

export interface RunFlags extends LimitFlags, BaselineFlags {
  readonly save?: string;
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
  readonly printConfig: boolean;
}

async function runSuites(names: readonly string[], flags: RunFlags): Promise<void> {
  const reporters = reportersOf(flags);
  refuseUnreasoned(flags);
  const suites = withBaseline((names.length > 0 ? names : ["default"]).map(suiteNamed), flags);
  if (flags.printConfig) {
    print(suites.map((suite) => printSuite(suite, beside)).join("---\n"));
    return;
  }
  const contextNow = startContext();
  const targets = await loadTargets(suites);
  const saver = new FailureSaver();
  try {
    const results = await runAll(suites, targets, saver, flags);
    tellSuites(reporters, results, contextNow());
    await keepFailures(results, saver, flags);
  } finally {
    await targets.close();
  }
}

/** Saves failures, and writes them down as known, where that is asked for. */
async function keepFailures(results: readonly SuiteResult[], saver: FailureSaver, flags: RunFlags): Promise<void> {
  const { save, writeBaseline: baseline } = flags;
  if (save !== undefined) {
    const provenance = `found by buddycheck run on ${today()}`;
    for (const line of await saver.save(save, results, provenance)) warn(line);
  }
  if (baseline === undefined) return;
  const count = writeBaseline(results, flags);
  warn(`${baseline}: ${count} known ${count === 1 ? "failure" : "failures"}`);
}

async function runAll(
  suites: readonly Suite[],
  targets: LoadedTargets,
  saver: FailureSaver,
  flags: RunFlags,
): Promise<readonly SuiteResult[]> {
  const dealer = dealerOf(flags);
  const results: SuiteResult[] = [];
  let partsLeft = suites.reduce((sum, { parts }) => sum + parts.length, 0);
  for (const suite of suites) {
    partsLeft -= suite.parts.length;
    const partsAfter = partsLeft;
    const world: SuiteWorld = {
      ...VERIFY_FILES,
      shard: shardIn(flags),
      today: today(),
      subject: targets.subject,
      keep: saver.keep,
      verify: (path, part, laws) => {
        saver.profiles.set(path, part.profile);
        return VERIFY_FILES.verify(path, part, laws);
      },
      corpus: ({ from, folder, name }, share) =>
        runCorpus(readCorpus(beside(from, folder)), corpusFiles(), share, name),
      begin: ({ name, budget }, left) => {
        if (process.stderr.isTTY) warn(`running ${name}`);
        return dealer.deal(left + partsAfter, budget ?? Infinity);
      },
    };
    results.push(await runSuite(suite, world));
  }
  return results;
}

/** Adds `run` to the command line. */
export function registerRun(program: Command): void {
  withRunOptions(
    program
      .command("run")
      .summary("run suites of checks, by all three engines; by default the one that comes along")
      .description("Runs suites of checks. Without a file, runs the default suite, which takes some seconds.")
      .argument("[suites...]", "suites that come along, by name, or files (docs/suites.md)"),
  )
    .option("--save <folder>", "add what fails to this corpus, as `corpus add` does")
    .option("--baseline <file>", "failures that are known, as --write-baseline writes them")
    .option("--write-baseline <file>", "write what fails into this file, as known from now on; needs --reason")
    .option("--reason <text>", "why these failures are put up with")
    .option("--until <day>", "the day from which they count again; in 30 days by default")
    .option("--print-config", "print what the suites come to, with all that they extend, and run nothing", false)
    .addHelpText("after", EXAMPLES)
    .action(runSuites);
}

const EXAMPLES = `
Examples:
  buddycheck run                                     the default suite
  buddycheck run nightly.yaml --budget 10m           a suite of yours, in ten minutes at most
  buddycheck run --reporter text --reporter junit=report.xml --reporter sarif=buddycheck.sarif
  buddycheck run mine.yaml --save regressions        what fails becomes a case, once
  buddycheck run mine.yaml --write-baseline known.yaml --reason "old driver, #12"
  buddycheck run --shard 2/8 --reporter json=2.json  one of eight jobs: \`buddycheck merge\`
Exit codes: 0 passed, 1 a check failed, 2 input error, 3 undecided, 4 a part exercised nothing.`;
