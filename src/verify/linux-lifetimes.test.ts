// How long blocks lived: between which events a life is counted, and where its end is not known.

import { describe, expect, it } from "vitest";
import { LinuxTextReader } from "../trace/linux-text.ts";
import { LinuxLifetimes } from "./linux-lifetimes.ts";

const EVENTS: Readonly<Record<string, string>> = {
  a: "mm_page_alloc",
  f: "mm_page_free",
  r: "mm_page_alloc_zone_locked",
  d: "mm_page_pcpu_drain",
};

/** Lines of a trace: `1.5 a8/2` is an allocation of the block of order 2 at pfn 8, at 1.5; others stand as they are. */
function traced(steps: readonly string[]): string {
  return steps.map((step) => `${lineOf(step)}\n`).join("");
}

function lineOf(step: string): string {
  const match = /^(\S+) ([afrd])(\d+)\/(\d+)$/.exec(step);
  if (match === null) return step;
  const [, time, letter, pfn, order] = match;
  const event = EVENTS[letter as string];
  return `             cat-7       [000] .....  ${time}: ${event}: page=0 pfn=${pfn} order=${order} migratetype=0`;
}

/** Of each order: freed by bucket, live, lost. */
function lifetimesOf(...steps: readonly string[]): string {
  const sink = new LinuxLifetimes();
  const reader = new LinuxTextReader(sink, "trace.txt");
  sink.cursor = reader;
  reader.push(new TextEncoder().encode(traced(steps)));
  reader.end();
  const { unit, orders } = sink.lifetimes();
  const told = orders.map(({ order, buckets, live, lost }) => {
    const freed = buckets.flatMap((count, bucket) => (count > 0 ? [`${count} in ${bucket}`] : [])).join(" ");
    return `order ${order}: ${freed}; ${live} live, ${lost} lost`;
  });
  return [unit, ...told].join("; ");
}

describe("a lifetime", () => {
  it("is counted by powers of ten, the lower end included", () => {
    expect(lifetimesOf("12.000001 a1/0", "12.000010 f1/0")).toBe("seconds; order 0: 1 in 0; 0 live, 0 lost");
    expect(lifetimesOf("12.000001 a1/0", "12.000011 f1/0")).toBe("seconds; order 0: 1 in 1; 0 live, 0 lost");
    expect(lifetimesOf("12.000001 a1/0", "13.000001 f1/0")).toBe("seconds; order 0: 1 in 6; 0 live, 0 lost");
  });

  it("may seem to end before it began, where clocks differ", () => {
    expect(lifetimesOf("12.000009 a1/0", "12.000001 f1/0")).toBe("seconds; order 0: 1 in 0; 0 live, 0 lost");
  });

  it("belongs to the order of the allocation, and ends once where a block is split", () => {
    const split = ["1.5 a8/2", "2.5 f8/0", "2.6 f9/0", "2.7 f10/1"];
    expect(lifetimesOf(...split)).toBe("seconds; order 2: 1 in 6; 0 live, 0 lost");
  });

  it("is in the clock's own ticks where times are whole numbers", () => {
    expect(lifetimesOf("100 a1/0", "4000 f1/0")).toBe("ticks; order 0: 1 in 9; 0 live, 0 lost");
  });

  it("needs an allocation in the recording", () => {
    expect(lifetimesOf("1.5 f1/0")).toBe("none");
  });
});

describe("a block without a lifetime", () => {
  it("is live at the end", () => {
    expect(lifetimesOf("1.5 a8/1", "1.6 a4/0", "1.7 f4/0")).toBe(
      "seconds; order 0: 1 in 5; 0 live, 0 lost; order 1: ; 1 live, 0 lost",
    );
  });

  it.each(["2.5 a8/2", "2.5 r8/2", "2.5 d8/0"])("or is shown elsewhere without a free: %s", (event) => {
    expect(lifetimesOf("1.5 a8/0", event)).toContain("order 0: ; 0 live, 1 lost");
  });

  it("or was live when events were lost", () => {
    expect(lifetimesOf("1.5 a8/0", "CPU:0 [LOST 3 EVENTS]", "1.9 f8/0")).toBe("seconds; order 0: ; 0 live, 1 lost");
  });

  it("is not counted before all buffers had started", () => {
    expect(lifetimesOf("1.5 a8/0", "##### CPU 1 buffer started ####", "1.9 a9/0")).toBe(
      "seconds; order 0: ; 1 live, 0 lost",
    );
  });
});
