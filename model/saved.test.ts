// A saved state is all there is to an allocator, right or wrong: restored elsewhere, it goes on as the first one does.

import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import type { Command } from "./command.ts";
import { createGeometry, type Geometry, type PoolShape } from "./geometry.ts";
import { MUTANTS } from "./mutants.ts";
import { SMALL_POOL } from "./play.ts";
import { STRICT_PROFILE } from "./profile.ts";

/** Bytes around a saved state that are not its own. */
const PADDING = 3;

function reference(geometry: Geometry): Allocator {
  return new Allocator(geometry, STRICT_PROFILE);
}

/** No power of two, and too small for the largest block in its lower zone. */
const ZONED: PoolShape = {
  ...SMALL_POOL,
  pages: 14,
  zones: [
    { name: "low", start: 0, end: 6 },
    { name: "high", start: 6, end: 14 },
  ],
};

/** A small generator whose seed is all that a replay needs (Park and Miller). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % below;
  };
}

/** A client that mostly frees what it holds, and now and then what it does not. */
function commandFor(allocator: Allocator, held: readonly number[], random: (below: number) => number): Command {
  const { span, maxOrder } = allocator.geometry;
  const guessed = span.start + random(span.end - span.start);
  const pfn = held.length > 0 && random(5) > 0 ? (held[random(held.length)] as number) : guessed;
  switch (random(9)) {
    case 0:
    case 1:
    case 2:
      return { kind: "alloc", order: random(maxOrder + 2), zone: null };
    case 3:
      return { kind: "alloc-pages", pages: random(6), zone: null };
    case 4:
    case 5:
      return { kind: "free", pfn };
    case 6:
      return { kind: "free-order", pfn, order: random(maxOrder + 1) };
    case 7:
      return { kind: "free-pages", pfn, pages: random(4) };
    default:
      return { kind: random(2) === 0 ? "remove" : "add", pfn: guessed, pages: 1 + random(2) };
  }
}

/** Gives an allocator commands, and tells all that can be seen of it. */
function live(allocator: Allocator, random: (below: number) => number, commands: number): readonly unknown[] {
  const held: number[] = [];
  const seen: unknown[] = [];
  for (let left = commands; left > 0; left--) {
    const command = commandFor(allocator, held, random);
    const outcome = allocator.answer(command);
    if (outcome.kind === "block") held.push(outcome.pfn);
    seen.push(command, outcome, allocator.counts().free);
    if (outcome.kind === "crashed") break;
  }
  return seen;
}

function savedOf(allocator: Allocator): Uint8Array {
  const row = new Uint8Array(allocator.byteLength + 2 * PADDING);
  allocator.save(row, PADDING);
  return row;
}

/** Saves an allocator after some commands, restores it into another, and compares how both go on. */
function expectSameLife(shape: PoolShape, create: (geometry: Geometry) => Allocator, seed: number): void {
  const geometry = createGeometry(shape);
  const [first, second] = [create(geometry), create(geometry)];
  live(first, randomOf(seed), 20);
  live(second, randomOf(seed + 1), 20);
  const row = savedOf(first);
  expect([...row.subarray(0, PADDING), ...row.subarray(-PADDING)]).toEqual(new Array(2 * PADDING).fill(0));
  second.restore(row, PADDING);
  expect(Buffer.compare(savedOf(second), row)).toBe(0);
  expect(live(second, randomOf(seed), 20)).toEqual(live(first, randomOf(seed), 20));
}

describe("a saved state goes on as it would have", () => {
  it.each(MUTANTS)("$id", ({ shape, create }) => {
    for (let seed = 1; seed <= 8; seed++) {
      expectSameLife(shape, create, seed);
      expectSameLife(ZONED, create, seed);
    }
  });

  // A link takes one byte below 256 pages, two below 65 536, and four above.
  it.each([8, 255, 256, 65_535, 65_536])("the reference, in a pool of %i pages", (pages) => {
    const zones = [
      { name: "low", start: 0, end: 4 },
      { name: "high", start: 4, end: pages },
    ];
    const shape: PoolShape = { ...SMALL_POOL, pages, basePfn: 16, zones };
    expectSameLife(shape, reference, 1);
  });

  it("the reference, where a block is longer than the pool", () => {
    const shape: PoolShape = { ...SMALL_POOL, pages: 8, maxOrder: 16 };
    expectSameLife(shape, reference, 1);
  });
});

describe("the bytes of a saved state", () => {
  it.each([
    [8, 1, 8 * 4 + 4 * 6],
    [255, 1, 255 * 4 + 4 * 6],
    [256, 2, 256 * 7 + 4 * 8],
    [65_535, 2, 65_535 * 7 + 4 * 8],
    [65_536, 4, 65_536 * 13 + 4 * 12],
  ])("are few: %i pages have links of %i bytes, %i in all", (pages, _linkBytes, expected) => {
    const allocator = reference(createGeometry({ ...SMALL_POOL, pages }));
    expect(allocator.byteLength).toBe(expected);
  });

  it("are equal where states are, though they were reached by other ways", () => {
    const ways = ["a0 a1 f0 f2", "a2 f0", ""].map((calls) => {
      const allocator = reference(createGeometry(SMALL_POOL));
      for (let pfn = 0; pfn < 8; pfn++) allocator.write(pfn, 1);
      for (const call of calls.split(" ").filter(Boolean)) {
        const number = Number(call.slice(1));
        if (call.startsWith("a")) allocator.write(allocator.allocate(number) as number, 2 ** number);
        else allocator.free(number);
      }
      return savedOf(allocator);
    });
    expect(ways[1]).toEqual(ways[0]);
    expect(ways[2]).toEqual(ways[0]);
  });
});
