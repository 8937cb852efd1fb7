// Wrong ways to choose a block: memory is sound, but the policy that the profile promises is not kept.
//
// Sources: the policies in docs/allocators.md, each broken once.

import { Allocator } from "./allocator.ts";
import { pagesIn, type Geometry } from "./geometry.ts";
import { mutantOf, SIXTEEN, ZONED, type Mutant } from "./mutant.ts";
import type { Profile } from "./profile.ts";
import { NONE, Zone } from "./zone.ts";

class SplitsTheLargest extends Allocator {
  protected override find(order: number, zone: number): number {
    for (let from = this.geometry.maxOrder; from >= order; from--) {
      const head = this.zone.firstFree(zone, from);
      if (head !== NONE) return head;
    }
    return NONE;
  }
}

class SplitsABystander extends Allocator {
  protected override takeBlock(order: number, zone: number): number {
    const head = super.takeBlock(order, zone);
    const bystander = this.zone.firstFree(zone, this.geometry.maxOrder);
    if (bystander === NONE) return head;
    this.unlink(bystander, this.geometry.maxOrder);
    this.insert(this.split(bystander, this.geometry.maxOrder, 0), 0);
    return head;
  }
}

class ServesTheTail extends Allocator {
  protected override find(order: number, zone: number): number {
    const head = super.find(order, zone);
    return head === NONE ? NONE : (this.zone.freeHeads(this.zone.freeOrderAt(head)).at(-1) as number);
  }
}

class ListsInArrivalOrder extends Allocator {
  constructor(geometry: Geometry, profile: Profile) {
    super(geometry, profile, new Zone(geometry, "fifo"));
  }
}

class ListsAtTheFront extends Allocator {
  constructor(geometry: Geometry, profile: Profile) {
    super(geometry, profile, new Zone(geometry, "lifo"));
  }
}

class ServesTheHighHalf extends Allocator {
  protected override split(head: number, from: number, to: number): number {
    let served = head;
    for (let order = from - 1; order >= to; order--) {
      this.insert(served, order);
      served += pagesIn(order);
    }
    return served;
  }
}

class TriesEveryZone extends Allocator {
  protected override zonesFor(): readonly number[] {
    return super.zonesFor(null);
  }
}

/** Mutants of choosing. */
export const CHOOSING_MUTANTS: readonly Mutant[] = [
  mutantOf(SplitsTheLargest, {
    id: "splits-the-largest",
    summary: "Searches the lists from the largest order down.",
    law: "best-fit",
    profile: { fit: "best" },
    witness: "a0=0 a0=4",
  }),
  mutantOf(SplitsABystander, {
    id: "splits-a-bystander",
    summary: "Splits a second block that no request needs.",
    law: "frame",
    observe: "snapshots",
    shape: SIXTEEN,
    witness: "a3=0",
  }),
  mutantOf(ServesTheTail, {
    id: "serves-the-tail",
    summary: "Serves the last block of a list whose first is due.",
    law: "placement",
    observe: "snapshots",
    profile: { placement: "fifo" },
    shape: SIXTEEN,
    witness: "a3=8",
  }),
  mutantOf(ListsInArrivalOrder, {
    id: "ignores-addresses",
    summary: "Serves by arrival where the lowest address is promised.",
    law: "placement",
    profile: { placement: "lowest" },
    witness: "a0=0 a0=1 a0=2 a0=3 f2+ f0+ a0=2",
  }),
  mutantOf(ListsAtTheFront, {
    id: "lists-at-the-front",
    summary: "Puts freed blocks at the front of a list that is first in, first out.",
    law: "placement",
    observe: "snapshots",
    profile: { placement: "fifo" },
    shape: SIXTEEN,
    witness: "a3=8 a3=0 f0+ f8+",
  }),
  mutantOf(ServesTheHighHalf, {
    id: "serves-the-high-half",
    summary: "Serves the high half of a split where the low half is promised.",
    law: "placement",
    profile: { servedHalf: "low" },
    witness: "a0=7",
  }),
  mutantOf(TriesEveryZone, {
    id: "tries-every-zone",
    summary: "Serves a request from zones it may not use.",
    law: "placement",
    profile: { fallback: "none" },
    shape: ZONED,
    witness: "a2@low=4",
  }),
];
