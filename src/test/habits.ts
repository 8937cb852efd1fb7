// The habits of a client for a while: what it likes to ask for, what it likes to free, and what it leaves alone.
//
//  1. They differ on purpose (swarm testing): a client that does a little of everything never fills a pool
//     with single pages, and one that never frees a block next to a free one never coalesces.
//  2. Habits are shares of a hundred and a set of orders. They say how often, never what: the client decides
//     with its ledger before its eyes.
//
// Source: Groce et al., Swarm Testing, ISSTA 2012.

import type { Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { Misuse } from "../../model/violation.ts";
import type { Random } from "./random.ts";

export interface Habits {
  /** Orders that the client asks for without a purpose, ascending. */
  readonly orders: readonly number[];
  /** Requests that are meant to hit an edge (the largest free block, one that forces a split, one too large). */
  readonly aimed: number;
  /** Frees that are meant to coalesce as far as possible; of the others, half leave a hole on purpose. */
  readonly coalescing: number;
  /** Requests while stirring; the rest are frees. */
  readonly requests: number;
  /** Requests that name a page count instead of an order. */
  readonly counted: number;
  /** Requests that name a zone, where there are several. */
  readonly zoned: number;
  readonly misuse: number;
  readonly resizing: number;
  /** Kinds of wrong frees that this client commits. */
  readonly misuses: readonly Misuse[];
  /** Calls of one phase at most. */
  readonly phaseMax: number;
}

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

/** The habits from one filling of the pool to the next. A client leaves misuse alone where the allocator dies of it, or may do anything. */
export function drawHabits(random: Random, profile: Profile, { maxOrder, span }: Geometry): Habits {
  const pages = span.end - span.start;
  const misbehaves = profile.misuse === "refused" || profile.misuse === "silent";
  return {
    orders: drawOrders(random, maxOrder),
    aimed: random.pick([20, 50, 80]),
    coalescing: random.pick([25, 50, 80]),
    requests: random.pick([40, 50, 60]),
    counted: random.pick([0, 20, 50]),
    zoned: random.pick([0, 50, 90]),
    misuse: misbehaves ? random.pick([0, 5, 15]) : 0,
    resizing: random.pick([0, 0, 15]),
    misuses: misbehaves ? someOf(random, MISUSES) : [],
    phaseMax: Math.min(PHASE_MIN + random.below(Math.max(2 * pages, 1)), PHASE_MAX),
  };
}

/** Every order, or one to three of them: a pool full of single pages is as likely as a mixed one. */
function drawOrders(random: Random, maxOrder: number): readonly number[] {
  const all = Array.from({ length: maxOrder + 1 }, (_, order) => order);
  if (random.chance(30)) return all;
  if (random.chance(40)) return all.slice(0, Math.min(2, all.length));
  return someOf(random, all);
}

/** At least one of these, in their order. */
function someOf<T>(random: Random, items: readonly T[]): readonly T[] {
  const kept = items.filter(() => random.chance(50));
  return kept.length > 0 ? kept : [random.pick(items)];
}
