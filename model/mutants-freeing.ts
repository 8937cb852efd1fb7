// Wrong ways to take a block back: what is believed of the caller, and what a refusal leaves behind.
//
// Sources: docs/allocators.md. Found in real allocators: a page count believed at free, which leaks or lists
// a block twice; a refused free that has already dropped the reference; an interior free that frees all.

import { Allocator } from "./allocator.ts";
import { OK, type Outcome } from "./command.ts";
import { pagesIn } from "./geometry.ts";
import { mutantOf, SIXTEEN, type Mutant } from "./mutant.ts";
import { NONE } from "./zone.ts";

class AcceptsADoubleFree extends Allocator {
  protected override takeBack(pfn: number, named: number | null): boolean {
    return super.takeBack(pfn, named) || this.zone.freeHeadAround(pfn) !== NONE;
  }
}

class BelievesASmallerOrder extends Allocator {
  protected override pagesToFree(pfn: number, named: number | null): number {
    const live = this.zone.livePagesAt(pfn);
    return Math.min(named ?? live, live);
  }
}

class BelievesALargerOrder extends Allocator {
  protected override pagesToFree(pfn: number, named: number | null): number {
    const live = this.zone.livePagesAt(pfn);
    return live === 0 ? 0 : Math.max(named ?? live, live);
  }
}

class FreesTheWholeForItsInside extends Allocator {
  protected override takeBack(pfn: number, named: number | null): boolean {
    const head = this.zone.liveHeadAround(pfn);
    return super.takeBack(head, head === pfn ? named : null);
  }
}

class AcceptsAnyPage extends Allocator {
  protected override freed(): Outcome {
    return OK;
  }
}

class DiesOfMisuse extends Allocator {
  protected override freed(accepted: boolean): Outcome {
    return accepted ? OK : { kind: "crashed", how: "abort" };
  }
}

class DiesOfALargestFree extends Allocator {
  protected override giveBack(range: { readonly start: number; readonly end: number }): void {
    this.registers[0] = range.end - range.start === pagesIn(this.geometry.maxOrder) ? 1 : 0;
    super.giveBack(range);
  }
  /** 1 once a largest block was given back. */
  protected override readonly registers: number[] = [0];

  protected override freed(accepted: boolean): Outcome {
    return this.registers[0] === 1 ? { kind: "crashed", how: "segv" } : super.freed(accepted);
  }
}

class NeverFreesPageZero extends Allocator {
  protected override takeBack(pfn: number, named: number | null): boolean {
    return pfn !== 0 && super.takeBack(pfn, named);
  }
}

class DropsTheReferenceFirst extends Allocator {
  protected override takeBack(pfn: number, named: number | null): boolean {
    if (super.takeBack(pfn, named)) return true;
    if (this.zone.livePagesAt(pfn) > 0) this.zone.unmarkLive(pfn);
    return false;
  }
}

class LosesWhatItTakesBack extends Allocator {
  /** Only blocks that found their buddy are listed. */
  protected override coalesce(pfn: number, order: number): void {
    if (this.canCoalesce(pfn, this.buddyOf(pfn, order), order)) super.coalesce(pfn, order);
  }
}

class FreesABystander extends Allocator {
  /** The page behind the block goes with it. */
  protected override takeBack(pfn: number, named: number | null): boolean {
    const end = pfn + this.zone.livePagesAt(pfn);
    const accepted = super.takeBack(pfn, named);
    if (accepted && this.zone.livePagesAt(end) > 0) super.takeBack(end, null);
    return accepted;
  }
}

class LosesABystander extends Allocator {
  protected override takeBack(pfn: number, named: number | null): boolean {
    const { maxOrder } = this.geometry;
    const bystander = this.zone.firstFree(0, maxOrder);
    if (bystander !== NONE) this.unlink(bystander, maxOrder);
    return super.takeBack(pfn, named);
  }
}

