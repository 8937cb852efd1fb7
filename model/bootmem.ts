// The allocator before the allocator: a bitmap over the memory map, and how it hands over.
//
//  1. There is one bit for each page from the first usable or bootloader page to the last; a set bit is a
//     page not to be handed out. The bitmap lives in usable pages itself, the first run that has room.
//  2. Pages are handed out first fit. A bit does not say who holds a page, so a free is good for any pages
//     that were handed out, in any grouping; freeing a free, reserved or bitmap page is refused.
//  3. Decommissioning gives every usable page that is not handed out to the buddy allocator once, the
//     bitmap's own pages last, because they are read until then. Handed-out pages stay with their holders.
//  4. Bootloader pages follow in `reclaim`, when nothing needs them any more.
//  5. A retired bootmem refuses everything.
//  6. Saved, it is its bitmap and its stage: the map's pages are the plan's, which stays.
//
// Source: HeliOS, docs/kernel/bootmem; Gorman, Understanding the Linux VM, ch. 5.

import type { Allocator } from "./allocator.ts";
import { assert } from "./assert.ts";
import type { FreeLists } from "./command.ts";
import { createGeometry, mergeRanges, pagesIn, type FrameRange, type Geometry } from "./geometry.ts";
import { PAGE_SIZE, pagesOfMap, without, type MapPages, type MemoryMap } from "./memory-map.ts";

const BITS = 8;

const STAGES = ["booting", "decommissioned", "reclaimed"] as const;

/** Where everything of a bootmem lies, in pages. `span` is what the bitmap has bits for. */
export interface BootPlan {
  readonly pages: MapPages;
  readonly span: FrameRange;
  readonly bitmap: FrameRange;
}

/** Places the bitmap; null if no usable run has room for it. */
export function planBootmem(map: MemoryMap): BootPlan | null {
  const pages = pagesOfMap(map);
  const covered = mergeRanges([...pages.usable, ...pages.bootloader]);
  const span = { start: covered[0]?.start ?? 0, end: covered.at(-1)?.end ?? 0 };
  const bitmapPages = Math.ceil(Math.ceil((span.end - span.start) / BITS) / PAGE_SIZE);
  const home = pages.usable.find(({ start, end }) => end - start >= bitmapPages);
  if (home === undefined) return null;
  return { pages, span, bitmap: { start: home.start, end: home.start + bitmapPages } };
}

/** A bootmem for this map; null if no usable run has room for its bitmap. */
export function createBootmem(map: MemoryMap): Bootmem | null {
  const plan = planBootmem(map);
  return plan === null ? null : new Bootmem(plan);
}

/** Hands out pages while the machine boots. Arguments may be any numbers: bad ones are refused. */
export class Bootmem {
  readonly plan: BootPlan;
  /** Bit `pfn - span.start`, lowest bit first: 1 if the page may not be handed out. */
  protected readonly bits: Uint8Array;
  #stage: (typeof STAGES)[number] = "booting";

  constructor(plan: BootPlan) {
    this.plan = plan;
    this.bits = new Uint8Array(Math.ceil((plan.span.end - plan.span.start) / BITS)).fill(0xff);
    for (const run of plan.pages.usable) this.mark(run, 0);
    this.markBitmap();
  }

  /** Bytes of a saved state. */
  get byteLength(): number {
    return this.bits.length + 1;
  }

