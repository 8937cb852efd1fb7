// The state of a WebAssembly instance as words of its own memory: what a call changed is told and put back in place.
//
//  1. A place is a word of the state in the order of a row (wasm-memory.ts): two for each global, then the ranges.
//  2. A call that wrote nothing changed nothing. Where it wrote, every word is compared.
//  3. Only memory that cannot grow and ranges of whole words are shown so.

import type { FrameRange } from "../../model/geometry.ts";
import type { MemoryWords } from "./target.ts";
import type { GlobalVariable, LinearMemory } from "./web-assembly.ts";

/** The part of an instance that holds state. */
export interface Instance {
  readonly memory: LinearMemory;
  readonly globals: readonly GlobalVariable[];
  /** Did the last call write to memory? 0 if not. */
  readonly wrote: () => number;
}

const WORD_BYTES = 4;
const GLOBAL_WORDS = 2;

/** Do these ranges of bytes consist of words? */
export function areWords(ranges: readonly FrameRange[]): boolean {
  return ranges.every(({ start, end }) => start % WORD_BYTES === 0 && end % WORD_BYTES === 0);
}

/** Words of one instance, which is never replaced. */
export class WasmWords implements MemoryWords {
  readonly count: number;
  readonly #globals: Instance["globals"];
  readonly #wrote: Instance["wrote"];
  readonly #memory: Int32Array;
  /** Per place: the word of the memory that it is; what stands at the places of globals is not used. */
  readonly #addresses: Int32Array;
  /** Words of the memory in which ranges begin and end, in turn. */
  readonly #runs: Int32Array;
  readonly #globalWords: number;
  /** May more have changed than what the last call wrote? */
  isDoubtful = true;

  constructor({ memory, globals, wrote }: Instance, ranges: readonly FrameRange[]) {
    this.#globals = globals;
    this.#wrote = wrote;
    this.#memory = new Int32Array(memory.buffer);
    this.#globalWords = GLOBAL_WORDS * globals.length;
    const words = ranges.reduce((sum, { start, end }) => sum + (end - start) / WORD_BYTES, 0);
    this.count = this.#globalWords + words;
    this.#addresses = new Int32Array(this.count);
    this.#runs = Int32Array.from(ranges.flatMap(({ start, end }) => [start / WORD_BYTES, end / WORD_BYTES]));
    let place = this.#globalWords;
    for (const { start, end } of ranges) {
      for (let at = start; at < end; at += WORD_BYTES) this.#addresses[place++] = at / WORD_BYTES;
    }
  }

  differences(words: Int32Array, places: Int32Array): number {
    if (!this.isDoubtful && this.#wrote() === 0) return 0;
    this.isDoubtful = false;
    let found = 0;
    for (let place = 0; place < this.#globalWords; place++) {
      if (this.#globalWord(place) !== words[place]) places[found++] = place;
    }
    const memory = this.#memory;
    let place = this.#globalWords;
    for (let run = 0; run < this.#runs.length; run += 2) {
      const end = this.#runs[run + 1] as number;
      for (let at = this.#runs[run] as number; at < end; at++, place++) {
        if (memory[at] !== words[place]) places[found++] = place;
      }
    }
    return found;
  }

  at(place: number): number {
    return place < this.#globalWords
      ? this.#globalWord(place)
      : (this.#memory[this.#addresses[place] as number] as number);
  }

  write(words: Int32Array, places: Int32Array, count: number): void {
    for (let which = 0; which < count; which++) {
      const place = places[which] as number;
      if (place < this.#globalWords) this.#setGlobal(place, words);
      else this.#memory[this.#addresses[place] as number] = words[place] as number;
    }
  }

  #globalWord(place: number): number {
    const value = this.#globals[place >>> 1]?.value ?? 0;
    if (typeof value === "number") return place % GLOBAL_WORDS === 0 ? value : 0;
    return Number(BigInt.asIntN(32, place % GLOBAL_WORDS === 0 ? value : value >> 32n));
  }

  #setGlobal(place: number, words: Int32Array): void {
    const global = this.#globals[place >>> 1];
    if (global === undefined) return;
    const low = words[place & ~1] as number;
    const isWhole = typeof global.value === "number";
    global.value = isWhole ? low : (BigInt(words[place | 1] as number) << 32n) | BigInt(low >>> 0);
  }
}
