// Explores boot-time allocators: every small memory map, every history of calls, and the hand-over after each.
//
//  1. A machine's states are its bitmaps, with the pages that the client holds. From each, every call is made: page
//     counts from 0 to one too many, and frees of every range, most of them bad.
//  2. A call is judged by what the client knows. Pages served are usable and nobody's; a refusal had no run of so many
//     in one usable range; a free is accepted if all its pages were handed out, and only then. Who serves the pages that
//     the bitmap lies in hands out what is given away later: that is the hand-over's to find.
//  3. In every state bootmem retires, and the bootloader's pages follow. Each time every usable page that is not held
//     must be free exactly once (`handoverFault`), and the lists must be those of a fresh pool of just these pages: the
//     relation judges them, so buddies have coalesced and totals agree.
//  4. Any page can be held or not: take all, give some back. So a machine with u usable pages has 2^(u - 1) states, one
//     page being the bitmap's, and all machines of n pages have (4^n - 2^n) / 2. A test counts them.
//  5. Fewest calls first, then the smallest machine: a counterexample is as short as any.

import type { Allocator } from "../../model/allocator.ts";
import { handoverFault, type Bootmem, type BootPlan, type HandoverFault } from "../../model/bootmem.ts";
import { OK, type Snapshot } from "../../model/command.ts";
import { createGeometry, type FrameRange, type Geometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import type { MemoryMap } from "../../model/memory-map.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import { machinesOf, type Machine } from "./boot-maps.ts";
import { limitOf, type Limit } from "./result.ts";

export interface BootmemOptions {
  /** Pages of every map. */
  readonly pages: number;
  /** The largest order of the allocator that takes over. */
  readonly maxOrder: number;
  readonly create: (plan: BootPlan) => Bootmem;
  /** The allocator that takes over, which lists whatever it is given. */
  readonly createCore: (geometry: Geometry) => Allocator;
  readonly limits: SearchLimits;
}

/** A call of bootmem; `accepted` is false for a refusal. */
export type BootCall =
  | { readonly kind: "allocate"; readonly count: number; readonly served: number | null }
  | { readonly kind: "free"; readonly pfn: number; readonly count: number; readonly accepted: boolean };

type Stage = "decommissioned" | "reclaimed";

/** What is wrong at the end of a history. */
export type BootFault =
  | { readonly kind: "call"; readonly law: LawId }
  | { readonly kind: "handover"; readonly law: LawId; readonly fault: HandoverFault; readonly stage: Stage }
  | { readonly kind: "lists"; readonly law: LawId; readonly stage: Stage };

export interface BootCounterexample {
  readonly map: MemoryMap;
  readonly calls: readonly BootCall[];
  /** Pages that are held at the end. */
  readonly held: readonly number[];
  /** Pages that the map makes usable, and the bootloader's once they follow. */
  readonly managed: readonly number[];
  readonly fault: BootFault;
  /** The free lists after the hand-over; null where it did not come to that. */
  readonly lists: Snapshot | null;
}

export interface BootmemFigures {
  readonly maps: number;
  readonly roomless: number;
  readonly cellsPerPage: number;
  readonly machines: number;
  readonly states: number;
  readonly calls: number;
  /** Free lists judged, two a state. */
  readonly handovers: number;
  /** Most calls from a machine's start to a state. */
  readonly depth: number;
}

export interface BootmemResult {
  readonly verdict: "holds" | "violated" | "undecided";
  readonly limit: Limit | null;
  readonly figures: BootmemFigures;
  readonly counterexample: BootCounterexample | null;
}

/** Explores all machines of so many pages. */
export function exploreBootmem(options: BootmemOptions): BootmemResult {
  const { limits } = options;
  const { machines, ...read } = machinesOf(options.pages);
  const counts = { states: 0, calls: 0, handovers: 0, depth: 0 };
  let shortest: BootCounterexample | null = null;
  let limit: Limit | null = null;
  for (const machine of machines) {
    const callsMax = Math.min(limits.depthMax, shortest === null ? Infinity : shortest.calls.length - 1);
    const found = new MachineSearch(machine, options, callsMax);
    const { fault, wasCut } = found.run();
    counts.states += found.states;
    counts.calls += found.calls;
    counts.handovers += found.handovers;
    counts.depth = Math.max(counts.depth, found.depth);
    shortest = fault ?? shortest;
    if (wasCut && shortest === null) limit = limitOf("depth", limits);
    if (shortest?.calls.length === 0) break;
    const progress = { states: counts.states, transitions: counts.calls, waiting: 0, depth: counts.depth };
    if (counts.states > limits.statesMax) limit = limitOf("states", limits);
    else if (!limits.goesOn(progress)) limit = limitOf("stopped", limits);
    else continue;
    break;
  }
  const figures = { ...read, machines: machines.length, ...counts };
  if (shortest !== null) return { verdict: "violated", limit: null, figures, counterexample: shortest };
  return { verdict: limit === null ? "holds" : "undecided", limit, figures, counterexample: null };
}

/** A state: the bitmap, and the pages that the client holds, a bit each. */
interface State {
  readonly saved: Uint8Array;
  readonly held: number;
  readonly from: number;
  readonly call: BootCall | null;
  readonly depth: number;
}

/** All states of one machine, up to so many calls: guards those found. */
class MachineSearch {
  calls = 0;
  handovers = 0;
  depth = 0;
  readonly #machine: Machine;
  readonly #options: BootmemOptions;
  readonly #callsMax: number;
  readonly #bootmem: Bootmem;
  readonly #usable: number;
  readonly #states: State[] = [];
  readonly #known: Set<string> = new Set();

  constructor(machine: Machine, options: BootmemOptions, callsMax: number) {
    this.#machine = machine;
    this.#options = options;
    this.#callsMax = callsMax;
    this.#bootmem = options.create(machine.plan);
    this.#usable = bitsOf(machine.kinds, "usable");
  }

  get states(): number {
    return this.#states.length;
  }

  run(): { readonly fault: BootCounterexample | null; readonly wasCut: boolean } {
    if (this.#callsMax < 0) return { fault: null, wasCut: false };
    this.#add({ saved: this.#saved(), held: 0, from: -1, call: null, depth: 0 });
    let wasCut = false;
    for (let at = 0; at < this.#states.length; at++) {
      const state = this.#states[at] as State;
      this.depth = state.depth;
      const fault = this.#handOver(state);
      if (fault !== null) return { fault, wasCut };
      if (state.depth < this.#callsMax) {
        const wrong = this.#callAll(state, at);
        if (wrong !== null) return { fault: wrong, wasCut };
      } else wasCut = true;
    }
    return { fault: null, wasCut };
  }

  #saved(): Uint8Array {
    const saved = new Uint8Array(this.#bootmem.byteLength);
    this.#bootmem.save(saved, 0);
    return saved;
  }

  #add(state: State): void {
    const key = `${state.held} ${state.saved.join(" ")}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#states.push(state);
  }

  /** Makes every call in a state; the first that is wrong. */
  #callAll(state: State, at: number): BootCounterexample | null {
    const { pages } = this.#options;
    for (let count = 0; count <= pages + 1; count++) {
      this.#bootmem.restore(state.saved, 0);
      const served = this.#bootmem.allocatePages(count);
      const found = this.#judged(state, at, { kind: "allocate", count, served });
      if (found !== null) return found;
    }
    for (let pfn = -1; pfn <= pages; pfn++) {
      for (let count = 0; count <= pages; count++) {
        this.#bootmem.restore(state.saved, 0);
        const accepted = this.#bootmem.free(pfn, count);
        const found = this.#judged(state, at, { kind: "free", pfn, count, accepted });
        if (found !== null) return found;
      }
    }
    return null;
  }

  #judged(state: State, from: number, call: BootCall): BootCounterexample | null {
    this.calls++;
    const law = this.#brokenBy(call, state.held);
    const held = heldAfter(call, state.held);
    const next = { saved: this.#saved(), held, from, call, depth: state.depth + 1 };
    if (law !== null) return this.#counterexample(next, { kind: "call", law }, null);
    this.#add(next);
    return null;
  }

  /** The law that a call breaks, given what is held. */
  #brokenBy(call: BootCall, held: number): LawId | null {
    const { pages } = this.#options;
    if (call.kind === "free") {
      const named = rangeBits(call.pfn, call.count, pages);
      const isGood = call.count > 0 && named !== null && (named & ~held) === 0;
      return isGood === call.accepted ? null : "bad-free-refused";
    }
    const { served, count } = call;
    if (served === null) return this.#hasRoom(count, held) ? "no-spurious-oom" : null;
    const given = rangeBits(served, count, pages);
    if (count < 1 || given === null || (given & ~this.#usable) !== 0) return "in-bounds";
    return (given & held) === 0 ? null : "no-overlap";
  }

  /** Are there so many pages in a row that are usable, not held and not the bitmap's? */
  #hasRoom(count: number, held: number): boolean {
    const { bitmap } = this.#machine.plan;
    const { pages } = this.#options;
    const kept = rangeBits(bitmap.start, bitmap.end - bitmap.start, pages) ?? 0;
    const free = this.#usable & ~held & ~kept;
    for (let pfn = 0; pfn < pages; pfn++) {
      const run = rangeBits(pfn, count, pages);
      if (count > 0 && run !== null && (run & ~free) === 0) return true;
    }
    return false;
  }

  /** Retires bootmem, lets the bootloader's pages follow, and judges the free lists each time. */
  #handOver(state: State): BootCounterexample | null {
    const bootmem = this.#bootmem;
    bootmem.restore(state.saved, 0);
    const core = this.#options.createCore(bootmem.geometry(this.#options.maxOrder));
    for (const stage of ["decommissioned", "reclaimed"] as const) {
      if (stage === "decommissioned") bootmem.decommission(core);
      else bootmem.reclaim(core);
      const lists = core.snapshot();
      this.handovers++;
      const fault = this.#faultIn(lists, state.held, stage);
      if (fault !== null) return this.#counterexample(state, fault, lists);
    }
    return null;
  }

  #faultIn(lists: Snapshot, held: number, stage: Stage): BootFault | null {
    const { map } = this.#machine;
    const handedOut = pagesOf(held).map((page): FrameRange => ({ start: page, end: page + 1 }));
    const fault = handoverFault({ map, handedOut, lists: lists.lists, stage });
    if (fault !== null) return { kind: "handover", law: "handover", fault, stage };
    const law = lawBrokenBy(lists, this.#managed(stage) & ~held, this.#options);
    return law === null ? null : { kind: "lists", law, stage };
  }

  #managed(stage: Stage): number {
    return stage === "decommissioned" ? this.#usable : this.#usable | bitsOf(this.#machine.kinds, "bootloader");
  }

  #counterexample(end: State, fault: BootFault, lists: Snapshot | null): BootCounterexample {
    const calls: BootCall[] = [];
    for (let state = end; state.call !== null; state = this.#states[state.from] as State) calls.unshift(state.call);
    const stage = fault.kind === "call" ? "decommissioned" : fault.stage;
    const managed = pagesOf(this.#managed(stage));
    return { map: this.#machine.map, calls, held: pagesOf(end.held), managed, fault, lists };
  }
}

/** The law that free lists break in a pool that was opened with these pages free. */
function lawBrokenBy(lists: Snapshot, free: number, { pages, maxOrder }: BootmemOptions): LawId | null {
  const reserved = Array.from({ length: pages }, (_, page) => page)
    .filter((page) => (free & (1 << page)) === 0)
    .map((page): FrameRange => ({ start: page, end: page + 1 }));
  const geometry = createGeometry({ maxOrder, pages, basePfn: 0, reserved, zones: [] });
  const [first] = step(createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" }), lists, OK);
  return first?.law ?? null;
}

function heldAfter(call: BootCall, held: number): number {
  const given = call.kind === "allocate" ? call.served : call.pfn;
  if (given === null || call.count < 1) return held;
  const named = ((1 << call.count) - 1) << Math.max(given, 0);
  if (call.kind === "allocate") return held | named;
  return call.accepted ? held & ~named : held;
}

/** A bit for each page of a range; null if it does not lie in the map. */
function rangeBits(pfn: number, count: number, pages: number): number | null {
  return pfn < 0 || pfn + count > pages ? null : ((1 << count) - 1) << pfn;
}

function bitsOf(kinds: Machine["kinds"], wanted: Machine["kinds"][number]): number {
  return kinds.reduce((bits, kind, page) => (kind === wanted ? bits | (1 << page) : bits), 0);
}

function pagesOf(bits: number): readonly number[] {
  return Array.from({ length: 32 }, (_, page) => page).filter((page) => (bits & (1 << page)) !== 0);
}
