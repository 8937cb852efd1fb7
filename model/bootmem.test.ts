import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import { createBootmem, handoverFault, type Bootmem, type Handover } from "./bootmem.ts";
import type { FrameRange } from "./geometry.ts";
import { PAGE_SIZE, readMap, type MemoryMap } from "./memory-map.ts";
import { STRICT_PROFILE } from "./profile.ts";

function boot(map: string): Bootmem {
  return createBootmem(readMap(map)) as Bootmem;
}

function shown(ranges: readonly FrameRange[]): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join(" ");
}

function freeBlocks(allocator: Allocator): string {
  return allocator
    .snapshot()
    .lists.flatMap((heads, order) => heads.map((pfn) => `${pfn}:${order}`))
    .join(" ");
}

function handOver(bootmem: Bootmem, maxOrder: number): Allocator {
  const allocator = new Allocator(bootmem.geometry(maxOrder), STRICT_PROFILE);
  bootmem.decommission(allocator);
  return allocator;
}

describe("the bitmap", () => {
  it("takes the first usable page", () => expect(boot("r0-2 u2-8").plan.bitmap).toEqual({ start: 2, end: 3 }));
  it("takes the only page there is, however high up", () =>
    expect(boot("u40000-40001").plan.bitmap).toEqual({ start: 40_000, end: 40_001 }));
  it("has a bit for each page of the bootloader too", () =>
    expect(boot("u4-8 b8-12 r12-16").plan.span).toEqual({ start: 4, end: 12 }));
  it("goes where it has room: one page per 32768 pages of memory", () =>
    expect(boot("u0-1 u2-40000").plan.bitmap).toEqual({ start: 2, end: 4 }));
  it.each(["r0-4", "b0-4", "u0-1 u40000-40001"])("has no room in %s", (map) =>
    expect(createBootmem(readMap(map))).toBeNull(),
  );
});

describe("a booting machine", () => {
  it("is served first fit, in one piece, inside one usable range", () => {
    const bootmem = boot("u0-4 r4-5 u5-10");
    expect([2, 2, 1, 3, 1, 1].map((count) => bootmem.allocatePages(count))).toEqual([1, 5, 3, 7, null, null]);
  });
  it.each([0, -1, 1.5, 8, NaN])("is not served %d pages", (count) =>
    expect(boot("u0-8").allocatePages(count)).toBeNull(),
  );
  it("may give back any pages it holds, in any grouping", () => {
    const bootmem = boot("u0-8");
    bootmem.allocatePages(2);
    bootmem.allocatePages(4);
    expect([bootmem.free(2, 2), shown(bootmem.handedOut()), bootmem.allocatePage()]).toEqual([true, "1-2 4-7", 2]);
  });
  it("may give back a single page", () => {
    const bootmem = boot("u0-8");
    bootmem.allocatePages(3);
    expect([bootmem.free(3, 1), shown(bootmem.handedOut())]).toEqual([true, "1-3"]);
  });
  it.each([
    ["a free page", 5, 1],
    ["the bitmap", 0, 1],
    ["a reserved page", 8, 1],
    ["the bootloader's page", 9, 1],
    ["pages of which one is free", 1, 4],
    ["no pages", 1, 0],
    ["half a page", 1.5, 1],
    ["a page below all", -1, 1],
    ["a page above all", 12, 1],
  ])("may not free %s", (_, pfn, count) => {
    const bootmem = boot("u0-8 r8-9 b9-10 u10-12");
    bootmem.allocatePages(3);
    expect([bootmem.free(pfn, count), shown(bootmem.handedOut())]).toEqual([false, "1-4"]);
  });
});

it("a bootmem that is brought back goes on as it was, and so does one that has retired", () => {
  const bootmem = boot("u0-8");
  bootmem.allocatePages(3);
  const [booting, retired] = [new Uint8Array(bootmem.byteLength), new Uint8Array(bootmem.byteLength)];
  bootmem.save(booting, 0);
  handOver(bootmem, 3);
  bootmem.save(retired, 0);
  bootmem.restore(booting, 0);
  expect([shown(bootmem.handedOut()), bootmem.allocatePage()]).toEqual(["1-4", 4]);
  bootmem.restore(retired, 0);
  expect([shown(bootmem.handedOut()), bootmem.allocatePage()]).toEqual(["1-4", null]);
});

it("what is saved of a bootmem says how far it is, and nothing else is written", () => {
  const bootmem = boot("r0-100 u100-104 b104-108");
  const allocator = new Allocator(bootmem.geometry(3), STRICT_PROFILE);
  const saved = [(): boolean => true, () => bootmem.decommission(allocator), () => bootmem.reclaim(allocator)].map(
    (go) => {
      const row = new Uint8Array(bootmem.byteLength + 2).fill(0xaa);
      const done = go();
      bootmem.save(row, 1);
      return `${done} ${row.join(" ")}`;
    },
  );
  expect(saved).toEqual(["true 170 241 0 170", "true 170 241 1 170", "true 170 241 2 170"]);
  expect([bootmem.geometry(3).span, allocator.counts().free]).toEqual([{ start: 100, end: 108 }, [0, 0, 2, 0]]);
});

