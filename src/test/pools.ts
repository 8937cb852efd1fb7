// The small pools that an allocator is tried in first, one of every kind. Large ones are drawn (arbitrary.ts).
//
//  1. The kinds: one block, two blocks, a pool that is no power of two long, one with a hole at its end, one with a
//     hole inside, one that starts at an unaligned pfn, one of two zones, and one of two zones with a hole.
//  2. Small pools are listed from the simplest to the oddest, so that the first finding is in a simple one.
//  3. A pool that counts its alignment from its own start has no base (profile.ts: `alignment`).

import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { Opening } from "../targets/target.ts";

/** A kind of pool, as a function of its largest order. */
interface PoolKind {
  readonly name: string;
  readonly shape: (maxOrder: number) => PoolShape;
}

const PLAIN: PoolShape = { maxOrder: 0, pages: 1, basePfn: 0, reserved: [], zones: [] };

const KINDS: readonly PoolKind[] = [
  { name: "one block", shape: (maxOrder) => ({ ...PLAIN, maxOrder, pages: 2 ** maxOrder }) },
  { name: "two blocks", shape: (maxOrder) => ({ ...PLAIN, maxOrder, pages: 2 * 2 ** maxOrder }) },
  { name: "three quarters of a block", shape: (maxOrder) => ({ ...PLAIN, maxOrder, pages: 0.75 * 2 ** maxOrder }) },
  {
    name: "a block with a hole at its end",
    shape: (maxOrder) => ({
      ...PLAIN,
      maxOrder,
      pages: 2 ** maxOrder,
      reserved: [{ start: 0.75 * 2 ** maxOrder, end: 2 ** maxOrder }],
    }),
  },
  {
    name: "two zones",
    shape: (maxOrder) => ({
      ...PLAIN,
      maxOrder,
      pages: 2 ** maxOrder,
      zones: [
        { name: "low", start: 0, end: 0.5 * 2 ** maxOrder },
        { name: "high", start: 0.5 * 2 ** maxOrder, end: 2 ** maxOrder },
      ],
    }),
  },
  {
    name: "an unaligned start",
    shape: (maxOrder) => ({ ...PLAIN, maxOrder, pages: 2 ** maxOrder, basePfn: 0.75 * 2 ** maxOrder }),
  },
  {
    name: "two zones and a hole",
    shape: (maxOrder) => ({
      ...PLAIN,
      maxOrder,
      pages: 2 * 2 ** maxOrder,
      reserved: [{ start: 0.25 * 2 ** maxOrder, end: 0.5 * 2 ** maxOrder }],
      zones: [
        { name: "low", start: 0, end: 2 ** maxOrder },
        { name: "high", start: 2 ** maxOrder, end: 2 * 2 ** maxOrder },
      ],
    }),
  },
];

/** A pool with what it is called in reports. */
export interface Pool {
  readonly name: string;
  readonly shape: PoolShape;
}

/** The smallest largest order at which all kinds of pools can be told apart. */
export const SCOPE_MIN = 2;

/** Small pools of every kind with this largest order, the simplest first. */
export function smallPools(maxOrder: number, profile: Profile): readonly Pool[] {
  return KINDS.map(({ name, shape }) => ({ name, shape: shape(maxOrder) })).filter(
    ({ shape }) => shape.basePfn === 0 || profile.alignment === "absolute",
  );
}

/** Pools that a counterexample may shrink to, the smallest first. */
export function shrunkenPools(profile: Profile): readonly Pool[] {
  const tiny = [0, 1].flatMap((maxOrder) =>
    KINDS.slice(0, 2).map(({ name, shape }) => ({ name, shape: shape(maxOrder) })),
  );
  return [...tiny, ...[2, 3, 4].flatMap((maxOrder) => smallPools(maxOrder, profile))];
}

/** What a pool is opened with under this profile. */
export function openingOf(shape: PoolShape, profile: Profile): Opening {
  const aligned = profile.alignment === "pool" ? { ...shape, basePfn: 0 } : shape;
  return { geometry: createGeometry(aligned), profile };
}

/** Is the first pool the simpler one: of smaller blocks, of fewer pages, or less odd? */
export function isSmallerPool(a: PoolShape, b: PoolShape): boolean {
  if (a.maxOrder !== b.maxOrder) return a.maxOrder < b.maxOrder;
  if (a.pages !== b.pages) return a.pages < b.pages;
  return oddness(a) < oddness(b);
}

function oddness({ reserved, zones, basePfn }: PoolShape): number {
  return reserved.length + zones.length + (basePfn === 0 ? 0 : 1);
}

/** Is the pool more than one zone without a name? */
export function hasZones({ zones }: PoolShape): boolean {
  return zones.length > 0;
}
