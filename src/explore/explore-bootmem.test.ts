import { describe, expect, it } from "vitest";
import { Allocator } from "../../model/allocator.ts";
import { Bootmem, type BootPlan } from "../../model/bootmem.ts";
import type { FrameRange, Geometry } from "../../model/geometry.ts";
import { writeMap } from "../../model/memory-map.ts";
import { BOOT_MUTANTS, TrustingCore } from "../../model/mutants-around.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { UNLIMITED, type SearchLimits } from "../search/breadth-first.ts";
import { exploreBootmem, type BootCounterexample, type BootmemResult } from "./explore-bootmem.ts";

function explored(
  pages: number,
  bootmem: (plan: BootPlan) => Bootmem = create,
  limits: Partial<SearchLimits> = {},
): BootmemResult {
  return exploreBootmem({ pages, maxOrder: 3, create: bootmem, createCore, limits: { ...UNLIMITED, ...limits } });
}

function create(plan: BootPlan): Bootmem {
  return new Bootmem(plan);
}

function createUncoalesced(geometry: Geometry): Allocator {
  return new NeverCoalesces(geometry, STRICT_PROFILE);
}

function createCore(geometry: Geometry): Allocator {
  return new TrustingCore(geometry, STRICT_PROFILE);
}

/** A counterexample in one line: the map, the calls, and what is wrong. */
function told(found: BootCounterexample | null): string {
  if (found === null) return "";
  const { map, calls, fault } = found;
  const made = calls.map((call) =>
    call.kind === "allocate"
      ? `get ${call.count} = ${call.served}`
      : `free ${call.pfn}*${call.count} ${call.accepted ? "+" : "!"}`,
  );
  const what = fault.kind === "handover" ? `${fault.fault.kind} ${fault.fault.pfn}` : fault.law;
  return [writeMap(map), ...made, fault.kind === "call" ? what : `${what} when ${fault.stage}`].join(", ");
}

class MarksOne extends Bootmem {
  protected override mark(range: FrameRange, bit: 0 | 1): void {
    super.mark(bit === 1 ? { ...range, end: range.start + 1 } : range, bit);
  }
}

class ServesTheLoader extends Bootmem {
  override allocatePages(count: number): number | null {
    return super.allocatePages(count) ?? (count === 1 ? (this.plan.pages.bootloader[0]?.start ?? null) : null);
  }
}

class ServesAgain extends Bootmem {
  override allocatePages(count: number): number | null {
    return super.allocatePages(count) ?? (count === 1 ? (this.handedOut()[0]?.start ?? null) : null);
  }
}

class RunsOut extends Bootmem {
  override allocatePages(count: number): number | null {
    return this.handedOut().length > 0 ? null : super.allocatePages(count);
  }
}

class FreesAnything extends Bootmem {
  override free(pfn: number, count: number): boolean {
    const isInside = pfn >= this.plan.span.start && pfn + count <= this.plan.span.end;
    if (isInside && count > 0) this.mark({ start: pfn, end: pfn + count }, 0);
    return isInside && count > 0;
  }
}

/** Joins no pages that are given to it one after the other. */
class NeverCoalesces extends Allocator {
  protected override coalesce(pfn: number, order: number): void {
    this.insert(pfn, order);
  }
}

describe("every small memory map with every history of bootmem", () => {
  // Of n pages a machine has one of 3^n - 2^n ways to have a usable page, and (4^n - 2^n) / 2 bitmaps in all.
  it.each([1, 2, 3, 4])("of %i pages is handed over right, in as many states as there must be", (pages) => {
    expect(explored(pages)).toMatchObject({
      verdict: "holds",
      figures: {
        maps: 9 ** pages,
        roomless: 8 ** pages,
        machines: 3 ** pages - 2 ** pages,
        states: (4 ** pages - 2 ** pages) / 2,
        handovers: 4 ** pages - 2 ** pages,
      },
    });
  });
  it.each([0, 1, 2])("is handed over right to an allocator of largest order %i", (maxOrder) => {
    expect(exploreBootmem({ pages: 4, maxOrder, create, createCore, limits: UNLIMITED }).verdict).toBe("holds");
  });
  it.each<readonly [string, Partial<SearchLimits>, object]>([
    ["states", { statesMax: 3 }, { kind: "states", max: 3 }],
    ["calls", { depthMax: 1 }, { kind: "depth", max: 1 }],
    ["time", { goesOn: () => false }, { kind: "budget" }],
  ])("is undecided if %s are limited", (_, limits, limit) => {
    expect(explored(4, undefined, limits)).toMatchObject({ verdict: "undecided", limit });
  });
});

describe("a bootmem that is wrong is found by the fewest calls, on the smallest machine:", () => {
  it.each([
    ["loses-the-bitmaps-last-page", "u0-1, lost 0 when decommissioned"],
    ["rounds-the-map-up", "u0-1, reserved-is-free 1 when decommissioned"],
    ["balances-its-totals", "u0-1, reserved-is-free 1 when decommissioned"],
    ["hands-the-bitmap-out", "u0-1, given-twice 0 when decommissioned"],
    ["gives-the-bitmap-twice", "u0-1, given-twice 0 when decommissioned"],
    ["keeps-nothing-back", "u0-2, get 1 = 1, handed-out-is-free 1 when decommissioned"],
    ["loses-the-reclaimed", "b0-1 u1-2, lost 0 when reclaimed"],
  ])("%s: %s", (id, expected) => {
    const mutant = BOOT_MUTANTS.find((one) => one.id === id);
    const { counterexample } = explored(4, mutant?.create);
    expect(told(counterexample)).toBe(expected);
    expect(counterexample?.fault.law).toBe(mutant?.law);
  });
  it("each of them is tried", () => expect(BOOT_MUTANTS).toHaveLength(7));
  it.each([
    ["marks the first page of what it serves", MarksOne, "u0-3, get 2 = 1, handed-out-is-free 2 when decommissioned"],
    ["frees anything", FreesAnything, "u0-1, free 0*1 +, bad-free-refused"],
    ["serves what is not its own", ServesTheLoader, "b0-1 u1-2, get 1 = 0, in-bounds"],
    ["serves a page again", ServesAgain, "u0-2, get 1 = 1, get 1 = 1, no-overlap"],
    ["runs out too early", RunsOut, "u0-3, get 1 = 1, get 1 = null, no-spurious-oom"],
  ])("one that %s", (_, wrong, expected) => {
    expect(told(explored(4, (plan) => new wrong(plan)).counterexample)).toBe(expected);
  });
  it("an allocator that does not coalesce what it is given", () => {
    const wrong = { create, createCore: createUncoalesced };
    const { counterexample } = exploreBootmem({ pages: 3, maxOrder: 1, ...wrong, limits: UNLIMITED });
    expect(told(counterexample)).toBe("u0-2, no-free-buddies when decommissioned");
  });
});
