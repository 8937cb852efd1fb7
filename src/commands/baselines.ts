// `--baseline FILE` and `--write-baseline FILE` of `buddycheck run`: failures that are known, in a file beside the suites.
//
//  1. A baseline is written when all is done: an entry for each failed check and law. It needs `--reason`, and ends on
//     the day that `--until` names, by default in 30 days.
//  2. What a baseline hides is told in every report, and what it hides no longer fails (src/suite/weigh.ts).

import { readFileSync, writeFileSync } from "node:fs";
import { checkVerdict, type SuiteResult } from "../checks.ts";
import { printBaseline, readBaseline, type BaselineEntry } from "../spec/baseline.ts";
import { DAY } from "../spec/known.ts";
import type { Suite } from "../spec/suite.ts";
import { InputError, inputError } from "./input.ts";

const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface BaselineFlags {
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly reason?: string;
  readonly until?: string;
}

/** The suites with what the baseline knows of each. Throws an InputError with all that is wrong in it. */
export function withBaseline(suites: readonly Suite[], { baseline }: BaselineFlags): readonly Suite[] {
  if (baseline === undefined) return suites;
  const read = readBaseline(textOf(baseline), baseline);
  if (read.kind === "wrong") throw new InputError(read.problems);
  return suites.map((suite) => {
    const own = read.entries.filter((entry) => entry.suite === null || entry.suite === suite.name);
    return { ...suite, known: [...suite.known, ...own] };
  });
}

/** Refuses a baseline without its reason, before anything runs. */
export function refuseUnreasoned({ writeBaseline: file, reason, until }: BaselineFlags): void {
  if (file === undefined) return;
  if (reason === undefined || reason === "")
    throw inputError("OPTION_VALUE", "--reason", "why the failures are put up with", "nothing");
  if (until !== undefined && !DAY.test(until))
    throw inputError("OPTION_VALUE", "--until", "a day, as 2026-11-30", until);
}

/** Writes what failed as a baseline; how many entries it has. */
export function writeBaseline(results: readonly SuiteResult[], flags: BaselineFlags): number {
  const { writeBaseline: file = "", reason = "" } = flags;
  const until = flags.until ?? new Date(Date.now() + DAYS * DAY_MS).toISOString().slice(0, 10);
  const entries = results.flatMap(({ name: suite, parts }) =>
    parts
      .filter(({ kind }) => kind !== "known")
      .flatMap(({ checks }) => checks.filter((check) => checkVerdict(check) === "failed"))
      .flatMap(({ group, name, failures }): Omit<BaselineEntry, "place">[] => {
        const laws = new Set(failures.filter(({ weight }) => weight.kind === "error").map(({ law }) => law));
        return [...laws].map((law) => ({ suite, law, check: `${group}/${name}`, reason, until }));
      }),
  );
  const distinct = [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
  try {
    writeFileSync(file, printBaseline(distinct));
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw inputError("OUTPUT_FAILED", file, "a file that can be written", found);
  }
  return distinct.length;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw inputError("INPUT_NOT_FOUND", file, "a baseline", error instanceof Error ? error.message : String(error));
  }
}
