// The free side of an allocator: how blocks are found, split, coalesced and listed.
//
//  1. Serving takes the smallest free block that fits and halves it down to the order asked for, as Linux'
//     expand() does: 0:3 serving order 1 leaves 2:1 and 4:2 on the lists.
//  2. Giving back coalesces a block with its buddy while the buddy is free and whole, as __free_one_page() does.
//     A lazy profile only lists the block, and coalesces all buddies when asked to (`coalesceAll`).
//  3. Both are O(maxOrder), but for profiles that sort their lists by pfn or serve adjacent blocks.
//  4. A block never crosses a zone, an unmanaged page or the pool's end, because its buddy is no free head
//     there. Zones are tried in the order of `zonesFor`.
//  5. pfns are absolute, so `alignment: "pool"` is a geometry whose basePfn is 0 (geometry.ts, rule 2).
//
// Every step is a method of its own, because the mutants (mutants.ts) override one each.
//
// Source: Linux mm/page_alloc.c; HeliOS page_alloc.c; Knuth, TAOCP 1, 2.5.

import type { Counts, Snapshot } from "./command.ts";
import { buddyOf, largestOrderAt, pagesIn, zoneIndexOf, type FrameRange, type Geometry } from "./geometry.ts";
import type { Listing } from "./numbers.ts";
import type { Profile } from "./profile.ts";
import { NONE, Zone, listOrderFor } from "./zone.ts";

/** The free blocks of one pool. Knows nothing of who holds the others. */
export class BuddySystem {
  readonly geometry: Geometry;
  readonly profile: Profile;
  protected readonly zone: Zone;
  /** Whole numbers that it remembers besides its zone. The reference has none; some mutants do. */
  protected readonly registers: number[] = [];

  constructor(geometry: Geometry, profile: Profile, zone: Zone = new Zone(geometry, listOrderFor(profile.placement))) {
    this.geometry = geometry;
    this.profile = profile;
    this.zone = zone;
    for (const run of geometry.runs) this.insertInitial(run);
  }

  // ---------------------------------------------------------------- looking

  /** The free lists, in list order; the reference holds no frames back. */
  snapshot(): Snapshot {
    const lists: number[][] = [];
    for (let order = 0; order <= this.geometry.maxOrder; order++) lists.push(this.zone.freeHeads(order));
    return { kind: "snapshot", lists, cached: [] };
  }

  /** Free blocks per order, of one zone or (null) of all. */
  counts(zone: string | null = null): Counts {
    const { zones, maxOrder } = this.geometry;
    const free = new Array<number>(maxOrder + 1).fill(0);
    for (let index = 0; index < zones.length; index++) {
      if (zone !== null && zone !== zones[index]?.name) continue;
      for (let order = 0; order <= maxOrder; order++)
        free[order] = (free[order] as number) + this.zone.freeCount(index, order);
    }
    return { kind: "counts", free, zone };
  }

  /** Writes the free lists down, as `snapshot` shows them. */
  listTo(listing: Listing): void {
    const { zones, maxOrder } = this.geometry;
    for (let zone = 0; zone < zones.length; zone++) {
      for (let order = 0; order <= maxOrder; order++) {
        let head = this.zone.firstFree(zone, order);
        for (let left = this.zone.freeCount(zone, order); left > 0 && head !== NONE; left--) {
          listing.add(order, head);
          head = this.zone.nextFree(head);
        }
      }
    }
  }

  /** Bytes of a saved state. */
  get byteLength(): number {
    return this.zone.byteLength + 8 * this.registers.length;
  }

  /** Writes the state to `row[at]` and on: equal bytes, equal states. */
  save(row: Uint8Array, at: number): void {
    this.zone.save(row, at);
    if (this.registers.length === 0) return;
    const bytes = new Uint8Array(Float64Array.from(this.registers).buffer);
    row.set(bytes, at + this.zone.byteLength);
  }

  /** Makes the state at `row[at]`, saved from a system of the same class and geometry, its own. */
  restore(row: Uint8Array, at: number): void {
    this.zone.restore(row, at);
    if (this.registers.length === 0) return;
    const from = at + this.zone.byteLength;
    const numbers = new Float64Array(row.slice(from, from + 8 * this.registers.length).buffer);
    for (let i = 0; i < numbers.length; i++) this.registers[i] = numbers[i] as number;
  }

  // ---------------------------------------------------------------- the pool's size

