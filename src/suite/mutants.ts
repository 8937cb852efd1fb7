// The part `mutants`: every wrong allocator must be caught by its own law, before any other.

import type { LawId } from "../../model/invariants.ts";
import type { Check, PartResult } from "../checks.ts";
import type { MutantsPart } from "../spec/suite.ts";
import { catchMutants, type CatchResult } from "../test/catch.ts";

export function runMutants(part: MutantsPart): PartResult {
  const results = catchMutants(part);
  const laws = new Map<LawId, number>();
  for (const { caughtBy } of results) if (caughtBy !== null) laws.set(caughtBy, (laws.get(caughtBy) ?? 0) + 1);
  return {
    kind: "mutants",
    summary: "wrong allocators, each of which its own law must be the first to catch",
    checks: results.map(checkOf),
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

function checkOf({ id, summary, law, caughtBy, foundAfter }: CatchResult): Check {
  const chance = foundAfter === null ? "" : `, by chance after ${foundAfter} commands`;
  const found = caughtBy === null ? "no law broken" : `${caughtBy} broken first`;
  const failures = caughtBy === law ? [] : [{ expected: `${law} broken first`, found, trace: "" }];
  return { group: law, name: id, shows: summary, outcome: `${law}${chance}`, failures };
}
