// Bytes of a WebAssembly binary, read and written: numbers in LEB128, names and vectors.
//
//  1. Whatever reaches beyond the end, or is longer than a number can be, is a `WasmError` with its offset.
//  2. Numbers are unsigned and at most 32 bits wide; of signed and longer ones only the length matters here.
//
// Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).

/** A binary that is damaged, or uses what is not handled here. */
export class WasmError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Most bytes of a LEB128 number: 64 bits in groups of seven. */
const LEB_BYTES_MAX = 10;

/** Reads from one part of a binary. `at` is the offset of the next byte, in the whole. */
export class WasmReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new WasmError("the binary ends in the middle", this.at);
    return this.bytes[this.at++] as number;
  }

  skip(count: number): void {
    if (this.at + count > this.end) throw new WasmError("the binary ends in the middle", this.at);
    this.at += count;
  }

  /** An unsigned number of up to 32 bits. */
  u32(): number {
    const from = this.at;
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new WasmError("a number is longer than 32 bits", from);
  }

  /** Passes over a number, signed or not, of up to 64 bits. */
  skipLeb(): void {
    const from = this.at;
    while (this.byte() >= 0x80) {
      if (this.at - from >= LEB_BYTES_MAX) throw new WasmError("a number is longer than 64 bits", from);
    }
  }

  name(): string {
    const length = this.u32();
    const from = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(from, this.at));
  }

  /** The elements of a vector, each read by `read`. */
  vector<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.u32(); left > 0; left--) items.push(read());
    return items;
  }
}

/** Collects the bytes of a binary. */
export class WasmWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #length = 0;

  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  raw(bytes: ArrayLike<number>): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  u32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  /** Bytes with their length in front. */
  sized(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  #grow(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
