// States as rows: every state of a search is one fixed-width row of 32-bit words in one pooled array.
//
//  1. A state's number is its row's place in the pool, so states are numbered in the order they were found.
//  2. A row may become wider while a search goes on (a target's memory began to differ in one more word). The new
//     words of the old rows are 0, and a hash passes over words that are 0: no state has to be hashed again.
//  3. The pool doubles when it is full. What it has not written yet costs no memory on any system that hands out
//     pages when they are touched.
//
// 16 bytes a state pooled against 824 as objects: docs/explore.md says what was measured.

/** Words that a pool has room for at first. */
const WORDS_AT_FIRST = 1 << 12;

/** The rows of all states found so far. */
export class RowPool {
  /** Words of a row. */
  words: number;
  count = 0;
  /** Row `i` is `rows[i * words]` and on. Replaced when the pool grows: never keep it across a `push`. */
  rows: Int32Array = new Int32Array(WORDS_AT_FIRST);

  constructor(words: number) {
    this.words = words;
  }

  /** Adds the row that starts at `row[0]`; its number. */
  push(row: Int32Array): number {
    const { words, count } = this;
    const at = count * words;
    if (at + words > this.rows.length) this.#grow(at + words);
    const { rows } = this;
    for (let word = 0; word < words; word++) rows[at + word] = row[word] as number;
    this.count = count + 1;
    return count;
  }

  equals(state: number, row: Int32Array): boolean {
    const { rows, words } = this;
    const at = state * words;
    for (let word = 0; word < words; word++) if (rows[at + word] !== row[word]) return false;
    return true;
  }

  /** Gives every row more words, which are 0 so far. */
  widen(words: number): void {
    const wider = new Int32Array(Math.max(WORDS_AT_FIRST, 2 * this.count * words));
    for (let state = 0; state < this.count; state++) {
      wider.set(this.rows.subarray(state * this.words, (state + 1) * this.words), state * words);
    }
    this.rows = wider;
    this.words = words;
  }

  get bytes(): number {
    return this.count * this.words * 4;
  }

  #grow(wordsNeeded: number): void {
    const larger = new Int32Array(Math.max(2 * this.rows.length, wordsNeeded));
    larger.set(this.rows);
    this.rows = larger;
  }
}

/** A hash of the row at `rows[at]`. Words that are 0 change nothing, wherever they stand (rule 2). */
export function hashRow(rows: Int32Array, at: number, words: number): number {
  let hash = 0;
  for (let word = 0; word < words; word++) {
    const value = rows[at + word] as number;
    if (value === 0) continue;
    let mixed = Math.imul(value ^ Math.imul(word + 1, 0x9e3779b1), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
    hash = (hash ^ mixed ^ (mixed >>> 13)) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return (hash ^ (hash >>> 15)) >>> 0;
}
