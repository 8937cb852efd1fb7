// Wrong ways to read a request: its size, its limit, and what is promised about its pages.
//
// Sources: docs/allocators.md, and its list of bug classes: size overflow, a rounded size above the largest
// order, 0 confused with one.

import { Allocator } from "./allocator.ts";
import { orderFor, type Geometry } from "./geometry.ts";
import { mutantOf, SIXTEEN, type Mutant } from "./mutant.ts";
import type { Profile } from "./profile.ts";

class HasOneOrderTooMany extends Allocator {
  constructor(geometry: Geometry, profile: Profile) {
    super({ ...geometry, maxOrder: geometry.maxOrder + 1 }, profile);
  }
}

class ClampsToTheLargest extends Allocator {
  protected override orderForRequest(pages: number): number {
    return Math.min(orderFor(pages), this.geometry.maxOrder);
  }
}

class OverflowsPageCounts extends Allocator {
  protected override orderForRequest(pages: number): number {
    return orderFor(Math.max(pages % 256, 1));
  }
}

class RoundsDown extends Allocator {
  protected override orderForRequest(pages: number): number {
    return Math.floor(Math.log2(pages));
  }
}

class RoundsPowersUp extends Allocator {
  protected override orderForRequest(pages: number): number {
    return orderFor(pages + 1);
  }
}

class ServesZeroPages extends Allocator {
  protected override pagesForZero(): number {
    return 1;
  }
}

class ForgetsTheTail extends Allocator {
  protected override keep(head: number, taken: number, pages: number): void {
    super.keep(head, taken, taken);
    this.zone.markLive(head, pages);
  }
}

class GivesTooMuchTailBack extends Allocator {
  protected override keep(head: number, taken: number, pages: number): void {
    super.keep(head, taken, pages < taken ? pages - 1 : pages);
    this.zone.markLive(head, pages);
  }
}

class NeverZeroes extends Allocator {
  protected override zero(): void {
    // The pages stay as their last owner left them.
  }
}

class ZeroesOnePage extends Allocator {
  protected override zero(head: number): void {
    super.zero(head, 1);
  }
}

/** Mutants of requests. */
export const REQUEST_MUTANTS: readonly Mutant[] = [
  mutantOf(HasOneOrderTooMany, {
    id: "has-one-order-too-many",
    summary: "Serves the order above the largest.",
    law: "in-bounds",
    shape: SIXTEEN,
    witness: "a4=0",
  }),
  mutantOf(ClampsToTheLargest, {
    id: "clamps-to-the-largest",
    summary: "Serves a largest block for a page count that rounds to more than it holds.",
    law: "in-bounds",
    shape: SIXTEEN,
    witness: "p9=0",
  }),
  mutantOf(OverflowsPageCounts, {
    id: "overflows-page-counts",
    summary: "Keeps a page count in one byte: 257 pages are 1.",
    law: "no-overlap",
    shape: { maxOrder: 9, pages: 512 },
    profile: { zeroed: "no" },
    witness: "p257=0 a0=1",
  }),
  mutantOf(RoundsDown, {
    id: "rounds-down",
    summary: "Serves 2 pages for 3.",
    law: "rounding",
    observe: "snapshots",
    witness: "p3=0",
  }),
  mutantOf(RoundsPowersUp, {
    id: "rounds-powers-up",
    summary: "Takes 8 pages for 4.",
    law: "rounding",
    observe: "snapshots",
    witness: "p4=0",
  }),
  mutantOf(ServesZeroPages, {
    id: "serves-zero-pages",
    summary: "Serves a page to whoever asks for none.",
    law: "rounding",
    witness: "p0=0",
  }),
  mutantOf(ForgetsTheTail, {
    id: "forgets-the-tail",
    summary: "Loses the tail of a block of which only some pages are kept.",
    law: "rounding",
    observe: "snapshots",
    profile: { rounding: "exact" },
    witness: "p5=0",
  }),
  mutantOf(GivesTooMuchTailBack, {
    id: "gives-too-much-tail-back",
    summary: "Gives the last page that is kept back with the tail.",
    law: "no-overlap",
    profile: { rounding: "exact", zeroed: "no" },
    witness: "p5=0 a2=4",
  }),
  mutantOf(NeverZeroes, {
    id: "never-zeroes",
    summary: "Serves pages as their last owner left them.",
    law: "zeroed",
    witness: "a0=0~",
  }),
  mutantOf(ZeroesOnePage, {
    id: "zeroes-one-page",
    summary: "Zeroes the first page of a block and no other.",
    law: "zeroed",
    witness: "a0=0 a1=2~",
  }),
];
