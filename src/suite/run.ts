// Runs a suite: its parts in their order, each to a result that says what it exercised.
//
//  1. A part goes on after a failed check; what it found stands beside what it judged.
//  2. A part that judged nothing is vacuous, whatever its checks say.
//  3. The corpus lies in files, so running it is the caller's business (`SuiteWorld`).

import { unreachable } from "../../model/assert.ts";
import type { PartResult, SuiteResult } from "../checks.ts";
import type { Suite, SuitePart } from "../spec/suite.ts";
import { runHandover } from "./handover.ts";
import { runMutants } from "./mutants.ts";
import { runReference } from "./reference.ts";

/** What a suite needs from outside. */
export interface SuiteWorld {
  /** Runs the corpus in a folder, as the suite names it. */
  readonly corpus: (folder: string) => Promise<PartResult>;
  /** Is told before each part what comes next. */
  readonly begin: (part: SuitePart) => void;
}

/** Runs every part of a suite. */
export async function runSuite({ name, summary, file, parts }: Suite, world: SuiteWorld): Promise<SuiteResult> {
  const results: PartResult[] = [];
  for (const part of parts) {
    world.begin(part);
    results.push(await runPart(part, world));
  }
  return { name, summary, file, parts: results };
}

function runPart(part: SuitePart, world: SuiteWorld): PartResult | Promise<PartResult> {
  switch (part.kind) {
    case "corpus":
      return world.corpus(part.folder);
    case "reference":
      return runReference(part);
    case "handover":
      return runHandover(part);
    case "mutants":
      return runMutants(part);
    default:
      return unreachable(part);
  }
}
