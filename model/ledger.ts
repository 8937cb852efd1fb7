// What a client knows about a pool: which blocks are live, and so which blocks must be free.
//
//  1. Under eager coalescing the free blocks are the canonical set C(F): all maximal aligned blocks of
//     free frames inside one zone (SPEC.md 2). The ledger keeps C(F), not lists: every aligned block of
//     free frames lies in exactly one block of it, found by climbing at most maxOrder steps.
//  2. Serving splits the block found and giving back merges upward, so a step costs O(maxOrder)
//     whatever the pool's size. A profile that coalesces lazily has the same F, in other pieces.
//  3. Frames that are neither live nor free are a gap. What a gap means is `gap`: frames not managed
//     (or withheld by an earlier violation), of unknown state, or held since before the recording.
//  4. Only `step` and the judges call the methods that change; they never refuse, they assert.
//
// Memory: 9 bytes for each frame of a touched tile (frame-map.ts), and maps for the rare: blocks of exact
// page counts and blocks handed out that cannot be live (`owed`).

import { assert } from "./assert.ts";
import type { Snapshot } from "./command.ts";
import { FrameMap, FREE, KIND, LIVE, ORDER, PART } from "./frame-map.ts";
import { FreeOrder } from "./free-order.ts";
import {
  canonicalCounts,
  canonicalOrderAround,
  alignDown,
  largestOrderAt,
  pagesIn,
  runIndexOf,
  zoneIndexOf,
  type FrameRange,
  type Geometry,
  type Run,
} from "./geometry.ts";
import { LAW_IDS, type LawId } from "./invariants.ts";
import { freeSetIsCanonical, type Profile } from "./profile.ts";

/** What a frame is that no block covers: see rule 3. */
export type Gap = "withheld" | "unknown" | "held";

/** The command just before, as far as single-step laws need it; `pfn` is -1 where nothing was touched. */
export interface LastStep {
  kind: "alloc" | "alloc-pages" | "free" | "refused" | "other";
  pfn: number;
  pages: number;
}

/** Why a law could not be decided at some step. */
export type Undecided =
  | "state-unknown"
  | "adjacent-runs"
  | "counted-references"
  | "lazy-coalescing"
  | "cached-unknown"
  | "too-many-blocks"
  | "concurrent"
  | "cut"
  | "late";

/** The serving order names every free block, so it is not kept for pools of more (16 TiB in blocks of 4 MiB). */
const SERVING_BLOCKS_MAX = 2 ** 22;

export interface LedgerOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  /** "empty": every managed frame is free at the first event; "unknown": the recording began in mid-life. */
  readonly start: "empty" | "unknown";
  /** Laws that are judged; all by default. */
  readonly laws?: ReadonlySet<LawId>;
}

export class Ledger {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly laws: ReadonlySet<LawId>;
  readonly maxOrder: number;
  readonly frames: FrameMap;
  /** Serving order of the free blocks; null unless the profile promises one that can be known. */
  readonly serving: FreeOrder | null;
  /** Free blocks per `zone * orderCount + order`. */
  readonly freeBlocks: Float64Array;
  /** Pages of live blocks that are not a power of two long, by head. */
  readonly exactPages: Map<number, number> = new Map();
  /** Blocks a client was handed that cannot be live here (they overlap, or lie outside): head to pages. */
  readonly owed: Map<number, number> = new Map();
  /** Number of the event being judged, from 1: what `since` and evidence name. */
  now = 0;
  /** Whether violations carry their neighbourhood; an engine that only counts switches it off. */
  gathersEvidence = true;
  liveBlocks = 0;
  livePages = 0;
  gap: Gap;
  /** Managed frames, sorted and disjoint; `add` and `remove` change it. */
  runs: readonly Run[];
  /** The last snapshot if it agreed with the ledger, and how many steps ago that was. */
  observed: Snapshot | null = null;
  stepsSinceObserved = 0;
  allocatedEver = false;
  readonly last: LastStep = { kind: "other", pfn: -1, pages: 0 };
  /** How often a law could not be decided, by `law reason`. */
  readonly undecided: Map<string, number> = new Map();
  /** What `cover` found: the block's head and order. */
  coverHead = -1;
  coverOrder = -1;
  /** No law looks at which block is chosen, so any aligned free block may be served without a closer look. */
  readonly decidesAtOnce: boolean;
  /** Zone borders that a block of maxOrder could straddle. */
  readonly #borders: readonly number[];

