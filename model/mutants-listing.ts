// Wrong ways to keep a list: entries twice, entries left behind, and entries cut off.
//
// Sources: the twelve bugs and the list of bug classes in docs/allocators.md. A list that holds an entry twice
// is a cycle, and whoever walks it hangs.

import { Allocator } from "./allocator.ts";
import type { Command, Counts, Outcome } from "./command.ts";
import type { FrameRange } from "./geometry.ts";
import { mutantOf, type Mutant } from "./mutant.ts";

class ListsTwice extends Allocator {
  protected override coalesce(pfn: number, order: number): void {
    super.coalesce(pfn, order);
    const head = this.zone.freeHeadAround(pfn);
    this.insert(head, this.zone.freeOrderAt(head));
  }
}

class HangsOnACycle extends ListsTwice {
  override answer(command: Command): Outcome {
    const heads = this.zone.freeHeads(0);
    const isCycle = new Set(heads).size < heads.length;
    return isCycle ? { kind: "crashed", how: "hang" } : super.answer(command);
  }
}

class ListsTwiceAtFirst extends Allocator {
  protected override insertInitial(range: FrameRange): void {
    super.insertInitial(range);
    super.insertInitial(range);
  }
}

class LeavesTheLowBuddy extends Allocator {
  protected override absorb(pfn: number, buddy: number, order: number): void {
    if (buddy > pfn) super.absorb(pfn, buddy, order);
  }
}

class LeavesTheHighBuddy extends Allocator {
  protected override absorb(pfn: number, buddy: number, order: number): void {
    if (buddy < pfn) super.absorb(pfn, buddy, order);
  }
}

class CutsTheList extends Allocator {
  /** An entry that is not the first takes with it what stands behind it. */
  protected override unlink(pfn: number, order: number): void {
    const heads = this.zone.freeHeads(order);
    const at = heads.indexOf(pfn);
    for (const head of at > 0 ? heads.slice(at) : [pfn]) super.unlink(head, order);
  }
}

class ForgetsToCount extends Allocator {
  /** Blocks that are listed and not counted. */
  protected override readonly registers: number[] = [0];

  protected override coalesce(pfn: number, order: number): void {
    super.coalesce(pfn, order);
    if (this.zone.freeOrderAt(pfn) === order) this.registers[0] = (this.registers[0] as number) + 1;
  }

  /** A block that is freed and not coalesced is listed, but not counted. */
  override counts(zone: string | null = null): Counts {
    const counts = super.counts(zone);
    return {
      ...counts,
      free: counts.free.map((blocks, order) => (order === 0 ? blocks - (this.registers[0] as number) : blocks)),
    };
  }
}

/** Mutants of the free lists. */
export const LISTING_MUTANTS: readonly Mutant[] = [
  mutantOf(ListsTwice, {
    id: "lists-twice",
    summary: "Inserts a freed block twice.",
    law: "free-lists",
    observe: "snapshots",
    witness: "a0=0 a0=1 f0+",
  }),
  mutantOf(HangsOnACycle, {
    id: "hangs-on-a-cycle",
    summary: "Inserts a freed block twice, and never returns from its next walk along the list.",
    law: "returns",
    witness: "a0=0 a0=1 f0+ a0#hang",
  }),
  mutantOf(ListsTwiceAtFirst, {
    id: "lists-twice-at-first",
    summary: "Inserts every block twice when it is set up.",
    law: "free-lists",
    observe: "snapshots",
    witness: "",
  }),
  mutantOf(LeavesTheLowBuddy, {
    id: "leaves-the-low-buddy",
    summary: "Leaves a low buddy on its list when it coalesces it, so that its page is on two lists.",
    law: "free-lists",
    observe: "snapshots",
    witness: "a0=0 a0=1 f0+ f1+",
  }),
  mutantOf(LeavesTheHighBuddy, {
    id: "leaves-the-high-buddy",
    summary: "Leaves a high buddy on its list, inside the block that it has become a part of.",
    law: "partition",
    observe: "snapshots",
    witness: "a0=0 a0=1 a1=2 f1+ f0+",
  }),
  mutantOf(CutsTheList, {
    id: "cuts-the-list",
    summary: "Loses the rest of a list when it takes an entry out of the middle.",
    law: "no-spurious-oom",
    witness: "a0=0 a0=1 a0=2 a0=3 a0=4 f0+ f2+ f1+ a0=5 a1=6 a1=0 a0!",
  }),
  mutantOf(ForgetsToCount, {
    id: "forgets-to-count",
    summary: "Lists a freed block without counting it.",
    law: "conserved",
    observe: "counts",
    witness: "a0=0 a0=1 f0+",
  }),
];
