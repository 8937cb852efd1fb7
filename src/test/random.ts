// The seeded generator behind every random run: equal seeds give equal runs, on every machine and for ever.
//
// mulberry32: one 32-bit word of state, 2^32 numbers before it repeats, which is more than any run draws.
//
// Source: Tommy Ettinger's mulberry32 (public domain), with the constants as published.

import { assert } from "../../model/assert.ts";

/** Numbers that look random and follow from a seed alone. */
export interface Random {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  /** True `percent` times in a hundred. */
  chance(percent: number): boolean;
  /** One of these, each as likely as the others. Empty lists are refused. */
  pick<T>(items: readonly T[]): T;
}

/** A seed of its own for the n-th of something, so that neighbours have nothing in common. */
export function mixed(seed: number, n: number): number {
  let word = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 15), 0xc2b2ae35);
  return (word ^ (word >>> 13)) >>> 0;
}

/** A generator for this seed, a whole number of which the lowest 32 bits count. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  function word(): number {
    state = (state + 0x6d2b79f5) | 0;
    let drawn = Math.imul(state ^ (state >>> 15), 1 | state);
    drawn ^= drawn + Math.imul(drawn ^ (drawn >>> 7), 61 | drawn);
    return (drawn ^ (drawn >>> 14)) >>> 0;
  }
  function below(limit: number): number {
    return word() % limit;
  }
  function pick<T>(items: readonly T[]): T {
    assert(items.length > 0, "nothing to pick from");
    return items[below(items.length)] as T;
  }
  return { below, chance: (percent) => below(100) < percent, pick };
}
