// Puts the shares of a suite together: what comes out is what one run of all checks would have said.
//
//  1. Of each suite every share must be there once, all of the same number of shares.
//  2. Checks come back in the order in which they were dealt out (src/share.ts). A check that every share has, over
//     seeds of its own, is one check: it failed if it failed in any.
//  3. Figures and laws add up. A part is vacuous where it was in every share.

import type { Check, Figure, PartResult, SuiteResult } from "../checks.ts";
import type { LawId } from "../../model/invariants.ts";
import { shardOf } from "../share.ts";

export type Merged =
  | { readonly kind: "merged"; readonly suites: readonly SuiteResult[] }
  | { readonly kind: "wrong"; readonly expected: string; readonly found: string };

/** Puts together what belongs together, in the order of first appearance. */
export function mergeSuites(results: readonly SuiteResult[]): Merged {
  const names = [...new Set(results.map(({ name }) => name))];
  const suites: SuiteResult[] = [];
  for (const name of names) {
    const merged = mergeShares(results.filter((result) => result.name === name));
    if (merged.kind === "wrong") return merged;
    suites.push(...merged.suites);
  }
  return { kind: "merged", suites };
}

function mergeShares(shares: readonly SuiteResult[]): Merged {
  const [first] = shares;
  if (first === undefined) return { kind: "merged", suites: [] };
  const of = first.shard?.of ?? 1;
  const numbers = shares.map(({ shard }) => shard?.index ?? 1).sort((a, b) => a - b);
  const isComplete = numbers.length === of && numbers.every((index, at) => index === at + 1);
  if (!isComplete || shares.some(({ shard }) => (shard?.of ?? 1) !== of)) {
    const found = shares.map(({ shard }) => (shard === null ? "all of it" : `${shard.index}/${shard.of}`)).join(", ");
    return { kind: "wrong", expected: `each of the ${of} shares of the suite ${first.name} once`, found };
  }
  const sorted = [...shares].sort((a, b) => (a.shard?.index ?? 1) - (b.shard?.index ?? 1));
  const names = [...new Set(sorted.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const parts = names.map((name) => mergeParts(sorted.map((share) => share.parts.find((part) => part.name === name))));
  return { kind: "merged", suites: [{ ...first, shard: null, parts }] };
}

function mergeParts(shares: readonly (PartResult | undefined)[]): PartResult {
  const parts = shares.filter((part) => part !== undefined);
  const [first] = parts as [PartResult];
  const laws = new Map<LawId, number>();
  for (const part of parts) for (const [law, count] of part.laws) laws.set(law, (laws.get(law) ?? 0) + count);
  const checks = joined(inOrder(shares.map((part) => part?.checks ?? [])));
  return {
    ...first,
    checks,
    figures: summed(parts.flatMap(({ figures }) => figures)),
    laws,
    vacuous: parts.every(({ vacuous }) => vacuous !== null) ? first.vacuous : null,
  };
}

/** Rule 2: the order in which checks were dealt out. */
function inOrder(shares: readonly (readonly Check[])[]): readonly Check[] {
  const next = shares.map(() => 0);
  const total = shares.reduce((sum, { length }) => sum + length, 0);
  const checks: Check[] = [];
  for (let number = 0; checks.length < total; number++) {
    const share = shardOf(number, shares.length) - 1;
    const check = shares[share]?.[next[share] as number];
    if (check === undefined) continue;
    checks.push(check);
    (next[share] as number)++;
  }
  return checks;
}

function joined(checks: readonly Check[]): readonly Check[] {
  const byName = new Map<string, Check>();
  for (const check of checks) {
    const key = JSON.stringify([check.group, check.name]);
    const before = byName.get(key);
    const undecided = before?.undecided ?? check.undecided;
    byName.set(
      key,
      before === undefined ? check : { ...before, undecided, failures: [...before.failures, ...check.failures] },
    );
  }
  return [...byName.values()];
}

function summed(figures: readonly Figure[]): readonly Figure[] {
  const counts = new Map<string, number>();
  for (const { name, count } of figures) counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts].map(([name, count]) => ({ name, count }));
}
