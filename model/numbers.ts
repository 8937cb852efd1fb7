// Commands and answers as numbers, for loops that allocate nothing.
//
//  1. A call has two numbers: the order or page count and the zone (its index, UNNAMED for none) of a request, the pfn
//     and the order or page count of a free and of pages that join or leave.
//  2. An answer is the pfn that was served, or one of the codes below zero. Whatever is neither plain nor right, such
//     as a crash or a page that is not zero, is ODD: whoever gets that looks at the outcome itself.

import { OK, REFUSED, UNSAID, type Outcome } from "./command.ts";

/** Calls. */
export const ALLOC = 0;
export const ALLOC_PAGES = 1;
export const FREE = 2;
export const FREE_ORDER = 3;
export const FREE_PAGES = 4;
export const ADD = 5;
export const REMOVE = 6;

/** Answers that are no pfn. */
export const ANSWER_REFUSED = -1;
export const ANSWER_OK = -2;
export const ANSWER_UNSAID = -3;
export const ANSWER_ODD = -4;

/** Neither an order nor a zone: what a command does not name. */
export const UNNAMED = -1;

/** What came of a look: blocks that can be compared, nothing, or more than free blocks. */
export const SHOWN = 1;
export const HIDDEN = 0;
export const SHOWN_ODD = -1;

/** Blocks as they are listed, in arrays that are used again and again. */
export class Listing {
  readonly orders: Int32Array;
  readonly pfns: Float64Array;
  count = 0;
  /** Were more listed than there can be? */
  isFull = false;

  constructor(blocksMax: number) {
    this.orders = new Int32Array(blocksMax);
    this.pfns = new Float64Array(blocksMax);
  }

  clear(): void {
    this.count = 0;
    this.isFull = false;
  }

  add(order: number, pfn: number): void {
    if (this.count === this.orders.length) {
      this.isFull = true;
      return;
    }
    this.orders[this.count] = order;
    this.pfns[this.count++] = pfn;
  }
}

/** What a session calls its answer, as a number. */
export function answerOf(outcome: Outcome): number {
  if (outcome === OK) return ANSWER_OK;
  switch (outcome.kind) {
    case "block":
      return outcome.zeroed !== false && outcome.pfn >= 0 ? outcome.pfn : ANSWER_ODD;
    case "ok":
      return ANSWER_OK;
    case "refused":
      return ANSWER_REFUSED;
    case "unsaid":
      return ANSWER_UNSAID;
    case "crashed":
      return ANSWER_ODD;
  }
}

/** What an answer that is not odd stands for. */
export function outcomeOf(answer: number, zeroed: boolean | null): Outcome {
  if (answer >= 0) return { kind: "block", pfn: answer, zeroed };
  if (answer === ANSWER_REFUSED) return REFUSED;
  return answer === ANSWER_OK ? OK : UNSAID;
}
