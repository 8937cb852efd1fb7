// The reference allocator in atomic steps, under one lock: what is left of it when two processors call at once.
//
//  1. A step is what the reference does in one method: look for a block, take one off its list, list one, make one
//     live, ask for a buddy. Between any two of them another call may take steps of its own.
//  2. The lock is a word of the state. Who finds it taken waits; who took it gives it back on every way out.
//  3. With the lock, the steps of one call follow each other, so every state between calls is one that the calls
//     lead to one after the other, and no order of calls can be told from it.
//  4. Without pauses it is the reference: a test gives both the same calls in every state and compares the bytes.
//
// The mutants (mutants-unlocked.ts) leave a lock out, or take it too late.
//
// Source: Linux mm/page_alloc.c, rmqueue_buddy() and free_one_page() under zone->lock.
// Limit: requests by order and frees; requests for page counts round before the first step, and pages neither join
// nor leave.

import { Allocator } from "./allocator.ts";
import { REFUSED, type Command, type Outcome } from "./command.ts";
import { pagesIn, type FrameRange } from "./geometry.ts";
import { before, type Stepping } from "./stepping.ts";
import { NONE } from "./zone.ts";

// Values of a lock's word.
const FREE = 0;
const TAKEN = 1;

/** The register that holds the word of the one lock; some mutants have another. */
const LOCK = 0;

/** The calls that are made in steps. */
export type SteppedCommand = Extract<Command, { readonly kind: "alloc" | "free" | "free-order" }>;

/** The reference, with its calls as generators beside those that run through at once. */
export class SteppedAllocator extends Allocator {
  /** The lock's word: see rule 2. */
  protected override readonly registers: number[] = [FREE];

  /** What the client sees of this command, in steps. */
  *inSteps(command: SteppedCommand): Stepping<Outcome> {
    switch (command.kind) {
      case "alloc": {
        const { order, zone } = command;
        if (!Number.isInteger(order) || order < 0 || !this.isServable(order)) return REFUSED;
        return this.served(yield* this.allocating(order, this.zonesFor(zone)));
      }
      case "free":
        return this.freed(yield* this.freeing(command.pfn, null));
      case "free-order":
        return this.freed(yield* this.freeing(command.pfn, 2 ** command.order));
    }
  }

  protected allocating(order: number, zones: readonly number[]): Stepping<number | null> {
    return this.underLock(this.serving(order, zones));
  }

  protected freeing(pfn: number, named: number | null): Stepping<boolean> {
    return this.underLock(this.takingBack(pfn, named));
  }

  // ---------------------------------------------------------------- the lock

  /** Takes the lock, lets the steps be taken, and gives it back. */
  protected *underLock<Answer>(steps: Stepping<Answer>, lock: number = LOCK): Stepping<Answer> {
    yield* this.locking(lock);
    const answer = yield* steps;
    yield* this.unlocking(lock);
    return answer;
  }

  protected *locking(lock: number = LOCK): Stepping<void> {
    yield { step: "lock", when: () => this.registers[lock] === FREE };
    this.registers[lock] = TAKEN;
  }

  protected *unlocking(lock: number = LOCK): Stepping<void> {
    yield before("unlock");
    this.registers[lock] = FREE;
  }

  // ---------------------------------------------------------------- steps of a request

  protected *serving(order: number, zones: readonly number[]): Stepping<number | null> {
    let head = yield* this.looking(order, zones);
    if (head === NONE && this.profile.coalescing === "lazy") {
      yield before("coalesce all");
      this.coalesceAll();
      head = yield* this.looking(order, zones);
    }
    return head === NONE ? null : yield* this.takingFound(head, order);
  }

  /** The free block to serve from. Above the largest order, the first of the blocks, which are off their list then. */
  protected *looking(order: number, zones: readonly number[]): Stepping<number> {
    for (const zone of zones) {
      yield before(`look for order ${order}`);
      const isBlock = order <= this.geometry.maxOrder;
      const head = isBlock ? this.find(order, zone) : this.takeAdjacent(2 ** order, zone);
      if (head !== NONE) return head;
    }
    return NONE;
  }

  /** Serves order `order` from the block that was found. */
  protected *takingFound(head: number, order: number): Stepping<number> {
    let served = head;
    if (order <= this.geometry.maxOrder) {
      const from = this.zone.freeOrderAt(head);
      yield before(`unlink ${head}:${from}`);
      this.unlink(head, from);
      served = yield* this.splitting(head, from, order);
    }
    yield before(`make ${served}:${order} live`);
    this.keep(served, this.pagesTaken(order, 2 ** order), 2 ** order);
    return served;
  }

  protected *splitting(head: number, from: number, to: number): Stepping<number> {
    let served = head;
    for (let order = from - 1; order >= to; order--) {
      const high = served + pagesIn(order);
      if (this.profile.servedHalf === "high") {
        yield* this.listing(served, order);
        served = high;
      } else yield* this.listing(high, order);
    }
    return served;
  }

  // ---------------------------------------------------------------- steps of a free

  protected *takingBack(pfn: number, named: number | null): Stepping<boolean> {
    const pages = yield* this.checking(pfn, named);
    if (pages === 0) return false;
    yield* this.ending(pfn, pages);
    yield* this.givingBack({ start: pfn, end: pfn + pages });
    return true;
  }

  /** How many pages from `pfn` on this free takes back; 0 refuses it. */
  protected *checking(pfn: number, named: number | null): Stepping<number> {
    yield before(`look at ${pfn}`);
    return this.pagesToFree(pfn, named);
  }

  protected *ending(pfn: number, pages: number): Stepping<void> {
    yield before(`${pfn} is live no more`);
    this.endLive(pfn, pages);
  }

  protected *givingBack(range: FrameRange): Stepping<void> {
    const blocks: (readonly [head: number, order: number])[] = [];
    this.forEachBlock(range, (head, order) => {
      blocks.push([head, order]);
    });
    for (const [head, order] of blocks) {
      if (this.profile.coalescing === "lazy") yield* this.listing(head, order);
      else yield* this.coalescing(head, order);
    }
  }

  protected *coalescing(pfn: number, order: number): Stepping<void> {
    let head = pfn;
    let grown = order;
    while (grown < this.geometry.maxOrder) {
      const buddy = this.buddyOf(head, grown);
      yield before(`is ${buddy}:${grown} free?`);
      if (!this.canCoalesce(head, buddy, grown)) break;
      yield before(`unlink ${buddy}:${grown}`);
      this.absorb(head, buddy, grown);
      head = Math.min(head, buddy);
      grown++;
    }
    yield* this.listing(head, grown);
  }

  protected *listing(head: number, order: number): Stepping<void> {
    yield before(`list ${head}:${order}`);
    this.insert(head, order);
  }
}
