// The records of one CPU, in the order in which its ring buffer took them.
//
//  1. A page begins with the time of its first record, then `commit`: how many bytes are used, and two flags (events
//     are missing before this page; their number stands behind the used bytes).
//  2. A record begins with 32 bits: 5 of type, 27 of nanoseconds since the record before. Types 1 to 28 are the data's
//     length in words; 0 has the length in the next word; 29 is padding, 30 a longer time step, 31 a time as such.
//  3. A time as such has 59 bits; the five above them are those of the time before it.
//  4. What does not fit is damage: it is reported, the rest of its page is passed over, and so is counted as lost.
//
//        type_len 9, delta 340         36 bytes of data, the record of the event
//      | 0x00002a89                  | common_type common_flags … pfn order … |
//
// Source: include/linux/ring_buffer.h and kernel/trace/ring_buffer.c.

import type { DatClock } from "./linux-dat-clock.ts";
import type { DatCpu, DatHead } from "./linux-dat-head.ts";
import { DatPages, type PageInput } from "./linux-dat-pages.ts";

const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
const WORD_BYTES = 4;
const TIMESTAMP_BYTES = 8;
const DELTA_VALUES = 2 ** 27;
const HIGH_BITS = 0xf8n << 56n;

const COMMIT_MASK = 2 ** 27 - 1;
const MISSING_EVENTS = 2 ** 31;
const MISSING_STORED = 2 ** 30;
/** The number of lost events is not known. */
const UNKNOWN = -1;

export class CpuRecords {
  readonly cpu: number;
  /** The current record: its time (DatClock.relative), and its data from `at` to `end` in `view`. */
  time = 0;
  view: DataView;
  at = 0;
  end = 0;
  /** Events lost before the current record: 0 for none, -1 where the number is not known. Its reader clears it. */
  lost = 0;

  readonly #pages: DatPages;
  readonly #clock: DatClock;
  readonly #head: DatHead;
  readonly #pageBytes: number;
  readonly #report: PageInput["report"];
  /** Where the next record begins, and where the used bytes of its page end. */
  #next = 0;
  #pageEnd = 0;

  constructor(input: PageInput, cpu: DatCpu, head: DatHead, clock: DatClock) {
    this.cpu = cpu.cpu;
    this.#pages = new DatPages(input, cpu);
    this.#clock = clock;
    this.#head = head;
    this.#pageBytes = cpu.pageBytes;
    this.#report = input.report;
    this.view = this.#pages.view;
  }

  /** Goes to the next record; answers false behind the last. */
  advance(): boolean {
    const { isLittleEndian } = this.#head;
    while (this.#next < this.#pageEnd || this.#turnPage()) {
      const start = this.#next;
      if (start + WORD_BYTES > this.#pageEnd) {
        this.#damage("a record");
        continue;
      }
      const word = this.view.getUint32(start, isLittleEndian);
      const type = isLittleEndian ? word & 31 : word >>> 27;
      const delta = isLittleEndian ? word >>> 5 : word & (DELTA_VALUES - 1);
      if (type === 0 || type >= PADDING) {
        if (this.#special(type, delta, start)) return true;
        continue;
      }
      this.at = start + WORD_BYTES;
      this.end = this.at + type * WORD_BYTES;
      if (this.#take(delta)) return true;
    }
    return false;
  }

  /** Records of which the next word belongs to the head; answers whether it is one with data. */
  #special(type: number, delta: number, start: number): boolean {
    if (type === PADDING && delta === 0) {
      this.#next = this.#pageEnd;
      return false;
    }
    if (start + 2 * WORD_BYTES > this.#pageEnd) {
      this.#damage("a record of two words");
      return false;
    }
    const word = this.view.getUint32(start + WORD_BYTES, this.#head.isLittleEndian);
    this.#next = start + 2 * WORD_BYTES;
    if (type === TIME_STAMP) this.time = this.#stamped(word, delta);
    if (type === TIME_EXTEND) this.time += word * DELTA_VALUES + delta;
    if (type === PADDING) {
      // As trace-cmd reads it, the time of a discarded record passes too.
      this.time += delta;
      this.#next = start + WORD_BYTES + word;
      if (this.#next > this.#pageEnd) this.#damage(`${word} bytes of padding`);
    }
    if (type !== 0) return false;
    this.at = this.#next;
    this.end = start + WORD_BYTES + Math.max(Math.ceil(word / WORD_BYTES), 1) * WORD_BYTES;
    return this.#take(delta);
  }

  /** Accepts the data from `at` to `end`, if it lies within the page. */
  #take(delta: number): boolean {
    if (this.end > this.#pageEnd) {
      this.#damage(`${this.end - this.at} bytes of data`);
      return false;
    }
    this.time += delta;
    this.#next = this.end;
    return true;
  }

  #stamped(word: number, delta: number): number {
    const low = BigInt(word) * BigInt(DELTA_VALUES) + BigInt(delta);
    return this.#clock.relative((this.#clock.absolute(this.time) & HIGH_BITS) | low);
  }

  #turnPage(): boolean {
    const isThere = this.#pages.next();
    if (this.#pages.isGap) this.#lose(UNKNOWN);
    if (!isThere) return false;
    const { view, at } = this.#pages;
    const { isLittleEndian, longBytes, dataOffset } = this.#head;
    this.view = view;
    this.time = this.#clock.relative(view.getBigUint64(at, isLittleEndian));
    const isHighFirst = longBytes === 8 && !isLittleEndian;
    const commit = view.getUint32(at + TIMESTAMP_BYTES + (isHighFirst ? WORD_BYTES : 0), isLittleEndian);
    this.#next = at + dataOffset;
    this.#pageEnd = this.#next + (commit & COMMIT_MASK);
    if (this.#pageEnd > at + this.#pageBytes) {
      this.#pageEnd = at + this.#pageBytes;
      this.#damage(`at most ${this.#pageBytes - dataOffset} used bytes`);
    } else if (commit >= MISSING_EVENTS) this.#lose(this.#missing(commit));
    return true;
  }

  /** How many events are missing before the page. */
  #missing(commit: number): number {
    const { isLittleEndian, longBytes } = this.#head;
    const isStored = (commit & MISSING_STORED) !== 0;
    if (!isStored || this.#pageEnd + longBytes > this.#pages.at + this.#pageBytes) return UNKNOWN;
    if (longBytes === WORD_BYTES) return this.view.getUint32(this.#pageEnd, isLittleEndian);
    return Number(this.view.getBigUint64(this.#pageEnd, isLittleEndian));
  }

  #lose(events: number): void {
    this.lost = this.lost === UNKNOWN || events === UNKNOWN ? UNKNOWN : this.lost + events;
  }

  #damage(expected: string): void {
    this.#report({ expected: `${expected} at ${this.#pages.placeOf(this.#next)}`, found: "the end of its page" });
    this.#next = this.#pageEnd;
    this.#lose(UNKNOWN);
  }
}
