// The judge of a long run: the client's side of a pool in flat arrays, moved on in place, and nothing allocated.
//
//  1. It keeps C(F) and the live blocks by their heads, as the ledger does (model/ledger.ts), for pools whose whole
//     span fits into arrays. Serving splits the free block found and giving back merges upward, so a step costs
//     O(maxOrder). Element `pfn - base` is page pfn, and `base` is aligned to the largest order, so buddies of elements
//     are those of pages.
//  2. It says FINE, or CLIENTS for what only the client is to blame for, only where `step` finds just that. Everything
//     else is ODD: whoever asked plays the run again before the relation itself, which names the law, and the judge is
//     of no further use before `start`. The test beside this file holds both to the same answers.
//  3. It knows what `Ledger` knows of the last look, and of nothing that was seen before.
//
// Limits: those of `canJudgeFrames`. Exact page counts and several zones are part of it, lists in serving order are not.

import { largestOrderAt, orderFor, pagesIn, type Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { allowedZones, mustServe } from "../../model/zone-choice.ts";
import {
  ADD,
  ALLOC,
  ALLOC_PAGES,
  ANSWER_OK,
  ANSWER_REFUSED,
  ANSWER_UNSAID,
  FREE,
  FREE_ORDER,
  FREE_PAGES,
  REMOVE,
  UNNAMED,
  type Listing,
} from "../../model/numbers.ts";
import type { FreePages } from "./free-pages.ts";

/** What a step is. */
export const FINE = 0;
export const CLIENTS = 1;
export const ODD = 2;

/** The largest array that is kept for a pool. */
const FRAMES_MAX = 2 ** 22;
/** As many zones as a word has bits, but for the sign. */
const ZONES_MAX = 31;

/** Orders of free heads lie below this bit, which marks those that a look has come across. */
const SEEN = 0x40;

/** No free block has its head here, and no zone has this page. */
const NO_ORDER = -1;
const NO_ZONE = -1;

/** Can steps of such pools be judged here? */
export function canJudgeFrames(geometry: Geometry, profile: Profile): boolean {
  const isEager = profile.coalescing === "eager" && profile.initialFreeSet === "canonical";
  const isWhole =
    profile.cachedFrames === "none" && profile.references === "single" && profile.partialFree === "refused";
  const isPlain = profile.aboveMax === "refused" && profile.placement === "any";
  const fits = geometry.zones.length <= ZONES_MAX && geometry.span.end < 2 ** 31 && framesOf(geometry) <= FRAMES_MAX;
  return isEager && isWhole && isPlain && fits;
}

/** Elements from the last largest block before the span to the first one behind it. */
function framesOf({ span, maxOrder }: Geometry): number {
  const block = pagesIn(maxOrder);
  return (Math.ceil(span.end / block) - Math.floor(span.start / block)) * block;
}

export class FrameJudge implements FreePages {
  /** Orders of which some block is free: bit k for order k. */
  ordersFree = 0;
  /** Blocks that are live, and whether any ever was. */
  liveBlocks = 0;
  hasServed = false;
  readonly #geometry: Geometry;
  readonly #profile: Profile;
  readonly #maxOrder: number;
  readonly #base: number;
  /** Elements from the first page of the span to behind the last. */
  readonly #first: number;
  readonly #end: number;
  readonly #exact: boolean;
  readonly #remembers: boolean;
  readonly #isBestFit: boolean;
  readonly #servedHalf: Profile["servedHalf"];
  readonly #hasPolicy: boolean;
  readonly #zoneCount: number;
  /** The largest order that may not be refused for its size; -1 where anything may be refused. */
  readonly #owedOrder: number;
  /** Per element: the order of the free block with its head here; NO_ORDER for all others. */
  readonly #freeOrder: Int8Array;
  /** Per element: the pages of the live block with its head here; 0 for all others. */
  readonly #livePages: Int32Array;
  /** Per element: its zone; NO_ZONE outside every zone. */
  readonly #zoneOf: Int8Array;
  /** Per element: 1 for a page that is managed. */
  readonly #managed: Uint8Array;
  /** Per order: free blocks of all zones. */
  readonly #freeOfOrder: Int32Array;
  /** Per `zone * orderCount + order`: its free blocks, where there are several zones. */
  readonly #freeBlocks: Int32Array;
  /** The arrays as they are at the start. */
  readonly #opened: {
    readonly order: Int8Array;
    readonly managed: Uint8Array;
    readonly blocks: Int32Array;
    readonly ofOrder: Int32Array;
    readonly orders: number;
  };
  /** Per zone asked for, from 0 for none: which zones may serve it, one bit each. */
  readonly #mayServe: Int32Array;

  constructor(geometry: Geometry, profile: Profile) {
    const { span, zones, maxOrder } = geometry;
    this.#geometry = geometry;
    this.#profile = profile;
    this.#maxOrder = maxOrder;
    this.#base = Math.floor(span.start / pagesIn(maxOrder)) * pagesIn(maxOrder);
    this.#first = span.start - this.#base;
    this.#end = span.end - this.#base;
    this.#exact = profile.rounding === "exact";
    this.#remembers = profile.sizeAtFree === "remembered";
    this.#isBestFit = profile.fit === "best";
    this.#servedHalf = profile.servedHalf;
    this.#hasPolicy = this.#isBestFit || this.#servedHalf !== "any";
    this.#zoneCount = zones.length;
    this.#owedOrder = profile.exhaustion === "exact" ? Math.min(profile.usableMaxOrder ?? maxOrder, maxOrder) : -1;
    const frames = framesOf(geometry);
    this.#freeOrder = new Int8Array(frames).fill(NO_ORDER);
    this.#livePages = new Int32Array(frames);
    this.#managed = new Uint8Array(frames);
    this.#zoneOf = new Int8Array(frames).fill(NO_ZONE);
    for (const [zone, { start, end }] of zones.entries()) this.#zoneOf.fill(zone, start - this.#base, end - this.#base);
    this.#freeBlocks = new Int32Array(zones.length * (maxOrder + 1));
    this.#freeOfOrder = new Int32Array(maxOrder + 1);
    for (const { start, end } of geometry.runs) this.#join(start - this.#base, end - this.#base);
    this.#opened = {
      order: this.#freeOrder.slice(),
      managed: this.#managed.slice(),
      blocks: this.#freeBlocks.slice(),
      ofOrder: this.#freeOfOrder.slice(),
      orders: this.ordersFree,
    };
    this.#mayServe = Int32Array.from([null, ...zones.map(({ name }) => name)], (name) =>
      allowedZones({ geometry, profile }, name).reduce((mask, zone) => mask | (1 << zone), 0),
    );
  }

  /** Nothing is live, and nobody has looked. */
  start(): void {
    this.#freeOrder.set(this.#opened.order);
    this.#managed.set(this.#opened.managed);
    this.#freeBlocks.set(this.#opened.blocks);
    this.#livePages.fill(0);
    this.#freeOfOrder.set(this.#opened.ofOrder);
    this.ordersFree = this.#opened.orders;
    this.liveBlocks = 0;
    this.hasServed = false;
  }

  // ---------------------------------------------------------------- looking

  freeOrderAround(pfn: number): number {
    const at = pfn - this.#base;
    return at >= this.#first && at < this.#end ? this.#orderAround(at) : NO_ORDER;
  }

  ordersGrown(pfn: number, order: number): number {
    const freeOrder = this.#freeOrder;
    let head = pfn - this.#base;
    let grown = order;
    while (grown < this.#maxOrder && freeOrder[head ^ (1 << grown)] === grown) {
      head &= ~(1 << grown);
      grown++;
    }
    return grown - order;
  }

  isManaged(pfn: number): boolean {
    return this.#managed[pfn - this.#base] === 1;
  }

  /** Pages of the live block with this head, 0 if there is none. */
  heldAt(pfn: number): number {
    return this.#livePages[pfn - this.#base] ?? 0;
  }

  /** Order of the free block that holds this page, or NO_ORDER: its head is the page aligned down. */
  #orderAround(at: number): number {
    const freeOrder = this.#freeOrder;
    for (let order = 0; order <= this.#maxOrder; order++) {
      const found = freeOrder[at & -(1 << order)] as number;
      if (found >= order) return found;
    }
    return NO_ORDER;
  }

  // ---------------------------------------------------------------- steps

  /** Judges a call with its answer (numbers.ts), and moves on. */
  judge(call: number, first: number, second: number, answer: number): number {
    switch (call) {
      case ALLOC:
      case ALLOC_PAGES:
        return answer === ANSWER_REFUSED
          ? this.#judgeRefused(call, first, second)
          : this.#judgeServed(call, first, second, answer);
      case FREE:
      case FREE_ORDER:
      case FREE_PAGES:
        return this.#judgeFreed(call, first, second, answer);
      case ADD:
      case REMOVE:
        if (answer === ANSWER_REFUSED) return FINE;
        if (answer !== ANSWER_OK && answer !== ANSWER_UNSAID) return ODD;
        return call === ADD ? this.#judgeAdded(first, second) : this.#judgeRemoved(first, second);
      default:
        return ODD;
    }
  }

  #judgeRefused(call: number, first: number, zone: number): number {
    if (call === ALLOC_PAGES && first === 0) return FINE;
    const order = call === ALLOC ? first : orderFor(first);
    if (order > this.#owedOrder) return FINE;
    if (zone === UNNAMED || this.#zoneCount === 1) return this.ordersFree >>> order === 0 ? FINE : ODD;
    const name = this.#geometry.zones[zone]?.name ?? null;
    const asked = { geometry: this.#geometry, profile: this.#profile };
    return mustServe(asked, name, (one) => this.#smallestFree(one, order) <= this.#maxOrder) ? ODD : FINE;
  }

  /** The smallest order at or above this one that has a free block in this zone; above the largest, if there is none. */
  #smallestFree(zone: number, order: number): number {
    if (this.#zoneCount === 1) {
      const fitting = this.ordersFree & -(1 << order);
      return fitting === 0 ? this.#maxOrder + 1 : 31 - Math.clz32(fitting & -fitting);
    }
    const list = zone * (this.#maxOrder + 1);
    let fit = order;
    while (fit <= this.#maxOrder && this.#freeBlocks[list + fit] === 0) fit++;
    return fit;
  }

  #judgeServed(call: number, first: number, zone: number, pfn: number): number {
    const isForNothing = call === ALLOC_PAGES && first === 0;
    if (isForNothing && this.#profile.zeroRequest === "refused") return ODD;
    const asked = isForNothing ? 1 : first;
    const order = call === ALLOC ? first : orderFor(asked);
    const at = pfn - this.#base;
    // No page at all, one outside the span, one that is not aligned, or more than the largest block.
    if (order > this.#maxOrder || !(at >= this.#first && at < this.#end) || (at & -(1 << order)) !== at) return ODD;
    if (zone !== UNNAMED && this.#zoneCount > 1) {
      const mayServe = this.#mayServe[zone + 1] as number;
      if (((mayServe >>> (this.#zoneOf[at] as number)) & 1) === 0) return ODD;
    }
    const isExact = call === ALLOC_PAGES && this.#exact && asked !== pagesIn(order);
    if (this.#hasPolicy && !this.#isChoice(at, order)) return ODD;
    if (isExact ? !this.#takePages(at, asked) : !this.#take(at, order)) return ODD;
    this.#livePages[at] = isExact ? asked : pagesIn(order);
    this.liveBlocks++;
    this.hasServed = true;
    return FINE;
  }

  /** Is this what the profile picks? See policyFault in model/judge-served.ts. */
  #isChoice(at: number, order: number): boolean {
    const from = this.#orderAround(at);
    if (this.#isBestFit && this.#smallestFree(this.#zoneOf[at] as number, order) < from) return false;
    if (from <= order || this.#servedHalf === "any") return true;
    const head = at & -(1 << from);
    return at === (this.#servedHalf === "low" ? head : head + pagesIn(from) - pagesIn(order));
  }

  /** Takes pages out of C(F), piece by piece; false if one of them is not free, or in another zone. */
  #takePages(at: number, pages: number): boolean {
    const end = at + pages;
    for (let piece = at; piece < end;) {
      const order = largestOrderAt(piece, end, this.#maxOrder);
      if (this.#zoneOf[piece] !== this.#zoneOf[at] || !this.#take(piece, order)) return false;
      piece += pagesIn(order);
    }
    return true;
  }

  /** Takes a block out of the free block around it; false if it is not wholly free. */
  #take(at: number, order: number): boolean {
    const freeOrder = this.#freeOrder;
    let from = order;
    let head = at;
    while ((freeOrder[head] as number) < from) {
      if (++from > this.#maxOrder) return false;
      head = at & -(1 << from);
    }
    from = freeOrder[head] as number;
    this.#drop(head, from);
    while (from > order) {
      const middle = head + (1 << --from);
      if (at >= middle) {
        this.#put(head, from);
        head = middle;
      } else this.#put(middle, from);
    }
    return true;
  }

  #judgeFreed(call: number, pfn: number, second: number, answer: number): number {
    const at = pfn - this.#base;
    const held = this.#livePages[at] ?? 0;
    const isGood = held > 0 && (call === FREE || this.#remembers || this.#pagesNamed(call, second) === held);
    if (!isGood) return answer === ANSWER_REFUSED ? FINE : answer === ANSWER_UNSAID ? CLIENTS : ODD;
    if (answer !== ANSWER_OK && answer !== ANSWER_UNSAID) return ODD;
    this.#livePages[at] = 0;
    this.liveBlocks--;
    const order = 31 - Math.clz32(held);
    if (held === 1 << order) this.#give(at, order);
    else this.#givePages(at, at + held);
    return FINE;
  }

  #pagesNamed(call: number, second: number): number {
    if (call === FREE_ORDER) return second <= this.#maxOrder ? pagesIn(second) : 0;
    if (second === 0) return 0;
    return this.#exact ? second : pagesIn(orderFor(second));
  }

  /** Free pages again, which merge with their buddies as long as these are free. */
  #give(at: number, order: number): void {
    const freeOrder = this.#freeOrder;
    let head = at;
    let grown = order;
    while (grown < this.#maxOrder) {
      const buddy = head ^ (1 << grown);
      if (freeOrder[buddy] !== grown) break;
      if (this.#zoneCount > 1 && this.#zoneOf[buddy] !== this.#zoneOf[head]) break;
      this.#drop(buddy, grown);
      head &= buddy;
      grown++;
    }
    this.#put(head, grown);
  }

  #givePages(start: number, end: number): void {
    for (let at = start; at < end;) {
      const order = largestOrderAt(at, end, this.#maxOrder);
      this.#give(at, order);
      at += pagesIn(order);
    }
  }

  #put(head: number, order: number): void {
    this.#freeOrder[head] = order;
    this.#count(head, order, 1);
  }

  #drop(head: number, order: number): void {
    this.#freeOrder[head] = NO_ORDER;
    this.#count(head, order, -1);
  }

  #count(head: number, order: number, more: number): void {
    const blocks = (this.#freeOfOrder[order] as number) + more;
    this.#freeOfOrder[order] = blocks;
    // The sign bit of -blocks says that there are some, without a branch to be guessed wrong.
    this.ordersFree = (this.ordersFree & ~(1 << order)) | ((-blocks >>> 31) << order);
    if (this.#zoneCount === 1) return;
    const list = (this.#zoneOf[head] as number) * (this.#maxOrder + 1) + order;
    this.#freeBlocks[list] = (this.#freeBlocks[list] as number) + more;
  }

  // ---------------------------------------------------------------- frames that join or leave

  #judgeAdded(pfn: number, pages: number): number {
    const start = pfn - this.#base;
    for (let at = start; at < start + pages; at++) {
      if (this.#managed[at] !== 0 || this.#zoneOf[at] === NO_ZONE) return ODD;
    }
    for (let at = start; at < start + pages;) {
      let end = at + 1;
      while (end < start + pages && this.#zoneOf[end] === this.#zoneOf[at]) end++;
      this.#join(at, end);
      at = end;
    }
    return FINE;
  }

  /** Pages of one zone become managed and free. */
  #join(start: number, end: number): void {
    this.#managed.fill(1, start, end);
    this.#givePages(start, end);
  }

  #judgeRemoved(pfn: number, pages: number): number {
    const start = pfn - this.#base;
    const end = start + pages;
    if (start < this.#first || end > this.#end) return ODD;
    for (let at = start; at < end; at++) if (!this.#take(at, 0)) return ODD;
    this.#managed.fill(0, start, end);
    return FINE;
  }

  // ---------------------------------------------------------------- observations

  /** Are these exactly the blocks of C(F), each once? */
  agreesWith(listing: Listing): boolean {
    const { count, orders, pfns } = listing;
    if (count !== this.#blocksFree()) return false;
    const freeOrder = this.#freeOrder;
    let seen = 0;
    for (; seen < count; seen++) {
      const at = (pfns[seen] as number) - this.#base;
      const order = orders[seen] as number;
      if (order > this.#maxOrder || freeOrder[at] !== order) break;
      freeOrder[at] = order | SEEN;
    }
    for (let back = 0; back < seen; back++) freeOrder[(pfns[back] as number) - this.#base] = orders[back] as number;
    return seen === count;
  }

  #blocksFree(): number {
    let blocks = 0;
    for (let order = 0; order <= this.#maxOrder; order++) blocks += this.#freeOfOrder[order] as number;
    return blocks;
  }

  /** Are these the free blocks of each order, and none of larger ones? */
  agreesWithCounts(counts: Float64Array): boolean {
    for (let order = 0; order < counts.length; order++) {
      if (counts[order] !== (order <= this.#maxOrder ? this.#freeOfOrder[order] : 0)) return false;
    }
    return true;
  }
}
