// Where the frames of zstd data end, and the checksum that stands there, read from the headers alone.
//
//  1. A frame is a header, blocks that name their own length, and perhaps four bytes of checksum.
//  2. What the blocks hold is the decompressor's business, and so is every mistake: this file only follows lengths.
//
// Source: RFC 8878, 3.1.1 (zstandard frames) and 3.1.2 (skippable frames).

/** What the bytes that come next are. */
type Part = "magic" | "skipped-size" | "descriptor" | "header" | "block" | "content" | "checksum";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;

export class ZstdFrames {
  #part: Part = "magic";
  /** Bytes of this part still to come. */
  #missing = 4;
  /** The part's bytes as a number, the first byte lowest; of more than six, only about. */
  #value = 0;
  #shift = 0;
  #hasChecksum = false;
  #isLast = false;

  #descriptor = 0;
  #firstByte = 0;

  /** The checksum of the frame that just ended, or null where it has none. */
  checksum: number | null = null;
  /** Memory that the frame wants of a decompressor. */
  windowBytes = 0;

  /** Follows `bytes` from `start` on: answers the position behind the frame's end, or -1 if it does not end here. */
  follow(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#part === "content") {
        const passed = Math.min(this.#missing, bytes.length - at);
        at += passed;
        this.#missing -= passed;
      } else {
        if (this.#shift === 0) this.#firstByte = bytes[at] as number;
        this.#value += (bytes[at] as number) * 2 ** this.#shift;
        this.#shift += 8;
        this.#missing--;
        at++;
      }
      if (this.#missing === 0 && this.#endsFrame()) return at;
    }
    return -1;
  }

  /** A part is complete: goes on to the next, passing over parts without bytes. */
  #endsFrame(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case "magic":
        return this.#afterMagic(value);
      case "skipped-size":
        this.#isLast = true;
        this.#hasChecksum = false;
        return this.#begin("content", value);
      case "descriptor":
        this.#descriptor = value;
        this.#hasChecksum = (value & 4) !== 0;
        return this.#begin("header", headerBytes(value));
      case "header":
        this.windowBytes = windowBytes(this.#descriptor, this.#firstByte, value);
        return this.#begin("block", 3);
      case "block":
        this.#isLast = (value & 1) !== 0;
        // A run is one byte, however long it gets.
        return this.#begin("content", ((value >> 1) & 3) === 1 ? 1 : value >> 3);
      case "content":
        if (!this.#isLast) return this.#begin("block", 3);
        if (this.#hasChecksum) return this.#begin("checksum", 4);
        return this.#end(null);
      case "checksum":
        return this.#end(value);
    }
  }

  #afterMagic(value: number): boolean {
    if (value === MAGIC) return this.#begin("descriptor", 1);
    if (value - (value % 16) === SKIPPABLE) return this.#begin("skipped-size", 4);
    // No zstd data: the decompressor says so.
    return this.#begin("content", Infinity);
  }

  #begin(part: Part, bytes: number): boolean {
    this.#part = part;
    this.#missing = bytes;
    this.#value = 0;
    this.#shift = 0;
    return bytes === 0 ? this.#endsFrame() : false;
  }

  #end(checksum: number | null): boolean {
    this.checksum = checksum;
    this.#begin("magic", 4);
    return true;
  }
}

/** Bytes of a frame header behind its descriptor: the window, the dictionary and the size of the content. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 32) !== 0;
  const size = SIZE_BYTES[(descriptor >> 6) as 0 | 1 | 2 | 3];
  const dictionary = DICTIONARY_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  return (isSingle ? 0 : 1) + dictionary + (isSingle && size === 0 ? 1 : size);
}

/** A window has a byte of its own, an exponent and eighths, or is as large as the content, whose size comes last. */
function windowBytes(descriptor: number, firstByte: number, header: number): number {
  const isSingle = (descriptor & 32) !== 0;
  if (isSingle) return header / 256 ** DICTIONARY_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  return 2 ** (10 + (firstByte >> 3)) * (1 + (firstByte & 7) / 8);
}
