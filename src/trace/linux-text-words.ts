// Four bytes of a trace at a time, as one 32-bit number: a third of the time that comparing each byte takes.
//
//  1. Words are little-endian, wherever they start; `word("mm_p")` is what `getInt32(at, true)` reads there.
//  2. A view throws behind its end, where an array answers undefined: callers keep `WORD_BYTES` away from it.

export const WORD_BYTES = 4;

const NEWLINE = 0x0a;
const NEWLINES = 0x0a0a0a0a;
const PRINTABLE = 0x40404040;

/** The number that four ASCII characters are. */
export function word(text: string): number {
  let value = 0;
  for (let index = 0; index < WORD_BYTES; index++) value |= text.charCodeAt(index) << (8 * index);
  return value;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Position of the first newline from `start` on, in a view of `length` bytes; there must be one. */
export function newlineFrom(view: DataView, start: number, length: number): number {
  let at = start;
  const lastFour = length - 4 * WORD_BYTES;
  while (at <= lastFour && printable(view, at) === PRINTABLE) at += 4 * WORD_BYTES;
  const last = length - WORD_BYTES;
  while (at <= last) {
    // Subtracting 1 from every byte borrows into the top bit of the first that is 0: of the first newline.
    const zeros = view.getInt32(at, true) ^ NEWLINES;
    const borrows = (zeros - 0x01010101) & ~zeros & 0x80808080;
    if (borrows !== 0) return at + ((31 - Math.clz32(borrows & -borrows)) >> 3);
    at += WORD_BYTES;
  }
  while (view.getUint8(at) !== NEWLINE) at++;
  return at;
}

/**
 * Do the bytes from `start` to `end`, at least 16, stand in one line? They do if each has one of the bits 0x20 and
 * 0x40, as all of printable ASCII; bytes of other characters may not, and then the answer is no.
 */
export function areInOneLine(view: DataView, start: number, end: number): boolean {
  const last = end - 4 * WORD_BYTES;
  let bits = printable(view, last);
  for (let at = start; at < last; at += 4 * WORD_BYTES) bits &= printable(view, at);
  return bits === PRINTABLE;
}

/** `PRINTABLE` if all bytes of four words have the bit 0x20 or 0x40. Four in a row take half the time of a loop. */
function printable(view: DataView, at: number): number {
  const a = view.getInt32(at, true);
  const b = view.getInt32(at + 4, true);
  const c = view.getInt32(at + 8, true);
  const d = view.getInt32(at + 12, true);
  return (a | (a << 1)) & (b | (b << 1)) & (c | (c << 1)) & (d | (d << 1)) & PRINTABLE;
}

/** Are the bytes from `start` to `end`, at least four, all decimal digits? */
export function areDigits(view: DataView, start: number, end: number): boolean {
  const last = end - WORD_BYTES;
  for (let at = start; at < last; at += WORD_BYTES) if (!isDigits(view.getInt32(at, true))) return false;
  return isDigits(view.getInt32(last, true));
}

/** Digits are 0x30 to 0x39: adding 6 leaves their upper half as it is, but not that of 0x3a to 0x3f. */
function isDigits(four: number): boolean {
  return (four & 0xf0f0f0f0) === 0x30303030 && ((four + 0x06060606) & 0xf0f0f0f0) === 0x30303030;
}
