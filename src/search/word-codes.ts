// The words of states in few bytes: each word as the number of its value among those it was ever seen to have.
//
//  1. What a word is in the first state has code 0; its other values are 1, 2 and so on, in the order they are found.
//  2. A word that never changed takes no room. The first time it does, it gets the next byte of the row; and another
//     byte when it has had 256 values, and so on. So rows become longer while a search goes on, and the bytes that
//     older rows do not have are 0, which is right for them (rows.ts, rule 2).
//  3. Nothing is lost: codes are turned back into the words themselves.
//
//       16 pages of the C example      87 words, of which 66 ever change: 348 bytes of state in 66
//
// Source: the collapse compression of Spin (G. Holzmann, State compression in Spin, 1997).

const ENTRIES_AT_FIRST = 1 << 8;

/** Codes of one word in one byte. */
const BYTE_CODES = 256;

/** A row grows by this many words at least. */
const GROWTH_MIN = 4;

/** Guards the codes of all values found so far. */
export class WordCodes {
  /** The words of the first state; 0 for those that came later. */
  #first: Int32Array = new Int32Array(0);
  /** Per place: its values by their code; the first state's at 0. */
  #values: Int32Array[] = [];
  /** Per place: how many values it was seen to have. */
  #counts: Int32Array = new Int32Array(0);
  /** Per byte of a row: the place it belongs to, and the value of its lowest bit: 1, 256, 65 536 or 2^24. */
  readonly #places: number[] = [];
  readonly #weights: number[] = [];
  /** Per place: its bytes of a row, lowest first. */
  readonly #columns: number[][] = [];
  /** Three numbers an entry: place and 1 more, value, code; 0 for an empty one. */
  #entries: Int32Array = new Int32Array(3 * ENTRIES_AT_FIRST);
  #entryCount = 0;
  /** Per place, while a row is read. */
  #codes: Int32Array = new Int32Array(0);
  /** Words that the codes of a state take. */
  words = 0;
  isStarted = false;

  /** The words of the first state, as many as there are places now. */
  start(words: Int32Array): void {
    this.isStarted = true;
    this.#first.set(words);
    for (let place = 0; place < words.length; place++) (this.#values[place] as Int32Array)[0] = words[place] as number;
  }

  /** States have so many words from now on; the new ones were 0 before. */
  widen(count: number): void {
    const before = this.#first.length;
    this.#first = longer(this.#first, count);
    this.#counts = longer(this.#counts, count).fill(1, before);
    this.#codes = new Int32Array(count);
    for (let place = before; place < count; place++) {
      this.#values.push(new Int32Array(2));
      this.#columns.push([]);
    }
  }

  /** The code of a value, which may make `words` larger. */
  codeOf(place: number, value: number): number {
    if (value === this.#first[place]) return 0;
    const entries = this.#entries;
    const mask = entries.length / 3 - 1;
    for (let entry = hashOf(place, value) & mask; ; entry = (entry + 1) & mask) {
      const held = entries[3 * entry] as number;
      if (held === 0) return this.#add(entry, place, value);
      if (held === place + 1 && entries[3 * entry + 1] === value) return entries[3 * entry + 2] as number;
    }
  }

  /** Writes the code of a word to the bytes of a row. */
  write(row: Uint8Array, place: number, code: number): void {
    const columns = this.#columns[place] as number[];
    for (let at = 0, rest = code; at < columns.length; at++, rest >>>= 8) row[columns[at] as number] = rest & 255;
  }

  /** Turns the bytes of a row into words. */
  read(row: Uint8Array, words: Int32Array): void {
    words.set(this.#first);
    const codes = this.#codes;
    const places = this.#places;
    const weights = this.#weights;
    for (let column = 0; column < places.length; column++) {
      const code = row[column] as number;
      const place = places[column] as number;
      const weight = weights[column] as number;
      // Lower bytes come first.
      const whole = weight === 1 ? code : (codes[place] as number) + code * weight;
      codes[place] = whole;
      if (code > 0) words[place] = (this.#values[place] as Int32Array)[whole] as number;
    }
  }

  get bytes(): number {
    return this.#values.reduce((sum, values) => sum + values.byteLength, this.#entries.byteLength);
  }

  #add(entry: number, place: number, value: number): number {
    const code = this.#counts[place] as number;
    this.#counts[place] = code + 1;
    const values = this.#values[place] as Int32Array;
    if (code === values.length) this.#values[place] = longer(values, 2 * code);
    (this.#values[place] as Int32Array)[code] = value;
    this.#entries.set([place + 1, value, code], 3 * entry);
    if (++this.#entryCount > this.#entries.length / 6) this.#rehash();
    const columns = this.#columns[place] as number[];
    if (code >= BYTE_CODES ** columns.length || columns.length === 0) this.#addColumn(place, columns);
    return code;
  }

  #addColumn(place: number, columns: number[]): void {
    const column = this.#places.length;
    this.#places.push(place);
    this.#weights.push(BYTE_CODES ** columns.length);
    columns.push(column);
    if (column < 4 * this.words) return;
    this.words += Math.max(GROWTH_MIN, this.words >>> 2);
  }

  #rehash(): void {
    const old = this.#entries;
    this.#entries = new Int32Array(2 * old.length);
    const mask = this.#entries.length / 3 - 1;
    for (let at = 0; at < old.length; at += 3) {
      const place = old[at] as number;
      if (place === 0) continue;
      let entry = hashOf(place - 1, old[at + 1] as number) & mask;
      while (this.#entries[3 * entry] !== 0) entry = (entry + 1) & mask;
      this.#entries.set(old.subarray(at, at + 3), 3 * entry);
    }
  }
}

/** The same for rows that hold the words themselves, four bytes each. */
export class PlainWords {
  /** No word of the first state is left out. */
  readonly isStarted = true;
  words = 0;

  start(): void {
    throw new Error("plain words have no first state");
  }

  widen(count: number): void {
    this.words = count;
  }

  codeOf(_place: number, value: number): number {
    return value;
  }

  write(row: Uint8Array, place: number, value: number): void {
    new Int32Array(row.buffer, row.byteOffset)[place] = value;
  }

  read(row: Uint8Array, words: Int32Array): void {
    words.set(new Int32Array(row.buffer, row.byteOffset));
  }
}

function longer(words: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

function hashOf(place: number, value: number): number {
  const mixed = Math.imul(value ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15) ^ (mixed >>> 7);
}
