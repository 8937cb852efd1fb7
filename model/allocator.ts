// The reference allocator: serves and takes back blocks exactly as its profile says, and refuses misuse.
//
//  1. A request is rounded to an order; an exact profile keeps only the pages asked for and gives the tail
//     back: 5 pages take 0:3, keep 0 to 4 and leave 5:0 and 6:1.
//  2. Requests above the largest order are refused or, by profile, served from adjacent largest blocks.
//  3. A free is good if it names a live block whole, or a part of one where the profile allows parts.
//     A bad free changes nothing. It is answered with the profile's `misuse`, "undefined" with a refusal.
//  4. A client writes to every page it is served: `answer` looks at them first, then dirties them.
//
// How blocks are split and coalesced: buddy-system.ts. Every step is a method of its own, for the mutants.

import { OK, REFUSED, UNSAID, type Command, type Outcome } from "./command.ts";
import { BuddySystem } from "./buddy-system.ts";
import { isAligned, orderFor, pagesIn } from "./geometry.ts";
import { NONE } from "./zone.ts";

/** How an allocator goes down that answers misuse so. */
const DIED: Outcome = { kind: "crashed", how: "abort" };

/** Serves and takes back blocks of one pool. Arguments may be any numbers: bad ones are refused. */
export class Allocator extends BuddySystem {
  /** Zones in the order they are tried, by the name asked for. */
  readonly #zones: Map<string, readonly number[]> = new Map();
  /** The same for requests that name none; null before the first of them. */
  #allZones: readonly number[] | null = null;

  // ---------------------------------------------------------------- calls

  /** Serves a block of `2^order` pages: its head, or null if refused. */
  allocate(order: number, zone: string | null = null): number | null {
    if (!Number.isInteger(order) || order < 0) return null;
    return this.serve(order, pagesNamed(order), zone);
  }

  /** Serves `pages` pages, rounded as the profile says: their head, or null if refused. */
  allocatePages(pages: number, zone: string | null = null): number | null {
    const asked = pages === 0 ? this.pagesForZero() : pages;
    if (!Number.isSafeInteger(asked) || asked < 1) return null;
    return this.serve(this.orderForRequest(asked), this.pagesKept(asked), zone);
  }

  /** Takes back the live block that `pfn` heads, of remembered size. False: refused, and nothing changed. */
  free(pfn: number): boolean {
    return this.takeBack(pfn, null);
  }

  /** Takes back the live block `(pfn, order)`. */
  freeOrder(pfn: number, order: number): boolean {
    return this.takeBack(pfn, pagesNamed(order));
  }

  /** Takes back what `allocatePages(pages)` served at `pfn`. */
  freePages(pfn: number, pages: number): boolean {
    return this.takeBack(pfn, Number.isSafeInteger(pages) && pages >= 1 ? this.pagesKept(pages) : 0);
  }

  /** Are these pages all zero? */
  isZero(pfn: number, pages: number): boolean {
    return this.zone.isZero(pfn, pages);
  }

  /** A client writes to pages it holds. */
  write(pfn: number, pages: number): void {
    this.zone.dirty(pfn, pages);
  }

  /** What the client sees when it gives this command. An observation is its own answer. */
  answer(command: Command): Outcome {
    switch (command.kind) {
      case "alloc":
        return this.served(this.allocate(command.order, command.zone));
      case "alloc-pages":
        return this.served(this.allocatePages(command.pages, command.zone));
      case "free":
        return this.freed(this.free(command.pfn));
      case "free-order":
        return this.freed(this.freeOrder(command.pfn, command.order));
      case "free-pages":
        return this.freed(this.freePages(command.pfn, command.pages));
      case "add":
        return this.add(command.pfn, command.pages) ? OK : REFUSED;
      case "remove":
        return this.remove(command.pfn, command.pages) ? OK : REFUSED;
      case "snapshot":
      case "counts":
      case "unnamed":
        return OK;
    }
  }

  // ---------------------------------------------------------------- steps of a request

  /** What a request for 0 pages asks for; 0 refuses it. */
  protected pagesForZero(): number {
    return this.profile.zeroRequest === "one-page" ? 1 : 0;
  }

  protected orderForRequest(pages: number): number {
    return orderFor(pages);
  }

  /** How many pages become live when this many are asked for. */
  protected pagesKept(pages: number): number {
    return this.profile.rounding === "exact" ? pages : pagesNamed(this.orderForRequest(pages));
  }

