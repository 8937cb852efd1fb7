// What a suite found, in the shape that every report of it shares: parts, each with checks and figures.
//
//  1. A check is one thing that had to come out one way: a case of the corpus, a run of the reference
//     allocator, a mutant. It passed or it failed; there is nothing in between.
//  2. A part that had nothing to check, or whose checks exercised nothing, is vacuous, which is a failure
//     of the suite: a check that cannot fail is worse than none.
//  3. Text here is a sentence or a part of one, ready to be shown. Reports decide where, not what.

import type { LawId } from "../model/invariants.ts";

/** One check. `failures` is empty where it passed. */
export interface Check {
  /** What it belongs to: an allocator, a profile, a law. With `name` unique in its part. */
  readonly group: string;
  readonly name: string;
  /** What was checked: one sentence. */
  readonly shows: string;
  /** How it came out, in a few words: `no-spurious-oom at 27 under strict, helios`. */
  readonly outcome: string;
  readonly failures: readonly CheckFailure[];
}

/** What was expected of a check, and what was found. */
export interface CheckFailure {
  readonly expected: string;
  readonly found: string;
  /** The last events in notation, or "" where there are none to show. */
  readonly trace: string;
}

/** How often something happened. `name` is in the plural: `events`. */
export interface Figure {
  readonly name: string;
  readonly count: number;
}

export interface PartResult {
  readonly kind: "corpus" | "reference" | "handover" | "mutants";
  /** What the part does, in one sentence. */
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly figures: readonly Figure[];
  /** How often each law was put to the test; of a corpus and of mutants, how often each was seen broken. */
  readonly laws: ReadonlyMap<LawId, number>;
  /** Why nothing may be concluded from this part, or null. */
  readonly vacuous: string | null;
}

/** All parts of a suite, in its order. */
export interface SuiteResult {
  readonly name: string;
  readonly summary: string;
  readonly file: string;
  readonly parts: readonly PartResult[];
}

/** What a suite or a part of it concludes; a failed check outranks a vacuous part. */
export type SuiteVerdict = "passed" | "failed" | "vacuous";

/** The checks of a part that failed. */
export function failedChecks(part: PartResult): readonly Check[] {
  return part.checks.filter((check) => check.failures.length > 0);
}

export function partVerdict(part: PartResult): SuiteVerdict {
  if (failedChecks(part).length > 0) return "failed";
  return part.vacuous === null && part.checks.length > 0 ? "passed" : "vacuous";
}

export function suiteVerdict({ parts }: SuiteResult): SuiteVerdict {
  const verdicts = parts.map(partVerdict);
  if (verdicts.includes("failed")) return "failed";
  return verdicts.includes("vacuous") || verdicts.length === 0 ? "vacuous" : "passed";
}
