// Finds, in one line of a log, the values that a rule of a dialect asks for.
//
//  1. A prefix is found anywhere in the line. Where it begins or ends in a letter, a digit or `_`, so does a word
//     of the line: "free" is found in "[mm] free:", and not in "freed" or in "free_pages".
//  2. Behind it, keys are words with `=`; a value ends at white space or at one of , ; ) ] }. Of a key that stands
//     twice the first counts. All keys must be there.
//  3. A pattern is tried on the line as text; a group that took no part in the match is a value that is not there.
//  4. Values are handed on as bytes: millions of lines a second leave no room for a string each.

import type { LineKey, LineSearch } from "../dialect.ts";

const EQUALS = 0x3d;

/** Bytes that end a value: space, tab, and , ; ) ] }. */
const ENDS_VALUE = bytesTable(" \t\r,;)]}");
/** Bytes between words: those, and the brackets that open. */
const BETWEEN = bytesTable(" \t\r,;)]}([{");
const IN_WORD = bytesTable("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

/**
 * A line of a log; its text is made only when somebody asks for it, and then, of bytes that are all ASCII, that of all
 * the lines they hold: a part of it costs a tenth of decoding a line.
 */
export class LogLine {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  #text: string | null = null;
  /** The bytes that were decoded last, and what they say, or null where their characters are not single bytes. */
  #decoded: Uint8Array = this.bytes;
  #whole: string | null = null;

  /** The line is now this one. */
  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.#text = null;
  }

  /** Bytes that are not UTF-8 become U+FFFD: a serial line garbles some. */
  get text(): string {
    this.#text ??= this.#partOfWhole() ?? DECODER.decode(this.bytes.subarray(this.start, this.end));
    return this.#text;
  }

  #partOfWhole(): string | null {
    if (this.#decoded !== this.bytes) {
      this.#decoded = this.bytes;
      const whole = DECODER.decode(this.bytes);
      // No byte becomes more than one character, so that as many are as many at every place.
      this.#whole = whole.length === this.bytes.length ? whole : null;
    }
    return this.#whole?.slice(this.start, this.end) ?? null;
  }
}

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/** Finds one rule's values. Those of the last match stand in `bytes`, from `from[i]` to `to[i]` for the key `i`. */
export interface Finder {
  readonly bytes: Uint8Array;
  /** Where each key's value begins, or -1 where the match has none. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  find(line: LogLine): boolean;
  /** The place of a key's value in the line, in characters from 1. */
  columnOf(key: number, line: LogLine): number;
}

/** A finder for a search, compiled once. */
export function createFinder(search: LineSearch<string>): Finder {
  return search.kind === "keys"
    ? new KeyFinder(search.prefix, search.keys)
    : new PatternFinder(search.pattern, search.keys);
}

/** Finds a prefix and keys by their bytes. */
class KeyFinder implements Finder {
  bytes: Uint8Array = new Uint8Array(0);
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly #prefix: Uint8Array;
  readonly #keys: readonly Uint8Array[];
  /** Does the prefix begin, or end, in a byte of a word? */
  readonly #beginsWord: boolean;
  readonly #endsWord: boolean;

  constructor(prefix: string, keys: readonly LineKey<string>[]) {
    this.#prefix = ENCODER.encode(prefix);
    this.#keys = keys.map(({ key }) => ENCODER.encode(key));
    this.from = new Int32Array(keys.length);
    this.to = new Int32Array(keys.length);
    this.#beginsWord = IN_WORD[this.#prefix[0] as number] === 1;
    this.#endsWord = IN_WORD[this.#prefix.at(-1) as number] === 1;
  }

