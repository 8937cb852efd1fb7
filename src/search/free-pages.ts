// Which pages of a pool must be free, for those who choose what to ask next.
//
// A client knows it from the answers alone: whatever is managed and not live is free, in the blocks of C(F).

import { FREE } from "../../model/frame-map.ts";
import { buddyOf, parentOf } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";

export interface FreePages {
  /** Orders of which some block is free, in whatever zone: bit k for order k. */
  readonly ordersFree: number;
  /** Order of the free block that holds this page, or -1. */
  freeOrderAround(pfn: number): number;
  /** By how many orders this block would grow if it were freed, as far as the buddies tell. */
  ordersGrown(pfn: number, order: number): number;
  isManaged(pfn: number): boolean;
}

/** As a ledger has it. */
export class LedgerFreePages implements FreePages {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get ordersFree(): number {
    const { freeBlocks, maxOrder } = this.#ledger;
    let orders = 0;
    for (let list = 0; list < freeBlocks.length; list++) {
      if ((freeBlocks[list] as number) > 0) orders |= 1 << (list % (maxOrder + 1));
    }
    return orders;
  }

  freeOrderAround(pfn: number): number {
    return this.#ledger.cover(pfn) === FREE ? this.#ledger.coverOrder : -1;
  }

  ordersGrown(pfn: number, order: number): number {
    const ledger = this.#ledger;
    let head = pfn;
    let grown = order;
    while (grown < ledger.maxOrder && this.#isFreeBlock(buddyOf(head, grown), grown)) {
      head = parentOf(head, grown);
      grown++;
    }
    return grown - order;
  }

  isManaged(pfn: number): boolean {
    return this.#ledger.isManaged(pfn);
  }

  #isFreeBlock(pfn: number, order: number): boolean {
    const ledger = this.#ledger;
    return ledger.cover(pfn) === FREE && ledger.coverHead === pfn && ledger.coverOrder === order;
  }
}