  /** Writes the state to `row[at]` and on. */
  save(row: Uint8Array, at: number): void {
    row.set(this.bits, at);
    row[at + this.bits.length] = STAGES.indexOf(this.#stage);
  }

  /** Makes the state at `row[at]`, saved from a bootmem of the same plan, its own. */
  restore(row: Uint8Array, at: number): void {
    this.bits.set(row.subarray(at, at + this.bits.length));
    this.#stage = STAGES[row[at + this.bits.length] as number] as (typeof STAGES)[number];
  }

  /** One page, or null. */
  allocatePage(): number | null {
    return this.allocatePages(1);
  }

  /** The first of `count` contiguous pages, or null. */
  allocatePages(count: number): number | null {
    if (this.#stage !== "booting" || !Number.isSafeInteger(count) || count < 1) return null;
    for (const run of this.plan.pages.usable) {
      const found = this.freeRuns(run).find(({ start, end }) => end - start >= count);
      if (found === undefined) continue;
      this.mark({ start: found.start, end: found.start + count }, 1);
      return found.start;
    }
    return null;
  }

  /** Takes back pages that were handed out. False: refused, and nothing changed. */
  free(pfn: number, count: number): boolean {
    if (this.#stage !== "booting" || !Number.isSafeInteger(pfn) || !Number.isSafeInteger(count) || count < 1)
      return false;
    const range = { start: pfn, end: pfn + count };
    const kept = without([range], this.handedOut());
    if (kept.length > 0) return false;
    this.mark(range, 0);
    return true;
  }

  /** Pages handed out and not taken back. */
  handedOut(): readonly FrameRange[] {
    const { pages, bitmap } = this.plan;
    const free = pages.usable.flatMap((run) => this.freeRuns(run));
    return without(pages.usable, mergeRanges([...free, bitmap]));
  }

  /** The pool to hand over to: spans the map, and manages nothing yet. */
  geometry(maxOrder: number): Geometry {
    const { start, end } = this.plan.span;
    const reserved = [{ start: 0, end: end - start }];
    return createGeometry({ maxOrder, pages: end - start, basePfn: start, reserved, zones: [] });
  }

  /** Gives all usable pages that are not handed out to an allocator of `geometry`, and retires. */
  decommission(allocator: Allocator): boolean {
    if (this.#stage !== "booting") return false;
    this.#stage = "decommissioned";
    for (const run of this.plan.pages.usable) this.give(allocator, this.freeRuns(run));
    this.giveBitmap(allocator);
    return true;
  }

  /** Gives the bootloader's pages, once, after decommissioning. */
  reclaim(allocator: Allocator): boolean {
    if (this.#stage !== "decommissioned") return false;
    this.#stage = "reclaimed";
    this.give(allocator, this.plan.pages.bootloader);
    return true;
  }

  protected markBitmap(): void {
    this.mark(this.plan.bitmap, 1);
  }

  protected giveBitmap(allocator: Allocator): void {
    this.give(allocator, [this.plan.bitmap]);
  }

  protected give(allocator: Allocator, ranges: readonly FrameRange[]): void {
    for (const { start, end } of ranges) {
      assert(allocator.add(start, end - start), `the allocator does not take pages ${start} to ${end}`);
    }
  }

  /** The maximal runs of clear bits in a range, by address. */
  protected freeRuns(range: FrameRange): readonly FrameRange[] {
    const runs: FrameRange[] = [];
    let start = range.start;
    for (let pfn = range.start; pfn <= range.end; pfn++) {
      if (pfn < range.end && !this.isTaken(pfn)) continue;
      if (start < pfn) runs.push({ start, end: pfn });
      start = pfn + 1;
    }
    return runs;
  }

  protected isTaken(pfn: number): boolean {
    const page = pfn - this.plan.span.start;
    return ((this.bits[Math.floor(page / BITS)] as number) & (1 << (page % BITS))) !== 0;
  }

  protected mark(range: FrameRange, bit: 0 | 1): void {
    for (let pfn = range.start; pfn < range.end; pfn++) {
      const page = pfn - this.plan.span.start;
      const byte = Math.floor(page / BITS);
      const mask = 1 << (page % BITS);
      const old = this.bits[byte] as number;
      this.bits[byte] = bit === 1 ? old | mask : old & ~mask;
    }
  }
}

/** A machine after the hand-over, before anything is allocated again. */
export interface Handover {
  readonly map: MemoryMap;
  /** Pages that bootmem handed out and did not get back. */
  readonly handedOut: readonly FrameRange[];
  readonly lists: FreeLists;
  /** Have the bootloader's pages been given yet? */
  readonly stage: "decommissioned" | "reclaimed";
}

/** How a hand-over went wrong; `pfn` and `pages` are the first run at fault. */
export interface HandoverFault {
  readonly kind: "lost" | "given-twice" | "handed-out-is-free" | "reserved-is-free";
  readonly pfn: number;
  readonly pages: number;
}

/** Law `handover`: each usable page not handed out is free exactly once, and no other page is. */
export function handoverFault(handover: Handover): HandoverFault | null {
  const { map, handedOut, lists, stage } = handover;
  const { usable, bootloader } = pagesOfMap(map);
  const given = mergeRanges(stage === "reclaimed" ? [...usable, ...bootloader] : usable);
  const kept = mergeRanges(handedOut);
  const blocks = lists.flatMap((heads, order) => heads.map((pfn) => ({ start: pfn, end: pfn + pagesIn(order) })));
  const free = mergeRanges(blocks);
  return (
    fault("given-twice", overlaps(blocks)) ??
    fault("handed-out-is-free", without(free, without(free, kept))) ??
    fault("reserved-is-free", without(free, given)) ??
    fault("lost", without(without(given, kept), free))
  );
}

function fault(kind: HandoverFault["kind"], ranges: readonly FrameRange[]): HandoverFault | null {
  const first = ranges[0];
  return first === undefined ? null : { kind, pfn: first.start, pages: first.end - first.start };
}

/** The parts of blocks that an earlier block covers already. */
function overlaps(blocks: readonly FrameRange[]): readonly FrameRange[] {
  const found: FrameRange[] = [];
  let end = 0;
  for (const block of [...blocks].sort((a, b) => a.start - b.start)) {
    if (block.start < end) found.push({ start: block.start, end: Math.min(end, block.end) });
    end = Math.max(end, block.end);
  }
  return found;
}
