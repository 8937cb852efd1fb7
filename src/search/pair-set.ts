// The states of a search whose rows are two words: a set that holds the rows themselves, and the frontier beside it.
//
//  1. A slot is a row, at the place that its hash says or the next free one behind it; a row's first word is never 0,
//     so 0 is an empty slot. Rows are compared as a whole: no state is taken for another.
//  2. Most rows of a search are found again and again, and each lies anywhere in a gigabyte. So rows are added in
//     batches: all slots of a batch are read before the first is decided, which lets the processor fetch them side by
//     side. What was found a moment ago is looked up among the rows found last, which lie in the nearest cache.
//  3. Which states are new is written to the frontier, in the order in which they came. No links are kept: the
//     search that uses this set has the slower one to explain what it finds.
//
// At 10 to 20 bytes a state, of which 8 are its row.

const SLOT_BITS_AT_FIRST = 12;
const RECENT_BITS = 16;

/** Rows of one batch at most. */
export const BATCH_MAX: number = 1 << 13;

/** The set is full enough to double when four of five slots are taken. */
const FULL = 4 / 5;

export class PairSet {
  /** States found. */
  count = 0;
  /** The states of one depth, two words each, and how many they are. */
  frontier: Int32Array = new Int32Array(1 << 12);
  frontierCount = 0;
  /** The batch to add. */
  readonly batch: Int32Array = new Int32Array(2 * BATCH_MAX);
  /** A sum of what was read ahead, so that reading ahead is not optimised away. */
  readAhead = 0;
  /** Slots of the rows of a batch. */
  readonly #at: Int32Array = new Int32Array(BATCH_MAX);
  /** Rows found last, by their hash. */
  readonly #recent: Int32Array = new Int32Array(2 << RECENT_BITS);
  #bits = SLOT_BITS_AT_FIRST;
  /** Two words a slot; 0 and 0 for an empty one. */
  #slots: Int32Array = new Int32Array(2 << SLOT_BITS_AT_FIRST);

  /** Adds the first `size` rows of the batch; those that are new join the frontier. */
  addBatch(size: number): void {
    while (this.count + size > FULL * 2 ** this.#bits) this.#double();
    if (2 * (this.frontierCount + size) > this.frontier.length) this.frontier = doubled(this.frontier);
    this.#decide(this.#fetch(size));
  }

  /** The states found since the last time are those of the next depth: answers them, and begins to collect anew. */
  takeFrontier(): Int32Array {
    const taken = this.frontier.subarray(0, 2 * this.frontierCount);
    this.frontier = new Int32Array(Math.max(1 << 12, 2 * taken.length));
    this.frontierCount = 0;
    return taken;
  }

  get bytes(): number {
    return this.#slots.byteLength + this.frontier.byteLength;
  }

  /** Passes over the rows found last, and reads the slots of the others; how many these are. */
  #fetch(size: number): number {
    const { batch } = this;
    const at = this.#at;
    const recent = this.#recent;
    const slots = this.#slots;
    const shift = 32 - this.#bits;
    let left = 0;
    let read = 0;
    for (let row = 0; row < size; row++) {
      const first = batch[2 * row] as number;
      const second = batch[2 * row + 1] as number;
      const hash = hashPair(first, second);
      const near = 2 * (hash & ((1 << RECENT_BITS) - 1));
      if (recent[near] === first && recent[near + 1] === second) continue;
      recent[near] = first;
      recent[near + 1] = second;
      const slot = hash >>> shift;
      read ^= slots[2 * slot] as number;
      batch[2 * left] = first;
      batch[2 * left + 1] = second;
      at[left++] = slot;
    }
    this.readAhead = read;
    return left;
  }

  #decide(size: number): void {
    const { batch, frontier } = this;
    const at = this.#at;
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let found = this.frontierCount;
    for (let row = 0; row < size; row++) {
      const first = batch[2 * row] as number;
      const second = batch[2 * row + 1] as number;
      for (let slot = at[row] as number; ; slot = (slot + 1) & mask) {
        const held = slots[2 * slot] as number;
        if (held === first && slots[2 * slot + 1] === second) break;
        if (held !== 0) continue;
        slots[2 * slot] = first;
        slots[2 * slot + 1] = second;
        frontier[2 * found] = first;
        frontier[2 * found + 1] = second;
        found++;
        break;
      }
    }
    this.count += found - this.frontierCount;
    this.frontierCount = found;
  }

  #double(): void {
    const old = this.#slots;
    this.#bits++;
    const slots = new Int32Array(2 * old.length);
    const mask = slots.length / 2 - 1;
    const shift = 32 - this.#bits;
    for (let at = 0; at < old.length; at += 2) {
      const first = old[at] as number;
      if (first === 0) continue;
      const second = old[at + 1] as number;
      // The places of slots rise with their hashes, so this writes nearly in order.
      let slot = hashPair(first, second) >>> shift;
      while (slots[2 * slot] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = first;
      slots[2 * slot + 1] = second;
    }
    this.#slots = slots;
  }
}

function doubled(words: Int32Array): Int32Array {
  const larger = new Int32Array(2 * words.length);
  larger.set(words);
  return larger;
}

function hashPair(first: number, second: number): number {
  let hash = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ second, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13), 0x7feb352d);
  return (hash ^ (hash >>> 16)) | 0;
}
