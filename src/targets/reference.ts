// The reference allocator and the mutants as targets: what an engine tries itself out on.
//
//  1. A session is one `Allocator`. Its state is its pages, its lists and its registers (model/zone.ts, rule 7).
//  2. A mutant brings the profile that it was made for. That of the opening is not asked.
//  3. In steps, the reference is another allocator (model/stepped-allocator.ts), whose lock is part of its state. Its
//     calls run in steps also when nothing comes between them.

import { Allocator } from "../../model/allocator.ts";
import { assert } from "../../model/assert.ts";
import { OK, type Command } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { Mutant } from "../../model/mutant.ts";
import { SHOWN, SHOWN_ODD, type Listing } from "../../model/numbers.ts";
import type { Profile } from "../../model/profile.ts";
import { SteppedAllocator, type SteppedCommand } from "../../model/stepped-allocator.ts";
import type { UnlockedMutant } from "../../model/mutants-unlocked.ts";
import { SessionNumbers } from "./numbers.ts";
import { finish, PausingCall } from "./stepped-call.ts";
import {
  CALLS,
  type Call,
  type Crashed,
  type Memory,
  type Opening,
  type Session,
  type SessionTarget,
  type Steps,
} from "./target.ts";

type Create = (geometry: Geometry, profile: Profile) => Allocator;

/** The reference allocator, as the profile of its opening says. */
export const REFERENCE: SessionTarget = targetOf("reference", (geometry, profile) => new Allocator(geometry, profile));

/** A mutant, called as on the command line. */
export function mutantTarget(mutant: Mutant): SessionTarget {
  return targetOf(`mutant:${mutant.id}`, (geometry) => mutant.create(geometry));
}

/** The reference allocator in atomic steps. */
export const STEPPED_REFERENCE: SessionTarget = steppedTarget(
  "reference",
  (geometry, profile) => new SteppedAllocator(geometry, profile),
);

/** An allocator that is wrong only when calls overlap. */
export function unlockedTarget(mutant: UnlockedMutant): SessionTarget {
  return steppedTarget(`mutant:${mutant.id}`, mutant.create);
}

function targetOf(name: string, create: Create): SessionTarget {
  return { kind: "session", name, open: (opening) => openAllocator(create, opening) };
}

function openAllocator(create: Create, { geometry, profile }: Opening): Session {
  const allocator = create(geometry, profile);
  const session: Omit<Session, "numbers"> = {
    ...sessionOf(allocator),
    calls: new Set(CALLS),
    answer: (command) => allocator.answer(command),
    steps: null,
  };
  return { ...session, numbers: new AllocatorNumbers(allocator, session, geometry) };
}

function steppedTarget(name: string, create: UnlockedMutant["create"]): SessionTarget {
  return { kind: "session", name, open: (opening) => openStepped(create, opening) };
}

/** Calls that the stepped allocator has. */
const STEPPED_CALLS: readonly Call[] = ["alloc", "free", "free-order"];

function openStepped(create: UnlockedMutant["create"], { geometry, profile }: Opening): Session {
  const allocator = create(geometry, profile);
  const steps: Steps = {
    begin: (command) => {
      assert(isStepped(command), `${command.kind} has no steps`);
      return new PausingCall(allocator.inSteps(command), () => TORN, false);
    },
  };
  return {
    ...sessionOf(allocator),
    calls: new Set(STEPPED_CALLS),
    answer: (command) => (isStepped(command) ? finish(steps.begin(command)) : OK),
    numbers: null,
    steps,
  };
}

/** What a mutant throws that finds its lists torn. */
const TORN: Crashed = { kind: "crashed", how: "threw" };

function isStepped(command: Command): command is SteppedCommand {
  return command.kind === "alloc" || command.kind === "free" || command.kind === "free-order";
}

/** What every allocator of the model is to an engine, besides its calls. */
function sessionOf(allocator: Allocator): Omit<Session, "calls" | "answer" | "numbers" | "steps"> {
  const opened = new Uint8Array(allocator.byteLength);
  allocator.save(opened, 0);
  return {
    takesZones: true,
    snapshot: () => allocator.snapshot(),
    counts: () => allocator.counts(),
    reset: () => allocator.restore(opened, 0),
    memory: memoryOf(allocator),
    lastWords: "",
  };
}

/** Lists without arrays of their own, where the allocator shows them as the reference does. */
class AllocatorNumbers extends SessionNumbers {
  readonly #allocator: Allocator;
  readonly #listsAsIs: boolean;

  constructor(allocator: Allocator, session: Omit<Session, "numbers">, geometry: Geometry) {
    super(session, geometry);
    this.#allocator = allocator;
    this.#listsAsIs = allocator.snapshot === Allocator.prototype.snapshot;
  }

  override list(listing: Listing): number {
    if (!this.#listsAsIs) return super.list(listing);
    listing.clear();
    this.#allocator.listTo(listing);
    return listing.isFull ? SHOWN_ODD : SHOWN;
  }
}

function memoryOf(allocator: Allocator): Memory {
  return {
    byteLength: allocator.byteLength,
    save: (row, at) => allocator.save(row, at),
    restore: (row, at) => allocator.restore(row, at),
    words: null,
  };
}