  constructor(options: LedgerOptions) {
    const { geometry, profile } = options;
    this.geometry = geometry;
    this.profile = profile;
    this.laws = options.laws ?? new Set(LAW_IDS);
    this.maxOrder = geometry.maxOrder;
    this.runs = geometry.runs;
    this.gap = options.start === "empty" ? "withheld" : "unknown";
    this.freeBlocks = new Float64Array(geometry.zones.length * (this.maxOrder + 1));
    this.frames = new FrameMap(geometry.span.start, geometry.span.end, this.maxOrder, (states, first) =>
      this.gap === "withheld" ? this.#fillCanonical(states, first) : undefined,
    );
    this.#borders = awkwardBorders(geometry);
    if (options.start === "empty") this.#countInitial();
    this.serving = this.#createServing();
    this.decidesAtOnce = profile.fit === "any" && profile.placement === "any" && profile.servedHalf === "any";
  }

  judges(law: LawId): boolean {
    return this.laws.has(law);
  }

  get lawsOff(): LawId[] {
    return LAW_IDS.filter((law) => !this.laws.has(law));
  }

  /** Counts a step at which a law could not be decided. */
  undecide(law: LawId, reason: Undecided): void {
    const key = `${law} ${reason}`;
    this.undecided.set(key, (this.undecided.get(key) ?? 0) + 1);
  }

  // ---------------------------------------------------------------- looking

  /**
   * The kind of the block that covers `pfn` (FREE, LIVE or PART; 0 in a gap), leaving its head and order
   * in `coverHead` and `coverOrder`. `pfn` may lie anywhere.
   */
  cover(pfn: number): number {
    const { span } = this.geometry;
    if (!(pfn >= span.start && pfn < span.end)) return 0;
    const { frames } = this;
    const { tileOrder } = frames;
    const number = Math.floor(pfn * frames.tilesPerPage);
    const base = number * frames.tilePages;
    const states = frames.tile(number).states;
    const low = pfn - base;
    const top = Math.min(this.maxOrder, tileOrder);
    for (let order = 0; order <= top; order++) {
      const head = low & -(1 << order);
      const state = states[head] as number;
      if (state === 0) continue;
      // A smaller block with this head: nothing larger can cover the head, so nothing covers pfn.
      if ((state & ORDER) < order) return 0;
      this.coverHead = base + head;
      this.coverOrder = state & ORDER;
      return state & KIND;
    }
    return this.#coverAcrossTiles(pfn, tileOrder + 1);
  }

