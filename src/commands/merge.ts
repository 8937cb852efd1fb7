// `buddycheck merge`: puts the reports of a suite's shares together, as if all had been one run.
//
//  1. It reads the JSON reports of `buddycheck run --shard i/n` and `buddycheck corpus run --shard i/n`.
//  2. A share that is missing, or there twice, is wrong input: part of a suite is never reported as the whole.

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { SuiteResult } from "../checks.ts";
import { readRunReport } from "../spec/run-report.ts";
import { mergeSuites } from "../suite/merge.ts";
import { InputError, inputError } from "./input.ts";
import { parseReporter, REPORTER_HELP, reportersOf, startContext, type Reporter } from "./reporters.ts";
import { tellSuites } from "./run-options.ts";

interface MergeFlags {
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
}

function mergeReports(files: readonly string[], flags: MergeFlags): void {
  const reporters = reportersOf(flags);
  const contextNow = startContext();
  const merged = mergeSuites(files.flatMap(suitesIn));
  if (merged.kind === "wrong") throw inputError("REPORT_READ", files.join(", "), merged.expected, merged.found);
  tellSuites(reporters, merged.suites, contextNow());
}

function suitesIn(file: string): readonly SuiteResult[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw inputError("INPUT_NOT_FOUND", file, "a report", error instanceof Error ? error.message : String(error));
  }
  const read = readRunReport(text, file);
  if (read.kind === "wrong") throw new InputError([read.problem]);
  return read.suites;
}

/** Adds `merge` to the command line. */
export function registerMerge(program: Command): void {
  program
    .command("merge")
    .summary("put the reports of a suite's shares together")
    .description("Puts the JSON reports of all shares of a run together, and reports as if it had been one.")
    .argument("<reports...>", "reports that `buddycheck run --shard i/n --reporter json=FILE` wrote, all of them")
    .option("--reporter <name=path>", REPORTER_HELP, parseReporter)
    .option("--json", "the same as --reporter json", false)
    .addHelpText("after", EXAMPLES)
    .action(mergeReports);
}

const EXAMPLES = `
Examples:
  buddycheck merge 1.json 2.json 3.json                    what three jobs found, as one report
  buddycheck merge shares/*.json --reporter junit=all.xml  the same for the job runner
Exit codes: those of \`buddycheck run\`; 2 where a share is missing or there twice.`;
