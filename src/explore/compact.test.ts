import { describe, expect, it } from "vitest";
import { Allocator } from "../../model/allocator.ts";
import type { Command, Outcome } from "../../model/command.ts";
import { createGeometry, type Geometry, type PoolShape } from "../../model/geometry.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { alphabetOf, type Letter } from "../search/alphabet.ts";
import { UNLIMITED } from "../search/breadth-first.ts";
import { REFERENCE } from "../targets/reference.ts";
import { CompactAllocator, isCompact } from "./compact.ts";
import { exploreCompact } from "./explore-compact.ts";
import { exploreSubject } from "./explore-subject.ts";

const ALL_CALLS = ["alloc", "alloc-pages", "free", "free-order", "free-pages", "add", "remove"] as const;

/** Pools of every shape that two words can hold. */
const POOLS: readonly (readonly [name: string, shape: Partial<PoolShape>, states: number])[] = [
  ["a pair", { maxOrder: 1, pages: 2 }, 5],
  ["one block of 8", {}, 1829],
  ["two blocks of 4", { maxOrder: 2 }, 1829],
  ["four blocks of 2", { maxOrder: 1 }, 1912],
  ["a length that is no power of two", { pages: 7 }, 776],
  ["an unaligned base", { basePfn: 2, pages: 8 }, 1860],
  ["an odd base", { basePfn: 5, pages: 7 }, 776],
  ["a hole", { pages: 10, reserved: [{ start: 3, end: 5 }] }, 3610],
  [
    "holes on both sides of one page",
    {
      pages: 9,
      reserved: [
        { start: 1, end: 2 },
        { start: 3, end: 4 },
      ],
    },
    1596,
  ],
];

function geometryOf(shape: Partial<PoolShape>): Geometry {
  return createGeometry({ ...SMALL_POOL, ...shape });
}

function lettersOf(geometry: Geometry): readonly Letter[] {
  const options = { geometry, profile: STRICT_PROFILE, resizes: [], takesFractions: true, takesZones: true };
  return alphabetOf({ ...options, calls: new Set(ALL_CALLS) });
}

/** What the compiled allocator answers, with its state after it in `first` and `second`. */
function answer(compact: CompactAllocator, command: Command, { span }: Geometry, key: Key): Outcome {
  compact.load(...key);
  [compact.first, compact.second] = key;
  if (command.kind === "alloc") {
    const page = compact.serve(command.order);
    return page < 0 ? { kind: "refused" } : { kind: "block", pfn: span.start + page, zeroed: true };
  }
  if (command.kind !== "free" && command.kind !== "free-order") throw new Error(`no ${command.kind} here`);
  const page = command.pfn - span.start;
  const isLive = page % 1 === 0 && page >= 0 && page < 16 && ((compact.live >>> page) & 1) === 1;
  if (!isLive || (command.kind === "free-order" && command.order !== compact.orderAt(page))) return { kind: "refused" };
  compact.takeBack(page);
  return { kind: "ok" };
}

type Key = readonly [first: number, second: number];

/** Walks through every state with both allocators side by side; how many there are. */
function walkBoth(geometry: Geometry): number {
  const compact = new CompactAllocator(geometry);
  const allocator = new Allocator(geometry, STRICT_PROFILE);
  const letters = lettersOf(geometry).filter(({ command }) => command.kind !== "alloc-pages");
  compact.start();
  const known = new Map<string, Uint8Array>();
  const queue: Key[] = [];
  function reached(): void {
    const key: Key = [compact.first, compact.second];
    const bytes = new Uint8Array(allocator.byteLength);
    allocator.save(bytes, 0);
    const before = known.get(key.join());
    if (before !== undefined) {
      if (bytes.some((byte, at) => byte !== before[at])) expect(bytes).toEqual(before);
      return;
    }
    known.set(key.join(), bytes);
    queue.push(key);
    compact.load(...key);
    const { lists } = allocator.snapshot();
    expect(lists.map((_, order) => compact.headsOf(order).map((page) => page + geometry.span.start))).toEqual(lists);
  }
  reached();
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    for (const { command } of letters) {
      allocator.restore(known.get(key.join()) as Uint8Array, 0);
      const expected = allocator.answer(command);
      const given = answer(compact, command, geometry, key);
      if (JSON.stringify(given) !== JSON.stringify(expected)) expect([command, given]).toEqual([command, expected]);
      reached();
    }
  }
  return known.size;
}

describe("the reference allocator on two words", () => {
  it.each(POOLS)("does what the reference does in every state of %s", (_, shape, states) => {
    const geometry = geometryOf(shape);
    expect(isCompact(geometry, STRICT_PROFILE)).toBe(true);
    expect(walkBoth(geometry)).toBe(states);
  });
  it.each(POOLS)("has the states, steps and tallies of the reference in %s", (_, shape) => {
    const geometry = geometryOf(shape);
    const letters = lettersOf(geometry);
    const profile = STRICT_PROFILE;
    const session = REFERENCE.open({ geometry, profile });
    const options = { geometry, profile, session, oracle: "lists", resizes: [], takesFractions: true } as const;
    const slow = exploreSubject({ ...options, limits: UNLIMITED, mode: { kind: "breadth" }, properties: [] });
    const { figures, moved } = exploreCompact({ geometry, letters: withoutResizes(letters), limits: UNLIMITED });
    expect(slow.verdict).toBe("holds");
    expect({ ...figures, bytes: 0 }).toEqual({ ...slow.figures, bytes: 0 });
    const moves = slow.commands.reduce((sum, command) => sum + command.moved, 0);
    expect(moved.reduce((sum, times) => sum + times)).toBe(moves);
  });
  it("is told from pools that need more than two words", () => {
    expect(isCompact(geometryOf({ pages: 17, maxOrder: 4 }), STRICT_PROFILE)).toBe(false);
    expect(isCompact(geometryOf({ pages: 16, maxOrder: 4, basePfn: 1 }), STRICT_PROFILE)).toBe(false);
    expect(isCompact(geometryOf({ maxOrder: 0 }), STRICT_PROFILE)).toBe(false);
    expect(isCompact(geometryOf({}), { ...STRICT_PROFILE, placement: "lifo" })).toBe(false);
  });
});

function withoutResizes(letters: readonly Letter[]): readonly Letter[] {
  return letters.filter(({ command }) => command.kind !== "add" && command.kind !== "remove");
}
