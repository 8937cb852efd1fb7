// The habits of a client for a while: what it likes to ask for, what it likes to free, and what it leaves alone.
//
//  1. They differ on purpose (swarm testing): a client that does a little of everything never fills a pool
//     with single pages, and one that never frees a block next to a free one never coalesces.
//  2. Habits are shares of a hundred, a set of orders and one of misuses. They say how often, never what: the client
//     decides with what it knows before its eyes.
//  3. They change with every filling of the pool, so they are drawn in place: nothing is allocated.
//
// Source: Groce et al., Swarm Testing, ISSTA 2012.

import type { Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { Misuse } from "../../model/violation.ts";
import type { Random } from "./random.ts";

/** Every way to free wrongly. */
export const MISUSES: readonly Misuse[] = [
  "double",
  "interior",
  "wrong-size",
  "never-allocated",
  "misaligned",
  "out-of-range",
  "reserved",
];

/** Calls of a phase, for pools of a few pages and for all larger ones. */
const PHASE_MIN = 12;
const PHASE_MAX = 250;

// What shares are drawn from.
const AIMED = [20, 50, 80] as const;
const COALESCING = [25, 50, 80] as const;
const REQUESTS = [40, 50, 60] as const;
const COUNTED = [0, 20, 50] as const;
const ZONED = [0, 50, 90] as const;
const MISUSE = [0, 5, 15] as const;
const RESIZING = [0, 0, 15] as const;

/** Does a client misbehave at all? Not where the allocator dies of misuse, or may do anything. */
function misbehaves({ misuse }: Profile): boolean {
  return misuse === "refused" || misuse === "silent";
}

export class Habits {
  /** Orders that the client asks for without a purpose, ascending. */
  readonly orders: Subset;
  /** Kinds of wrong frees that this client commits, as indices of `MISUSES`; none where it behaves. */
  readonly misuses: Subset = new Subset(MISUSES.length);
  /** Requests that are meant to hit an edge (the largest free block, one that forces a split, one too large). */
  aimed = 0;
  /** Frees that are meant to coalesce as far as possible; of the others, half leave a hole on purpose. */
  coalescing = 0;
  /** Requests while stirring; the rest are frees. */
  requests = 0;
  /** Requests that name a page count instead of an order. */
  counted = 0;
  /** Requests that name a zone, where there are several. */
  zoned = 0;
  misuse = 0;
  resizing = 0;
  /** Calls of one phase at most. */
  phaseMax = 0;
  readonly #pages: number;
  readonly #misbehaves: boolean;

  constructor({ maxOrder, span }: Geometry, profile: Profile) {
    this.orders = new Subset(maxOrder + 1);
    this.#pages = span.end - span.start;
    this.#misbehaves = misbehaves(profile);
  }

  /** The habits from one filling of the pool to the next. */
  draw(random: Random): void {
    this.#drawOrders(random);
    this.aimed = random.pick(AIMED);
    this.coalescing = random.pick(COALESCING);
    this.requests = random.pick(REQUESTS);
    this.counted = random.pick(COUNTED);
    this.zoned = random.pick(ZONED);
    this.misuse = this.#misbehaves ? random.pick(MISUSE) : 0;
    this.resizing = random.pick(RESIZING);
    if (this.misuse > 0) this.misuses.drawSome(random);
    this.phaseMax = Math.min(PHASE_MIN + random.below(Math.max(2 * this.#pages, 1)), PHASE_MAX);
  }

  /** Every order, or one to three of them: a pool full of single pages is as likely as a mixed one. */
  #drawOrders(random: Random): void {
    if (random.chance(30)) this.orders.drawFirst(this.orders.limit);
    else if (random.chance(40)) this.orders.drawFirst(2);
    else this.orders.drawSome(random);
  }
}

/** Some of the numbers below a limit, ascending; never none once drawn. */
export class Subset {
  readonly limit: number;
  readonly #kept: Uint8Array;
  #size = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.#kept = new Uint8Array(limit);
  }

  drawFirst(size: number): void {
    this.#size = Math.min(size, this.limit);
    for (let number = 0; number < this.#size; number++) this.#kept[number] = number;
  }

  /** Each of the numbers as likely as not, and one where that leaves none. */
  drawSome(random: Random): void {
    this.#size = 0;
    for (let number = 0; number < this.limit; number++) if (random.chance(50)) this.#kept[this.#size++] = number;
    if (this.#size === 0) this.#kept[this.#size++] = random.below(this.limit);
  }

  pick(random: Random): number {
    return this.#kept[random.below(this.#size)] as number;
  }
}
