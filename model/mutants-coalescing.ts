// Wrong ways to coalesce: too few, too many, too far, and with the wrong neighbour.
//
// Sources: the twelve bugs and the list of bug classes in docs/allocators.md. Found in real allocators: a
// neighbour past the memory map's end read as a buddy, a buddy test that ignores the order, a live page whose
// content looks free, a page in a remote queue that passes the buddy test, and coalescing at the largest order
// that loses both halves.

import { Allocator } from "./allocator.ts";
import type { Snapshot } from "./command.ts";
import { pagesIn, type Geometry } from "./geometry.ts";
import { mutantOf, SIXTEEN, ZONED, zoneBeyond, type Mutant } from "./mutant.ts";
import type { Profile } from "./profile.ts";
import { NONE } from "./zone.ts";

class NeverCoalesces extends Allocator {
  protected override coalesce(pfn: number, order: number): void {
    this.insert(pfn, order);
  }
}

class CoalescesOnce extends Allocator {
  protected override coalesce(pfn: number, order: number): void {
    const buddy = this.buddyOf(pfn, order);
    if (order === this.geometry.maxOrder || !this.canCoalesce(pfn, buddy, order)) {
      this.insert(pfn, order);
      return;
    }
    this.unlink(buddy, order);
    this.insert(Math.min(pfn, buddy), order + 1);
  }
}

class CoalescesUpwardsOnly extends Allocator {
  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return pfn < buddy && super.canCoalesce(pfn, buddy, order);
  }
}

class NeverCoalescesPages extends Allocator {
  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return order > 0 && super.canCoalesce(pfn, buddy, order);
  }
}

class TakesTheNextBlockForBuddy extends Allocator {
  protected override buddyOf(pfn: number, order: number): number {
    return pfn + pagesIn(order);
  }
}

class IgnoresTheBuddysOrder extends Allocator {
  protected override canCoalesce(pfn: number, buddy: number): boolean {
    return this.zone.freeOrderAt(buddy) !== NONE && this.areInOneZone(pfn, buddy);
  }

  protected override unlink(pfn: number): void {
    super.unlink(pfn, this.zone.freeOrderAt(pfn));
  }
}

class TakesLiveForFree extends Allocator {
  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return super.canCoalesce(pfn, buddy, order) || this.zone.livePagesAt(buddy) === pagesIn(order);
  }

  protected override unlink(pfn: number, order: number): void {
    if (this.zone.freeOrderAt(pfn) === order) super.unlink(pfn, order);
  }
}

class CoalescesBeyondTheEnd extends Allocator {
  constructor(geometry: Geometry, profile: Profile) {
    super(geometry, profile, zoneBeyond(geometry));
  }

  /** What stands behind the page array happens to look like a free block. */
  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return buddy >= this.geometry.span.end || super.canCoalesce(pfn, buddy, order);
  }

  protected override unlink(pfn: number, order: number): void {
    if (pfn < this.geometry.span.end) super.unlink(pfn, order);
  }
}

class CoalescesOverHoles extends Allocator {
  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return !this.zone.isManaged(buddy) || super.canCoalesce(pfn, buddy, order);
  }

  protected override unlink(pfn: number, order: number): void {
    if (this.zone.isManaged(pfn)) super.unlink(pfn, order);
  }
}

class CoalescesIsolatedPages extends Allocator {
  /** The range that left last. */
  protected override readonly registers: number[] = [NONE];

  /** Pages that left keep looking free. */
  protected override isolate(pfn: number, pages: number): void {
    super.isolate(pfn, pages);
    this.registers[0] = pfn;
  }

  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return this.registers[0] === buddy || super.canCoalesce(pfn, buddy, order);
  }

  protected override unlink(pfn: number, order: number): void {
    if (this.zone.isManaged(pfn)) super.unlink(pfn, order);
  }
}

class CoalescesForeignZones extends Allocator {
  protected override areInOneZone(): boolean {
    return true;
  }
}

class CoalescesLargestBlocks extends Allocator {
  /** There is no list above the largest order: what is put there is lost. */
  protected override coalesce(pfn: number, order: number): void {
    const { maxOrder } = this.geometry;
    const buddy = this.buddyOf(pfn, order);
    if (order < maxOrder || !this.canCoalesce(pfn, buddy, order)) super.coalesce(pfn, order);
    else this.unlink(buddy, order);
  }
}

class ListsUnderTheOldOrder extends Allocator {
  protected override coalesce(pfn: number, order: number): void {
    super.coalesce(pfn, order);
    const head = this.zone.freeHeadAround(pfn);
    this.unlink(head, this.zone.freeOrderAt(head));
    this.insert(head, order);
  }
}

class CoalescesCachedPages extends Allocator {
  /** The page in the cache. */
  protected override readonly registers: number[] = [NONE];

