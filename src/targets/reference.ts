// The reference allocator and the mutants as targets: what an engine tries itself out on.
//
//  1. A session is one `Allocator`. Its state is its pages, its lists and its registers (model/zone.ts, rule 7).
//  2. A mutant brings the profile that it was made for. That of the opening is not asked.

import { Allocator } from "../../model/allocator.ts";
import type { Command, Outcome } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { Mutant } from "../../model/mutant.ts";
import type { Profile } from "../../model/profile.ts";
import { CALLS, type Memory, type Opening, type Session, type SessionTarget } from "./target.ts";

type Create = (geometry: Geometry, profile: Profile) => Allocator;

/** The reference allocator, as the profile of its opening says. */
export const REFERENCE: SessionTarget = targetOf("reference", (geometry, profile) => new Allocator(geometry, profile));

/** A mutant, called as on the command line. */
export function mutantTarget(mutant: Mutant): SessionTarget {
  return targetOf(`mutant:${mutant.id}`, (geometry) => mutant.create(geometry));
}

function targetOf(name: string, create: Create): SessionTarget {
  return { kind: "session", name, open: (opening) => openAllocator(create, opening) };
}

function openAllocator(create: Create, { geometry, profile }: Opening): Session {
  const allocator = create(geometry, profile);
  const opened = new Uint8Array(allocator.byteLength);
  allocator.save(opened, 0);
  return {
    calls: new Set(CALLS),
    takesZones: true,
    answer: (command: Command): Outcome => allocator.answer(command),
    snapshot: () => allocator.snapshot(),
    counts: () => allocator.counts(),
    reset: () => allocator.restore(opened, 0),
    memory: memoryOf(allocator),
    lastWords: "",
  };
}

function memoryOf(allocator: Allocator): Memory {
  return {
    byteLength: allocator.byteLength,
    save: (row, at) => allocator.save(row, at),
    restore: (row, at) => allocator.restore(row, at),
    words: null,
  };
}
