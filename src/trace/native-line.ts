// One line of a native trace, decoded from its bytes without making a string.
//
//  1. Only the plain form is decoded here: one flat object, keys and strings without escapes, unsigned
//     decimal numbers or "0x…", at most one space after `:` and `,`. Everything else answers -1 and goes
//     to the slow path (native.ts), which accepts any JSON and finds the words for what is wrong.
//  2. So this file never reports anything: what it accepts is valid, by the same rules as fields.ts.
//  3. Whatever a line holds stays in the fields of `LineScanner` until the next line.
//
// At 36 bytes an event, most of the time goes into these loops: no closures, no strings, no objects.

import {
  ADDR_KEY,
  CACHED_KEY,
  COLON_A,
  COLON_F,
  DER_,
  END_OF_KEY,
  FALSE_WORD,
  HEADER_KEY,
  LLOC,
  NULL_WORD,
  OPENING,
  RDER,
  REE_,
  SNAPSHOT_WORD,
  THEN_O,
  THEN_OR,
  THEN_PF,
  TRUE_WORD,
  T_END_KEY,
  ZEROED_KEY,
  ZONE_KEY,
} from "./native-words.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const BACKSLASH = 0x5c;

/** What `op` said; `OTHER` needs the slow path. */
const OTHER = 0;
export const ALLOC = 1;
export const FREE = 2;
export const SNAPSHOT = 3;

/** Bits of `seen`: which keys the line had. */
const HAS_OP = 1;
export const HAS_ORDER = 2;
export const HAS_PAGES = 4;
export const HAS_PFN = 8;
export const HAS_OK = 16;
const HAS_ZONE = 32;
export const HAS_FREE = 64;
export const HAS_CACHED = 128;
export const HAS_T = 512;
export const HAS_T_END = 1024;
/** A key that changes what an event means and that only the slow path reads: `addr`, `zeroed`, `buddytrace`. */
const SLOW_KEY = 256;

/** Longest line of the two common forms, with room to look ahead. */
const COMMON_BYTES_MAX = 80;
const ORDER_DIGITS = 2;
const PFN_DIGITS = 15;

/** Unnamed keys a line may have here; more go to the slow path. */
const EXTRA_KEYS_MAX = 12;

/** Free lists a snapshot may have: one for each order that a line may name (event-fields.ts). */
const LISTS_MAX = 64;

export class LineScanner {
  op: number = OTHER;
  seen = 0;
  order = 0;
  pages = 0;
  /** -1 for null. */
  pfn = 0;
  /** false only for `"ok":false`. */
  ok = true;
  zone: string | null = null;
  lists: number[][] = [];
  cached: number[] = [];
  /** Where the numbers of `t` and `t_end` start. */
  timeAt = 0;
  timeEndAt = 0;
  /** What `#readCommon` read. */
  #common = 0;
  /** Position behind the value that `#number`, `#skip` or a list reader just read. */
  #at = 0;
  readonly #extraKeys = new Int32Array(2 * EXTRA_KEYS_MAX);
  readonly #zoneNames: Uint8Array[] = [];
  readonly #zones: string[] = [];

  /** Zones that lines may name without a detour; other names go to the slow path. */
  addZone(name: string): void {
    this.#zones.push(name);
    this.#zoneNames.push(new TextEncoder().encode(name));
  }

  /**
   * Decodes the two lines that most traces consist of, `{"op":"alloc","order":3,"pfn":64}` and
   * `{"op":"free","pfn":64,"order":3}`, four bytes at a time; -1 for every other line, and near the chunk's end.
   */
  scanCommon(bytes: Uint8Array, view: DataView, start: number): number {
    if (start + COMMON_BYTES_MAX > bytes.length || view.getUint32(start) !== OPENING) return -1;
    if (view.getUint32(start + 8) === LLOC && view.getUint32(start + 4) === COLON_A) {
      if (view.getUint32(start + 12) !== THEN_O || view.getUint32(start + 16) !== RDER) return -1;
      if (view.getUint16(start + 20) !== END_OF_KEY) return -1;
      const afterOrder = this.#readCommon(bytes, start + 22, ORDER_DIGITS);
      this.order = this.#common;
      if (afterOrder < 0 || view.getUint32(afterOrder) !== THEN_PF || bytes[afterOrder + 4] !== 0x6e) return -1;
      if (view.getUint16(afterOrder + 5) !== END_OF_KEY) return -1;
      const end = this.#readCommon(bytes, afterOrder + 7, PFN_DIGITS);
      this.pfn = this.#common;
      return this.#commonEnd(bytes, end, ALLOC);
    }
    if (view.getUint32(start + 8) !== REE_ || view.getUint32(start + 4) !== COLON_F) return -1;
    if (view.getUint32(start + 12) !== THEN_PF || bytes[start + 16] !== 0x6e) return -1;
    if (view.getUint16(start + 17) !== END_OF_KEY) return -1;
    const afterPfn = this.#readCommon(bytes, start + 19, PFN_DIGITS);
    this.pfn = this.#common;
    if (afterPfn < 0 || view.getUint32(afterPfn) !== THEN_OR || view.getUint32(afterPfn + 4) !== DER_) return -1;
    if (bytes[afterPfn + 8] !== COLON) return -1;
    const end = this.#readCommon(bytes, afterPfn + 9, ORDER_DIGITS);
    this.order = this.#common;
    return this.#commonEnd(bytes, end, FREE);
  }

