// Mutants of the stepped allocator: a lock left out, taken too late, dropped too early, or taken in two orders.
//
//  1. Called one after the other they are the reference, in every state: no sequence of calls shows anything wrong.
//  2. Two calls at once are enough for each, and the law named is the one that the shortest such trace breaks.
//
// Source of the kinds: Lu, Park, Seo, Zhou, Learning from mistakes (ASPLOS 2008): atomicity violations, order
// violations and deadlocks; nearly all of them take two threads.

import type { Geometry } from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import type { Profile } from "./profile.ts";
import { SteppedAllocator } from "./stepped-allocator.ts";
import type { Stepping } from "./stepping.ts";
import { NONE } from "./zone.ts";

/** A stepped allocator that is wrong only when calls overlap. */
export interface UnlockedMutant {
  readonly id: string;
  /** What it does wrong, in one sentence. */
  readonly summary: string;
  /** The law that the shortest trace breaks. */
  readonly law: LawId;
  readonly create: (geometry: Geometry, profile: Profile) => SteppedAllocator;
}

/** The register of the second lock, of those that have two. */
const SECOND = 1;

class AllocatesUnlocked extends SteppedAllocator {
  protected override allocating(order: number, zones: readonly number[]): Stepping<number | null> {
    return this.serving(order, zones);
  }
}

class FreesUnlocked extends SteppedAllocator {
  protected override freeing(pfn: number, named: number | null): Stepping<boolean> {
    return this.takingBack(pfn, named);
  }
}

class LooksBeforeLocking extends SteppedAllocator {
  protected override *allocating(order: number, zones: readonly number[]): Stepping<number | null> {
    const head = yield* this.looking(order, zones);
    return head === NONE ? null : yield* this.underLock(this.takingFound(head, order));
  }
}

class UnlocksWhileSplitting extends SteppedAllocator {
  protected override *splitting(head: number, from: number, to: number): Stepping<number> {
    let served = head;
    for (let order = from; order > to; order--) {
      yield* this.unlocking();
      yield* this.locking();
      served = yield* super.splitting(served, order, order - 1);
    }
    return served;
  }
}

class ChecksBeforeLocking extends SteppedAllocator {
  protected override *freeing(pfn: number, named: number | null): Stepping<boolean> {
    const pages = yield* this.checking(pfn, named);
    if (pages > 0) yield* this.underLock(this.#finishing(pfn, pages));
    return pages > 0;
  }

  *#finishing(pfn: number, pages: number): Stepping<void> {
    yield* this.ending(pfn, pages);
    yield* this.givingBack({ start: pfn, end: pfn + pages });
  }
}

class CoalescesUnlocked extends SteppedAllocator {
  protected override *freeing(pfn: number, named: number | null): Stepping<boolean> {
    const pages = yield* this.underLock(this.#checkingAndEnding(pfn, named));
    if (pages > 0) yield* this.givingBack({ start: pfn, end: pfn + pages });
    return pages > 0;
  }

  *#checkingAndEnding(pfn: number, named: number | null): Stepping<number> {
    const pages = yield* this.checking(pfn, named);
    if (pages > 0) yield* this.ending(pfn, pages);
    return pages;
  }
}

class LocksEachPathByItself extends SteppedAllocator {
  protected override readonly registers: number[] = [0, 0];

  protected override freeing(pfn: number, named: number | null): Stepping<boolean> {
    return this.underLock(this.takingBack(pfn, named), SECOND);
  }
}

class LocksInTwoOrders extends SteppedAllocator {
  protected override readonly registers: number[] = [0, 0];

  protected override allocating(order: number, zones: readonly number[]): Stepping<number | null> {
    return this.underLock(this.underLock(this.serving(order, zones), SECOND));
  }

  protected override freeing(pfn: number, named: number | null): Stepping<boolean> {
    return this.underLock(this.underLock(this.takingBack(pfn, named)), SECOND);
  }
}

/** Every allocator that is wrong only when calls overlap. */
export const UNLOCKED_MUTANTS: readonly UnlockedMutant[] = [
  {
    id: "allocates-unlocked",
    summary: "Takes no lock in a request.",
    law: "no-spurious-oom",
    create: (geometry, profile) => new AllocatesUnlocked(geometry, profile),
  },
  {
    id: "frees-unlocked",
    summary: "Takes no lock in a free.",
    law: "bad-free-refused",
    create: (geometry, profile) => new FreesUnlocked(geometry, profile),
  },
  {
    id: "looks-before-locking",
    summary: "Chooses the block to serve first, and takes the lock then.",
    law: "no-spurious-oom",
    create: (geometry, profile) => new LooksBeforeLocking(geometry, profile),
  },
  {
    id: "unlocks-while-splitting",
    summary: "Drops the lock between two halvings, when the rest of the block is on no list.",
    law: "no-spurious-oom",
    create: (geometry, profile) => new UnlocksWhileSplitting(geometry, profile),
  },
  {
    id: "checks-before-locking",
    summary: "Checks a free first, and takes the lock then.",
    law: "bad-free-refused",
    create: (geometry, profile) => new ChecksBeforeLocking(geometry, profile),
  },
  {
    id: "coalesces-unlocked",
    summary: "Ends a block under the lock, and coalesces it without.",
    law: "no-spurious-oom",
    create: (geometry, profile) => new CoalescesUnlocked(geometry, profile),
  },
  {
    id: "locks-each-path-by-itself",
    summary: "Has one lock for requests and another for frees, of the same lists.",
    law: "no-spurious-oom",
    create: (geometry, profile) => new LocksEachPathByItself(geometry, profile),
  },
  {
    id: "locks-in-two-orders",
    summary: "Takes two locks, requests in one order and frees in the other.",
    law: "returns",
    create: (geometry, profile) => new LocksInTwoOrders(geometry, profile),
  },
];
