import { describe, expect, it } from "vitest";
import { PAGE_SIZE } from "./memory-map.ts";
import { createPageApi, PAGE_API_PROFILE, type Address, type PageApi, type PhysicalMemory } from "./page-api.ts";
import { play } from "./play.ts";

const POOL_PAGES = 4096;

function api(memory: Partial<PhysicalMemory> = {}): PageApi {
  return createPageApi({ base: 0, pages: POOL_PAGES, reserved: [], ...memory });
}

/** The page number of an address, for short. */
function page(address: Address): number | null {
  return address === null ? null : address / PAGE_SIZE;
}

/** The free blocks, as a set: `pfn:order`, sorted as text. */
function freeBlocks(pages: PageApi): string {
  const { lists } = pages.core.snapshot();
  const blocks = lists.flatMap((heads, order) => heads.map((pfn) => `${pfn}:${order}`));
  return blocks.sort().join(" ");
}

describe("get_free_pages", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 4],
    [5, 8],
    [512, 512],
    [513, 1024],
    [1024, 1024],
  ])("rounds %i pages up to %i", (asked, taken) => {
    const pages = api();
    pages.get_free_pages(0, asked);
    const { free } = pages.core.counts();
    expect(POOL_PAGES - free.reduce((sum, blocks, order) => sum + blocks * 2 ** order, 0)).toBe(taken);
  });

  it.each([0, -1, 1025, 2048, 2 ** 32 + 1, 1.5, NaN])("has no block of %d pages", (asked) =>
    expect(api().get_free_pages(0, asked)).toBeNull(),
  );

  it("serves all memory in largest blocks, and then fails", () => {
    const pages = api();
    const served = [1, 2, 3, 4, 5].map(() => page(pages.get_free_pages(0, 1024)));
    expect(served).toEqual([0, 1024, 2048, 3072, null]);
  });

  it("tells page 0 from failure", () => expect(api({ pages: 1 }).get_free_page(0)).toBe(0));

  it("serves zeroed pages, whatever their last owner left in them", () => {
    const pages = api({ base: 3 * PAGE_SIZE, pages: 1 });
    const address = pages.get_free_page(0) as number;
    pages.write(address);
    const seen = [pages.isZero(address)];
    pages.free_page(address);
    expect([...seen, pages.get_free_page(0) === address, pages.isZero(address)]).toEqual([false, true, true]);
  });

  it("has no memory that starts inside a page", () =>
    expect(() => api({ base: PAGE_SIZE / 2 })).toThrow("inside a page"));

  it.each([
    ["the first of its list", "free 0:3 a0=1", "placement"],
    ["the smallest block that fits", "a0=0 a0=4", "best-fit"],
    ["the low half", "a2=4", "placement"],
  ])("promises %s, which %s is not", (_, trace, law) => {
    const { played } = play(trace, { profile: PAGE_API_PROFILE });
    expect(played.map(({ violation }) => violation.law)).toEqual([law]);
  });

  it("ignores its flags", () => {
    expect(api().get_free_pages(0xffff, 3)).toBe(api().get_free_pages(0, 3));
  });

  it("answers byte addresses above the base", () => {
    const pages = api({ base: 3 * PAGE_SIZE, pages: 6 });
    expect([1, 2, 4, 1, 1].map((count) => page(pages.get_free_pages(0, count)))).toEqual([3, 4, null, 8, 6]);
  });

  it("clears what the last owner wrote, in every page", () => {
    const pages = api({ pages: 4 });
    const first = pages.get_free_pages(0, 4) as number;
    for (const at of [0, 1, 2, 3]) pages.write(first + at * PAGE_SIZE);
    pages.free_pages(first, 4);
    const again = pages.get_free_pages(0, 4) as number;
    expect([0, 1, 2, 3].map((at) => pages.isZero(again + at * PAGE_SIZE))).toEqual([true, true, true, true]);
  });
});

describe("__alloc_pages_core", () => {
  it("serves every order up to 10, inclusive", () => {
    const orders = Array.from({ length: 12 }, (_, order) => order);
    expect(orders.filter((order) => api().__alloc_pages_core(order) === null)).toEqual([11]);
  });

  it("serves nothing for what is no order", () =>
    expect([-1, 0.5, NaN].map((order) => api().__alloc_pages_core(order))).toEqual([null, null, null]));
});

describe("free_pages", () => {
  it("takes back any count that rounds to the block's own", () => {
    const pages = api();
    for (const [asked, named] of [
      [3, 4],
      [4, 3],
      [1, 1],
    ] as const) {
      pages.free_pages(pages.get_free_pages(0, asked), named);
    }
    expect([pages.misuseCount, freeBlocks(pages)]).toEqual([0, freeBlocks(api())]);
  });

  it("restores the memory after everything is freed", () => {
    const pages = api({ base: 16 * PAGE_SIZE, pages: 48, reserved: [{ start: 8, end: 9 }] });
    const before = freeBlocks(pages);
    const served = [1, 3, 8, 1].map((count) => [pages.get_free_pages(0, count), count] as const);
    for (const [address, count] of served) pages.free_pages(address, count);
    expect(freeBlocks(pages)).toBe(before);
  });

  it.each<[string, number | null, number]>([
    ["a free page", 8, 1],
    ["null", null, 1],
    ["an address inside a page", 0.5, 1],
    ["the middle of a block", 1, 1],
    ["a count too small", 0, 2],
    ["a count too large", 0, 5],
    ["no pages", 0, 0],
    ["more pages than a block has", 0, 1025],
    ["a page below the base", -1, 1],
    ["a page beyond the end", 4096, 1],
    ["a reserved page", 4095, 1],
  ])("of %s changes nothing and is counted", (_, pfn, count) => {
    const pages = api({ reserved: [{ start: 4095, end: 4096 }] });
    pages.get_free_pages(0, 4);
    const before = freeBlocks(pages);
    pages.free_pages(pfn === null ? null : pfn * PAGE_SIZE, count);
    expect([pages.misuseCount, freeBlocks(pages)]).toEqual([1, before]);
  });

  it("of null frees nothing, not even page 0", () => {
    const pages = api();
    pages.get_free_page(0);
    pages.free_page(null);
    expect([pages.misuseCount, page(pages.get_free_page(0))]).toEqual([1, 1]);
  });

  it("twice is misuse the second time", () => {
    const pages = api();
    const address = pages.get_free_page(0);
    pages.free_page(address);
    pages.free_page(address);
    expect(pages.misuseCount).toBe(1);
  });
});
