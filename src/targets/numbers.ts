// A session spoken to in numbers (model/numbers.ts): its commands are the same few objects again and again.

import {
  ADD,
  ALLOC,
  ALLOC_PAGES,
  ANSWER_ODD,
  answerOf,
  FREE,
  FREE_ORDER,
  FREE_PAGES,
  HIDDEN,
  SHOWN,
  SHOWN_ODD,
  type Listing,
} from "../../model/numbers.ts";
import type { Outcome } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { Numbers, Session } from "./target.ts";

/** Speaks to a session in numbers: as it offers itself, or through `answer`. */
export function numbersOf(session: Session, geometry: Geometry): Numbers {
  return session.numbers ?? new SessionNumbers(session, geometry);
}

export class SessionNumbers implements Numbers {
  zeroSeen = 0;
  odd: Outcome | null = null;
  readonly #session: Omit<Session, "numbers">;
  readonly #names: readonly string[];
  readonly #alloc = { kind: "alloc" as const, order: 0, zone: null as string | null };
  readonly #allocPages = { kind: "alloc-pages" as const, pages: 0, zone: null as string | null };
  readonly #free = { kind: "free" as const, pfn: 0 };
  readonly #freeOrder = { kind: "free-order" as const, pfn: 0, order: 0 };
  readonly #freePages = { kind: "free-pages" as const, pfn: 0, pages: 0 };
  readonly #add = { kind: "add" as const, pfn: 0, pages: 0 };
  readonly #remove = { kind: "remove" as const, pfn: 0, pages: 0 };

  constructor(session: Omit<Session, "numbers">, { zones }: Geometry) {
    this.#session = session;
    this.#names = zones.map(({ name }) => name);
  }

  call(call: number, first: number, second: number): number {
    const outcome = this.#answer(call, first, second);
    if (outcome.kind === "block" && outcome.zeroed === true) this.zeroSeen++;
    const answer = answerOf(outcome);
    if (answer === ANSWER_ODD) this.odd = outcome;
    return answer;
  }

  list(listing: Listing): number {
    const shown = this.#session.snapshot();
    if (shown === null) return HIDDEN;
    if (shown.kind === "crashed" || shown.cached.length > 0) return SHOWN_ODD;
    listing.clear();
    for (let order = 0; order < shown.lists.length; order++) {
      const heads = shown.lists[order] as readonly number[];
      for (let at = 0; at < heads.length; at++) listing.add(order, heads[at] as number);
    }
    return listing.isFull ? SHOWN_ODD : SHOWN;
  }

  count(counts: Float64Array): number {
    const shown = this.#session.counts();
    if (shown === null) return HIDDEN;
    if (shown.kind === "crashed" || shown.zone !== null || shown.free.length > counts.length) return SHOWN_ODD;
    for (let order = 0; order < counts.length; order++) counts[order] = shown.free[order] ?? 0;
    return SHOWN;
  }

  #answer(call: number, first: number, second: number): Outcome {
    switch (call) {
      case ALLOC:
        this.#alloc.order = first;
        this.#alloc.zone = second < 0 ? null : (this.#names[second] as string);
        return this.#session.answer(this.#alloc);
      case ALLOC_PAGES:
        this.#allocPages.pages = first;
        this.#allocPages.zone = second < 0 ? null : (this.#names[second] as string);
        return this.#session.answer(this.#allocPages);
      case FREE:
        this.#free.pfn = first;
        return this.#session.answer(this.#free);
      case FREE_ORDER:
        this.#freeOrder.pfn = first;
        this.#freeOrder.order = second;
        return this.#session.answer(this.#freeOrder);
      case FREE_PAGES:
        this.#freePages.pfn = first;
        this.#freePages.pages = second;
        return this.#session.answer(this.#freePages);
      case ADD:
        this.#add.pfn = first;
        this.#add.pages = second;
        return this.#session.answer(this.#add);
      default:
        this.#remove.pfn = first;
        this.#remove.pages = second;
        return this.#session.answer(this.#remove);
    }
  }
}
