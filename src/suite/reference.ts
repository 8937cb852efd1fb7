// The part `reference`: the reference allocator, driven by a random client in every pool under every profile.
//
//  1. One check is one pool under one profile, with all seeds; it stops at the first seed that fails.
//  2. A pool is aligned as the profile says: under `alignment: pool` its base counts for nothing.
//  3. A check whose client was never served, or never looked at the lists, has exercised nothing.

import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import { ERROR, type Check, type CheckFailure, type PartResult } from "../checks.ts";
import { OUT_OF_TIME, type Share } from "../share.ts";
import type { NamedPool, ReferencePart } from "../spec/suite.ts";
import { REFERENCE } from "../targets/reference.ts";
import { drive, type DriveResult } from "../test/drive.ts";
import { addCounts } from "../search/judged.ts";
import { Stage } from "../test/stage.ts";
import { addTally, createTally, misuseIn, servedIn, type Tally } from "../test/tally.ts";
import type { TrialWorld } from "./trial.ts";

/** What all runs did so far. */
interface Totals {
  runs: number;
  commands: number;
  readonly tally: Tally;
  readonly laws: Map<LawId, number>;
}

/** The part, the laws that are judged, and who is told of sequences that break one. */
type Judged = ReferencePart & Pick<TrialWorld, "keep"> & { readonly laws: ReadonlySet<LawId> };

export function runReference(
  part: ReferencePart,
  laws: ReadonlySet<LawId>,
  share: Share,
  keep: TrialWorld["keep"],
): PartResult {
  const totals: Totals = { runs: 0, commands: 0, tally: createTally(0), laws: new Map() };
  const pairs = part.profiles.flatMap((profile) => part.pools.map((pool) => ({ profile, pool })));
  const checks = pairs
    .filter((_, number) => share.takes(number))
    .map(({ profile, pool }) => {
      const check = checkOf(pool, profile);
      return share.isOver()
        ? { ...check, undecided: OUT_OF_TIME }
        : checkPool(check, pool.shape, profile, { ...part, laws, keep }, totals);
    });
  const { tally } = totals;
  const exercised = servedIn(tally) > 0 && tally.freed > 0 && tally.looks > 0;
  return {
    kind: "reference",
    name: part.name,
    summary: "the reference allocator, filled, stirred and drained by a random client",
    checks,
    figures: [
      { name: "runs", count: totals.runs },
      { name: "commands", count: totals.commands },
      { name: "served", count: servedIn(tally) },
      { name: "refused", count: tally.refused },
      { name: "freed", count: tally.freed },
      { name: "bad frees", count: misuseIn(tally) },
      { name: "resized", count: tally.resized },
      { name: "states seen", count: tally.looks },
    ],
    laws: totals.laws,
    vacuous: exercised ? null : "nothing was served, freed and looked at",
  };
}

function checkOf({ name }: NamedPool, profile: Profile): Check {
  return {
    group: profile.name,
    name,
    shows: `The reference allocator under the profile ${profile.name}, in the pool ${name}.`,
    outcome: "not tried",
    failures: [],
    undecided: null,
  };
}

function checkPool(check: Check, shape: PoolShape, profile: Profile, part: Judged, totals: Totals): Check {
  const { laws, commands, lookEvery, keep } = part;
  const geometry = createGeometry(profile.alignment === "pool" ? { ...shape, basePfn: 0 } : shape);
  const stage = new Stage(REFERENCE, { geometry, profile }, "lists", laws);
  const failures: CheckFailure[] = [];
  const before = totals.commands;
  for (let seed = 1; seed <= part.seeds && failures.length === 0; seed++) {
    const run = drive({ stage, seed, commands, lookEvery, takesFractions: true });
    add(totals, run);
    if (run.failure !== null) {
      const { group, name } = check;
      const { steps } = stage.play(run.failure.script);
      keep({ part: part.name, group, name, label: REFERENCE.name, opening: stage.opening, steps });
    }
    failures.push(...failuresOf(run, seed));
  }
  return { ...check, outcome: `${totals.commands - before} commands`, failures };
}

function failuresOf({ failure }: DriveResult, seed: number): readonly CheckFailure[] {
  if (failure === null) return [];
  const broken = failure.violations.map(({ law, blame }) => `${law}, by the ${blame}`).join("; ");
  return [
    {
      expected: "every law to hold",
      found: `seed ${seed}, command ${failure.command}: ${broken}`,
      trace: failure.trace,
      law: failure.violations[0]?.law ?? null,
      place: null,
      weight: ERROR,
    },
  ];
}

function add(totals: Totals, { commands, tally, laws }: DriveResult): void {
  totals.runs++;
  totals.commands += commands;
  addTally(totals.tally, tally);
  addCounts(totals.laws, laws);
}
