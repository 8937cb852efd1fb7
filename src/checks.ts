// What a suite found, in the shape that every report of it shares: parts, each with checks and figures.
//
//  1. A check is one thing that had to come out one way: a case of the corpus, a run of the reference
//     allocator, a mutant. It failed, or it was not finished and is undecided, or it passed.
//  2. Only a failure of weight "error" fails a check. A suite may ask to be warned of a law only, and it may
//     know of a failure, with a reason and an expiry (docs/suites.md); both are told all the same.
//  3. A part that had nothing to check, or whose checks exercised nothing, is vacuous, which is a failure
//     of the suite: a check that cannot fail is worse than none.
//  4. Text here is a sentence or a part of one, ready to be shown. Reports decide where, not what.

import type { LawId } from "../model/invariants.ts";
import type { Place } from "./problem.ts";
import type { Shard } from "./share.ts";

/** One check. Where it passed, `failures` is empty and `undecided` null. */
export interface Check {
  /** What it belongs to: an allocator, a profile, a law. With `name` unique in its part. */
  readonly group: string;
  readonly name: string;
  /** What was checked: one sentence. */
  readonly shows: string;
  /** How it came out, in a few words: `no-spurious-oom at 27 under strict, helios`. */
  readonly outcome: string;
  readonly failures: readonly CheckFailure[];
  /** Why nothing may be concluded, or null. */
  readonly undecided: string | null;
}

/** How much a failure counts: rule 2. */
export type Weight =
  { readonly kind: "error" } | { readonly kind: "warning" } | { readonly kind: "known"; readonly reason: string };

export const ERROR: Weight = { kind: "error" };

/** What was expected of a check, and what was found. */
export interface CheckFailure {
  readonly expected: string;
  readonly found: string;
  /** The last events in notation, or "" where there are none to show. */
  readonly trace: string;
  /** The law that was broken, or null where that is not what failed. */
  readonly law: LawId | null;
  /** Where in a file, or null. */
  readonly place: Place | null;
  readonly weight: Weight;
}

/** How often something happened. `name` is in the plural: `events`. */
export interface Figure {
  readonly name: string;
  readonly count: number;
}

export const PART_KINDS = ["corpus", "verify", "reference", "handover", "mutants", "explore", "test", "known"] as const;

export interface PartResult {
  readonly kind: (typeof PART_KINDS)[number];
  /** Its name in the suite, which no other part has. */
  readonly name: string;
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
  /** Which share of the checks this is, or null where it is all. */
  readonly shard: Shard | null;
  readonly parts: readonly PartResult[];
}

export type CheckVerdict = "passed" | "failed" | "undecided";

/** What a suite or a part of it concludes, the worst last: a failed check outranks all else. */
export type SuiteVerdict = CheckVerdict | "vacuous";

export function checkVerdict({ failures, undecided }: Check): CheckVerdict {
  if (failures.some(({ weight }) => weight.kind === "error")) return "failed";
  return undecided === null ? "passed" : "undecided";
}

/** The checks of a part that failed. */
export function failedChecks(part: PartResult): readonly Check[] {
  return part.checks.filter((check) => checkVerdict(check) === "failed");
}

export function partVerdict(part: PartResult): SuiteVerdict {
  if (failedChecks(part).length > 0) return "failed";
  if (part.checks.some((check) => checkVerdict(check) === "undecided")) return "undecided";
  return part.vacuous === null && part.checks.length > 0 ? "passed" : "vacuous";
}

/** Of a share, a part that has too little in it to be exercised is left to whoever puts the shares together. */
export function suiteVerdict({ parts, shard }: SuiteResult): SuiteVerdict {
  const all = parts.map(partVerdict);
  const judged = shard === null ? all : all.filter((verdict) => verdict !== "vacuous");
  const verdicts = judged.length === 0 ? all : judged;
  const worst = (["failed", "undecided", "vacuous"] as const).find((verdict) => verdicts.includes(verdict));
  return worst ?? (verdicts.length === 0 ? "vacuous" : "passed");
}
