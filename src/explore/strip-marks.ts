// The bitsets of a search over strips: states ever found, and states of two depths that take turns.
//
// Bits are only ever added to what is found and to the next depth, each with an atomic or, so that several workers may
// add to one strip at once. Reading a word that another worker is about to change at worst marks a bit again.

/** Shared memory if several searches work on it. `frontiers` take turns: even depths, odd depths. */
export interface StripSets {
  readonly found: Int32Array;
  readonly frontiers: readonly [Int32Array, Int32Array];
}

/** Marks states as found and as states of the next depth. */
export class StripMarks {
  readonly #found: Int32Array;
  #next: Int32Array;

  constructor({ found, frontiers }: StripSets) {
    this.#found = found;
    [this.#next] = frontiers;
  }

  /** From now on, what is found is marked in this frontier. */
  aim(next: Int32Array): void {
    this.#next = next;
  }

  /** Marks one state: the bit `number` of the strip that begins at `word`. */
  mark(word: number, number: number): void {
    const at = word + (number >>> 5);
    const bit = 1 << number;
    if (((this.#found[at] as number) & bit) !== 0) return;
    Atomics.or(this.#found, at, bit);
    Atomics.or(this.#next, at, bit);
  }

  /** Marks the states of `bits` up to number `bound`, and only those in `clear` where it is given. */
  markStrip(word: number, bits: Int32Array, bound: number, clear: Int32Array | null): void {
    const found = this.#found;
    const next = this.#next;
    const lastWord = bound >>> 5;
    for (let at = 0; at <= lastWord; at++) {
      let fresh = bits[at] as number;
      if (fresh === 0) continue;
      if (clear !== null) fresh &= clear[at] as number;
      if (at === lastWord) fresh &= upTo(bound);
      fresh &= ~(found[word + at] as number);
      if (fresh === 0) continue;
      Atomics.or(found, word + at, fresh);
      Atomics.or(next, word + at, fresh);
    }
  }
}

/** The bits of a word up to that of `number`: 2 gives 0b111. */
export function upTo(number: number): number {
  return -1 >>> (31 - (number & 31));
}
