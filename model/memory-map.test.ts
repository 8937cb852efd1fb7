import { describe, expect, it } from "vitest";
import { runIndexOf, type FrameRange } from "./geometry.ts";
import { PAGE_SIZE, pagesOfMap, readMap, writeMap, type MemoryKind, type MemoryMap } from "./memory-map.ts";

function shown(ranges: readonly FrameRange[]): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join(" ");
}

describe("a page", () => {
  it.each([
    ["is usable if all of it is", "u0.5-3.5", "1-3", ""],
    ["may be usable by two halves", "u0-1.5 u1.5-3", "0-3", ""],
    ["is reserved if one byte is", "u0-4 r1.5-1.75", "0-1 2-4", ""],
    ["is reserved where no entry says anything", "u0-1 u2-3", "0-1 2-3", ""],
    ["is the bootloader's if one byte is", "u0-4 b1.5-2.25", "0-1 3-4", "1-3"],
    ["is the bootloader's together with usable bytes only", "b0.5-2.5 u2.5-3", "", "1-3"],
    ["is reserved though the bootloader has it too", "b0-4 r1-2 u0-4", "", "0-1 2-4"],
    ["is found whatever the entries' order", "u8-9 r2-3 u0-4", "0-2 3-4 8-9", ""],
    ["is not covered by an empty or reversed entry", "u0-4 r2-2 r3-1", "0-4", ""],
  ])("%s: %s", (_, map, usable, bootloader) => {
    const pages = pagesOfMap(readMap(map));
    expect([shown(pages.usable), shown(pages.bootloader)]).toEqual([usable, bootloader]);
  });

  it("of no map is usable", () => expect(pagesOfMap([])).toEqual({ usable: [], bootloader: [] }));

  it("has the kind of its most restrictive byte, in every map of three short entries", () => {
    const kinds = ["usable", "reserved", "bootloader"] as const;
    for (let code = 0; code < 9 ** 3; code++) {
      const map = [code % 9, Math.floor(code / 9) % 9, Math.floor(code / 81)].map((digit, at) => {
        const start = ((digit * 2 + at) * PAGE_SIZE) / 4;
        return { start, end: start + (PAGE_SIZE / 4) * (3 + digit), kind: kinds[at] as MemoryKind };
      });
      const pages = pagesOfMap(map);
      const expected = Array.from({ length: 10 }, (_, pfn) => kindByQuarters(map, pfn));
      expect(Array.from({ length: 10 }, (_, pfn) => kindListed(pages, pfn))).toEqual(expected);
    }
  });
});

describe("a map", () => {
  it.each(["u0-8 b8-9.5 r9.5-10", "b1-2"])("is written as it is read: %s", (text) =>
    expect(writeMap(readMap(text))).toBe(text),
  );
  it.each(["x0-4", "u4", "0-4", ""])("is not read from %j", (text) =>
    expect(() => readMap(text)).toThrow("is no entry of a memory map"),
  );
  it("without entries is written as nothing", () => expect(writeMap([])).toBe("nothing"));
});

function kindListed({ usable, bootloader }: ReturnType<typeof pagesOfMap>, pfn: number): MemoryKind {
  if (runIndexOf(usable, pfn) >= 0) return "usable";
  return runIndexOf(bootloader, pfn) >= 0 ? "bootloader" : "reserved";
}

/** Looks at the four quarters of a page, where all entries above begin and end. */
function kindByQuarters(map: MemoryMap, pfn: number): MemoryKind {
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const at = (pfn + quarter / 4) * PAGE_SIZE;
    const kinds = map.filter(({ start, end }) => start <= at && at < end).map(({ kind }) => kind);
    if (kinds.length === 0 || kinds.includes("reserved")) return "reserved";
    return kinds.includes("bootloader") ? "bootloader" : "usable";
  });
  return (["reserved", "bootloader", "usable"] as const).find((kind) => quarters.includes(kind)) as MemoryKind;
}
