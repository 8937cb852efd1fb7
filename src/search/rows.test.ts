import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { hashRow, RowPool } from "./rows.ts";
import { VisitedSet } from "./visited.ts";

const ROW = array(integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 });

describe("a set of rows", () => {
  it("holds each row once, under the number it was given first", () => {
    assert(
      property(array(ROW, { maxLength: 3000 }), (rows) => {
        const set = new VisitedSet(new RowPool(3));
        const known = new Map<string, number>();
        for (const row of rows) {
          const name = row.join();
          expect(set.has(Int32Array.from(row))).toBe(known.has(name));
          const state = set.add(Int32Array.from(row));
          expect(set.isNew).toBe(!known.has(name));
          expect(state).toBe(known.get(name) ?? known.size);
          known.set(name, state);
        }
      }),
      { numRuns: 20 },
    );
  });
  it("tells a million rows apart", () => {
    const set = new VisitedSet(new RowPool(2));
    const row = new Int32Array(2);
    for (let pass = 0; pass < 2; pass++) {
      for (let number = 0; number < 1_000_000; number++) {
        row[0] = number % 1000;
        row[1] = Math.floor(number / 1000);
        if (set.add(row) !== number) throw new Error(`row ${number} was taken for another one`);
      }
    }
    expect(set.pool.count).toBe(1_000_000);
  });
  it("finds its rows again after they became wider", () => {
    const set = new VisitedSet(new RowPool(1));
    for (let number = 0; number < 500; number++) set.add(Int32Array.of(number));
    set.pool.widen(2);
    expect(set.has(Int32Array.of(7, 0))).toBe(true);
    expect(set.has(Int32Array.of(7, 1))).toBe(false);
    expect(set.add(Int32Array.of(7, 1))).toBe(500);
  });
});

describe("a hash", () => {
  it("passes over words that are 0 at the end", () => {
    expect(hashRow(Int32Array.of(1, -2, 0, 0), 0, 4)).toBe(hashRow(Int32Array.of(1, -2), 0, 2));
    expect(hashRow(Int32Array.of(0, 1), 0, 2)).not.toBe(hashRow(Int32Array.of(1, 0), 0, 2));
  });
});