class RemovesWhatIsLive extends Allocator {
  override remove(pfn: number, pages: number): boolean {
    return super.remove(pfn, pages) || this.isRange(pfn, pages);
  }
}

class AddsWhatItHas extends Allocator {
  override add(pfn: number, pages: number): boolean {
    return super.add(pfn, pages) || this.isRange(pfn, pages);
  }
}

/** Mutants of freeing, and of pages that join or leave. */
export const FREEING_MUTANTS: readonly Mutant[] = [
  mutantOf(AcceptsADoubleFree, {
    id: "accepts-a-double-free",
    summary: "Accepts a free of a page that is free.",
    law: "bad-free-refused",
    witness: "a0=0 f0+ f0+",
  }),
  mutantOf(BelievesASmallerOrder, {
    id: "believes-a-smaller-order",
    summary: "Frees the first half of a block whose caller names too small an order, and leaks the other.",
    law: "bad-free-refused",
    witness: "a1=0 f0:0+",
  }),
  mutantOf(BelievesALargerOrder, {
    id: "believes-a-larger-order",
    summary: "Frees more than a block when its caller names too large an order.",
    law: "bad-free-refused",
    witness: "a0=0 a0=1 f0:1+",
  }),
  mutantOf(FreesTheWholeForItsInside, {
    id: "frees-the-whole-for-its-inside",
    summary: "Frees a whole block for a page inside it.",
    law: "bad-free-refused",
    witness: "a1=0 f1+",
  }),
  mutantOf(AcceptsAnyPage, {
    id: "accepts-any-page",
    summary: "Says yes to every free, wherever it points.",
    law: "bad-free-refused",
    witness: "f8+",
  }),
  mutantOf(DiesOfMisuse, {
    id: "dies-of-misuse",
    summary: "Dies of a bad free that it promises to refuse.",
    law: "bad-free-refused",
    witness: "f0#abort",
  }),
  mutantOf(NeverFreesPageZero, {
    id: "never-frees-page-0",
    summary: "Takes page 0 for none, and refuses to free it.",
    law: "bad-free-refused",
    witness: "a0=0 f0!",
  }),
  mutantOf(DropsTheReferenceFirst, {
    id: "drops-the-reference-first",
    summary: "Has dropped a block's reference when it refuses a wrong order, so that the right free is refused too.",
    law: "bad-free-refused",
    witness: "a1=0 f0:0! f0:1!",
  }),
  mutantOf(DiesOfALargestFree, {
    id: "dies-of-a-largest-free",
    summary: "Looks for the buddy of a largest block and dies.",
    law: "returns",
    witness: "a3=0 f0#segv",
  }),
  mutantOf(LosesWhatItTakesBack, {
    id: "loses-what-it-takes-back",
    summary: "Lists a freed block only if it can be coalesced with its buddy.",
    law: "partition",
    observe: "snapshots",
    witness: "a0=0 a0=1 f0+",
  }),
  mutantOf(FreesABystander, {
    id: "frees-a-bystander",
    summary: "Frees the block behind the freed one as well.",
    law: "frame",
    observe: "snapshots",
    shape: SIXTEEN,
    witness: "a3=0 a3=8 f0+",
  }),
  mutantOf(LosesABystander, {
    id: "loses-a-bystander",
    summary: "Takes an unrelated block off its list in every free.",
    law: "frame",
    observe: "snapshots",
    shape: SIXTEEN,
    witness: "a0=0 a0=1 f0+",
  }),
  mutantOf(RemovesWhatIsLive, {
    id: "removes-what-is-live",
    summary: "Lets pages leave the pool that a client holds.",
    law: "partition",
    witness: "a0=0 -0*2+",
  }),
  mutantOf(AddsWhatItHas, {
    id: "adds-what-it-has",
    summary: "Lets pages join the pool that are in it.",
    law: "partition",
    witness: "+0*2+",
  }),
];
