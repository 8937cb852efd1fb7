// Mutants around the allocator: page calls that misuse a sound one, and bootmems that hand over badly.
//
//  1. A wrong page API is a client. Its core says nothing about frees, as HeliOS' does, so what a recorder
//     of the core sees is a bad free, and the law it breaks is the client's: `free-live-only`.
//  2. A wrong bootmem is judged once, by `handoverFault`, when it has handed over.
//
// Found in HeliOS: a page count rounded down at the free; the last page of the map handed out and the last page
// of the bitmap lost, so that totals balance; a late reclaim that loses every page it counts.

import { Allocator } from "./allocator.ts";
import { Bootmem, planBootmem, type BootPlan, type Handover, type HandoverFault } from "./bootmem.ts";
import { assert } from "./assert.ts";
import { createGeometry, type FrameRange } from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import { PAGE_SIZE, readMap } from "./memory-map.ts";
import type { Recorded } from "./mutant.ts";
import { MAX_ORDER, PAGE_API_PROFILE, PageApi, type Address } from "./page-api.ts";
import { STRICT_PROFILE } from "./profile.ts";

const FOUR_GIBIBYTES = 2 ** 32;

/** A wrong page API, and the calls that show it. */
export interface ClientMutant {
  readonly id: string;
  readonly summary: string;
  readonly law: LawId;
  readonly calls: (pages: PageApi) => void;
  readonly create: (core: Allocator) => PageApi;
}

/** A wrong bootmem, what is wrong after its hand-over, its map, the page counts asked of it, and when to look. */
export interface BootMutant {
  readonly id: string;
  readonly summary: string;
  readonly law: LawId;
  readonly fault: HandoverFault["kind"];
  readonly map: string;
  readonly requests: readonly number[];
  readonly stage: Handover["stage"];
  readonly create: (plan: BootPlan) => Bootmem;
}

/** A silent core that records what its client asks of it. */
class RecordedCore extends Allocator {
  readonly recorded: Recorded[] = [];

  override allocate(order: number, zone: string | null = null): number | null {
    const head = super.allocate(order, zone);
    this.recorded.push({ command: { kind: "alloc", order, zone }, outcome: this.served(head) });
    return head;
  }

  override freeOrder(pfn: number, order: number): boolean {
    const accepted = super.freeOrder(pfn, order);
    this.recorded.push({ command: { kind: "free-order", pfn, order }, outcome: this.freed(accepted) });
    return accepted;
  }
}

/** What a recorder of the core sees of a page API under a mutant's calls, and the core it sees it on. */
export function recordClient(mutant: ClientMutant, create: ClientMutant["create"]): RecordedClient {
  const basePfn = FOUR_GIBIBYTES / PAGE_SIZE;
  const geometry = createGeometry({ maxOrder: MAX_ORDER, pages: 2048, basePfn, reserved: [], zones: [] });
  const core = new RecordedCore(geometry, { ...PAGE_API_PROFILE, misuse: "silent" });
  mutant.calls(create(core));
  return { core, recorded: core.recorded };
}

export interface RecordedClient {
  readonly core: Allocator;
  readonly recorded: readonly Recorded[];
}

/** What a bootmem hands over after a mutant's requests. */
export function handOver(mutant: BootMutant, create: BootMutant["create"]): Handover {
  const map = readMap(mutant.map);
  const plan = planBootmem(map);
  assert(plan !== null, `the map of ${mutant.id} has no room for a bitmap`);
  const bootmem = create(plan);
  const handedOut = mutant.requests.flatMap((count): FrameRange[] => {
    const start = bootmem.allocatePages(count);
    return start === null ? [] : [{ start, end: start + count }];
  });
  const core = new TrustingCore(bootmem.geometry(MAX_ORDER), STRICT_PROFILE);
  bootmem.decommission(core);
  if (mutant.stage === "reclaimed") bootmem.reclaim(core);
  return { map, handedOut, lists: core.snapshot().lists, stage: mutant.stage };
}

/** A buddy allocator that lists whatever bootmem gives it, as a kernel's does while it boots. */
export class TrustingCore extends Allocator {
  override add(pfn: number, pages: number): boolean {
    if (super.add(pfn, pages)) return true;
    this.forEachBlock({ start: pfn, end: pfn + pages }, (head, order) => this.insert(head, order));
    return true;
  }
}

class RoundsCountsDown extends PageApi {
  protected override orderToFree(pages: number): number {
    return Math.floor(Math.log2(pages));
  }
}

class NamesCountsAsOrders extends PageApi {
  protected override orderToFree(pages: number): number {
    return pages;
  }
}

class FreesTwice extends PageApi {
  override free_pages(address: Address, pages: number): void {
    super.free_pages(address, pages);
    super.free_pages(address, pages);
  }
}

class CutsAddressesShort extends PageApi {
  override free_pages(address: Address, pages: number): void {
    super.free_pages(address === null ? null : address % FOUR_GIBIBYTES, pages);
  }
}

