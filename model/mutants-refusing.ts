// Wrong ways to fail: to refuse what could be served, to leave traces of a refusal, or to die of a request.
//
// Sources: docs/allocators.md. Found in real allocators: order 10 always refused, a failed request that still
// lowers the count, a zero-length request that destroys the tree, a request above the maximum that reads
// before the lists, and a pool of exactly a power of two that panics.

import { Allocator } from "./allocator.ts";
import type { Command, Counts, Outcome } from "./command.ts";
import { orderFor, pagesIn } from "./geometry.ts";
import { mutantOf, ZONED, type Mutant } from "./mutant.ts";
import { NONE } from "./zone.ts";

const ABORTED: Outcome = { kind: "crashed", how: "abort" };

const FAULTED: Outcome = { kind: "crashed", how: "segv" };

class RefusesTheLargestOrder extends Allocator {
  protected override isServable(order: number): boolean {
    return order < this.geometry.maxOrder;
  }
}

class SplitsOnceOnly extends Allocator {
  /** Looks at the order asked for and the one above, and nowhere else. */
  protected override find(order: number, zone: number): number {
    const head = this.zone.firstFree(zone, order);
    return head === NONE && order < this.geometry.maxOrder ? this.zone.firstFree(zone, order + 1) : head;
  }
}

class TakesPageZeroForNone extends Allocator {
  protected override serve(order: number, pages: number, zone: string | null): number | null {
    const head = super.serve(order, pages, zone);
    return head === 0 ? null : head;
  }
}

class TakesNoneForPageZero extends Allocator {
  protected override refuse(): number | null {
    return 0;
  }
}

class NeverFallsBack extends Allocator {
  protected override zonesFor(name: string | null): readonly number[] {
    return super.zonesFor(name).slice(0, 1);
  }
}

class SplitsBeforeItKnows extends Allocator {
  protected override refuse(): null {
    for (let order = this.geometry.maxOrder; order > 0; order--) {
      const head = this.zone.firstFree(0, order);
      if (head === NONE) continue;
      this.unlink(head, order);
      this.insert(this.split(head, order, order - 1), order - 1);
      return null;
    }
    return null;
  }
}

class LeaksOnLateFailure extends Allocator {
  protected override refuse(): null {
    const head = this.zone.firstFree(0, 0);
    if (head !== NONE) this.unlink(head, 0);
    return null;
  }
}

class EmptiesItselfForZeroPages extends Allocator {
  override allocatePages(pages: number, zone: string | null = null): number | null {
    if (pages > 0) return super.allocatePages(pages, zone);
    for (let order = 0; order <= this.geometry.maxOrder; order++) {
      for (const head of this.zone.freeHeads(order)) this.unlink(head, order);
    }
    return null;
  }
}

class CountsRefusals extends Allocator {
  /** Requests that were refused. */
  protected override readonly registers: number[] = [0];

  protected override refuse(): null {
    this.registers[0] = (this.registers[0] as number) + 1;
    return null;
  }

  override counts(zone: string | null = null): Counts {
    const counts = super.counts(zone);
    return {
      ...counts,
      free: counts.free.map((blocks, order) => (order === 0 ? blocks - (this.registers[0] as number) : blocks)),
    };
  }
}

class ReadsBeforeTheLists extends Allocator {
  override answer(command: Command): Outcome {
    const above = command.kind === "alloc" && command.order > this.geometry.maxOrder;
    return above ? FAULTED : super.answer(command);
  }
}

class PanicsOnAPowerOfTwo extends Allocator {
  override answer(command: Command): Outcome {
    const { start, end } = this.geometry.span;
    return end - start === pagesIn(orderFor(end - start)) ? ABORTED : super.answer(command);
  }
}

/** Mutants of refusing. */
export const REFUSING_MUTANTS: readonly Mutant[] = [
  mutantOf(RefusesTheLargestOrder, {
    id: "refuses-the-largest-order",
    summary: "Takes the largest order for one too large.",
    law: "no-spurious-oom",
    witness: "a3!",
  }),
  mutantOf(SplitsOnceOnly, {
    id: "splits-once-only",
    summary: "Finds no block more than one order above the one asked for.",
    law: "no-spurious-oom",
    witness: "a1!",
  }),
  mutantOf(TakesPageZeroForNone, {
    id: "takes-page-0-for-none",
    summary: "Reports failure when it has served page 0.",
    law: "no-spurious-oom",
    witness: "a0!",
  }),
  mutantOf(TakesNoneForPageZero, {
    id: "takes-none-for-page-0",
    summary: "Reports success with page 0 when it has nothing to serve.",
    law: "no-overlap",
    witness: "a3=0 a0=0~",
  }),
  mutantOf(NeverFallsBack, {
    id: "never-falls-back",
    summary: "Refuses a request that names no zone though another zone has room.",
    law: "no-spurious-oom",
    shape: ZONED,
    witness: "a2=4 a2!",
  }),
  mutantOf(SplitsBeforeItKnows, {
    id: "splits-before-it-knows",
    summary: "Has split a block when it finds that it must refuse.",
    law: "refused-unchanged",
    observe: "snapshots",
    witness: "a0=0 a3!",
  }),
  mutantOf(LeaksOnLateFailure, {
    id: "leaks-on-late-failure",
    summary: "Has taken a page when it refuses, and does not put it back.",
    law: "refused-unchanged",
    observe: "snapshots",
    witness: "a0=0 a3!",
  }),
  mutantOf(EmptiesItselfForZeroPages, {
    id: "empties-itself-for-zero-pages",
    summary: "Refuses a request for 0 pages, and loses all it has.",
    law: "refused-unchanged",
    observe: "snapshots",
    witness: "p0!",
  }),
  mutantOf(CountsRefusals, {
    id: "counts-refusals",
    summary: "Lowers the count of free pages though it refuses.",
    law: "conserved",
    observe: "counts",
    witness: "a0=0 a3!",
  }),
  mutantOf(ReadsBeforeTheLists, {
    id: "reads-before-the-lists",
    summary: "Dies of an order above the largest.",
    law: "returns",
    witness: "a3=0 a4#segv",
  }),
  mutantOf(PanicsOnAPowerOfTwo, {
    id: "panics-on-a-power-of-two",
    summary: "Dies in its first call if the pool is exactly a power of two.",
    law: "returns",
    witness: "a0#abort",
  }),
];