  #coverAcrossTiles(pfn: number, fromOrder: number): number {
    for (let order = fromOrder; order <= this.maxOrder; order++) {
      const head = alignDown(pfn, order);
      if (head < this.geometry.span.start) return 0;
      const state = this.frames.stateAt(head);
      if (state === 0) continue;
      if ((state & ORDER) < order) return 0;
      this.coverHead = head;
      this.coverOrder = state & ORDER;
      return state & KIND;
    }
    return 0;
  }

  /** Pages of the live block with this head. */
  pagesOf(head: number): number {
    const exact = this.exactPages.size === 0 ? undefined : this.exactPages.get(head);
    return exact ?? pagesIn(this.frames.stateAt(head) & ORDER);
  }

  /** Head of the live block that a piece belongs to: walks back over its continuation pieces. */
  ownerOf(pieceHead: number): number {
    let head = pieceHead;
    while ((this.frames.stateAt(head) & KIND) === PART) {
      const kind = this.cover(head - 1);
      assert(kind === LIVE || kind === PART, `piece ${pieceHead} has no live head`);
      head = this.coverHead;
    }
    return head;
  }

  isManaged(pfn: number): boolean {
    return runIndexOf(this.runs, pfn) >= 0;
  }

  zoneOf(pfn: number): number {
    return this.geometry.zones.length === 1 ? 0 : zoneIndexOf(this.geometry, pfn);
  }

  listOf(pfn: number, order: number): number {
    return this.zoneOf(pfn) * (this.maxOrder + 1) + order;
  }

  /** The smallest order at or above `order` that has a free block in this zone, or -1. */
  smallestFree(zone: number, order: number): number {
    const first = zone * (this.maxOrder + 1);
    for (let fit = order; fit <= this.maxOrder; fit++) if ((this.freeBlocks[first + fit] as number) > 0) return fit;
    return -1;
  }

  /** Frames of C(F), in total or of one zone. */
  freePages(zone?: number): number {
    let pages = 0;
    this.freeBlocks.forEach((count, list) => {
      const inZone = zone === undefined || Math.floor(list / (this.maxOrder + 1)) === zone;
      if (inZone) pages += count * pagesIn(list % (this.maxOrder + 1));
    });
    return pages;
  }

  // ---------------------------------------------------------------- changing

  /** Serves `(pfn, order)` out of the free block that `cover` just found. */
  take(pfn: number, order: number): void {
    const { frames } = this;
    this.#uncount(this.coverHead, this.coverOrder);
    let head = this.coverHead;
    let half = this.coverOrder;
    while (half > order) {
      half--;
      const upper = head + pagesIn(half);
      if (pfn >= upper) {
        this.#putFree(head, half);
        head = upper;
      } else this.#putFree(upper, half);
    }
    const number = Math.floor(pfn * frames.tilesPerPage);
    const low = pfn - number * frames.tilePages;
    const tile = frames.tile(number);
    tile.states[low] = LIVE | order;
    tile.since[low] = this.now;
    this.liveBlocks++;
    this.livePages += pagesIn(order);
    this.allocatedEver = true;
  }

  /** The live block of `order` at `pfn`, or frames in a gap, become free and merge upward. */
  give(pfn: number, order: number): void {
    const { frames } = this;
    const top = Math.min(this.maxOrder, frames.tileOrder);
    const number = Math.floor(pfn * frames.tilesPerPage);
    const base = number * frames.tilePages;
    const states = frames.tile(number).states;
    let head = pfn - base;
    states[head] = 0;
    let merged = order;
    while (merged < top) {
      const buddy = head ^ (1 << merged);
      if (states[buddy] !== (FREE | merged)) break;
      const parent = head & buddy;
      if (this.#borders.length !== 0 && this.#straddles(base + parent, merged + 1)) break;
      this.#uncount(base + buddy, merged);
      states[buddy] = 0;
      head = parent;
      merged++;
    }
    if (merged < frames.tileOrder) this.#putFree(base + head, merged);
    else this.#giveAcrossTiles(base, merged);
  }

  #giveAcrossTiles(pfn: number, order: number): void {
    const { frames } = this;
    let head = pfn;
    let merged = order;
    while (merged < this.maxOrder) {
      const parent = alignDown(head, merged + 1);
      const buddy = parent === head ? head + pagesIn(merged) : parent;
      const inSpan = parent >= this.geometry.span.start && buddy < this.geometry.span.end;
      if (!inSpan || frames.stateAt(buddy) !== (FREE | merged)) break;
      if (this.#straddles(parent, merged + 1)) break;
      this.#uncount(buddy, merged);
      frames.setState(buddy, 0);
      head = parent;
      merged++;
    }
    this.#putFree(head, merged);
  }

  /** Every live block here is forgotten or ended: its frames become a gap. Answers its pages. */
  clearLive(head: number): number {
    const pages = this.pagesOf(head);
    this.#forEachPart(head, pages, (part) => this.frames.setState(part, 0));
    this.exactPages.delete(head);
    this.liveBlocks--;
    this.livePages -= pages;
    return pages;
  }

  /** Frames in a gap become a live block, in one piece or, when not a power of two, in several. */
  setLive(pfn: number, pages: number, since: number): void {
    let state = LIVE;
    this.#forEachPart(pfn, pages, (part, order) => {
      this.frames.setState(part, state | order);
      state = PART;
    });
    if (pages !== pagesIn(this.frames.stateAt(pfn) & ORDER)) this.exactPages.set(pfn, pages);
    this.frames.setSince(pfn, since);
    this.liveBlocks++;
    this.livePages += pages;
    this.allocatedEver = true;
  }

  /** Whatever is free in `[start, end)` becomes a gap; what is free around it stays free. */
  carve(start: number, end: number): void {
    let pfn = start;
    while (pfn < end) {
      const kind = this.cover(pfn);
      if (kind === 0) {
        pfn = this.nextHead(pfn, end);
        continue;
      }
      const head = this.coverHead;
      const blockEnd = head + pagesIn(this.coverOrder);
      if (kind === FREE) {
        this.#uncount(head, this.coverOrder);
        this.frames.setState(head, 0);
        this.insertFree(head, start);
        this.insertFree(end, blockEnd);
      }
      pfn = blockEnd;
    }
  }

  /** Frames in a gap, all inside one zone, become free; an empty or reversed range has none. */
  insertFree(start: number, end: number): void {
    let pfn = start;
    while (pfn < end) {
      const order = largestOrderAt(pfn, end, this.maxOrder);
      this.give(pfn, order);
      pfn += pagesIn(order);
    }
  }

  /** First frame after `pfn` that heads a block, or `end`. */
  nextHead(pfn: number, end: number): number {
    const { frames } = this;
    let next = pfn + 1;
    while (next < end) {
      const number = Math.floor(next * frames.tilesPerPage);
      const base = number * frames.tilePages;
      const tileEnd = Math.min(base + frames.tilePages, end);
      if (this.gap !== "withheld" && !frames.has(number)) {
        next = tileEnd;
        continue;
      }
      const states = frames.tile(number).states;
      while (next < tileEnd && states[next - base] === 0) next++;
      if (next < tileEnd) return next;
    }
    return end;
  }

  /** Events were lost: nothing is known any more but the pool's shape. */
  forget(): void {
    this.gap = "unknown";
    this.frames.clear();
    this.freeBlocks.fill(0);
    this.exactPages.clear();
    this.owed.clear();
    this.liveBlocks = 0;
    this.livePages = 0;
    this.observed = null;
    this.serving?.clear();
  }

  /** Frames join or leave the managed set; states are the caller's business. */
  setManaged(runs: readonly Run[]): void {
    this.runs = runs;
  }

  // ---------------------------------------------------------------- inside

  #forEachPart(pfn: number, pages: number, visit: (part: number, order: number) => void): void {
    const end = pfn + pages;
    let part = pfn;
    while (part < end) {
      const order = largestOrderAt(part, end, this.maxOrder);
      visit(part, order);
      part += pagesIn(order);
    }
  }

  #putFree(pfn: number, order: number): void {
    this.frames.setState(pfn, FREE | order);
    const list = this.listOf(pfn, order);
    this.freeBlocks[list] = (this.freeBlocks[list] as number) + 1;
    if (this.serving !== null) this.serving.inserted(list, pfn);
  }

  #uncount(pfn: number, order: number): void {
    const list = this.listOf(pfn, order);
    this.freeBlocks[list] = (this.freeBlocks[list] as number) - 1;
    if (this.serving !== null) this.serving.removed(list, pfn);
  }

  /** Would a block cross a border between two zones that touch? */
  #straddles(pfn: number, order: number): boolean {
    const end = pfn + pagesIn(order);
    return this.#borders.some((border) => border > pfn && border < end);
  }

  #fillCanonical(states: Uint8Array, firstPfn: number): void {
    const end = firstPfn + states.length;
    for (const run of this.geometry.runs) {
      let pfn = Math.max(run.start, firstPfn);
      while (pfn < run.end && pfn < end) {
        const order = canonicalOrderAround(run, pfn, this.maxOrder);
        const head = alignDown(pfn, order);
        if (head === pfn) states[pfn - firstPfn] = FREE | order;
        pfn = head + pagesIn(order);
      }
    }
  }

  #countInitial(): void {
    for (const run of this.geometry.runs) {
      canonicalCounts(run.start, run.end, this.maxOrder).forEach((count, order) => {
        const list = run.zone * (this.maxOrder + 1) + order;
        this.freeBlocks[list] = (this.freeBlocks[list] as number) + count;
      });
    }
  }

  /** The serving order needs every free block by name, so a promised placement costs O(free blocks) once. */
  #createServing(): FreeOrder | null {
    const { placement } = this.profile;
    if (placement === "any" || !freeSetIsCanonical(this.profile) || this.gap !== "withheld") return null;
    if (this.freeBlocks.reduce((sum, count) => sum + count, 0) > SERVING_BLOCKS_MAX) {
      this.undecide("placement", "too-many-blocks");
      return null;
    }
    const serving = new FreeOrder(placement, this.freeBlocks.length);
    for (const run of this.geometry.runs) {
      for (let pfn = run.start; pfn < run.end;) {
        const order = largestOrderAt(pfn, run.end, this.maxOrder);
        serving.inserted(run.zone * (this.maxOrder + 1) + order, pfn);
        pfn += pagesIn(order);
      }
    }
    return serving;
  }
}

/** Borders between touching zones that are not aligned to the largest order: merging must look out for them. */
function awkwardBorders(geometry: Geometry): number[] {
  const borders: number[] = [];
  geometry.zones.forEach((zone, index) => {
    const next = geometry.zones[index + 1];
    if (next !== undefined && next.start === zone.end && zone.end % pagesIn(geometry.maxOrder) !== 0)
      borders.push(zone.end);
  });
  return borders;
}

/** A ledger at the start of a trace. */
export function createLedger(options: LedgerOptions): Ledger {
  return new Ledger(options);
}

/** Sorted ranges of `[start, end)` that are managed. */
export function managedParts(ledger: Ledger, start: number, end: number): FrameRange[] {
  const parts: FrameRange[] = [];
  for (const run of ledger.runs) {
    const from = Math.max(run.start, start);
    const to = Math.min(run.end, end);
    if (from < to) parts.push({ start: from, end: to });
  }
  return parts;
}
