// Lets every mutant run into the laws: a checker never seen to fail has not been tested.
//
//  1. A mutant's witness must break its law before any other. That is the claim, and it is exact.
//  2. The random client then tries to find the same mutant without being told how. When it does not within
//     its commands, that is said and is no failure: chance proves nothing.
//  3. While it searches the lists are looked at after every command: a broken list may be a ring.

import { createGeometry } from "../../model/geometry.ts";
import { handoverFault } from "../../model/bootmem.ts";
import type { LawId } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import { commandsOf, record, type Mutant, type Recorded } from "../../model/mutant.ts";
import {
  BOOT_MUTANTS,
  CLIENT_MUTANTS,
  handOver,
  recordClient,
  type BootMutant,
  type ClientMutant,
} from "../../model/mutants-around.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { step } from "../../model/step.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { mutantTarget } from "../targets/reference.ts";
import { drive } from "./drive.ts";
import { Stage } from "./stage.ts";

export interface CatchOptions {
  /** Runs of the random client for each mutant, with the seeds 1, 2 and so on. */
  readonly seeds: number;
  readonly commands: number;
}

/** How one mutant fared. */
export interface CatchResult {
  readonly id: string;
  readonly summary: string;
  /** The law that must catch it. */
  readonly law: LawId;
  /** The law that its witness breaks first, or null. */
  readonly caughtBy: LawId | null;
  readonly events: number;
  /** Commands of the random client until it broke any law; null if it broke none, or did not try. */
  readonly foundAfter: number | null;
}

/** A mutant that is still to be caught. */
export interface Trial {
  readonly id: string;
  readonly summary: string;
  readonly law: LawId;
  readonly run: () => CatchResult;
}

/** Every mutant there is. */
export function mutantTrials(options: CatchOptions): readonly Trial[] {
  return [
    ...MUTANTS.map((mutant) => trialOf(mutant, () => catchMutant(mutant, options))),
    ...CLIENT_MUTANTS.map((mutant) => trialOf(mutant, () => catchClient(mutant))),
    ...BOOT_MUTANTS.map((mutant) => trialOf(mutant, () => catchBoot(mutant))),
  ];
}

function trialOf({ id, summary, law }: Omit<Trial, "run">, run: () => CatchResult): Trial {
  return { id, summary, law, run };
}

function catchMutant(mutant: Mutant, options: CatchOptions): CatchResult {
  const { id, summary, law, profile } = mutant;
  const geometry = createGeometry(mutant.shape);
  const trace = record(mutant.create(geometry), commandsOf(mutant), mutant.observe);
  const caughtBy = firstBroken(geometry, profile, trace);
  return { id, summary, law, caughtBy, events: trace.length, foundAfter: search(mutant, geometry, options) };
}

function catchClient(mutant: ClientMutant): CatchResult {
  const { core, recorded } = recordClient(mutant, mutant.create);
  const { id, summary, law } = mutant;
  const caughtBy = firstBroken(core.geometry, core.profile, recorded);
  return { id, summary, law, caughtBy, events: recorded.length, foundAfter: null };
}

function catchBoot(mutant: BootMutant): CatchResult {
  const { id, summary, law } = mutant;
  const fault = handoverFault(handOver(mutant, mutant.create));
  return { id, summary, law, caughtBy: fault?.kind === mutant.fault ? law : null, events: 1, foundAfter: null };
}

function firstBroken(geometry: Geometry, profile: Profile, trace: readonly Recorded[]): LawId | null {
  const ledger = createLedger({ geometry, profile, start: "empty" });
  for (const { command, outcome } of trace) {
    const [first] = step(ledger, command, outcome);
    if (first !== undefined) return first.law;
  }
  return null;
}

/** Commands that the random client needs, over all its runs. */
function search(mutant: Mutant, geometry: Geometry, { seeds, commands }: CatchOptions): number | null {
  const stage = new Stage(mutantTarget(mutant), { geometry, profile: mutant.profile }, "lists");
  let given = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const run = drive({ stage, seed, commands, lookEvery: 1, takesFractions: true });
    given += run.commands;
    if (run.failure !== null) return given;
  }
  return null;
}
