// The part `mutants`: every wrong allocator must be caught by its own law, before any other.

import type { LawId } from "../../model/invariants.ts";
import { ERROR, type Check, type PartResult } from "../checks.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import type { MutantsPart } from "../spec/suite.ts";
import { mutantTrials, type CatchResult, type Trial } from "../test/catch.ts";

export function runMutants(part: MutantsPart, share: Share): PartResult {
  const results: CatchResult[] = [];
  const trials = mutantTrials(part).filter((_, number) => share.takes(number));
  const checks = trials.map((trial) => {
    if (share.isOver()) return { ...checkOf(trial), undecided: OUT_OF_TIME };
    const result = trial.run();
    results.push(result);
    return checkCaught(result);
  });
  const laws = new Map<LawId, number>();
  for (const { caughtBy } of results) if (caughtBy !== null) laws.set(caughtBy, (laws.get(caughtBy) ?? 0) + 1);
  return {
    kind: "mutants",
    name: part.name,
    summary: "wrong allocators, each of which its own law must be the first to catch",
    checks,
    figures: [
      { name: "mutants", count: results.length },
      { name: "caught by their law", count: results.filter(({ law, caughtBy }) => law === caughtBy).length },
      { name: "events", count: results.reduce((sum, { events }) => sum + events, 0) },
      { name: "also found by chance", count: results.filter(({ foundAfter }) => foundAfter !== null).length },
    ],
    laws,
    vacuous: null,
  };
}

function checkOf({ id, summary, law }: Omit<Trial, "run">): Check {
  return { group: law, name: id, shows: summary, outcome: law, failures: [], undecided: null };
}

function checkCaught(result: CatchResult): Check {
  const { law, caughtBy, foundAfter } = result;
  const chance = foundAfter === null ? "" : `, by chance after ${foundAfter} commands`;
  const found = caughtBy === null ? "no law broken" : `${caughtBy} broken first`;
  const failure = { expected: `${law} broken first`, found, trace: "", law, place: null, weight: ERROR };
  return { ...checkOf(result), outcome: `${law}${chance}`, failures: caughtBy === law ? [] : [failure] };
}
