// Bytes of a binary recording, read anywhere and in either byte order.
//
//  1. A source answers fewer bytes than were asked for only where the file ends.
//  2. A cursor that misses bytes, or is told that they are wrong, has failed: the failure is kept with its offset,
//     and from then on every read answers nothing (0, "", no bytes). Callers look at it once per loop, not per read.
//  3. Numbers of 64 bits become doubles: what counts bytes is exact below 2^53, and no file is longer.

/** A file, or bytes in memory, that can be read at any offset. */
export interface DatSource {
  /** What its offsets count in, for messages: "the file". */
  readonly name: string;
  readonly sizeBytes: number;
  /** At most `count` bytes from `offset` on. */
  read(offset: number, count: number): Uint8Array;
}

/** What is wrong with a recording; both texts are fit for a `Problem`, the place is in them. */
export interface DatFailure {
  readonly expected: string;
  readonly found: string;
}

/** Answers the content of compressed data, or null where it is damaged or not exactly `sizeBytes` long. */
export type Inflate = (algorithm: string, data: Uint8Array, sizeBytes: number) => Uint8Array | null;

const STRING_BYTES_MAX = 4096;
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array, name: string): DatSource {
  return {
    name,
    sizeBytes: bytes.length,
    read: (offset, count) => bytes.subarray(offset, offset + count),
  };
}

/** Reads a source from an offset on. */
export class DatCursor {
  readonly #source: DatSource;
  readonly #isLittleEndian: boolean;
  #at: number;
  #failure: DatFailure | null = null;

  constructor(source: DatSource, offset: number, isLittleEndian: boolean) {
    this.#source = source;
    this.#at = offset;
    this.#isLittleEndian = isLittleEndian;
  }

  /** Where the next read begins. */
  get offset(): number {
    return this.#at;
  }

  /** The first thing that went wrong, or null. */
  get failure(): DatFailure | null {
    return this.#failure;
  }

  bytes(count: number): Uint8Array {
    if (this.#failure !== null) return NO_BYTES;
    const left = Math.max(this.#source.sizeBytes - this.#at, 0);
    if (count > left) return this.#miss(count, left);
    const bytes = this.#source.read(this.#at, count);
    if (bytes.length < count) return this.#miss(count, bytes.length);
    this.#at += count;
    return bytes;
  }

  /** Passes over bytes that must be there. */
  skip(count: number): void {
    if (this.#failure !== null) return;
    const left = Math.max(this.#source.sizeBytes - this.#at, 0);
    if (count > left) this.#miss(count, left);
    else this.#at += count;
  }

  u8(): number {
    return this.#number(1);
  }

  u16(): number {
    return this.#number(2);
  }

  u32(): number {
    return this.#number(4);
  }

  u64(): number {
    return this.#number(8);
  }

  /** A string that a NUL ends. */
  string(): string {
    if (this.#failure !== null) return "";
    const bytes = this.#source.read(this.#at, STRING_BYTES_MAX);
    const end = bytes.indexOf(0);
    if (end < 0) {
      this.fail(this.#at, "a string that ends", `none in ${bytes.length} bytes`);
      return "";
    }
    this.#at += end + 1;
    return textOf(bytes.subarray(0, end));
  }

  /** Passes over a string that must stand here. */
  expect(text: string): void {
    const start = this.#at;
    const found = textOf(this.bytes(text.length));
    if (found !== text) this.fail(start, JSON.stringify(text), JSON.stringify(found));
  }

  /** The bytes at an offset are not what they must be. */
  fail(offset: number, expected: string, found: string): void {
    this.#failure ??= { expected: `${expected} at byte ${offset} of ${this.#source.name}`, found };
  }

  #miss(count: number, left: number): Uint8Array {
    this.fail(this.#at, `${count} bytes`, `${left} up to the end`);
    return NO_BYTES;
  }

  #number(count: number): number {
    const bytes = this.bytes(count);
    let value = 0;
    for (let at = 0; at < bytes.length; at++) {
      value = value * 256 + (bytes[this.#isLittleEndian ? count - 1 - at : at] as number);
    }
    return value;
  }
}

/** Names and formats are ASCII, but a task may call itself anything. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
