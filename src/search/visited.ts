// Which states were found: an open-addressing set of row numbers.
//
//  1. A slot is 0 (empty), or a row's number plus one in its low bits and, in the bits left, a tag: bits of the
//     row's hash that did not choose the slot. Most strangers are told by their tag, without a look at their row.
//  2. Equal tags prove nothing: rows are compared, so two states are never taken for one.
//  3. The set doubles when three quarters of it are full, and is then built again from the rows.
//
//     slots  | 0 | tag 7, row 0 | 0 | tag 3, row 2 | tag 3, row 1 | 0 | ...   row 1 hashed to slot 3 and moved on
//
// Limit: 2^31 slots, so 1.6 billion states.

import { hashRow, RowPool } from "./rows.ts";

const SLOT_BITS_AT_FIRST = 10;
const SLOT_BITS_MAX = 31;

/** The set of rows of one pool. */
export class VisitedSet {
  readonly pool: RowPool;
  /** Did the last `add` find a new state? */
  isNew = false;
  #bits = SLOT_BITS_AT_FIRST;
  /** Rule 1; 0 for an empty slot. */
  #slots: Uint32Array = new Uint32Array(2 ** SLOT_BITS_AT_FIRST);

  constructor(pool: RowPool) {
    this.pool = pool;
  }

  /** The number of the state with this row, which joins the pool if it is new; see `isNew`. */
  add(row: Int32Array): number {
    const { pool } = this;
    if (4 * pool.count >= 3 * this.#slots.length) this.#double();
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = hashRow(row, 0, pool.words);
    const tag = tagOf(hash, this.#bits);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const held = slots[slot] as number;
      if (held === 0) {
        const state = pool.push(row);
        slots[slot] = (tag | (state + 1)) >>> 0;
        this.isNew = true;
        return state;
      }
      if ((held & ~mask) === tag) {
        const state = (held & mask) - 1;
        if (pool.equals(state, row)) {
          this.isNew = false;
          return state;
        }
      }
    }
  }

  /** Is this row's state known? */
  has(row: Int32Array): boolean {
    const mask = this.#slots.length - 1;
    const hash = hashRow(row, 0, this.pool.words);
    const tag = tagOf(hash, this.#bits);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === 0) return false;
      if ((held & ~mask) === tag && this.pool.equals((held & mask) - 1, row)) return true;
    }
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  #double(): void {
    const bits = this.#bits + 1;
    if (bits > SLOT_BITS_MAX) throw new RangeError(`a visited set of more than 2^${SLOT_BITS_MAX} slots`);
    const { pool } = this;
    const slots = new Uint32Array(2 ** bits);
    const mask = slots.length - 1;
    for (let state = 0; state < pool.count; state++) {
      const hash = hashRow(pool.rows, state * pool.words, pool.words);
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = (tagOf(hash, bits) | (state + 1)) >>> 0;
    }
    this.#bits = bits;
    this.#slots = slots;
  }
}

/** The bits of a hash above those that choose the slot, in place. They decide nothing when there are none left. */
function tagOf(hash: number, bits: number): number {
  return hash & (-1 << bits);
}
