// Runs a suite: its parts in their order, each to a result that says what it exercised.
//
//  1. A part goes on after a failed check; what it found stands beside what it judged.
//  2. A part that judged nothing is vacuous, whatever its checks say.
//  3. A failure weighs what the suite says of its law and of what is known (weigh.ts).
//  4. Corpus, traces and targets lie in files, so running and loading them is the caller's business, as are clock and
//     date (`SuiteWorld`).

import { unreachable } from "../../model/assert.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import type { PartResult, SuiteResult } from "../checks.ts";
import type { Shard, Share } from "../share.ts";
import type { CorpusPart, Suite, SuitePart } from "../spec/suite.ts";
import { runExplore } from "./explore.ts";
import { runHandover } from "./handover.ts";
import { runMutants } from "./mutants.ts";
import { runReference } from "./reference.ts";
import { runTest } from "./test.ts";
import type { JudgedLaws, TrialWorld } from "./trial.ts";
import { runVerify, type VerifyWorld } from "./verify.ts";
import { knownPart, weigh } from "./weigh.ts";

/** What a suite needs from outside. */
export interface SuiteWorld extends VerifyWorld, TrialWorld {
  /** Runs the corpus that the suite names. */
  readonly corpus: (part: CorpusPart, share: Share) => Promise<PartResult>;
  /** Is told before each part what comes next, and answers its share of the checks and of the time. */
  readonly begin: (part: SuitePart, partsLeft: number) => Share;
  readonly shard: Shard | null;
  /** Today's date, as 2026-11-30. */
  readonly today: string;
}

/** Runs every part of a suite. */
export async function runSuite(suite: Suite, world: SuiteWorld): Promise<SuiteResult> {
  const results: PartResult[] = [];
  const all = LAW_IDS.filter((law) => suite.laws.get(law) !== "off");
  const failing = all.filter((law) => suite.laws.get(law) !== "warning");
  const laws: JudgedLaws = { all: new Set(all), failing: new Set(failing) };
  for (const [at, part] of suite.parts.entries()) {
    const share = world.begin(part, suite.parts.length - at);
    results.push(weigh(await runPart(part, laws, share, world), suite, world.today));
  }
  const { name, summary, file, known } = suite;
  const isWhole = world.shard === null;
  const parts = isWhole && known.length > 0 ? [...results, knownPart(suite, results, world.today)] : results;
  return { name, summary, file, shard: world.shard, parts };
}

function runPart(part: SuitePart, laws: JudgedLaws, share: Share, world: SuiteWorld): PartResult | Promise<PartResult> {
  switch (part.kind) {
    case "corpus":
      return world.corpus(part, share);
    case "verify":
      return runVerify(part, laws.all, share, world);
    case "reference":
      return runReference(part, laws.all, share, world.keep);
    case "handover":
      return runHandover(part, share);
    case "mutants":
      return runMutants(part, share);
    case "explore":
      return runExplore(part, laws, share, world);
    case "test":
      return runTest(part, laws, share, world);
    default:
      return unreachable(part);
  }
}