  #commonEnd(bytes: Uint8Array, at: number, op: number): number {
    if (at < 0 || bytes[at] !== CLOSE || bytes[at + 1] !== NEWLINE) return -1;
    this.op = op;
    this.seen = HAS_OP | HAS_ORDER | HAS_PFN;
    this.zone = null;
    return at + 2;
  }

  /** Reads a number without leading zeros and with at most `digitsMax` digits; answers where it ends, or -1. */
  #readCommon(bytes: Uint8Array, start: number, digitsMax: number): number {
    let at = start;
    let value = 0;
    for (let digit = (bytes[at] as number) - 0x30; digit >= 0 && digit <= 9; digit = (bytes[at] as number) - 0x30) {
      value = value * 10 + digit;
      at++;
    }
    const digits = at - start;
    if (digits === 0 || digits > digitsMax || (digits > 1 && bytes[start] === 0x30)) return -1;
    this.#common = value;
    return at;
  }

  /**
   * Decodes the line at `start`; `bytes` must hold a newline behind it. Answers the position behind the
   * newline, or -1 if the line is not of the plain form.
   */
  scan(bytes: Uint8Array, start: number): number {
    let at = start;
    if (bytes[at] !== OPEN) return -1;
    at++;
    this.op = OTHER;
    this.seen = 0;
    this.zone = null;
    let extraKeys = 0;
    for (;;) {
      if (bytes[at] !== QUOTE) return -1;
      const key = at + 1;
      const bit = keyBit(bytes, key);
      let end = key;
      if (bit !== 0) {
        if (bit === SLOW_KEY || (this.seen & bit) !== 0) return -1;
        this.seen |= bit;
        end = key + keyLength(bit);
      } else {
        end = plainStringEnd(bytes, key);
        if (end < 0 || extraKeys === EXTRA_KEYS_MAX || this.#isSecond(bytes, key, end, extraKeys)) return -1;
        this.#extraKeys[2 * extraKeys] = key;
        this.#extraKeys[2 * extraKeys + 1] = end;
        extraKeys++;
      }
      at = end + 1;
      if (bytes[at] !== COLON) return -1;
      at++;
      if (bytes[at] === SPACE) at++;
      if (!this.#value(bytes, at, bit)) return -1;
      at = this.#at;
      if (bytes[at] === COMMA) {
        at++;
        if (bytes[at] === SPACE) at++;
        continue;
      }
      if (bytes[at] !== CLOSE) return -1;
      return bytes[at + 1] === NEWLINE ? at + 2 : -1;
    }
  }

  /** Reads the value of a key into its field and leaves `#at` behind it. */
  #value(bytes: Uint8Array, at: number, bit: number): boolean {
    switch (bit) {
      case HAS_OP:
        return this.#opValue(bytes, at);
      case HAS_ORDER:
        this.order = this.#number(bytes, at);
        return this.order >= 0;
      case HAS_PAGES:
        this.pages = this.#number(bytes, at);
        return this.pages >= 0;
      case HAS_PFN:
        return this.#pfnValue(bytes, at);
      case HAS_OK:
        return this.#okValue(bytes, at);
      case HAS_ZONE:
        return this.#zoneValue(bytes, at);
      case HAS_FREE:
        return this.#listsValue(bytes, at);
      case HAS_CACHED:
        this.cached = [];
        return this.#listValue(bytes, at, this.cached);
      case HAS_T:
        this.timeAt = at;
        return this.#skipNumber(bytes, at);
      case HAS_T_END:
        this.timeEndAt = at;
        return this.#skipNumber(bytes, at);
      default:
        return this.#skip(bytes, at);
    }
  }

  #opValue(bytes: Uint8Array, at: number): boolean {
    if (bytes[at] !== QUOTE) return false;
    const word = at + 1;
    if (isAlloc(bytes, word)) this.op = ALLOC;
    else if (isFree(bytes, word)) this.op = FREE;
    else if (matches(bytes, word, SNAPSHOT_WORD)) this.op = SNAPSHOT;
    else return false;
    this.#at = word + (this.op === ALLOC ? 6 : this.op === FREE ? 5 : 9);
    return true;
  }

  #pfnValue(bytes: Uint8Array, at: number): boolean {
    const first = bytes[at] as number;
    if (first === 0x6e) {
      if (!matches(bytes, at, NULL_WORD)) return false;
      this.pfn = -1;
      this.#at = at + 4;
      return true;
    }
    this.pfn = first === QUOTE ? this.#hexadecimal(bytes, at) : this.#number(bytes, at);
    return this.pfn >= 0;
  }

  #okValue(bytes: Uint8Array, at: number): boolean {
    this.ok = bytes[at] === 0x74;
    if (!matches(bytes, at, this.ok ? TRUE_WORD : FALSE_WORD)) return false;
    this.#at = at + (this.ok ? 4 : 5);
    return true;
  }

  #zoneValue(bytes: Uint8Array, at: number): boolean {
    if (bytes[at] !== QUOTE) return false;
    for (let index = 0; index < this.#zoneNames.length; index++) {
      const name = this.#zoneNames[index] as Uint8Array;
      if (bytes[at + 1 + name.length] !== QUOTE || !matches(bytes, at + 1, name)) continue;
      this.zone = this.#zones[index] as string;
      this.#at = at + 2 + name.length;
      return true;
    }
    return false;
  }

  /** A whole number below 10^15, or -1: more digits, signs, fractions and leading zeros are not plain. */
  #number(bytes: Uint8Array, start: number): number {
    let at = start;
    let digit = (bytes[at] as number) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    let value = digit;
    at++;
    if (value !== 0) {
      for (;;) {
        digit = (bytes[at] as number) - 0x30;
        if (!(digit >= 0 && digit <= 9)) break;
        value = value * 10 + digit;
        at++;
      }
    }
    if (at - start > 15) return -1;
    const next = bytes[at];
    this.#at = at;
    return next === COMMA || next === CLOSE || next === CLOSE_LIST ? value : -1;
  }

  /** `"0x…"` of at most 13 digits, or -1. */
  #hexadecimal(bytes: Uint8Array, start: number): number {
    if (bytes[start + 1] !== 0x30 || bytes[start + 2] !== 0x78) return -1;
    let at = start + 3;
    let value = 0;
    for (;;) {
      const digit = hexDigit(bytes[at] as number);
      if (digit < 0) break;
      value = value * 16 + digit;
      at++;
    }
    if (bytes[at] !== QUOTE || at === start + 3 || at - start > 15) return -1;
    this.#at = at + 1;
    return value;
  }

  #listsValue(bytes: Uint8Array, start: number): boolean {
    this.lists = [];
    if (bytes[start] !== OPEN_LIST) return false;
    let at = start + 1;
    if (bytes[at] === CLOSE_LIST) {
      this.#at = at + 1;
      return true;
    }
    for (;;) {
      const list: number[] = [];
      if (this.lists.push(list) > LISTS_MAX) return false;
      if (!this.#listValue(bytes, at, list)) return false;
      at = this.#at;
      if (bytes[at] === COMMA) {
        at++;
        if (bytes[at] === SPACE) at++;
        continue;
      }
      this.#at = at + 1;
      return bytes[at] === CLOSE_LIST;
    }
  }

  #listValue(bytes: Uint8Array, start: number, list: number[]): boolean {
    if (bytes[start] !== OPEN_LIST) return false;
    let at = start + 1;
    if (bytes[at] === CLOSE_LIST) {
      this.#at = at + 1;
      return true;
    }
    for (;;) {
      const value = this.#number(bytes, at);
      if (value < 0) return false;
      list.push(value);
      at = this.#at;
      if (bytes[at] === CLOSE_LIST) {
        this.#at = at + 1;
        return true;
      }
      if (bytes[at] !== COMMA) return false;
      at++;
      if (bytes[at] === SPACE) at++;
    }
  }

  /** Passes over the value of a key that nobody needs: a plain string, a plain number, or a word. */
  #skip(bytes: Uint8Array, start: number): boolean {
    const first = bytes[start] as number;
    if (first === QUOTE) {
      this.#at = plainStringEnd(bytes, start + 1) + 1;
      return this.#at > 0;
    }
    if (first === 0x6e || first === 0x74 || first === 0x66) {
      const word = first === 0x6e ? NULL_WORD : first === 0x74 ? TRUE_WORD : FALSE_WORD;
      this.#at = start + word.length;
      return matches(bytes, start, word);
    }
    return this.#skipNumber(bytes, start);
  }

  /** Digits with one fraction, as time stamps have; other forms of numbers are not plain. */
  #skipNumber(bytes: Uint8Array, start: number): boolean {
    let at = start;
    if (bytes[at] === 0x30 && isDigit(bytes[at + 1] as number)) return false;
    while (isDigit(bytes[at] as number)) at++;
    if (at === start) return false;
    if (bytes[at] === 0x2e) {
      const fraction = ++at;
      while (isDigit(bytes[at] as number)) at++;
      if (at === fraction) return false;
    }
    this.#at = at;
    return true;
  }

  /** Is the key `[key, end)` one of the first `count` extra keys of this line? */
  #isSecond(bytes: Uint8Array, key: number, end: number, count: number): boolean {
    for (let index = 0; index < count; index++) {
      const other = this.#extraKeys[2 * index] as number;
      if ((this.#extraKeys[2 * index + 1] as number) - other !== end - key) continue;
      let same = 0;
      while (key + same < end && bytes[key + same] === bytes[other + same]) same++;
      if (key + same === end) return true;
    }
    return false;
  }
}

