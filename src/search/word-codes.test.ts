import { describe, expect, it } from "vitest";
import { WordCodes } from "./word-codes.ts";

/** States as they were found, each coded when it was, in a row as long as rows were then. */
function codedOf(states: readonly (readonly number[])[]): { readonly codes: WordCodes; readonly rows: Uint8Array[] } {
  const codes = new WordCodes();
  const [first = []] = states;
  codes.widen(first.length);
  codes.start(Int32Array.from(first));
  const rows = states.map((words) => {
    const found = words.map((word, place) => codes.codeOf(place, word));
    const row = new Uint8Array(4 * codes.words);
    found.forEach((code, place) => codes.write(row, place, code));
    return row;
  });
  return { codes, rows };
}

function readAll({ codes, rows }: ReturnType<typeof codedOf>, count: number): number[][] {
  return rows.map((row) => {
    const wide = new Uint8Array(4 * codes.words);
    wide.set(row);
    const words = new Int32Array(count);
    codes.read(wide, words);
    return [...words];
  });
}

describe("words as codes", () => {
  it("are read as they were, from rows that were short when they were written", () => {
    const states = [
      [7, 0, -1, 5],
      [7, 0, -1, 6],
      [7, 0, 3, 5],
      [7, 2 ** 31 - 1, 3, 6],
      [7, 0, -1, 5],
    ];
    const coded = codedOf(states);
    expect(readAll(coded, 4)).toEqual(states);
    expect(coded.rows[4]?.every((code) => code === 0)).toBe(true);
  });
  it("take no room for words that never change, and a byte more for words of more than 256 values", () => {
    const states = Array.from({ length: 70_000 }, (_, number) => [1, number, 2, number % 3]);
    const { codes, rows } = codedOf(states);
    expect(codes.words).toBe(4);
    expect(rows[0]).toHaveLength(0);
    expect(readAll({ codes, rows }, 4)).toEqual(states);
  });
});
