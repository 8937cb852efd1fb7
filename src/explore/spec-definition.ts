// What the definitions of SPEC.md say of one state and one step, computed from scratch and frame by frame.
//
//  1. This is the yardstick that the relation is held against, so it shares no bookkeeping with it: the free blocks
//     are looked for anew in every state, largest first, and nothing is split or merged.
//  2. Of a served block it says: aligned, of free managed frames of one zone, of a zone that the request may be served
//     from, and out of a block no larger than needed if the profile promises that.
//  3. It says nothing about which of several such blocks a policy picks (`placement`, `servedHalf`): that stays the
//     relation's business, and of a request with room at least one outcome must remain.
//
// Cost: O(pages * orders) for a state. Fast enough for the pools that are explored step by step, and no faster.

import { isAligned, pagesIn, type Geometry } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import type { Fault, Misuse } from "../../model/violation.ts";
import { allowedZones, mustServe } from "../../model/zone-choice.ts";
import { largestServed } from "./spec-shape.ts";

/** Why an answer is wrong: the fault, or null for an answer that the definitions allow. */
export type Objection = Fault | null;

/** One state as the definitions see it. */
export class DefinedState {
  readonly geometry: Geometry;
  readonly profile: Profile;
  /** Per frame of the pool: one more than the order of the live block that begins there; 0 for none. */
  readonly live: Uint8Array;
  /** The same of the free blocks. */
  readonly free: Uint8Array;
  /** Per frame: the number of its zone, or -1 where it is not managed. */
  readonly zones: Int8Array;
  /** Per frame: the index of the first frame of the live block that holds it, or -1. */
  readonly #holder: Int16Array;
  /** Free blocks per `zone * orderCount + order`. */
  readonly #freeCounts: Int32Array;
  /** Answers questions about zones, which depend on the profile and on no state. */
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    const { geometry } = ledger;
    const pages = geometry.span.end - geometry.span.start;
    this.geometry = geometry;
    this.profile = ledger.profile;
    this.live = new Uint8Array(pages);
    this.free = new Uint8Array(pages);
    this.zones = new Int8Array(pages).fill(-1);
    for (const run of geometry.runs) {
      this.zones.fill(run.zone, run.start - geometry.span.start, run.end - geometry.span.start);
    }
    this.#holder = new Int16Array(pages);
    this.#freeCounts = new Int32Array(geometry.zones.length * (geometry.maxOrder + 1));
    this.#ledger = ledger;
  }

  /** Looks for everything that follows from `live`. */
  define(): void {
    this.#holder.fill(-1);
    for (let frame = 0; frame < this.live.length; frame++) {
      const state = this.live[frame] as number;
      if (state > 0) this.#holder.fill(frame, frame, frame + pagesIn(state - 1));
    }
    this.free.fill(0);
    this.#freeCounts.fill(0);
    for (let order = this.geometry.maxOrder; order >= 0; order--) this.#findFree(order);
  }

  /** Free blocks of `order` that are part of no larger one. */
  #findFree(order: number): void {
    const { start } = this.geometry.span;
    const step = pagesIn(order);
    const first = (step - (start % step)) % step;
    for (let frame = first; frame + step <= this.live.length; frame += step) {
      if (!this.#isFree(frame, step) || this.#isInFreeBlock(frame)) continue;
      this.free[frame] = order + 1;
      const list = (this.zones[frame] as number) * (this.geometry.maxOrder + 1) + order;
      this.#freeCounts[list] = (this.#freeCounts[list] as number) + 1;
    }
  }

  /** Are these frames managed, of one zone, and held by nobody? */
  #isFree(frame: number, pages: number): boolean {
    const zone = this.zones[frame];
    if (zone === -1) return false;
    for (let at = frame; at < frame + pages; at++) {
      if (this.zones[at] !== zone || this.#holder[at] !== -1) return false;
    }
    return true;
  }

  #isInFreeBlock(frame: number): boolean {
    return this.#orderOfFree(frame) >= 0;
  }

  /** The order of the free block that holds a frame, or -1. */
  #orderOfFree(frame: number): number {
    for (let head = frame; head >= 0; head--) {
      const state = this.free[head] as number;
      if (state > 0) return head + pagesIn(state - 1) > frame ? state - 1 : -1;
    }
    return -1;
  }

  /** May a request of `order`, naming `zone` or none, be served the block at `frame`? */
  objectionToServing(frame: number, order: number, zone: string | null): Objection {
    const pages = pagesIn(order);
    const pfn = frame + this.geometry.span.start;
    if (order > this.geometry.maxOrder)
      return { kind: "order-above-max", pfn, pages, maxPages: pagesIn(this.geometry.maxOrder) };
    if (!isAligned(pfn, order)) return { kind: "misaligned-block", pfn, order };
    if (!this.#isManaged(frame, pages)) return { kind: "outside-managed", pfn, pages, where: "not-managed" };
    for (let at = frame; at < frame + pages; at++) {
      const head = this.#holder[at] as number;
      if (head !== -1) return this.#overlap(pfn, pages, head);
    }
    const home = this.zones[frame] as number;
    if (zone !== null && !allowedZones(this.#ledger, zone).includes(home)) {
      return { kind: "wrong-zone", pfn, asked: zone, served: this.geometry.zones[home]?.name ?? "" };
    }
    if (this.profile.fit === "any") return null;
    const from = this.#orderOfFree(frame);
    const smallest = this.#smallestFree(home, order);
    return smallest < from ? { kind: "larger-split", pfn, order, from, smallest } : null;
  }

  #isManaged(frame: number, pages: number): boolean {
    if (frame < 0 || frame + pages > this.zones.length) return false;
    const zone = this.zones[frame];
    if (zone === -1) return false;
    for (let at = frame; at < frame + pages; at++) if (this.zones[at] !== zone) return false;
    return true;
  }

  #overlap(pfn: number, pages: number, head: number): Fault {
    const holder = {
      pfn: head + this.geometry.span.start,
      pages: pagesIn((this.live[head] as number) - 1),
      since: 0,
    };
    return { kind: "overlaps-live", pfn, pages, holder };
  }

  #smallestFree(zone: number, order: number): number {
    const first = zone * (this.geometry.maxOrder + 1);
    for (let fit = order; fit <= this.geometry.maxOrder; fit++) {
      if ((this.#freeCounts[first + fit] as number) > 0) return fit;
    }
    return -1;
  }

  /** May a request of `order`, naming `zone` or none, be refused? */
  objectionToRefusing(order: number, zone: string | null): Objection {
    if (this.profile.exhaustion !== "exact" || order > largestServed(this.geometry, this.profile)) return null;
    if (!mustServe(this.#ledger, zone, (number) => this.#smallestFree(number, order) >= 0)) return null;
    return { kind: "refused-with-room", order, room: null, freeBlocks: this.#roomFor(order) };
  }

  #roomFor(order: number): number {
    let blocks = 0;
    this.#freeCounts.forEach((count, list) => {
      if (list % (this.geometry.maxOrder + 1) >= order) blocks += count;
    });
    return blocks;
  }

  /** May a free of `frame`, naming an order or -1, be accepted? A free that may not must be refused. */
  objectionToFreeing(frame: number, order: number): Objection {
    const state = this.live[frame] ?? 0;
    const sizeIsRight = order === -1 || order === state - 1 || this.profile.sizeAtFree === "remembered";
    if (state > 0 && sizeIsRight) return null;
    const pfn = frame + this.geometry.span.start;
    const head = this.#holder[frame] ?? -1;
    const holder = head === -1 ? null : { pfn: head + this.geometry.span.start, pages: 1, since: 0 };
    const pages = order === -1 ? null : pagesIn(order);
    return { kind: "bad-free", pfn, pages, misuse: this.#misuse(frame), answer: "accepted", holder, freedAt: 0 };
  }

  #misuse(frame: number): Misuse {
    if (frame < 0 || frame >= this.live.length) return "out-of-range";
    if (this.zones[frame] === -1) return "reserved";
    if ((this.live[frame] as number) > 0) return "wrong-size";
    return this.#holder[frame] === -1 ? "never-allocated" : "interior";
  }
}
