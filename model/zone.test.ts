import { describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "./geometry.ts";
import { NONE, Zone, listOrderFor, type ListOrder } from "./zone.ts";

const EIGHT: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

function zoneOf(listOrder: ListOrder, shape: Partial<PoolShape> = {}): Zone {
  return new Zone(createGeometry({ ...EIGHT, ...shape }), listOrder);
}

/** Inserts order-0 heads as given, unlinks those marked "-", and shows the list. */
function listed(listOrder: ListOrder, script: string): string {
  const zone = zoneOf(listOrder);
  for (const word of script.split(" ")) {
    if (word.startsWith("-")) zone.unlink(Number(word.slice(1)), 0);
    else zone.insert(Number(word), 0);
  }
  return zone.freeHeads(0).join(" ");
}

describe("a free list", () => {
  it.each([
    ["fifo", "3 1 5", "3 1 5"],
    ["lifo", "3 1 5", "5 1 3"],
    ["ascending", "3 1 5 0 7 4", "0 1 3 4 5 7"],
    ["descending", "3 1 5 0 7 4", "7 5 4 3 1 0"],
    ["fifo", "3 1 5 -1", "3 5"],
    ["fifo", "3 1 5 -3", "1 5"],
    ["fifo", "3 1 5 -5 2", "3 1 2"],
    ["ascending", "3 1 5 -1 -5 0", "0 3"],
    ["descending", "3 -3 2 6", "6 2"],
  ] as const)("is kept %s: %s is listed as %s", (listOrder, script, expected) => {
    expect(listed(listOrder, script)).toBe(expected);
  });

  it("serves by arrival unless the profile asks for an address", () => {
    const placements = ["any", "fifo", "lifo", "lowest", "highest"] as const;
    expect(placements.map(listOrderFor)).toEqual(["fifo", "fifo", "lifo", "ascending", "descending"]);
  });

  it("belongs to one zone, and is shown lowest zone first", () => {
    const zones = [
      { name: "low", start: 0, end: 4 },
      { name: "high", start: 4, end: 8 },
    ];
    const zone = zoneOf("fifo", { zones });
    for (const pfn of [6, 1, 4]) zone.insert(pfn, 0);
    expect([zone.firstFree(0, 0), zone.firstFree(1, 0), zone.freeCount(1, 0)]).toEqual([1, 6, 2]);
    expect(zone.freeHeads(0)).toEqual([1, 6, 4]);
  });

  it("that was made a cycle still ends where its count says", () => {
    const zone = zoneOf("fifo");
    for (const pfn of [2, 2, 2]) zone.insert(pfn, 0);
    expect(zone.freeHeads(0)).toEqual([2, 2, 2]);
  });

  it("that a block left by another list's count ends where its links do", () => {
    const zone = zoneOf("fifo");
    for (const pfn of [2, 3]) zone.insert(pfn, 0);
    zone.unlink(2, 1);
    expect([zone.freeHeads(0), zone.freeCount(0, 0)]).toEqual([[2], 2]);
  });
});

describe("a pool", () => {
  it("counts from its first page, wherever that is", () => {
    const zone = zoneOf("fifo", { basePfn: 8 });
    zone.markLive(8, 2);
    zone.unmarkLive(8);
    zone.markLive(12, 3);
    zone.markLive(13, 1);
    zone.unmarkLive(13);
    expect(zone.liveHeadAround(13)).toBe(12);
    zone.zero(8, 1);
    expect([zone.livePagesAt(8), zone.firstFree(0, 0), zone.isZero(8, 1), zone.isZero(9, 1)]).toEqual([
      0,
      NONE,
      true,
      false,
    ]);
    zone.dirty(8, 1);
    zone.unmanage(8, 1);
    expect([zone.isZero(8, 1), zone.isManaged(8), zone.isManaged(9)]).toEqual([false, false, true]);
  });

  it("clears and dirties many pages as it does a few", () => {
    const zone = zoneOf("fifo", { pages: 40 });
    zone.zero(1, 30);
    zone.dirty(2, 20);
    const zeros = Array.from({ length: 40 }, (_, pfn) => pfn).filter((pfn) => zone.isZero(pfn, 1));
    expect(zeros).toEqual([1, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
  });

  it.each([
    [0, 3, 1],
    [2 ** 20, 3, 1],
    [0, 8, 2],
  ])(
    "at %i with blocks up to order %i saves links of %i bytes, and nothing behind its state",
    (basePfn, maxOrder, width) => {
      const zone = zoneOf("fifo", { basePfn, maxOrder });
      expect(zone.byteLength).toBe(8 * (1 + 3 * width) + (maxOrder + 1) * (2 * width + 4));
      const row = new Uint8Array(zone.byteLength + 8).fill(0xaa);
      zone.zero(basePfn, 1);
      zone.save(row, 4);
      expect([...row.subarray(0, 4), ...row.subarray(-4)]).toEqual(new Array(8).fill(0xaa));
      const other = zoneOf("fifo", { basePfn, maxOrder });
      other.restore(row, 4);
      expect([other.isZero(basePfn, 1), other.isZero(basePfn + 1, 1)]).toEqual([true, false]);
    },
  );

  it("too large for flat arrays is the caller's bug", () =>
    expect(() => zoneOf("fifo", { pages: 2 ** 40 })).toThrow("has no flat page array"));
});

describe("a page", () => {
  it("of a hole, past an end or between two pages is unmanaged", () => {
    const zone = zoneOf("fifo", { basePfn: 8, reserved: [{ start: 2, end: 4 }] });
    const managed = [7, 8, 9, 9.5, 10, 11, 12, 15, 16, -1, NaN].filter((pfn) => zone.isManaged(pfn));
    expect(managed).toEqual([8, 9, 12, 15]);
  });

  it("finds the free block that holds it, and only that", () => {
    const zone = zoneOf("fifo");
    zone.insert(4, 1);
    zone.insert(0, 0);
    expect([0, 1, 4, 5, 6].map((pfn) => zone.freeHeadAround(pfn))).toEqual([0, NONE, 4, 4, NONE]);
  });

  it("finds the live block that holds it, though it is no power of two", () => {
    const zone = zoneOf("fifo");
    zone.markLive(0, 3);
    zone.insert(4, 0);
    expect([0, 2, 3, 4, 5].map((pfn) => zone.liveHeadAround(pfn))).toEqual([0, 0, NONE, NONE, NONE]);
  });

  it("is dirty at boot, zero once cleared, and dirty again once written to", () => {
    const zone = zoneOf("fifo");
    const seen = [zone.isZero(0, 1)];
    zone.zero(0, 4);
    seen.push(zone.isZero(0, 4), zone.isZero(0, 5));
    zone.dirty(3, 1);
    seen.push(zone.isZero(0, 3), zone.isZero(0, 4));
    expect(seen).toEqual([false, true, false, true, false]);
  });

  it("joins and leaves the managed set", () => {
    const zone = zoneOf("fifo", { reserved: [{ start: 4, end: 8 }] });
    zone.manage(4, 2);
    zone.unmanage(0, 1);
    expect([0, 1, 4, 5, 6].map((pfn) => zone.isManaged(pfn))).toEqual([false, true, true, true, false]);
  });
});