  /** The first page freed waits in a cache. It looks free there, and passes the buddy test. */
  protected override coalesce(pfn: number, order: number): void {
    if (order === 0 && this.registers[0] === NONE) this.registers[0] = pfn;
    else super.coalesce(pfn, order);
  }

  protected override canCoalesce(pfn: number, buddy: number, order: number): boolean {
    return (order === 0 && this.registers[0] === buddy) || super.canCoalesce(pfn, buddy, order);
  }

  protected override unlink(pfn: number, order: number): void {
    if (this.registers[0] !== pfn) super.unlink(pfn, order);
  }

  override snapshot(): Snapshot {
    return { ...super.snapshot(), cached: this.registers.filter((pfn) => pfn !== NONE) };
  }
}

/** Mutants of coalescing. */
export const COALESCING_MUTANTS: readonly Mutant[] = [
  mutantOf(NeverCoalesces, {
    id: "never-coalesces",
    summary: "Lists every freed block as it is.",
    law: "no-free-buddies",
    observe: "counts",
    witness: "a0=0 f0+",
  }),
  mutantOf(CoalescesOnce, {
    id: "coalesces-once",
    summary: "Coalesces a freed block with its buddy, and never the result with its own.",
    law: "no-free-buddies",
    observe: "counts",
    witness: "a0=0 f0+",
  }),
  mutantOf(CoalescesUpwardsOnly, {
    id: "coalesces-upwards-only",
    summary: "Coalesces the low half with the high one, and never the other way round.",
    law: "no-free-buddies",
    observe: "counts",
    witness: "a0=0 a0=1 a1=2 f0+ f1+",
  }),
  mutantOf(NeverCoalescesPages, {
    id: "never-coalesces-pages",
    summary: "Coalesces blocks of every order but single pages.",
    law: "drained",
    observe: "ends",
    witness: "a0=0 f0+",
  }),
  mutantOf(TakesTheNextBlockForBuddy, {
    id: "takes-the-next-block-for-buddy",
    summary: "Coalesces a high half with the block behind it.",
    law: "aligned",
    witness: "a1=0 a1=2 a1=4 a1=6 f4+ f2+ a2=2",
  }),
  mutantOf(IgnoresTheBuddysOrder, {
    id: "ignores-the-buddys-order",
    summary: "Coalesces a block with a buddy of which only a part is free.",
    law: "no-overlap",
    witness: "a1=0 a0=2 a0=3 f2+ f0+ a3=0",
  }),
  mutantOf(TakesLiveForFree, {
    id: "takes-live-for-free",
    summary: "Coalesces a block with a live buddy, whose content looks like the mark of a free page.",
    law: "no-overlap",
    witness: "a0=0 a0=1 f0+ a3=0",
  }),
  mutantOf(CoalescesBeyondTheEnd, {
    id: "coalesces-beyond-the-end",
    summary: "Reads the page behind the memory map's end as a free buddy.",
    law: "in-bounds",
    shape: { pages: 6 },
    witness: "a2=0 a1=4 f4+ a2=4",
  }),
  mutantOf(CoalescesOverHoles, {
    id: "coalesces-over-holes",
    summary: "Takes reserved pages for a free buddy.",
    law: "in-bounds",
    shape: { reserved: [{ start: 6, end: 8 }] },
    witness: "a2=0 a1=4 f4+ a2=4",
  }),
  mutantOf(CoalescesIsolatedPages, {
    id: "coalesces-isolated-pages",
    summary: "Takes pages that have left the pool for a free buddy.",
    law: "in-bounds",
    witness: "a2=0 -4*4+ f0+ a3=0",
  }),
  mutantOf(CoalescesForeignZones, {
    id: "coalesces-foreign-zones",
    summary: "Coalesces buddies of two zones.",
    law: "in-bounds",
    shape: ZONED,
    witness: "a2=4 a2=0 f4+ f0+ a3=0",
  }),
  mutantOf(CoalescesLargestBlocks, {
    id: "coalesces-largest-blocks",
    summary: "Coalesces two blocks of the largest order, and so loses both.",
    law: "drained",
    observe: "ends",
    shape: SIXTEEN,
    witness: "a3=0 f0+",
  }),
  mutantOf(ListsUnderTheOldOrder, {
    id: "lists-under-the-old-order",
    summary: "Lists a coalesced block under the order it was freed with.",
    law: "partition",
    observe: "snapshots",
    witness: "a0=0 a0=1 a1=2 f0+ f1+",
  }),
  mutantOf(CoalescesCachedPages, {
    id: "coalesces-cached-pages",
    summary: "Coalesces a page with a buddy that waits in another processor's queue.",
    law: "partition",
    observe: "snapshots",
    profile: { cachedFrames: "order-0" },
    witness: "a0=0 a0=1 a1=2 f1+ f0+",
  }),
];
