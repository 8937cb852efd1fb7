// Wrong ways to take a block off its list and to split it: memory is served twice, or lost.
//
// Sources: the twelve bugs and the list of bug classes in docs/allocators.md. Found in real allocators: an
// allocation path without a lock, and sub-blocks that overrun their parent.

import { Allocator } from "./allocator.ts";
import { pagesIn, type FrameRange, type Geometry } from "./geometry.ts";
import { mutantOf, zoneBeyond, type Mutant } from "./mutant.ts";
import type { Profile } from "./profile.ts";
import { NONE } from "./zone.ts";

class TakesThePoolForAligned extends Allocator {
  protected override insertInitial(range: FrameRange): void {
    this.insert(range.start, this.geometry.maxOrder);
  }
}

class ForgetsToUnlink extends Allocator {
  protected override takeBlock(order: number, zone: number): number {
    const head = this.find(order, zone);
    return head === NONE ? NONE : this.split(head, this.zone.freeOrderAt(head), order);
  }
}

class TakesWithoutALock extends Allocator {
  /** The head that was read, and the order of its block. */
  protected override readonly registers: number[] = [NONE, NONE];

  /** Every second caller has read the list before the first changed it. */
  protected override takeBlock(order: number, zone: number): number {
    const [head, from] = this.registers as [number, number];
    this.registers.fill(NONE);
    if (head !== NONE) return this.split(head, from, order);
    const first = this.find(order, zone);
    if (first !== NONE) this.registers.splice(0, 2, first, this.zone.freeOrderAt(first));
    return super.takeBlock(order, zone);
  }
}

class ServesTheLastFreed extends Allocator {
  /** The block freed last. */
  protected override readonly registers: number[] = [NONE];

  protected override takeBack(pfn: number, named: number | null): boolean {
    const accepted = super.takeBack(pfn, named);
    if (accepted) this.registers[0] = pfn;
    return accepted;
  }

  /** Once served, the hint is not taken back. */
  protected override takeBlock(order: number, zone: number): number {
    const hint = this.registers[0] as number;
    if (hint === NONE || order > 0) return super.takeBlock(order, zone);
    if (this.zone.freeOrderAt(hint) === order) this.unlink(hint, order);
    return hint;
  }
}

class LosesTheOtherHalf extends Allocator {
  protected override split(head: number, from: number, to: number): number {
    for (let order = from - 1; order > to; order--) this.insert(head + pagesIn(order), order);
    return head;
  }
}

class LosesABlockMidSplit extends Allocator {
  protected override split(head: number, from: number, to: number): number {
    for (let order = from - 1; order >= to; order--) {
      if (order !== from - 2) this.insert(head + pagesIn(order), order);
    }
    return head;
  }
}

class OverrunsTheParent extends Allocator {
  constructor(geometry: Geometry, profile: Profile) {
    super(geometry, profile, zoneBeyond(geometry));
  }

  /** The order is lowered after it was used: the halves lie behind the block they were split from. */
  protected override split(head: number, from: number, to: number): number {
    for (let order = from; order > to; order--) this.insert(head + pagesIn(order), order - 1);
    return head;
  }
}

class UsesAFailedSplit extends Allocator {
  /** A split by more than two orders fails, and puts the block back; its head is used all the same. */
  protected override split(head: number, from: number, to: number): number {
    if (from - to <= 2) return super.split(head, from, to);
    this.insert(head, from);
    return head;
  }
}

class KeepsAStaleOrder extends Allocator {
  /** The order of the block that was split last. */
  protected override readonly registers: number[] = [NONE];

  protected override split(head: number, from: number, to: number): number {
    this.registers[0] = from;
    return super.split(head, from, to);
  }

  /** The page remembers the order of the block it was split from. */
  protected override keep(head: number, taken: number, pages: number): void {
    super.keep(head, taken, pages);
    this.zone.markLive(head, pagesIn(this.registers[0] as number));
  }
}

class ServesWhatIsApart extends Allocator {
  /** Counts largest blocks, wherever they are. */
  protected override takeAdjacent(pages: number): number {
    const { maxOrder } = this.geometry;
    const heads = this.zone.freeHeads(maxOrder).slice(0, Math.ceil(pages / pagesIn(maxOrder)));
    if (heads.length * pagesIn(maxOrder) < pages) return NONE;
    for (const head of heads) this.unlink(head, maxOrder);
    return heads[0] as number;
  }
}

/** Mutants of serving. */
export const SERVING_MUTANTS: readonly Mutant[] = [
  mutantOf(TakesThePoolForAligned, {
    id: "takes-the-pool-for-aligned",
    summary: "Takes the pool's first page for aligned, whatever its pfn.",
    law: "aligned",
    shape: { basePfn: 1 },
    witness: "a3=0",
  }),
  mutantOf(ForgetsToUnlink, {
    id: "forgets-to-unlink",
    summary: "Leaves the served block on its list.",
    law: "no-overlap",
    witness: "a3=0 a3=0",
  }),
  mutantOf(ForgetsToUnlink, {
    id: "lists-a-live-block",
    summary: "Leaves the served block on its list, where a snapshot shows it.",
    law: "partition",
    observe: "snapshots",
    witness: "a3=0",
  }),
  mutantOf(TakesWithoutALock, {
    id: "takes-without-a-lock",
    summary: "Lets a second caller read a list before the first one has changed it.",
    law: "no-overlap",
    witness: "a0=0 a0=0",
  }),
  mutantOf(ServesTheLastFreed, {
    id: "serves-the-last-freed",
    summary: "Keeps serving the page freed last, without looking whether it still is free.",
    law: "served-from-free",
    observe: "snapshots",
    witness: "a0=0 a0=1 f0+ a0=0 a0=0",
  }),
  mutantOf(LosesTheOtherHalf, {
    id: "loses-the-other-half",
    summary: "Forgets the last half it splits off.",
    law: "partition",
    observe: "snapshots",
    witness: "a0=0",
  }),
  mutantOf(LosesABlockMidSplit, {
    id: "loses-a-block-mid-split",
    summary: "Forgets one of the halves when it splits more than once.",
    law: "no-spurious-oom",
    witness: "a0=0 a2=4 a1!",
  }),
  mutantOf(OverrunsTheParent, {
    id: "overruns-the-parent",
    summary: "Lists halves behind the block they were split from, by an order lowered too late.",
    law: "in-bounds",
    witness: "a0=0 a2=8",
  }),
  mutantOf(UsesAFailedSplit, {
    id: "uses-a-failed-split",
    summary: "Serves the head of a block that it has put back after a failed split.",
    law: "partition",
    observe: "snapshots",
    witness: "a0=0",
  }),
  mutantOf(KeepsAStaleOrder, {
    id: "keeps-a-stale-order",
    summary: "Remembers for a block the order of the one it was split from.",
    law: "no-overlap",
    profile: { sizeAtFree: "remembered", zeroed: "no" },
    witness: "a0=0 a0=1 f0+ a3=0",
  }),
  mutantOf(ServesWhatIsApart, {
    id: "serves-what-is-apart",
    summary: "Serves a request above the largest order from largest blocks that are not adjacent.",
    law: "no-overlap",
    profile: { aboveMax: "adjacent" },
    shape: { pages: 24 },
    witness: "a3=0 a3=8 a3=16 f0+ f16+ p16=0",
  }),
];
