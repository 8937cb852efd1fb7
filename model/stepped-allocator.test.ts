import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import type { Outcome } from "./command.ts";
import { createGeometry, type Geometry, type PoolShape } from "./geometry.ts";
import { UNLOCKED_MUTANTS, type UnlockedMutant } from "./mutants-unlocked.ts";
import { SMALL_POOL } from "./play.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { SteppedAllocator, type SteppedCommand } from "./stepped-allocator.ts";

const FOUR: PoolShape = { ...SMALL_POOL, maxOrder: 2, pages: 4 };
const ZONED: PoolShape = {
  ...FOUR,
  maxOrder: 1,
  pages: 5,
  zones: [
    { name: "low", start: 0, end: 2 },
    { name: "high", start: 2, end: 5 },
  ],
};

function commandsOf({ span, maxOrder, zones }: Geometry): readonly SteppedCommand[] {
  const pfns = Array.from({ length: span.end - span.start + 1 }, (_, page) => span.start + page);
  const orders = Array.from({ length: maxOrder + 2 }, (_, order) => order);
  return [
    ...[null, ...zones.map(({ name }) => name)].flatMap((zone) =>
      orders.map((order) => ({ kind: "alloc", order, zone }) as const),
    ),
    ...pfns.map((pfn) => ({ kind: "free", pfn }) as const),
    ...pfns.flatMap((pfn) => orders.map((order) => ({ kind: "free-order", pfn, order }) as const)),
  ];
}

/** All steps of a call, with nothing in between. */
function finish(allocator: SteppedAllocator, command: SteppedCommand): Outcome {
  const pieces = allocator.inSteps(command);
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
    if (!value.when()) throw new Error(`waits for ever: ${value.step}`);
  }
}

function bytesOf(allocator: Allocator, length: number): string {
  const row = new Uint8Array(allocator.byteLength);
  allocator.save(row, 0);
  return row.subarray(0, length).join(" ");
}

/** The states in which both have been given every command, and what they answered otherwise, or left otherwise. */
function compared(shape: PoolShape, profile: Profile, create: UnlockedMutant["create"]): readonly [number, string[]] {
  const geometry = createGeometry(shape);
  const [reference, stepped] = [new Allocator(geometry, profile), create(geometry, profile)];
  const length = reference.byteLength;
  const start = new Uint8Array(stepped.byteLength);
  stepped.save(start, 0);
  const found = new Map([[start.subarray(0, length).join(" "), start]]);
  const different: string[] = [];
  for (const row of found.values()) {
    for (const command of commandsOf(geometry)) {
      reference.restore(row, 0);
      stepped.restore(row, 0);
      const answers = [reference.answer(command), finish(stepped, command)].map((outcome) => JSON.stringify(outcome));
      const states = [bytesOf(reference, length), bytesOf(stepped, length)] as const;
      if (answers[0] !== answers[1] || states[0] !== states[1]) different.push(JSON.stringify(command));
      if (found.has(states[1])) continue;
      const next = new Uint8Array(stepped.byteLength);
      stepped.save(next, 0);
      found.set(states[1], next);
    }
  }
  return [found.size, different];
}

describe("the allocator in steps, with nothing in between, is the reference in every state", () => {
  it.each<readonly [string, PoolShape, Partial<Profile>, number]>([
    ["of the strict profile", FOUR, {}, 30],
    ["of a ragged pool", { ...FOUR, pages: 7, basePfn: 3, reserved: [{ start: 2, end: 3 }] }, {}, 334],
    ["of zones with fallback", ZONED, { fallback: "any" }, 60],
    ["of lazy coalescing", FOUR, { coalescing: "lazy" }, 92],
    ["of adjacent largest blocks", { ...FOUR, maxOrder: 1 }, { aboveMax: "adjacent" }, 31],
    ["of the high half", FOUR, { servedHalf: "high", placement: "lifo" }, 30],
    ["of parts that are freed", FOUR, { partialFree: "allowed" }, 30],
    ["of remembered sizes and silence", FOUR, { sizeAtFree: "remembered", misuse: "silent" }, 30],
  ])("%s", (_, shape, settings, states) => {
    const profile = { ...STRICT_PROFILE, ...settings };
    const create: UnlockedMutant["create"] = (geometry) => new SteppedAllocator(geometry, profile);
    expect(compared(shape, profile, create)).toEqual([states, []]);
  });
});

describe("called one after the other, the reference is also", () => {
  it.each(UNLOCKED_MUTANTS)("$id", ({ create }) => {
    expect(compared(FOUR, STRICT_PROFILE, create)).toEqual([30, []]);
  });
});
