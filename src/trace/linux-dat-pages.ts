// The pages of one CPU's ring buffer, as they stand in a binary recording, one after the other.
//
//  1. Pages are read in blocks of 256 KiB, or one compressed part at a time, so that memory does not grow with
//     the recording: one block for each CPU.
//  2. A file that ends early still gives all whole pages before its end. A compressed part that is damaged is passed
//     over, since its size is known. Both are reported, and `isGap` tells where pages are missing.
//
// Source: trace-cmd.dat.v7(5), "Compression format of the trace data".

import { DatCursor, type DatFailure, type DatSource, type Inflate } from "./linux-dat-bytes.ts";
import type { DatCpu } from "./linux-dat-head.ts";

/** What pages are read with. */
export interface PageInput {
  readonly source: DatSource;
  readonly isLittleEndian: boolean;
  readonly inflate: Inflate;
  readonly report: (failure: DatFailure) => void;
}

const BLOCK_BYTES = 2 ** 18;
/** trace-cmd compresses ten pages at a time. */
const PART_BYTES_MAX = 2 ** 26;

export class DatPages {
  readonly #input: PageInput;
  readonly #cpu: DatCpu;
  readonly #cursor: DatCursor;
  /** Bytes (plain) or parts (compressed) that are still to be read. */
  #left: number;
  #isCut = false;
  /** The block that holds the current page, and where the page starts. */
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  /** Are pages missing before the current one, or behind the last? */
  isGap = false;
  /** Where in the file the block starts, compressed or not. */
  #blockOffset = 0;

  constructor(input: PageInput, cpu: DatCpu) {
    this.#input = input;
    this.#cpu = cpu;
    this.#cursor = new DatCursor(input.source, cpu.offset, input.isLittleEndian);
    this.#left = cpu.compression === "" ? cpu.sizeBytes : this.#cursor.u32();
  }

  /** Goes to the next page; answers false behind the last. */
  next(): boolean {
    const { pageBytes } = this.#cpu;
    this.at += pageBytes;
    this.isGap = false;
    while (this.at + pageBytes > this.view.byteLength) {
      const block = this.#nextBlock();
      if (block === null) return false;
      this.view = new DataView(block.buffer, block.byteOffset, block.byteLength);
      this.at = 0;
    }
    return true;
  }

  /** A position in the block, in words for a message. */
  placeOf(at: number): string {
    const { compression } = this.#cpu;
    if (compression === "") return `byte ${this.#blockOffset + at} of ${this.#input.source.name}`;
    return `byte ${at} of what ${compression} compressed at byte ${this.#blockOffset} of ${this.#input.source.name}`;
  }

  /** More pages, or null behind the last; a block without pages is one that was damaged. */
  #nextBlock(): Uint8Array | null {
    const { failure } = this.#cursor;
    if (failure !== null) {
      this.#cut();
      this.#input.report(failure);
    }
    if (this.#left <= 0) {
      this.isGap = this.#isCut;
      return null;
    }
    this.#blockOffset = this.#cursor.offset;
    return this.#cpu.compression === "" ? this.#plainBlock() : this.#compressedBlock();
  }

  /** No more pages can be read, though there should be some. */
  #cut(): void {
    this.#left = 0;
    this.#isCut = true;
  }

  #plainBlock(): Uint8Array | null {
    const { pageBytes } = this.#cpu;
    const { source } = this.#input;
    const { offset } = this.#cursor;
    const wanted = Math.min(this.#left, Math.max(BLOCK_BYTES - (BLOCK_BYTES % pageBytes), pageBytes));
    const there = Math.min(wanted, Math.max(source.sizeBytes - offset, 0));
    if (there < wanted) {
      this.#input.report({
        expected: `${this.#left} bytes of CPU ${this.#cpu.cpu} at byte ${offset} of ${source.name}`,
        found: `${there} up to the end`,
      });
      this.#cut();
    }
    this.#left -= wanted;
    return this.#cursor.bytes(there);
  }

  #compressedBlock(): Uint8Array | null {
    this.#left--;
    const { offset } = this.#cursor;
    const compressedBytes = this.#cursor.u32();
    const sizeBytes = this.#cursor.u32();
    if (sizeBytes > PART_BYTES_MAX) this.#cursor.fail(offset, `at most ${PART_BYTES_MAX} bytes`, String(sizeBytes));
    const data = this.#cursor.bytes(compressedBytes);
    if (this.#cursor.failure !== null) return new Uint8Array(0);
    const block = this.#input.inflate(this.#cpu.compression, data, sizeBytes);
    if (block !== null) return block;
    const expected = `${sizeBytes} bytes compressed by ${this.#cpu.compression}`;
    const { name } = this.#input.source;
    this.#input.report({ expected: `${expected} at byte ${offset} of ${name}`, found: "something else" });
    this.isGap = true;
    return new Uint8Array(0);
  }
}
