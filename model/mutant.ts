// What a mutant is: an allocator with one step wrong, the law that must catch it first, and how to show it.
//
//  1. A mutant overrides one step of the reference allocator; all other steps are the reference's own.
//  2. Its witness is a short trace in notation (notation.ts): commands with the answers the mutant gives.
//     Under these commands, watched as `observe` says, the mutant breaks its law before any other, while
//     the reference breaks none.
//  3. An observer of the "api" sees answers only; one of "snapshots" or "counts" also sees the free lists or
//     their counts before the first command and after each; one of "ends" sees the lists at both ends.

import type { Allocator } from "./allocator.ts";
import { assert } from "./assert.ts";
import { OK, type Command, type Observation, type Outcome } from "./command.ts";
import { pagesIn, type Geometry, type PoolShape } from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import { parseNotation } from "./notation.ts";
import { SMALL_POOL } from "./play.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { Zone } from "./zone.ts";

/** What is seen besides the answers; see rule 3. */
export type Observer = "api" | "snapshots" | "counts" | "ends";

export interface Mutant {
  readonly id: string;
  /** What it does wrong, in one sentence. */
  readonly summary: string;
  /** The law that catches it first. */
  readonly law: LawId;
  readonly profile: Profile;
  readonly shape: PoolShape;
  readonly observe: Observer;
  readonly witness: string;
  readonly create: (geometry: Geometry) => Allocator;
}

/** What a table of mutants says; what it leaves out is the strict profile, the small pool, and the api. */
export interface Sketch {
  readonly id: string;
  readonly summary: string;
  readonly law: LawId;
  readonly witness: string;
  readonly observe?: Observer;
  readonly profile?: Partial<Profile>;
  readonly shape?: Partial<PoolShape>;
}

type AllocatorClass = new (geometry: Geometry, profile: Profile) => Allocator;

/** Two blocks of the largest order. */
export const SIXTEEN: Partial<PoolShape> = { pages: 16 };

/** Two zones of one order-2 block each. */
export const ZONED: Partial<PoolShape> = {
  zones: [
    { name: "low", start: 0, end: 4 },
    { name: "high", start: 4, end: 8 },
  ],
};

/** A mutant of this class. */
export function mutantOf(wrong: AllocatorClass, sketch: Sketch): Mutant {
  const profile = { ...STRICT_PROFILE, ...sketch.profile };
  return {
    id: sketch.id,
    summary: sketch.summary,
    law: sketch.law,
    profile,
    shape: { ...SMALL_POOL, ...sketch.shape },
    observe: sketch.observe ?? "api",
    witness: sketch.witness,
    create: (geometry) => new wrong(geometry, profile),
  };
}

/** Memory that goes on behind the pool's end, so that what a mutant writes there is kept. */
export function zoneBeyond(geometry: Geometry): Zone {
  const end = geometry.span.end + pagesIn(geometry.maxOrder);
  const zones = geometry.zones.map((zone) => (zone.end === geometry.span.end ? { ...zone, end } : zone));
  return new Zone({ ...geometry, span: { ...geometry.span, end }, zones }, "fifo");
}

/** The commands of a witness, without their answers. */
export function commandsOf(mutant: Mutant): readonly Command[] {
  const { events, faults } = parseNotation(mutant.witness, mutant.shape.basePfn);
  assert(faults.length === 0, `the witness of ${mutant.id} is not notation`);
  return events.map((event) => {
    assert(event.kind === "step", `the witness of ${mutant.id} has a gap`);
    return event.command;
  });
}

/** A command and what came of it. */
export interface Recorded {
  readonly command: Command;
  readonly outcome: Outcome;
}

/** What an observer records of an allocator that is given these commands, up to its death. */
export function record(allocator: Allocator, commands: readonly Command[], observe: Observer): readonly Recorded[] {
  const recorded: Recorded[] = [];
  observeTo(recorded, observe === "ends" ? allocator.snapshot() : seenBetween(allocator, observe));
  for (const command of commands) {
    const outcome = allocator.answer(command);
    recorded.push({ command, outcome });
    if (outcome.kind === "crashed") return recorded;
    observeTo(recorded, seenBetween(allocator, observe));
  }
  if (observe === "ends") observeTo(recorded, allocator.snapshot());
  return recorded;
}

function observeTo(recorded: Recorded[], seen: Observation | null): void {
  if (seen !== null) recorded.push({ command: seen, outcome: OK });
}

function seenBetween(allocator: Allocator, observe: Observer): Observation | null {
  if (observe === "snapshots") return allocator.snapshot();
  return observe === "counts" ? allocator.counts() : null;
}