  find({ bytes, start, end }: LogLine): boolean {
    const prefix = this.#prefix;
    const first = prefix[0] as number;
    const last = end - prefix.length;
    for (let at = start; at <= last; at++) {
      if (bytes[at] !== first || !this.#isPrefixAt(bytes, at, start, end)) continue;
      this.bytes = bytes;
      return this.#findKeys(bytes, at + prefix.length, end);
    }
    return false;
  }

  columnOf(key: number, line: LogLine): number {
    return DECODER.decode(line.bytes.subarray(line.start, this.from[key])).length + 1;
  }

  #isPrefixAt(bytes: Uint8Array, at: number, start: number, end: number): boolean {
    const prefix = this.#prefix;
    for (let index = 1; index < prefix.length; index++) if (bytes[at + index] !== prefix[index]) return false;
    const behind = at + prefix.length;
    if (this.#beginsWord && at > start && IN_WORD[bytes[at - 1] as number] === 1) return false;
    return !(this.#endsWord && behind < end && IN_WORD[bytes[behind] as number] === 1);
  }

  #findKeys(bytes: Uint8Array, behind: number, end: number): boolean {
    const count = this.#keys.length;
    this.from.fill(-1);
    let found = 0;
    let at = behind;
    while (found < count && at < end) {
      while (at < end && BETWEEN[bytes[at] as number] === 1) at++;
      const word = at;
      while (at < end && bytes[at] !== EQUALS && BETWEEN[bytes[at] as number] === 0) at++;
      if (at >= end || bytes[at] !== EQUALS) continue;
      const key = this.#keyAt(bytes, word, at);
      const value = ++at;
      while (at < end && ENDS_VALUE[bytes[at] as number] === 0) at++;
      if (key < 0) continue;
      this.from[key] = value;
      this.to[key] = at;
      found++;
    }
    return found === count;
  }

  /** The key that these bytes are and that has no value yet, or -1. */
  #keyAt(bytes: Uint8Array, start: number, end: number): number {
    const keys = this.#keys;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as Uint8Array;
      if (key.length !== end - start || this.from[index] !== -1) continue;
      let same = 0;
      while (same < key.length && key[same] === bytes[start + same]) same++;
      if (same === key.length) return index;
    }
    return -1;
  }
}

/** Finds by a regular expression; the values of its groups are copied to bytes of their own. */
class PatternFinder implements Finder {
  bytes: Uint8Array = new Uint8Array(256);
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly #pattern: RegExp;
  readonly #groups: readonly string[];

  constructor(pattern: RegExp, keys: readonly LineKey<string>[]) {
    this.#pattern = pattern;
    this.#groups = keys.map(({ key }) => key);
    this.from = new Int32Array(keys.length);
    this.to = new Int32Array(keys.length);
  }

  find(line: LogLine): boolean {
    const match = this.#pattern.exec(line.text);
    if (match === null) return false;
    const groups = match.groups ?? {};
    // A character is at most three bytes.
    if (this.bytes.length < 3 * line.text.length) this.bytes = new Uint8Array(6 * line.text.length);
    let at = 0;
    for (let key = 0; key < this.#groups.length; key++) {
      const value = groups[this.#groups[key] as string];
      this.from[key] = value === undefined ? -1 : at;
      if (value !== undefined) at += written(value, this.bytes, at);
      this.to[key] = at;
    }
    return true;
  }

  columnOf(key: number, line: LogLine): number {
    const { indices } = new RegExp(this.#pattern.source, "du").exec(line.text) as RegExpExecArray;
    return (indices?.groups?.[this.#groups[key] as string]?.[0] ?? 0) + 1;
  }
}

/** Writes a value, and answers its bytes. Values are short, and nearly all ASCII: a loop takes a third of the time. */
function written(value: string, bytes: Uint8Array, start: number): number {
  for (let index = 0; index < value.length; index++) {
    const character = value.charCodeAt(index);
    if (character > 0x7f) return ENCODER.encodeInto(value, bytes.subarray(start)).written;
    bytes[start + index] = character;
  }
  return value.length;
}

/** For each byte, whether it is one of these characters. */
function bytesTable(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