function matches(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false;
  return true;
}

// The four words that nearly every line has, compared byte by byte: a loop over a word costs twice as much.

function isAlloc(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x61 || bytes[at + 1] !== 0x6c || bytes[at + 2] !== 0x6c) return false;
  return bytes[at + 3] === 0x6f && bytes[at + 4] === 0x63 && bytes[at + 5] === QUOTE;
}

function isFree(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x66 || bytes[at + 1] !== 0x72 || bytes[at + 2] !== 0x65) return false;
  return bytes[at + 3] === 0x65 && bytes[at + 4] === QUOTE;
}

function isOrder(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x6f || bytes[at + 1] !== 0x72 || bytes[at + 2] !== 0x64) return false;
  return bytes[at + 3] === 0x65 && bytes[at + 4] === 0x72 && bytes[at + 5] === QUOTE;
}

function isPages(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x70 || bytes[at + 1] !== 0x61 || bytes[at + 2] !== 0x67) return false;
  return bytes[at + 3] === 0x65 && bytes[at + 4] === 0x73 && bytes[at + 5] === QUOTE;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Position of the closing quote of a string without escapes, control or non-ASCII characters, or -1. */
function plainStringEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at;
    if (byte < SPACE || byte >= 0x7f || byte === BACKSLASH) return -1;
  }
}

