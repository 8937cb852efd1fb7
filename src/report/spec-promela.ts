// The specification of a pool in Promela, for Spin: so that others can check what our explorer counts.
//
//  1. It is written the other way round: where ours derives the free blocks from the live ones, this one keeps both and
//     splits and coalesces, as an allocator does. Spin must find the same states and steps by it: "states, stored" are
//     ours and one more, the state before the start, and "transitions" are ours and two more, to there and from there.
//  2. Frames are numbered from a multiple of the largest block, so that a block's buddy is found by flipping a bit.
//  3. What a state is follows from `block` alone; `count` is kept for speed and is a function of it. Variables that are
//     only used within a step are hidden, so that they are no part of the state.
//  4. With `spin -DLAWS -a` every step asserts that blocks and counts agree, and that no two buddies are free.
//
// Source: Holzmann, The Spin Model Checker; the step as one d_step, so that nothing is stored halfway.

import { alignDown, managedPages, pagesIn, type Geometry } from "../../model/geometry.ts";
import { largestServed, topBlocks, type TopBlock } from "../explore/spec-shape.ts";
import type { SpecPool } from "../explore/spec-space.ts";

/** The model as the text of a .pml file. */
export function promelaOf(pool: SpecPool): string {
  const { geometry } = pool;
  const tops = topBlocks(geometry);
  const first = alignDown(geometry.span.start, geometry.maxOrder);
  return [
    heading(pool, first),
    definitions(geometry, first),
    bestFit(pool),
    STEPS,
    pool.counting === "reduced" ? settling(tops, first) : "",
    CHECKS,
    initial(tops, first),
    client(pool, tops, first),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function heading({ geometry, profile, counting }: SpecPool, first: number): string {
  const alike =
    counting === "raw"
      ? "Every state counts for itself."
      : "States that differ by swapping halves of a block, or equal top-level blocks, count as one.";
  return `/*
 * What a buddy allocator may do with ${managedPages(geometry)} frames in blocks of up to ${pagesIn(geometry.maxOrder)}: ${profile.fit} fit, any placement.
 * ${alike}
 *
 *   spin -DLAWS -a buddy.pml && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m1000000
 *
 * Written by buddycheck. Frame f is page frame ${first} + f.
 */
`;
}

function definitions({ span, maxOrder, zones }: Geometry, first: number): string {
  return `#define FRAMES ${span.end - first}
#define ORDERS ${maxOrder + 1}
#define ZONES ${zones.length}

/* A free or live block of order k; 0 where no block begins. */
#define FREE(k) (1 + (k))
#define LIVE(k) (33 + (k))

byte block[FRAMES];         /* what begins at a frame */
byte count[ZONES * ORDERS]; /* free blocks of a zone, by order */

hidden byte order;  /* of the block at hand */
hidden byte head;   /* its first frame */
hidden byte i;
hidden byte kept;
hidden byte low;    /* first frames of two halves */
hidden byte high;
hidden short pages;
`;
}

/** The order that a request is served from: under best fit the smallest there is, otherwise tried one by one. */
function bestFit({ geometry, profile }: SpecPool): string {
  if (profile.fit === "any") return "";
  const { maxOrder } = geometry;
  const lines = Array.from({ length: maxOrder + 1 }, (_, asked) => {
    let chain = "ORDERS";
    for (let order = maxOrder; order >= asked; order--) {
      chain = `(count[(z) * ORDERS + ${order}] > 0 -> ${order} : ${chain})`;
    }
    return `#define FIT${asked}(z) ${chain}`;
  });
  return `/* The smallest order that suffices in zone z, or ORDERS. */\n${lines.join("\n")}\n`;
}

const STEPS = `/* Splits the free block of order \`from\` around frame f until one of order \`asked\` is left, and serves that. */
inline serve(asked, f, from, z) {
  order = from;
  head = (f >> order) << order;
  block[head] = 0;
  count[(z) * ORDERS + order]--;
  do
  :: order > asked ->
     order--;
     if
     :: (f >> order) & 1 -> /* the upper half is wanted, the lower stays free */
        block[head] = FREE(order);
        head = head + (1 << order)
     :: else ->
        block[head + (1 << order)] = FREE(order)
     fi;
     count[(z) * ORDERS + order]++
  :: else -> break
  od;
  block[head] = LIVE(order);
  i = 0
}

/* Frees the live block at frame f and coalesces it with free buddies, up to order \`top\`. */
inline release(f, top, z) {
  order = block[f] - LIVE(0);
  head = f;
  block[head] = 0;
  do
  :: order < top && block[head ^ (1 << order)] == FREE(order) ->
     block[head ^ (1 << order)] = 0;
     count[(z) * ORDERS + order]--;
     head = (head >> (order + 1)) << (order + 1);
     order++
  :: else -> break
  od;
  block[head] = FREE(order);
  count[(z) * ORDERS + order]++;
  i = 0
}
`;

/** Bringing a state into its one form: see src/explore/spec-symmetry.ts, whose order of states need not be ours. */
function settling(tops: readonly TopBlock[], first: number): string {
  const swaps = equalPairs(tops).map(
    ([a, b]) => `  low = ${a.pfn - first};\n  high = ${b.pfn - first};\n  settle(${pagesIn(a.order)})`,
  );
  return `/* Exchanges the \`size\` frames at \`low\` with those at \`high\` if these read larger. */
inline settle(size) {
  i = 0;
  do
  :: i < size && block[low + i] == block[high + i] -> i++
  :: else -> break
  od;
  if
  :: i < size && block[low + i] < block[high + i] ->
     do
     :: i < size ->
        kept = block[low + i];
        block[low + i] = block[high + i];
        block[high + i] = kept;
        i++
     :: else -> break
     od
  :: else -> skip
  fi
}

/* The step was at frame f of a top-level block of order \`top\`: settles all halves around it. */
inline settle_around(f, top) {
  order = 0;
  do
  :: order < top ->
     low = (f >> (order + 1)) << (order + 1);
     high = low + (1 << order);
     settle(1 << order);
     order++
  :: else -> break
  od
}
${
  swaps.length === 0
    ? ""
    : `
/* Sorts equal top-level blocks. */
inline settle_tops() {
${swaps.join(";\n")}
}
`
}`;
}

/** Pairs whose comparison, in this order, sorts each kind of equal top-level blocks (bubble sort). */
function equalPairs(tops: readonly TopBlock[]): [TopBlock, TopBlock][] {
  const kinds = new Map<string, TopBlock[]>();
  for (const top of tops) {
    const key = `${top.zone} ${top.order}`;
    kinds.set(key, [...(kinds.get(key) ?? []), top]);
  }
  const pairs: [TopBlock, TopBlock][] = [];
  for (const kind of kinds.values()) {
    for (let end = kind.length - 1; end > 0; end--) {
      for (let at = 0; at < end; at++) pairs.push([kind[at] as TopBlock, kind[at + 1] as TopBlock]);
    }
  }
  return pairs;
}

const CHECKS = `#ifdef LAWS
/* No two buddies are free below order \`top\`, and the blocks of this top-level block fill it. */
inline check(f, top) {
  pages = 0;
  i = 0;
  do
  :: i < (1 << top) ->
     order = (block[f + i] >= LIVE(0) -> block[f + i] - LIVE(0) : block[f + i] - FREE(0));
     assert(block[f + i] != 0 && (f + i) % (1 << order) == 0);
     assert(order == top || block[f + i] != FREE(order) || block[(f + i) ^ (1 << order)] != FREE(order));
     pages = pages + (1 << order);
     i = i + (1 << order)
  :: else -> break
  od;
  assert(pages == (1 << top));
  i = 0
}
#else
#define check(f, top) skip
#endif
`;

function initial(tops: readonly TopBlock[], first: number): string {
  const lines = tops.flatMap(({ pfn, order, zone }) => [
    `  block[${pfn - first}] = FREE(${order});`,
    `  count[${zone} * ORDERS + ${order}]++;`,
  ]);
  return `/* At the start the largest blocks there are are free. */
inline start() {
${lines.join("\n")}
  skip
}
`;
}

/** The client: one option for each block that may be served, and for each frame that may be freed. */
function client(pool: SpecPool, tops: readonly TopBlock[], first: number): string {
  const served = largestServed(pool.geometry, pool.profile);
  const sortsTops = pool.counting === "reduced" && equalPairs(tops).length > 0;
  const options = tops.flatMap((top) => {
    const ending = sortsTops ? "; settle_tops() }" : " }";
    return [...serveOptions(pool, top, first, served), ...freeOptions(pool, top, first)].map(
      (option) => option + ending,
    );
  });
  return `active proctype client() {
  d_step { start() };
  do
${options.map((option) => `  ${option}`).join("\n")}
  od
}
`;
}

function serveOptions({ profile, counting }: SpecPool, top: TopBlock, first: number, served: number): string[] {
  const options: string[] = [];
  const base = top.pfn - first;
  const after = stepTail(counting, base, top.order);
  for (let order = 0; order <= Math.min(top.order, served); order++) {
    for (let frame = base; frame < base + pagesIn(top.order); frame += pagesIn(order)) {
      for (let from = order; from <= top.order; from++) {
        const head = frame - (frame % pagesIn(from));
        const isFit = profile.fit === "best" ? `FIT${order}(${top.zone}) == ${from} && ` : "";
        const guard = `${isFit}block[${head}] == FREE(${from})`;
        options.push(`:: d_step { ${guard} -> serve(${order}, ${frame}, ${from}, ${top.zone})${after(frame)}`);
      }
    }
  }
  return options;
}

function freeOptions({ counting }: SpecPool, top: TopBlock, first: number): string[] {
  const base = top.pfn - first;
  const after = stepTail(counting, base, top.order);
  return Array.from({ length: pagesIn(top.order) }, (_, index) => {
    const frame = base + index;
    return `:: d_step { block[${frame}] >= LIVE(0) -> release(${frame}, ${top.order}, ${top.zone})${after(frame)}`;
  });
}

/** What follows a step in the same d_step. */
function stepTail(counting: SpecPool["counting"], base: number, order: number): (frame: number) => string {
  return (frame) =>
    `${counting === "reduced" && order > 0 ? `; settle_around(${frame}, ${order})` : ""}; check(${base}, ${order})`;
}
