import * as fc from "fast-check";
import { expect, it } from "vitest";
import { cellAt, hilbertLayout, placeOf, rowsLayout, type Layout } from "./layout.ts";

const ROOM = 1 << 20;

const layouts: fc.Arbitrary<Layout> = fc.oneof(
  fc.nat({ max: 5000 }).map((pages) => hilbertLayout(pages + 1, ROOM)),
  fc
    .tuple(fc.nat({ max: 5000 }), fc.double({ min: 0.2, max: 5, noNaN: true }))
    .map(([pages, aspect]) => rowsLayout(pages + 1, aspect, ROOM)),
);

it("every cell has a place of its own, and the place knows its cell", () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      const places = new Set<number>();
      for (let cell = 0; cell < layout.cells; cell++) {
        const place = placeOf(layout, cell);
        places.add(place);
        expect(cellAt(layout, place % layout.columns, Math.floor(place / layout.columns))).toBe(cell);
      }
      expect(places.size).toBe(layout.cells);
    }),
    { numRuns: 40 },
  );
});

it("on Hilbert's curve neighbours in memory touch, and a block of even order is a square", () => {
  const layout = hilbertLayout(256, ROOM);
  const at = Array.from({ length: 256 }, (_, page) => placeOf(layout, page));
  for (let page = 1; page < 256; page++) {
    const [here, before] = [at[page] as number, at[page - 1] as number];
    const apart = Math.abs((here % 16) - (before % 16)) + Math.abs(Math.floor(here / 16) - Math.floor(before / 16));
    expect(apart).toBe(1);
  }
  for (let head = 0; head < 256; head += 16) {
    const columns = at.slice(head, head + 16).map((place) => place % 16);
    expect(Math.max(...columns) - Math.min(...columns)).toBe(3);
  }
});

it("a pool with more pages than the picture has room for shares cells by powers of four", () => {
  expect(hilbertLayout(1 << 20, 1 << 16)).toMatchObject({ columns: 256, pagesPerCell: 16, cells: 1 << 16 });
  expect(rowsLayout(100, 1, 64)).toMatchObject({ pagesPerCell: 4, cells: 25, columns: 8, rows: 4 });
});

it("outside the pool there is no cell", () => {
  const layout = rowsLayout(6, 1, 100);
  expect([cellAt(layout, -1, 0), cellAt(layout, 3, 1), cellAt(layout, 0, 9)]).toEqual([-1, -1, -1]);
});