/** Wrong clients of a sound allocator. */
export const CLIENT_MUTANTS: readonly ClientMutant[] = [
  {
    id: "rounds-counts-down",
    summary: "Frees 3 pages as a block of 2, and so leaks two.",
    law: "free-live-only",
    calls: (pages) => pages.free_pages(pages.get_free_pages(0, 3), 3),
    create: (core) => new RoundsCountsDown(core),
  },
  {
    id: "names-counts-as-orders",
    summary: "Frees 2 pages as a block of order 2, and so lists pages that others hold.",
    law: "free-live-only",
    calls: (pages) => pages.free_pages(pages.get_free_pages(0, 2), 2),
    create: (core) => new NamesCountsAsOrders(core),
  },
  {
    id: "frees-twice",
    summary: "Frees every block twice.",
    law: "free-live-only",
    calls: (pages) => pages.free_page(pages.get_free_page(0)),
    create: (core) => new FreesTwice(core),
  },
  {
    id: "cuts-addresses-short",
    summary: "Keeps an address in 32 bits at the free, and so names a page below the pool.",
    law: "free-live-only",
    calls: (pages) => pages.free_page(pages.get_free_page(0)),
    create: (core) => new CutsAddressesShort(core),
  },
];

class LosesTheBitmap extends Bootmem {
  /** The last page of the bitmap stays behind. */
  protected override giveBitmap(allocator: Allocator): void {
    const { start, end } = this.plan.bitmap;
    if (end - start > 1) this.give(allocator, [{ start, end: end - 1 }]);
  }
}

class HandsTheBitmapOut extends Bootmem {
  protected override markBitmap(): void {
    // The bitmap's own bits stay clear.
  }
}

class GivesTheBitmapTwice extends Bootmem {
  protected override giveBitmap(allocator: Allocator): void {
    super.giveBitmap(allocator);
    super.giveBitmap(allocator);
  }
}

class LosesTheReclaimed extends Bootmem {
  override reclaim(): boolean {
    return true;
  }
}

class KeepsNothingBack extends Bootmem {
  /** What was handed out is forgotten on the way. */
  override decommission(allocator: Allocator): boolean {
    for (const range of this.handedOut()) this.mark(range, 0);
    return super.decommission(allocator);
  }
}

/** The plan of a bootmem that takes a page for usable of which a part is. */
function roundedUp(plan: BootPlan): BootPlan {
  const usable = plan.pages.usable.map(({ start, end }) => ({ start, end: end + 1 }));
  return { ...plan, span: { ...plan.span, end: plan.span.end + 1 }, pages: { ...plan.pages, usable } };
}

/** Wrong bootmems. */
export const BOOT_MUTANTS: readonly BootMutant[] = [
  {
    id: "loses-the-bitmaps-last-page",
    summary: "Gives the bitmap's pages to the allocator, but for the last.",
    law: "handover",
    fault: "lost",
    map: "u0-40000",
    requests: [1],
    stage: "decommissioned",
    create: (plan) => new LosesTheBitmap(plan),
  },
  {
    id: "rounds-the-map-up",
    summary: "Takes the last page of a usable range for usable, though only a part of it is.",
    law: "handover",
    fault: "reserved-is-free",
    map: "u0-8.5 r9-12",
    requests: [2],
    stage: "decommissioned",
    create: (plan) => new Bootmem(roundedUp(plan)),
  },
  {
    id: "balances-its-totals",
    summary: "Rounds the map up and loses the bitmap's last page, so that no total is wrong.",
    law: "handover",
    fault: "reserved-is-free",
    map: "u0-8.5 r9-12",
    requests: [2],
    stage: "decommissioned",
    create: (plan) => new LosesTheBitmap(roundedUp(plan)),
  },
  {
    id: "hands-the-bitmap-out",
    summary: "Hands out the page that its own bitmap lies in.",
    law: "handover",
    fault: "handed-out-is-free",
    map: "u0-8",
    requests: [1],
    stage: "decommissioned",
    create: (plan) => new HandsTheBitmapOut(plan),
  },
  {
    id: "gives-the-bitmap-twice",
    summary: "Gives the bitmap's pages to the allocator twice.",
    law: "handover",
    fault: "given-twice",
    map: "u0-8",
    requests: [2],
    stage: "decommissioned",
    create: (plan) => new GivesTheBitmapTwice(plan),
  },
  {
    id: "keeps-nothing-back",
    summary: "Gives the allocator what it has handed out as well.",
    law: "handover",
    fault: "handed-out-is-free",
    map: "u0-8",
    requests: [2],
    stage: "decommissioned",
    create: (plan) => new KeepsNothingBack(plan),
  },
  {
    id: "loses-the-reclaimed",
    summary: "Counts the bootloader's pages, and gives none of them to the allocator.",
    law: "handover",
    fault: "lost",
    map: "u0-8 b8-12",
    requests: [],
    stage: "reclaimed",
    create: (plan) => new LosesTheReclaimed(plan),
  },
];