  /** May a request name this order at all? */
  protected isServable(order: number): boolean {
    const { maxOrder } = this.geometry;
    return order <= Math.min(this.profile.usableMaxOrder ?? maxOrder, maxOrder) || this.profile.aboveMax === "adjacent";
  }

  /** The whole path of a request: take a block, keep `pages` of it, clear them. */
  protected serve(order: number, pages: number, zone: string | null): number | null {
    if (!this.isServable(order)) return null;
    const zones = this.#zonesTried(zone);
    let head = this.take(order, pages, zones);
    if (head === NONE && this.profile.coalescing === "lazy") {
      this.coalesceAll();
      head = this.take(order, pages, zones);
    }
    if (head === NONE) return this.refuse(order, zones);
    this.keep(head, this.pagesTaken(order, pages), pages);
    return head;
  }

  /** Where a request ends that no free block fits; nothing has changed. */
  protected refuse(_order: number, _zones: readonly number[]): number | null {
    return null;
  }

  /** Makes the first `pages` pages of the `taken` ones live, clears them, and gives the tail back. */
  protected keep(head: number, taken: number, pages: number): void {
    this.zone.markLive(head, pages);
    if (pages < taken) this.giveBack({ start: head + pages, end: head + taken });
    if (this.profile.zeroed === "promised") this.zero(head, pages);
  }

  protected zero(head: number, pages: number): void {
    this.zone.zero(head, pages);
  }

  /** The client looks at what it got, then uses it. */
  protected served(head: number | null): Outcome {
    if (head === null) return REFUSED;
    const pages = this.zone.livePagesAt(head);
    const zeroed = this.profile.zeroed === "promised" ? this.isZero(head, pages) : null;
    this.write(head, pages);
    return { kind: "block", pfn: head, zeroed };
  }

  #zonesTried(name: string | null): readonly number[] {
    if (name === null) return (this.#allZones ??= this.zonesFor(null));
    const known = this.#zones.get(name);
    if (known !== undefined) return known;
    const zones = this.zonesFor(name);
    this.#zones.set(name, zones);
    return zones;
  }

  // ---------------------------------------------------------------- steps of a free

  /** The whole path of a free; `named` is the page count its caller names, or null. */
  protected takeBack(pfn: number, named: number | null): boolean {
    const pages = this.pagesToFree(pfn, named);
    if (pages === 0) return false;
    this.endLive(pfn, pages);
    this.giveBack({ start: pfn, end: pfn + pages });
    return true;
  }

  /** How many pages from `pfn` on this free takes back; 0 refuses it. */
  protected pagesToFree(pfn: number, named: number | null): number {
    const { sizeAtFree, partialFree } = this.profile;
    const live = this.zone.livePagesAt(pfn);
    if (named === null || named === live) return live;
    if (partialFree === "allowed") return this.#isLivePart(pfn, named) ? named : 0;
    return sizeAtFree === "remembered" ? live : 0;
  }

  /** Is `[pfn, pfn + pages)` an aligned part of one live block? */
  #isLivePart(pfn: number, pages: number): boolean {
    if (!this.isRange(pfn, pages)) return false;
    const head = this.zone.liveHeadAround(pfn);
    if (head === NONE || pfn + pages > head + this.zone.livePagesAt(head)) return false;
    return isAligned(pfn, Math.min(orderFor(pages), this.geometry.maxOrder));
  }

  /** Pages stop being live. What is left of their block lives on in pieces: 0:2 without 1:0 is 0:0 and 2:1. */
  protected endLive(pfn: number, pages: number): void {
    if (this.zone.livePagesAt(pfn) === pages) {
      this.zone.unmarkLive(pfn);
      return;
    }
    const head = this.zone.liveHeadAround(pfn);
    const end = head + this.zone.livePagesAt(head);
    this.zone.unmarkLive(head);
    const liveOn = (part: number, order: number): void => this.zone.markLive(part, pagesIn(order));
    this.forEachBlock({ start: head, end: pfn }, liveOn);
    this.forEachBlock({ start: pfn + pages, end }, liveOn);
  }

  /** How a free looks to its caller. */
  protected freed(accepted: boolean): Outcome {
    switch (this.profile.misuse) {
      case "silent":
        return UNSAID;
      case "died":
        return accepted ? OK : DIED;
      case "refused":
      case "undefined":
        return accepted ? OK : REFUSED;
    }
  }
}

/** Pages of a block of an order that a caller names, which may be any; a table is several times faster than a power. */
function pagesNamed(order: number): number {
  const pages: number | undefined = pagesIn(order);
  return pages ?? 2 ** order;
}
