// Boots machines with random memory maps and judges what their boot allocators hand over: law `handover`.
//
//  1. A map has up to five usable ranges with reserved and bootloader ranges over and between them; their
//     ends fall inside pages as often as not. A map without room for the bitmap is drawn again.
//  2. While booting, pages are handed out and some are taken back, bad frees among them.
//  3. The free lists are judged twice: after bootmem has retired, and after the bootloader's pages followed.

import { Allocator } from "../../model/allocator.ts";
import { assert } from "../../model/assert.ts";
import { Bootmem, handoverFault, planBootmem, type BootPlan, type HandoverFault } from "../../model/bootmem.ts";
import type { FrameRange } from "../../model/geometry.ts";
import { PAGE_SIZE, type MapEntry, type MemoryMap } from "../../model/memory-map.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { createRandom, type Random } from "./random.ts";

export interface BootOptions {
  readonly seed: number;
  /** Calls of the boot allocator before it retires. */
  readonly commands: number;
  readonly maxOrder: number;
  /** The boot allocator to try; the reference by default. */
  readonly create?: (plan: BootPlan) => Bootmem;
}

export interface BootFailure extends HandoverFault {
  readonly stage: "decommissioned" | "reclaimed";
  readonly map: MemoryMap;
}

export interface BootResult {
  readonly commands: number;
  /** Free lists judged. */
  readonly handovers: number;
  readonly failure: BootFailure | null;
}

const MAPS_DRAWN_MAX = 100;
const MAP_PAGES = 600;

/** Boots one machine, up to its first fault. */
export function boot(options: BootOptions): BootResult {
  const random = createRandom(options.seed);
  const { map, plan } = drawMachine(random);
  const bootmem = options.create?.(plan) ?? new Bootmem(plan);
  const held: FrameRange[] = [];
  for (let call = 0; call < options.commands; call++) callOnce(bootmem, held, random);
  const allocator = new Allocator(bootmem.geometry(options.maxOrder), STRICT_PROFILE);
  let handovers = 0;
  for (const stage of ["decommissioned", "reclaimed"] as const) {
    const done = stage === "reclaimed" ? bootmem.reclaim(allocator) : bootmem.decommission(allocator);
    assert(done, `a bootmem that cannot be ${stage}`);
    handovers++;
    const fault = handoverFault({ map, handedOut: held, lists: allocator.snapshot().lists, stage });
    if (fault !== null) return { commands: options.commands, handovers, failure: { ...fault, stage, map } };
  }
  return { commands: options.commands, handovers, failure: null };
}

function drawMachine(random: Random): { readonly map: MemoryMap; readonly plan: BootPlan } {
  for (let draw = 0; draw < MAPS_DRAWN_MAX; draw++) {
    const map = drawMap(random);
    const plan = planBootmem(map);
    if (plan !== null) return { map, plan };
  }
  throw new Error(`buddycheck bug: ${MAPS_DRAWN_MAX} maps without room for a bitmap`);
}

function drawMap(random: Random): MemoryMap {
  const map: MapEntry[] = [];
  for (const kind of ["usable", "reserved", "bootloader"] as const) {
    const ranges = kind === "usable" ? 1 + random.below(5) : random.below(4);
    const pages = kind === "usable" ? 200 : 20;
    for (let range = 0; range < ranges; range++) {
      const start = random.below(MAP_PAGES * PAGE_SIZE);
      map.push({ kind, start: rounded(start, random), end: rounded(start + random.below(pages * PAGE_SIZE), random) });
    }
  }
  return map;
}

/** Half of all borders fall on a page's border. */
function rounded(byte: number, random: Random): number {
  return random.chance(50) ? byte - (byte % PAGE_SIZE) : byte;
}

/** Asks for pages, gives some back, or gives back what it does not hold. */
function callOnce(bootmem: Bootmem, held: FrameRange[], random: Random): void {
  if (random.chance(60)) {
    const count = 1 + random.below(6);
    const start = bootmem.allocatePages(count);
    if (start !== null) held.push({ start, end: start + count });
    return;
  }
  if (held.length === 0 || random.chance(10)) {
    bootmem.free(bootmem.plan.bitmap.start, 1);
    return;
  }
  const at = random.below(held.length);
  const [{ start, end }] = held.splice(at, 1) as [FrameRange];
  const kept = random.below(end - start);
  bootmem.free(start + kept, end - start - kept);
  if (kept > 0) held.push({ start, end: start + kept });
}
