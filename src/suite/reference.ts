// The part `reference`: the reference allocator, driven by a random client in every pool under every profile.
//
//  1. One check is one pool under one profile, with all seeds; it stops at the first seed that fails.
//  2. A pool is aligned as the profile says: under `alignment: pool` its base counts for nothing.
//  3. A check whose client was never served, or never looked at the lists, has exercised nothing.

import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Check, CheckFailure, PartResult } from "../checks.ts";
import type { ReferencePart } from "../spec/suite.ts";
import { drive, type DriveResult, type DriveTally } from "../test/drive.ts";
import { addCounts } from "../search/judged.ts";

/** What all runs did so far. */
interface Totals {
  runs: number;
  commands: number;
  readonly tally: DriveTally;
  readonly laws: Map<LawId, number>;
}

export function runReference(part: ReferencePart): PartResult {
  const totals: Totals = { runs: 0, commands: 0, tally: emptyTally(), laws: new Map() };
  const checks: Check[] = [];
  for (const profile of part.profiles) {
    for (const { name, shape } of part.pools) checks.push(checkPool(name, shape, profile, part, totals));
  }
  const { tally } = totals;
  const exercised = tally.served > 0 && tally.freed > 0 && tally.snapshots > 0;
  return {
    kind: "reference",
    summary: "the reference allocator, filled, stirred and drained by a random client",
    checks,
    figures: [
      { name: "runs", count: totals.runs },
      { name: "commands", count: totals.commands },
      { name: "served", count: tally.served },
      { name: "refused", count: tally.refused },
      { name: "freed", count: tally.freed },
      { name: "bad frees", count: tally.misuse },
      { name: "resized", count: tally.resized },
      { name: "states seen", count: tally.snapshots },
      { name: "counts seen", count: tally.counts },
    ],
    laws: totals.laws,
    vacuous: exercised ? null : "nothing was served, freed and looked at",
  };
}

function checkPool(pool: string, shape: PoolShape, profile: Profile, part: ReferencePart, totals: Totals): Check {
  const { commands, lookEvery } = part;
  const geometry = createGeometry(profile.alignment === "pool" ? { ...shape, basePfn: 0 } : shape);
  const failures: CheckFailure[] = [];
  const before = totals.commands;
  for (let seed = 1; seed <= part.seeds && failures.length === 0; seed++) {
    const run = drive({ geometry, profile, seed, commands, lookEvery });
    add(totals, run);
    failures.push(...failuresOf(run, seed));
  }
  return {
    group: profile.name,
    name: pool,
    shows: `The reference allocator under the profile ${profile.name}, in the pool ${pool}.`,
    outcome: `${totals.commands - before} commands`,
    failures,
  };
}

function failuresOf({ failure }: DriveResult, seed: number): readonly CheckFailure[] {
  if (failure === null) return [];
  const broken = failure.violations.map(({ law, blame }) => `${law}, by the ${blame}`).join("; ");
  return [
    {
      expected: "every law to hold",
      found: `seed ${seed}, command ${failure.command}: ${broken}`,
      trace: failure.trace,
    },
  ];
}

function add(totals: Totals, { commands, tally, laws }: DriveResult): void {
  totals.runs++;
  totals.commands += commands;
  for (const name of Object.keys(tally) as (keyof DriveTally)[]) totals.tally[name] += tally[name];
  addCounts(totals.laws, laws);
}

function emptyTally(): DriveTally {
  return { served: 0, refused: 0, freed: 0, misuse: 0, resized: 0, snapshots: 0, counts: 0 };
}
