// How a run of checks is limited and reported: for every command that has checks to share.
//
//  1. The exit code is that of the worst suite: a failed check before one that is undecided, that before a part
//     that exercised nothing.

import type { Command } from "commander";
import { suiteVerdict, type SuiteResult } from "../checks.ts";
import type { Context } from "../report/outcome.ts";
import { suiteJson } from "../report/suite-json.ts";
import { suiteOutcome } from "../report/suite-outcome.ts";
import { suiteText } from "../report/suite-text.ts";
import type { Shard } from "../share.ts";
import { EXIT } from "../verdict.ts";
import { Dealer, parseBudget, parseShard } from "./limits.ts";
import { parseReporter, report, REPORTER_HELP, type Reporter } from "./reporters.ts";

export interface LimitFlags {
  readonly shard?: Shard;
  readonly budget?: number;
}

/** Reports suites in every form that was asked for, and ends with the exit code that they call for. */
export function tellSuites(reporters: readonly Reporter[], results: readonly SuiteResult[], context: Context): void {
  report(reporters, {
    text: (look) => results.map((result) => suiteText(result, look)).join("\n"),
    json: () => suiteJson(results),
    outcomes: () => results.map((result) => suiteOutcome(result, context)),
  });
  process.exitCode = exitCodeOf(results);
}

/** The share that a run is of, or null where it is all. */
export function shardIn({ shard }: LimitFlags): Shard | null {
  return shard === undefined || shard.of === 1 ? null : shard;
}

export function dealerOf(flags: LimitFlags): Dealer {
  return new Dealer(shardIn(flags), flags.budget ?? Infinity, () => performance.now());
}

/** The exit code that these results call for. */
function exitCodeOf(results: readonly SuiteResult[]): number {
  const verdicts = results.map(suiteVerdict);
  if (verdicts.includes("failed")) return EXIT.violated;
  if (verdicts.includes("undecided")) return EXIT.undecided;
  return verdicts.includes("vacuous") ? EXIT.vacuous : EXIT.holds;
}

/** The options by which a run is limited and reported, for every command that has checks to share. */
export function withRunOptions(command: Command): Command {
  return command
    .option("--reporter <name=path>", REPORTER_HELP, parseReporter)
    .option("--json", "the same as --reporter json", false)
    .option("--shard <i/n>", "run one of n shares of the checks; `auto` asks the job runner (docs/ci.md)", parseShard)
    .option("--budget <time>", "time for all checks, such as 5m; what is not tried by then is undecided", parseBudget);
}
