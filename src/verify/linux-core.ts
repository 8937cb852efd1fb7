// The buddy core of a running kernel, replayed: its free blocks, split and coalesced as the kernel does.
//
//  1. Coalescing is eager, so the free blocks are the canonical decomposition of the free frames in each zone:
//     runs of /proc/kpageflags determine them, and a freed frame finds its place without being told.
//  2. Taking a block splits the block around it; each split leaves the half that was not wanted.
//  3. A byte a frame: `order + 1` at the head of a free block, 0 elsewhere. A frame is free iff, for some order, the
//     aligned block around it has that order at its head: at most one look an order.
//  4. Counts are kept per zone and order, and per zone, migratetype and order as far as a pageblock's migratetype was
//     shown by an event (linux-migratetypes.ts).
//
// Source: mm/page_alloc.c: __free_one_page, expand.

import { alignDown, buddyOf, largestOrderAt, pagesIn, parentOf, type FrameRange } from "../../model/geometry.ts";
import { LinuxFrames, TILE_PAGES } from "./linux-frames.ts";
import { Migratetypes } from "./linux-migratetypes.ts";

const EVERYWHERE: FrameRange = { start: 0, end: Infinity };

/** Free blocks of all zones. */
export class BuddyCore {
  readonly zones: readonly FrameRange[];
  /** Free blocks: `counts[zone][order]`. */
  readonly counts: readonly number[][];
  readonly types: Migratetypes;
  readonly #maxOrder: number;
  readonly #heads = new LinuxFrames();
  /** The zone that was asked for last. */
  #zone = 0;

  /** Without zones all frames are one zone. */
  constructor(zones: readonly FrameRange[] | null, maxOrder: number) {
    this.#maxOrder = maxOrder;
    this.zones = zones === null || zones.length === 0 ? [EVERYWHERE] : zones;
    this.counts = this.zones.map(() => new Array<number>(maxOrder + 1).fill(0));
    this.types = new Migratetypes(this.zones.length, maxOrder);
  }

  /** Index of the zone of a frame; frames between zones count to the one before. */
  zoneOf(pfn: number): number {
    const zone = this.zones[this.#zone] as FrameRange;
    if (pfn >= zone.start && pfn < zone.end) return this.#zone;
    const found = this.zones.findIndex(({ start, end }) => pfn >= start && pfn < end);
    if (found >= 0) this.#zone = found;
    return Math.max(found, 0);
  }

  /** Fills the empty core with the canonical blocks of runs of free frames. */
  load(runs: readonly FrameRange[]): void {
    for (const run of runs) {
      for (const zone of this.zones) {
        const end = Math.min(run.end, zone.end);
        let pfn = Math.max(run.start, zone.start);
        while (pfn < end) {
          const order = largestOrderAt(pfn, end, this.#maxOrder);
          this.#link(pfn, order);
          pfn += pagesIn(order);
        }
      }
    }
  }

  /** Order of the free block around a frame, or -1 where the frame is not free. */
  orderAround(pfn: number): number {
    const tile = this.#heads.tileOf(pfn);
    for (let order = 0; order <= this.#maxOrder; order++)
      if (tile[alignDown(pfn, order) & (TILE_PAGES - 1)] === order + 1) return order;
    return -1;
  }

  /** Gives a block back: it must not be free, not even in part. */
  insert(pfn: number, order: number): void {
    let head = pfn;
    let grown = order;
    while (grown < this.#maxOrder && this.#canJoin(head, grown)) {
      this.#unlink(buddyOf(head, grown), grown);
      head = parentOf(head, grown);
      grown++;
    }
    this.#link(head, grown);
  }

  #canJoin(pfn: number, order: number): boolean {
    const buddy = buddyOf(pfn, order);
    return this.#heads.tileOf(buddy)[buddy & (TILE_PAGES - 1)] === order + 1 && this.zoneOf(buddy) === this.zoneOf(pfn);
  }

  /** Takes a block that lies inside the free block of order `around`: the halves beside it stay free. */
  take(pfn: number, order: number, around: number): void {
    this.#unlink(alignDown(pfn, around), around);
    for (let half = around - 1; half >= order; half--) this.#link(buddyOf(alignDown(pfn, half), half), half);
  }

  /** Takes whatever of these frames is free; answers how many were. */
  takeFree(pfn: number, order: number): number {
    const around = this.orderAround(pfn);
    if (around >= order) {
      this.take(pfn, order, around);
      return pagesIn(order);
    }
    if (order === 0) return 0;
    const half = pagesIn(order - 1);
    return this.takeFree(pfn, order - 1) + this.takeFree(pfn + half, order - 1);
  }

  /** Gives back whatever of these frames is not free yet; answers how many were not. */
  insertMissing(pfn: number, order: number): number {
    let count = 0;
    for (let frame = pfn; frame < pfn + pagesIn(order); frame++) {
      if (this.orderAround(frame) >= 0) continue;
      this.insert(frame, 0);
      count++;
    }
    return count;
  }

  freePages(): number {
    let pages = 0;
    for (const zone of this.counts)
      for (let order = 0; order <= this.#maxOrder; order++) pages += (zone[order] as number) * pagesIn(order);
    return pages;
  }

  /** An event showed the migratetype of this frame's pageblock. */
  learnType(pfn: number, migratetype: number): void {
    if (this.types.typeOf(pfn) === migratetype || migratetype < 0) return;
    const { start, end } = this.types.pageblockOf(pfn);
    const tile = this.#heads.tileOf(pfn);
    const free: number[] = [];
    for (let frame = start; frame < end; frame++) {
      const head = tile[frame & (TILE_PAGES - 1)] as number;
      if (head > 0) free.push(head - 1);
    }
    this.types.learn(this.zoneOf(pfn), pfn, migratetype, free);
  }

  #link(pfn: number, order: number): void {
    this.#heads.tileOf(pfn)[pfn & (TILE_PAGES - 1)] = order + 1;
    this.#count(pfn, order, 1);
  }

  #unlink(pfn: number, order: number): void {
    this.#heads.tileOf(pfn)[pfn & (TILE_PAGES - 1)] = 0;
    this.#count(pfn, order, -1);
  }

  #count(pfn: number, order: number, change: number): void {
    const zone = this.zoneOf(pfn);
    const counts = this.counts[zone] as number[];
    counts[order] = (counts[order] as number) + change;
    this.types.count(zone, pfn, order, change);
  }
}
