// The state of a WebAssembly instance as bytes: ranges of its memory, and its globals that can change.
//
//  1. A row is the memory's size, where it can grow, then the globals, 8 bytes each, then the ranges in order.
//  2. Views of ranges are made once for each buffer: a save of 1 KiB copies at memory speed.
//  3. A memory that grew cannot shrink. Restoring a smaller one asks for a new instance first.
//  4. Where it can, it shows its words in place (wasm-words.ts).
//  5. Static data that no range covers must never change. It is compared with what it was at the opening, at the
//     first save and then at every `CHECK_EVERY`th save or return to the opening.

import { mergeRanges, subtract, type FrameRange } from "../../model/geometry.ts";
import type { Memory, MemoryWords } from "./target.ts";
import { areWords, WasmWords, type Instance } from "./wasm-words.ts";
import type { GlobalVariable } from "./web-assembly.ts";

/** What of an instance is state. Ranges are bytes of its memory; null: all of it. */
export interface StateExtent {
  readonly ranges: readonly FrameRange[] | null;
  /** Data that is there from the start, where the target shows where that is. */
  readonly statics: FrameRange | null;
  readonly growsMemory: boolean;
}

const PAGE_BYTES = 65_536;
const GLOBAL_BYTES = 8;
const SIZE_BYTES = 4;
const CHECK_EVERY = 4096;

/** Saves and restores one instance after the other: `renew` answers a new one, opened like the first. */
export class WasmMemory implements Memory {
  readonly #renew: () => Instance;
  readonly #extent: StateExtent;
  #instance: Instance;
  /** The buffer that `#views` are of. */
  #buffer: ArrayBuffer;
  /** One for each range, or one of the whole memory. */
  #views: readonly Uint8Array[] = [];
  #rangeBytes = 0;
  /** The state right after the opening. */
  readonly #opened: Uint8Array;
  readonly #openedPages: number;
  /** All memory right after the opening, to find changes that nobody declared; null where nobody can tell. */
  readonly #before: Uint8Array | null;
  readonly #undeclared: readonly FrameRange[];
  readonly #words: WasmWords | null;
  #untilCheck = 0;
  /** The address of a byte that changed and should not have, once one was found; null before. */
  strayByte: number | null = null;

  constructor(instance: Instance, extent: StateExtent, renew: () => Instance) {
    this.#renew = renew;
    this.#extent = extent;
    this.#instance = instance;
    this.#buffer = instance.memory.buffer;
    this.#view();
    this.#openedPages = this.#buffer.byteLength / PAGE_BYTES;
    const { ranges, statics } = extent;
    this.#undeclared = ranges === null || statics === null ? [] : subtract(statics, mergeRanges(ranges));
    this.#before = this.#undeclared.length === 0 ? null : new Uint8Array(this.#buffer).slice();
    const shown = ranges ?? [{ start: 0, end: this.#buffer.byteLength }];
    this.#words = !extent.growsMemory && areWords(shown) ? new WasmWords(instance, shown) : null;
    this.#opened = new Uint8Array(this.byteLength);
    this.save(this.#opened, 0);
    this.#untilCheck = 0;
  }

  get byteLength(): number {
    if (this.#instance.memory.buffer !== this.#buffer) this.#view();
    return this.#headBytes + this.#rangeBytes;
  }

  get words(): MemoryWords | null {
    return this.#words;
  }

  /** A call begins: of the words, only what it writes can change. */
  begin(): void {
    if (this.#words !== null) this.#words.isDoubtful = false;
  }

  save(row: Uint8Array, at: number): void {
    if (this.#instance.memory.buffer !== this.#buffer) this.#view();
    this.#countDown();
    let to = at;
    if (this.#extent.growsMemory) to = write32(row, to, this.#buffer.byteLength / PAGE_BYTES);
    for (const global of this.#instance.globals) to = writeGlobal(row, to, global.value);
    for (const view of this.#views) {
      row.set(view, to);
      to += view.length;
    }
  }

  restore(row: Uint8Array, at: number): void {
    if (this.#words !== null) this.#words.isDoubtful = true;
    let from = at;
    if (this.#extent.growsMemory) {
      this.#resize(read32(row, from));
      from += SIZE_BYTES;
    }
    if (this.#instance.memory.buffer !== this.#buffer) this.#view();
    for (const global of this.#instance.globals) {
      restoreGlobal(global, row, from);
      from += GLOBAL_BYTES;
    }
    for (const view of this.#views) {
      view.set(row.subarray(from, from + view.length));
      from += view.length;
    }
  }

  /** Back to the state of the opening. */
  reset(): void {
    this.#countDown();
    this.restore(this.#opened, 0);
  }

  get #headBytes(): number {
    const { growsMemory } = this.#extent;
    return (growsMemory ? SIZE_BYTES : 0) + GLOBAL_BYTES * this.#instance.globals.length;
  }

  #view(): void {
    const { ranges } = this.#extent;
    this.#buffer = this.#instance.memory.buffer;
    const all = [{ start: 0, end: this.#buffer.byteLength }];
    this.#views = (ranges ?? all).map(({ start, end }) => new Uint8Array(this.#buffer, start, end - start));
    this.#rangeBytes = this.#views.reduce((bytes, { length }) => bytes + length, 0);
  }

  #resize(pages: number): void {
    let now = this.#instance.memory.buffer.byteLength / PAGE_BYTES;
    if (now > pages) {
      this.#instance = this.#renew();
      now = this.#openedPages;
    }
    if (now < pages) this.#instance.memory.grow(pages - now);
  }

  #countDown(): void {
    if (this.#before === null || this.#untilCheck-- > 0) return;
    this.#untilCheck = CHECK_EVERY;
    const now = new Uint8Array(this.#buffer);
    for (const { start, end } of this.#undeclared) {
      if (Buffer.compare(now.subarray(start, end), this.#before.subarray(start, end)) === 0) continue;
      this.strayByte ??= firstDifference(now, this.#before, start);
    }
  }
}

function firstDifference(a: Uint8Array, b: Uint8Array, from: number): number {
  let at = from;
  while (a[at] === b[at]) at++;
  return at;
}

function write32(row: Uint8Array, at: number, value: number): number {
  row[at] = value;
  row[at + 1] = value >> 8;
  row[at + 2] = value >> 16;
  row[at + 3] = value >> 24;
  return at + SIZE_BYTES;
}

function read32(row: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [row[at], row[at + 1], row[at + 2], row[at + 3]];
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** A global of type i32, or of i64 where its value is a bigint. */
function writeGlobal(row: Uint8Array, at: number, value: number | bigint): number {
  if (typeof value === "bigint") new DataView(row.buffer, row.byteOffset).setBigInt64(at, value, true);
  else write32(row, write32(row, at, value), 0);
  return at + GLOBAL_BYTES;
}

/** Setting a global costs more than looking at it, and the stack pointer is nearly always what it was. */
function restoreGlobal(global: GlobalVariable, row: Uint8Array, at: number): void {
  const { value } = global;
  if (typeof value === "bigint") global.value = new DataView(row.buffer, row.byteOffset).getBigInt64(at, true);
  else if (read32(row, at) !== value) global.value = read32(row, at);
}