/**
 * The bit of the key that starts at `at`, closing quote included, or 0 for every other key.
 * The keys that a line cannot do without are told apart by one or two bytes.
 */
function keyBit(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x6f: // o
      if (bytes[at + 2] === QUOTE) return bytes[at + 1] === 0x70 ? HAS_OP : bytes[at + 1] === 0x6b ? HAS_OK : 0;
      return isOrder(bytes, at) ? HAS_ORDER : 0;
    case 0x70: // p
      if (bytes[at + 1] === 0x66) return bytes[at + 2] === 0x6e && bytes[at + 3] === QUOTE ? HAS_PFN : 0;
      return isPages(bytes, at) ? HAS_PAGES : 0;
    case 0x7a: // z
      if (matches(bytes, at, ZEROED_KEY)) return SLOW_KEY;
      return matches(bytes, at, ZONE_KEY) ? HAS_ZONE : 0;
    case 0x61: // a
      return matches(bytes, at, ADDR_KEY) ? SLOW_KEY : 0;
    case 0x74: // t
      if (bytes[at + 1] === QUOTE) return HAS_T;
      return matches(bytes, at, T_END_KEY) ? HAS_T_END : 0;
    case 0x62: // b
      return matches(bytes, at, HEADER_KEY) ? SLOW_KEY : 0;
    case 0x66: // f
      return isFree(bytes, at) ? HAS_FREE : 0;
    case 0x63: // c
      return matches(bytes, at, CACHED_KEY) ? HAS_CACHED : 0;
    default:
      return 0;
  }
}

function keyLength(bit: number): number {
  switch (bit) {
    case HAS_T:
      return 1;
    case HAS_OP:
    case HAS_OK:
      return 2;
    case HAS_PFN:
      return 3;
    case HAS_CACHED:
      return 6;
    case HAS_ZONE:
    case HAS_FREE:
      return 4;
    default:
      return 5;
  }
}