  /** Unmanaged pages inside zones join the pool, free. Refuses a range with any other page in it. */
  add(pfn: number, pages: number): boolean {
    if (!this.isRange(pfn, pages)) return false;
    for (let page = pfn; page < pfn + pages; page++) {
      if (this.zone.isManaged(page) || zoneIndexOf(this.geometry, page) === NONE) return false;
    }
    this.zone.manage(pfn, pages);
    this.zone.dirty(pfn, pages);
    for (const { start, end } of this.geometry.zones) {
      this.giveBack({ start: Math.max(start, pfn), end: Math.min(end, pfn + pages) });
    }
    return true;
  }

  /** Free pages leave the pool. Refuses a range with any other page in it. */
  remove(pfn: number, pages: number): boolean {
    if (!this.isRange(pfn, pages)) return false;
    const blocks = this.#freeBlocksOver(pfn, pages);
    if (blocks === null) return false;
    for (const { start, end } of blocks) {
      this.unlink(start, this.zone.freeOrderAt(start));
      this.#insertPieces({ start, end: pfn });
      this.#insertPieces({ start: pfn + pages, end });
    }
    this.isolate(pfn, pages);
    return true;
  }

  /** The free blocks that cover `[pfn, pfn + pages)`, or null if some page there is not free. */
  #freeBlocksOver(pfn: number, pages: number): FrameRange[] | null {
    const blocks: FrameRange[] = [];
    let page = pfn;
    while (page < pfn + pages) {
      const start = this.zone.freeHeadAround(page);
      if (start === NONE) return null;
      page = start + pagesIn(this.zone.freeOrderAt(start));
      blocks.push({ start, end: page });
    }
    return blocks;
  }

  /** Free pages that are on no list any more leave the pool. */
  protected isolate(pfn: number, pages: number): void {
    this.zone.unmanage(pfn, pages);
  }

  /** Does `(pfn, pages)`, which may be anything, name a range inside the pool's span? */
  protected isRange(pfn: number, pages: number): boolean {
    const { span } = this.geometry;
    const whole = Number.isSafeInteger(pfn) && Number.isSafeInteger(pages) && pages >= 1;
    return whole && pfn >= span.start && pfn + pages <= span.end;
  }

  // ---------------------------------------------------------------- taking

  /**
   * The zones a request may be served from, in the order they are tried: the one asked for, those below
   * it, those above it. A request that names none (or one the pool does not have) starts at the top, as
   * Linux' zonelists do, or at the bottom where the lowest address is wanted.
   */
  protected zonesFor(name: string | null): readonly number[] {
    const { fallback, placement } = this.profile;
    const all = this.geometry.zones.map((_, index) => index);
    const asked = this.geometry.zones.findIndex((zone) => zone.name === name);
    if (asked === NONE) return placement === "lowest" ? all : all.reverse();
    const below = all.slice(0, asked).reverse();
    if (fallback === "none") return [asked];
    return fallback === "any" ? [asked, ...below, ...all.slice(asked + 1)] : [asked, ...below];
  }

  /** Takes `pages` pages, rounded up to `order`, off the lists: their head, or NONE. */
  protected take(order: number, pages: number, zones: readonly number[]): number {
    for (const zone of zones) {
      const head = order <= this.geometry.maxOrder ? this.takeBlock(order, zone) : this.takeAdjacent(pages, zone);
      if (head !== NONE) return head;
    }
    return NONE;
  }

  protected takeBlock(order: number, zone: number): number {
    const head = this.find(order, zone);
    if (head === NONE) return NONE;
    const from = this.zone.freeOrderAt(head);
    this.unlink(head, from);
    return this.split(head, from, order);
  }

  /** The free block to serve from, or NONE: the first of the smallest order that fits, or the first by pfn. */
  protected find(order: number, zone: number): number {
    const { fit, placement } = this.profile;
    const byAddress = fit === "any" && (placement === "lowest" || placement === "highest");
    let found = NONE;
    for (let from = order; from <= this.geometry.maxOrder; from++) {
      const head = this.zone.firstFree(zone, from);
      if (head === NONE) continue;
      if (!byAddress) return head;
      if (found === NONE || head < found === (placement === "lowest")) found = head;
    }
    return found;
  }

  /** Halves `(head, from)` down to order `to`, lists the halves not served, answers the one that is. */
  protected split(head: number, from: number, to: number): number {
    let served = head;
    for (let order = from - 1; order >= to; order--) {
      const high = served + pagesIn(order);
      if (this.profile.servedHalf === "high") {
        this.insert(served, order);
        served = high;
      } else this.insert(high, order);
    }
    return served;
  }

  /** Takes adjacent blocks of the largest order that together hold `pages`: the first such run in list order. */
  protected takeAdjacent(pages: number, zone: number): number {
    const { maxOrder } = this.geometry;
    const taken = this.pagesTaken(maxOrder + 1, pages);
    let head = this.zone.firstFree(zone, maxOrder);
    while (head !== NONE && !this.#areLargestFree(head, taken, zone)) head = this.zone.nextFree(head);
    if (head === NONE) return NONE;
    for (let at = 0; at < taken; at += pagesIn(maxOrder)) this.unlink(head + at, maxOrder);
    return head;
  }

  /** Is `[head, head + pages)` made of free blocks of the largest order, all in this zone? */
  #areLargestFree(head: number, pages: number, zone: number): boolean {
    const { maxOrder } = this.geometry;
    for (let pfn = head; pfn < head + pages; pfn += pagesIn(maxOrder)) {
      if (this.zone.freeOrderAt(pfn) !== maxOrder || zoneIndexOf(this.geometry, pfn) !== zone) return false;
    }
    return true;
  }

  /** Pages that `take` takes: one block, or above the largest order as many of the largest as are needed. */
  protected pagesTaken(order: number, pages: number): number {
    const { maxOrder } = this.geometry;
    if (order <= maxOrder) return pagesIn(order);
    return Math.ceil(pages / pagesIn(maxOrder)) * pagesIn(maxOrder);
  }

  // ---------------------------------------------------------------- giving back

  /** Managed pages that no block covers become free. */
  protected giveBack(range: FrameRange): void {
    const isLazy = this.profile.coalescing === "lazy";
    const { start, end } = range;
    let order = 0;
    for (let pfn = start; pfn < end; pfn += pagesIn(order)) {
      order = largestOrderAt(pfn, end, this.geometry.maxOrder);
      if (isLazy) this.insert(pfn, order);
      else this.coalesce(pfn, order);
    }
  }

  /** Lists the free block `(pfn, order)`, coalesced with its buddy as often as the buddy is free. */
  protected coalesce(pfn: number, order: number): void {
    let head = pfn;
    let grown = order;
    while (grown < this.geometry.maxOrder) {
      const buddy = this.buddyOf(head, grown);
      if (!this.canCoalesce(head, buddy, grown)) break;
      this.absorb(head, buddy, grown);
      head = Math.min(head, buddy);
      grown++;
    }
    this.insert(head, grown);
  }

  protected buddyOf(pfn: number, order: number): number {
    return buddyOf(pfn, order);
  }

  /** Is the buddy a free block of the same order in the same zone? */
  protected canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return this.zone.freeOrderAt(buddy) === order && this.areInOneZone(pfn, buddy);
  }

  /** The buddy's list loses it: the block that `pfn` heads grows over it. */
  protected absorb(_pfn: number, buddy: number, order: number): void {
    this.unlink(buddy, order);
  }

  protected areInOneZone(pfn: number, buddy: number): boolean {
    return zoneIndexOf(this.geometry, pfn) === zoneIndexOf(this.geometry, buddy);
  }

  /**
   * Coalesces all free buddies, smallest first: what a lazy profile does before it refuses. A head that was
   * coalesced in this round is passed over: its buddy is no free head of this order any more.
   */
  protected coalesceAll(): void {
    for (let order = 0; order < this.geometry.maxOrder; order++) {
      for (const head of this.zone.freeHeads(order)) {
        const buddy = this.buddyOf(head, order);
        if (!this.canCoalesce(head, buddy, order)) continue;
        this.unlink(head, order);
        this.unlink(buddy, order);
        this.insert(Math.min(head, buddy), order + 1);
      }
    }
  }

  // ---------------------------------------------------------------- listing

  protected insert(pfn: number, order: number): void {
    this.zone.insert(pfn, order);
  }

  protected unlink(pfn: number, order: number): void {
    this.zone.unlink(pfn, order);
  }

  /** Lists a run that is free from the start. */
  protected insertInitial(range: FrameRange): void {
    this.#insertPieces(range);
  }

  /** Lists the canonical blocks of a range that has no free buddies to coalesce with. */
  #insertPieces(range: FrameRange): void {
    this.forEachBlock(range, (head, order) => this.insert(head, order));
  }

  /** Visits the canonical blocks of a range in address order; an empty or reversed range has none. */
  protected forEachBlock(range: FrameRange, visit: (head: number, order: number) => void): void {
    let pfn = range.start;
    while (pfn < range.end) {
      const order = largestOrderAt(pfn, range.end, this.geometry.maxOrder);
      visit(pfn, order);
      pfn += pagesIn(order);
    }
  }
}
