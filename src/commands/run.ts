// `buddycheck run`: runs suites, by default the one that comes with the package, and says what they exercised.
//
//  1. A suite is read as a whole before anything runs: a mistake in it costs no time.
//  2. The exit code is that of the worst suite: a failed check before a part that exercised nothing.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { suiteVerdict, type SuiteResult } from "../checks.ts";
import { runCorpus } from "../corpus/run.ts";
import { suiteJson } from "../report/suite-json.ts";
import { suiteText } from "../report/suite-text.ts";
import type { ProfileLibrary } from "../spec/profile.ts";
import { readSuite, type Suite } from "../spec/suite.ts";
import { runSuite } from "../suite/run.ts";
import { EXIT } from "../verdict.ts";
import { CORPUS_FILES, readCorpus } from "./corpus-files.ts";
import { InputError, inputError } from "./input.ts";
import { colours, print, terminalColumns, warn } from "./output.ts";
import { bundledProfiles, packageRoot } from "./package-files.ts";

export interface RunFlags {
  readonly json: boolean;
}

async function runSuites(files: readonly string[], { json }: RunFlags): Promise<void> {
  const library = bundledProfiles();
  const named = files.length > 0 ? files : [join(packageRoot(), "specs", "suites", "default.yaml")];
  const suites = named.map((file) => readSuiteFile(file, library));
  const results: SuiteResult[] = [];
  for (const suite of suites) results.push(await runOne(suite, library));
  const look = { colours: colours(process.stdout), columns: terminalColumns() };
  print(json ? suiteJson(results) : results.map((result) => suiteText(result, look)).join("\n"));
  process.exitCode = exitCodeOf(results);
}

/** Throws an InputError with all that is wrong in a suite. */
function readSuiteFile(file: string, library: ProfileLibrary): Suite {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw inputError("INPUT_NOT_FOUND", file, "a suite", error instanceof Error ? error.message : String(error));
  }
  const read = readSuite(text, file, library);
  if (read.kind === "wrong") throw new InputError(read.problems);
  return read.suite;
}

function runOne(suite: Suite, library: ProfileLibrary): Promise<SuiteResult> {
  return runSuite(suite, {
    corpus: (folder) => runCorpus(readCorpus(join(dirname(suite.file), folder), library), CORPUS_FILES),
    begin: (part) => {
      if (process.stderr.isTTY) warn(`running ${part.kind}`);
    },
  });
}

/** The exit code that these results call for. */
export function exitCodeOf(results: readonly SuiteResult[]): number {
  const verdicts = results.map(suiteVerdict);
  if (verdicts.includes("failed")) return EXIT.violated;
  return verdicts.includes("vacuous") ? EXIT.vacuous : EXIT.holds;
}

/** Adds `run` to the command line. */
export function registerRun(program: Command): void {
  program
    .command("run")
    .summary("run suites: by default the corpus, the reference allocator and its mutants")
    .description("Runs suites of checks. Without a file, runs the default suite, which takes some seconds.")
    .argument("[suites...]", "suite files (docs/suites.md)")
    .option("--json", "print the report as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action(runSuites);
}

const EXAMPLES = `
Examples:
  buddycheck run                        the default suite
  buddycheck run nightly.yaml --json    a suite of your own, for a machine
Exit codes: 0 passed, 1 a check failed, 2 input error, 4 a part exercised nothing.`;
