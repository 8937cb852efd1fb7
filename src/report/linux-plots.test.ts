// What the plots look like: narrow, without colour, each axis with its unit.

import { describe, expect, it } from "vitest";
import { BUCKET_COUNT, type Lifetimes } from "../verify/linux-lifetimes.ts";
import { fragmentationPlot, lifetimesText } from "./linux-plots.ts";

const COLUMNS_MAX = 72;

function buckets(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: BUCKET_COUNT }, (_, bucket) => counts[bucket] ?? 0);
}

const LIFETIMES: Lifetimes = {
  unit: "seconds",
  orders: [
    { order: 0, buckets: buckets({ 1: 5, 3: 2253, 4: 6759 }), freed: 9017, live: 310, lost: 0 },
    { order: 3, buckets: buckets({}), freed: 0, live: 1, lost: 2 },
  ],
};

/** A sample of free memory of which these shares lie in blocks too small for orders 0 to 3. */
function sample(time: number, ...unusable: readonly number[]): Parameters<typeof fragmentationPlot>[0][number] {
  return { time, freePages: 1000, unusable };
}

describe("the histogram of lifetimes", () => {
  it("has a row for each power of ten between the shortest and the longest life", () => {
    expect(lifetimesText(LIFETIMES)).toMatchInlineSnapshot(`
      "lifetimes of blocks, from allocation to free, both in the recording
      order 0: 9017 freed, 310 still live
        10 us to 100 us   |.                             |        5   0.1 %
        100 us to 1 ms    |                              |        0   0.0 %
        1 ms to 10 ms     |#######                       |     2253  25.0 %
        10 ms to 100 ms   |######################        |     6759  75.0 %
                           0 %                      100 %  of the blocks freed
      order 3: 0 freed, 1 still live, 2 end unknown
      "
    `);
  });

  it("names ticks where the clock has its own unit, and says where there is no time at all", () => {
    const orders = [{ order: 0, buckets: buckets({ 0: 1, 19: 1 }), freed: 2, live: 0, lost: 0 }];
    expect(lifetimesText({ unit: "ticks", orders })).toContain("from 1e13 ticks on");
    expect(lifetimesText({ unit: "none", orders })).toBe("lifetimes: not known, since the trace has no times\n");
    expect(lifetimesText({ unit: "seconds", orders: [] })).toContain("no block was allocated");
  });
});

describe("the plot of fragmentation", () => {
  const plot = fragmentationPlot([
    sample(12.5, 0, 0.02, 0.1, 0.1),
    sample(13.25, 0, 0.06, 0.1, 0.15),
    sample(14, 0, 0.06, 0.15, 0.2),
  ]);

  it("fills the share of each order from small blocks up, over time", () => {
    expect(plot).toMatchInlineSnapshot(`
      "fragmentation: share of free memory in blocks of each order (0 to 9)
        A request of order n cannot use what is filled with digits below n.
         20 % |                                                           2
              |                                                           2
              |                                                           2
              |                             2222222222222222222222222222221
              |                             2222222222222222222222222222221
              |                             2222222222222222222222222222221
         10 % |111111111111111111111111111111111111111111111111111111111111
              |111111111111111111111111111111111111111111111111111111111111
              |111111111111111111111111111110000000000000000000000000000000
              |111111111111111111111111111110000000000000000000000000000000
              |111111111111111111111111111110000000000000000000000000000000
              |000000000000000000000000000000000000000000000000000000000000
          0 % +------------------------------+----------------------------+
               0 s                           0.750 s                1.500 s
               since 12.500000 s of the trace's clock
      "
    `);
  });

  it("is empty where all free memory serves every order", () => {
    expect(fragmentationPlot([sample(1, 0, 0, 0)])).not.toMatch(/\|\d/);
  });

  it("says that there was nothing to draw", () => {
    expect(fragmentationPlot([])).toBe("fragmentation: no event moved a block of the buddy core\n");
  });
});

it("plots are ASCII of at most 72 columns", () => {
  const wide = {
    order: 10,
    buckets: buckets({ 11: 999_999_999 }),
    freed: 999_999_999,
    live: 999_999_999,
    lost: 999_999_999,
  };
  const plots = [
    lifetimesText({ ...LIFETIMES, orders: [...LIFETIMES.orders, wide] }),
    fragmentationPlot([sample(123_456.5, 0, 0.004), sample(223_456.5, 0, 0.9)]),
  ];
  for (const line of plots.join("").split("\n")) {
    expect(line).toMatch(/^[ -~]*$/);
    expect(line.length).toBeLessThanOrEqual(COLUMNS_MAX);
  }
});
