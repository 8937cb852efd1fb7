// The serving order against plain arrays: whatever joins and leaves, the same block's turn it is.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FreeOrder } from "./free-order.ts";

type Placement = FreeOrder["placement"];

const LISTS = 2;

/** The same in the plainest way: arrays, searched and sorted each time. */
class Plain {
  readonly lists: number[][] = Array.from({ length: LISTS }, () => []);
  known: boolean;
  readonly #placement: Placement;

  constructor(placement: Placement) {
    this.#placement = placement;
    this.known = placement === "lowest" || placement === "highest";
  }

  get isByList(): boolean {
    return this.#placement === "fifo" || this.#placement === "lifo";
  }

  insert(list: number, pfn: number): void {
    const heads = this.lists[list] as number[];
    if (this.#placement === "lifo") heads.unshift(pfn);
    else heads.push(pfn);
    if (this.#placement === "lowest") heads.sort((a, b) => a - b);
    if (this.#placement === "highest") heads.sort((a, b) => b - a);
  }

  remove(list: number, pfn: number): void {
    this.lists[list] = (this.lists[list] as number[]).filter((head) => head !== pfn);
  }

  clear(): void {
    for (const list of this.lists.keys()) this.lists[list] = [];
    if (this.isByList) this.known = false;
  }
}

/** Toggles a block: it joins its list if it is not there, and leaves it if it is. */
type Draw = { readonly list: number; readonly pfn: number } | "lose" | "clear" | "show";

const draws: fc.Arbitrary<Draw> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ list: fc.nat(LISTS - 1), pfn: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.constantFrom("lose", "clear", "show") },
);

function play(order: FreeOrder, plain: Plain, draw: Draw): void {
  if (draw === "clear") {
    order.clear();
    plain.clear();
  } else if (draw === "lose") {
    order.loseOrder();
    if (plain.isByList) plain.known = false;
  } else if (draw === "show") {
    if (plain.isByList) for (const heads of plain.lists) heads.reverse();
    order.adopt(plain.lists.map((heads) => [...heads]));
    plain.known = true;
  } else if (plain.lists[draw.list]?.includes(draw.pfn) === true) {
    order.removed(draw.list, draw.pfn);
    plain.remove(draw.list, draw.pfn);
  } else {
    order.inserted(draw.list, draw.pfn);
    plain.insert(draw.list, draw.pfn);
  }
}

describe.each(["fifo", "lifo", "lowest", "highest"] as const)("served %s", (placement) => {
  it("the head of each list is the one whose turn it is", () => {
    fc.assert(
      fc.property(fc.array(draws, { maxLength: 60, size: "max" }), (script) => {
        const order = new FreeOrder(placement, LISTS);
        const plain = new Plain(placement);
        for (const draw of script) {
          play(order, plain, draw);
          expect(order.known).toBe(plain.known);
          plain.lists.forEach((heads, list) => {
            expect(order.headOf(list)).toBe(plain.known ? (heads[0] ?? null) : null);
            expect(order.headsOf(list)).toEqual(plain.known && plain.isByList ? heads : null);
          });
        }
      }),
    );
  });

  it("a list that there is not has no head, and is not joined", () => {
    const order = new FreeOrder(placement, LISTS);
    order.adopt([[], []]);
    order.inserted(LISTS, 4);
    order.removed(LISTS, 4);
    expect([order.headOf(LISTS), order.headsOf(LISTS)]).toEqual([null, null]);
  });

  it("a block that is on no list may leave it", () => {
    const order = new FreeOrder(placement, LISTS);
    order.adopt([[], []]);
    order.inserted(0, 4);
    order.removed(0, 5);
    order.removed(1, 4);
    expect(order.headOf(0)).toBe(4);
  });
});

it("the order of lists is taken over for all of them or none", () => {
  expect(() => new FreeOrder("fifo", LISTS).adopt([[]])).toThrow("1 lists shown, 2 kept");
  expect(() => new FreeOrder("lowest", LISTS).adopt([[]])).not.toThrow();
});

it("a block that joins and leaves a thousand times by address is remembered once", () => {
  const order = new FreeOrder("lowest", 1);
  order.inserted(0, 7);
  for (let time = 0; time < 1000; time++) {
    order.inserted(0, 9);
    order.inserted(0, 8);
    order.removed(0, 9);
    order.removed(0, 8);
    expect(order.headOf(0)).toBe(7);
  }
  order.inserted(0, 9);
  order.removed(0, 7);
  expect(order.headOf(0)).toBe(9);
});

it.each<[Placement, number[], string]>([
  ["lowest", [9, 8, 7], "7 8"],
  ["highest", [7, 8, 9], "9 8"],
])("the %s of several blocks is served, however often another came and went before", (placement, heads, turns) => {
  const order = new FreeOrder(placement, 1);
  const other = placement === "lowest" ? 10 : 6;
  for (const pfn of heads) order.inserted(0, pfn);
  for (let time = 0; time < 100; time++) {
    order.inserted(0, other);
    order.removed(0, other);
  }
  const first = order.headOf(0) ?? NaN;
  order.removed(0, first);
  expect(`${first} ${order.headOf(0) ?? NaN}`).toBe(turns);
});
