// Which states were seen, for searches that keep no links: all of them, or a few bits of each.
//
//  1. `AllSeen` keeps every row, and takes none for another.
//  2. `BitsSeen` keeps three bits a state in a table of fixed size. A new state whose three bits were all set by others
//     is taken for a known one, and what only it leads to is never found. Of a table of which the share s is set that
//     happens to the next new state with probability s^3, and to one with the hash of another for certain: one chance
//     in 2^32 for each state before. If e is the sum of these for all states, none was passed over with probability
//     exp(-e).
//
// Source: G. Holzmann, An analysis of bitstate hashing (1995).

import { hashRow, RowPool } from "./rows.ts";
import { VisitedSet } from "./visited.ts";

/** Remembers rows. */
export interface Seen {
  readonly count: number;
  readonly bytes: number;
  /** The chance that a state was passed over by mistake. */
  readonly errorProbability: number;
  /** Is this row seen for the first time? It is remembered. */
  add(row: Int32Array): boolean;
}

export class AllSeen implements Seen {
  readonly errorProbability = 0;
  readonly #visited: VisitedSet;

  constructor(words: number) {
    this.#visited = new VisitedSet(new RowPool(words));
  }

  get count(): number {
    return this.#visited.pool.count;
  }

  get bytes(): number {
    return this.#visited.bytes + this.#visited.pool.bytes;
  }

  add(row: Int32Array): boolean {
    const { pool } = this.#visited;
    if (row.length > pool.words) pool.widen(row.length);
    this.#visited.add(row);
    return this.#visited.isNew;
  }
}

const HASHES = 3;

/** Rows with equal hashes have all their bits in common: the chance of that for two rows. */
const EQUAL_HASHES: number = 2 ** -32;

export class BitsSeen implements Seen {
  count = 0;
  readonly #bits: Uint32Array;
  /** Bits of the table that are set. */
  #set = 0;
  #expectedErrors = 0;

  /** `size` is the base-2 logarithm of the number of bits, 10 to 36. */
  constructor(size: number) {
    this.#bits = new Uint32Array(2 ** (size - 5));
  }

  get bytes(): number {
    return this.#bits.byteLength;
  }

  get errorProbability(): number {
    return 1 - Math.exp(-this.#expectedErrors);
  }

  add(row: Int32Array): boolean {
    const bits = this.#bits;
    const hash = hashRow(row, 0, row.length);
    const share = this.#set / (32 * bits.length);
    let isNew = false;
    for (let which = 0; which < HASHES; which++) {
      // Three words of the table, and a bit in each: the second and third from the hash, mixed again.
      const mixed = Math.imul(hash ^ Math.imul(which, 0x9e3779b1), 0x85ebca6b) ^ (hash >>> (7 + which));
      const second = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0;
      const word = Math.floor((second / 2 ** 32) * bits.length);
      const bit = 1 << ((mixed >>> 3) & 31);
      if (((bits[word] as number) & bit) !== 0) continue;
      bits[word] = (bits[word] as number) | bit;
      this.#set++;
      isNew = true;
    }
    if (isNew) {
      this.count++;
      this.#expectedErrors += share ** HASHES + EQUAL_HASHES * this.count;
    }
    return isNew;
  }
}