describe("the hand-over", () => {
  it("makes free what was not handed out, with the bitmap's own page", () => {
    const bootmem = boot("u0-8 b8-12 r12-16");
    bootmem.allocatePages(2);
    expect(freeBlocks(handOver(bootmem, 3))).toBe("3:0 0:0 4:2");
  });
  it("retires bootmem", () => {
    const bootmem = boot("u0-8");
    bootmem.allocatePage();
    const allocator = handOver(bootmem, 3);
    const answers = [bootmem.allocatePage(), bootmem.free(1, 1), bootmem.decommission(allocator)];
    expect(answers).toEqual([null, false, false]);
  });
  it("is followed once by the bootloader's pages, which coalesce with the others", () => {
    const bootmem = boot("u0-4 b4-8");
    const early = bootmem.reclaim(new Allocator(bootmem.geometry(3), STRICT_PROFILE));
    const allocator = handOver(bootmem, 3);
    expect([early, bootmem.reclaim(allocator), bootmem.reclaim(allocator)]).toEqual([false, true, false]);
    expect(freeBlocks(allocator)).toBe("0:3");
  });
});

describe("the law of the hand-over", () => {
  // Pages 0 to 7 are usable, 8 and 9 the bootloader's, the rest reserved; bootmem handed out 2 and 3.
  it.each<[string, Handover["stage"], number[][], string]>([
    ["holds", "decommissioned", [[], [0], [4]], "holds"],
    ["holds after reclaim", "reclaimed", [[], [0, 8], [4]], "holds"],
    ["names a lost page", "decommissioned", [[4, 6, 7], [0]], "lost 5 1"],
    ["names lost bootloader pages", "reclaimed", [[], [0], [4]], "lost 8 2"],
    ["names a page given twice, on one list or on two", "decommissioned", [[5], [0], [4]], "given-twice 5 1"],
    ["names a handed-out page that is free", "decommissioned", [[3], [0], [4]], "handed-out-is-free 3 1"],
    ["names a bootloader page that is free too early", "decommissioned", [[], [0, 8], [4]], "reserved-is-free 8 2"],
    ["names a reserved page that is free", "reclaimed", [[10], [0, 8], [4]], "reserved-is-free 10 1"],
    ["prefers what corrupts to what only leaks", "reclaimed", [[2], [0]], "handed-out-is-free 2 1"],
  ])("%s", (_, stage, lists, expected) => {
    const map = readMap("u0-8 b8-10 r10-12");
    const found = handoverFault({ map, handedOut: [{ start: 2, end: 4 }], lists, stage });
    expect(found === null ? "holds" : `${found.kind} ${found.pfn} ${found.pages}`).toBe(expected);
  });

  it("holds for bootmem on every map, whatever it handed out", () => {
    fc.assert(
      fc.property(maps, fc.array(requests, { size: "large" }), (map, script) => {
        const bootmem = createBootmem(map) as Bootmem;
        for (const { free, count, pfn } of script) {
          if (free) bootmem.free(pfn, count);
          else bootmem.allocatePages(count);
        }
        const handedOut = bootmem.handedOut();
        const allocator = handOver(bootmem, 4);
        const early = handoverFault({ map, handedOut, lists: allocator.snapshot().lists, stage: "decommissioned" });
        bootmem.reclaim(allocator);
        const late = handoverFault({ map, handedOut, lists: allocator.snapshot().lists, stage: "reclaimed" });
        expect([early, late]).toEqual([null, null]);
      }),
    );
  });
});

const requests = fc.record({ free: fc.boolean(), count: fc.integer({ min: 1, max: 4 }), pfn: fc.nat({ max: 60 }) });

/** Ranges that overlap and end inside pages, behind three pages that the bitmap can have. */
const maps: fc.Arbitrary<MemoryMap> = fc
  .array(
    fc.record({
      start: fc.integer({ min: 3 * PAGE_SIZE, max: 60 * PAGE_SIZE }),
      length: fc.nat({ max: 20 * PAGE_SIZE }),
      kind: fc.constantFrom("usable", "usable", "usable", "reserved", "bootloader"),
    } as const),
    { maxLength: 12, size: "max" },
  )
  .map((entries) => [
    { start: 0, end: 3 * PAGE_SIZE, kind: "usable" },
    ...entries.map(({ start, length, kind }) => ({ start, end: start + length, kind })),
  ]);
