// The seeded generator behind every random run: equal seeds give equal runs, on every machine and for ever.
//
//  1. mulberry32: one 32-bit word of state, 2^32 numbers before it repeats, which is more than any run draws.
//  2. A number below 2^16 is the word's high half, scaled: `half * limit / 2^16`. A remainder would cost as much as all
//     else here.
//
// Source: Tommy Ettinger's mulberry32 (public domain), with the constants as published; Lemire, Fast Random Integer
// Generation in an Interval, ACM TOMACS 2019, without its rejection: the bias is at most limit / 2^16.

import { assert } from "../../model/assert.ts";

const HALF_BITS = 16;

/** Numbers that look random and follow from a seed alone; it guards the state they come from. */
export class Random {
  #state: number;

  /** `seed` is a whole number of which the lowest 32 bits count. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    const word = this.#word();
    return limit <= 1 << HALF_BITS ? Math.imul(word >>> HALF_BITS, limit) >>> HALF_BITS : word % limit;
  }

  /** True `percent` times in a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of these, each as likely as the others. Empty lists are refused. */
  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, "nothing to pick from");
    return items[this.below(items.length)] as T;
  }

  #word(): number {
    const state = (this.#state + 0x6d2b79f5) | 0;
    this.#state = state;
    let drawn = Math.imul(state ^ (state >>> 15), 1 | state);
    drawn ^= drawn + Math.imul(drawn ^ (drawn >>> 7), 61 | drawn);
    return (drawn ^ (drawn >>> 14)) >>> 0;
  }
}

/** A seed of its own for the n-th of something, so that neighbours have nothing in common. */
export function mixed(seed: number, n: number): number {
  let word = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 15), 0xc2b2ae35);
  return (word ^ (word >>> 13)) >>> 0;
}

/** A generator for this seed. */
export function createRandom(seed: number): Random {
  return new Random(seed);
}
