// The states of a whole pool as bits, so that a search can treat 32 of them at once.
//
//  1. The pool's top-level blocks are its places. Equal blocks of a zone whose order does not matter stand side by
//     side, the larger number first. A top-level block too large for a table stands as its two halves, which may
//     also be "whole": one live block, where the first half's number is `stateCount` and the second's is 0.
//  2. A strip is all states that differ only at the last place: one bit for each number that may stand there, from 0 to
//     the strip's `bound`, in whole words. Strips lie one after the other in lexicographic order of the places
//     before the last, so a strip's first word is a sum: for each place, of the words that smaller numbers there take.
//  3. So the number of a state and its bit can be computed from each other (a perfect ranking, but for the unused
//     bits at the ends of strips, about one in forty at 48 frames).

import { assert } from "../../model/assert.ts";
import type { Profile } from "../../model/profile.ts";
import { blockGraph, type BlockGraph, type BlockRules } from "./block-graph.ts";
import { blockStates, type TopBlock } from "./spec-shape.ts";

/** One place of a state: a top-level block, or half of one. */
export interface StripPlace {
  readonly graph: BlockGraph;
  readonly zone: number;
  /** Numbers here are not above those of the place before: the two are interchangeable. */
  readonly isSorted: boolean;
  /** The first and the second half of a block too large for a table. */
  readonly half: "none" | "first" | "second";
  /** Whether the two halves can also be one live block. */
  readonly canBeWhole: boolean;
}

/** How a pool's states lie in memory. Plain data, so that workers can be sent it. */
export interface StripSpace {
  readonly places: readonly StripPlace[];
  readonly rules: BlockRules;
  /** Per place but the last, and per number there: words taken by smaller numbers, all else equal. */
  readonly wordsBefore: readonly Int32Array[];
  readonly words: number;
}

/** Blocks with more states than this stand as two halves. */
const TABLE_MAX = 20_000n;

/** Words that one bitset may have: 4 GiB. */
const WORDS_LIMIT = 2 ** 30;

/** Lays out the states of a pool, whose profile has to allow any placement. */
export function createStripSpace(tops: readonly TopBlock[], profile: Profile, rules: BlockRules): StripSpace {
  const graphs = new Map<number, BlockGraph>();
  function graphOf(order: number): BlockGraph {
    const known = graphs.get(order) ?? blockGraph(order, profile, rules);
    graphs.set(order, known);
    return known;
  }
  const places: StripPlace[] = [];
  let previous: TopBlock | null = null;
  for (const top of [...tops].sort((a, b) => a.order - b.order || a.zone - b.zone)) {
    if (blockStates(top.order, rules.served, rules.counting) > TABLE_MAX) {
      const common = { graph: graphOf(top.order - 1), zone: top.zone, canBeWhole: top.order <= rules.served };
      const isSorted = rules.counting === "reduced";
      places.push({ ...common, isSorted: false, half: "first" }, { ...common, isSorted, half: "second" });
    } else {
      const isSorted = rules.counting === "reduced" && previous?.order === top.order && previous.zone === top.zone;
      places.push({ graph: graphOf(top.order), zone: top.zone, isSorted, half: "none", canBeWhole: false });
    }
    previous = top;
  }
  assert(places.filter(({ half }) => half === "first").length <= 1, "two blocks too large for tables");
  return { places, rules, ...layOut(places) };
}

/** The largest number at a place, given the number at the place before; that is -1 at the first place. */
export function boundOf(places: readonly StripPlace[], place: number, before: number): number {
  const { graph, isSorted, half, canBeWhole } = places[place] as StripPlace;
  const isWhole = half === "second" && before === graph.stateCount;
  if (isWhole) return 0;
  if (isSorted) return before;
  return half === "first" && canBeWhole ? graph.stateCount : graph.stateCount - 1;
}

/** Words of a strip with this bound. */
export function wordsIn(bound: number): number {
  return (bound >>> 5) + 1;
}

function layOut(places: readonly StripPlace[]): { readonly wordsBefore: Int32Array[]; readonly words: number } {
  const wordsBefore: Int32Array[] = [];
  /** Words of all strips from the place just laid out on, by the bound there. */
  let wordsBelow: (bound: number) => number = wordsIn;
  for (let place = places.length - 2; place >= 0; place--) {
    const { graph } = places[place] as StripPlace;
    const below = wordsBelow;
    const before = new Float64Array(graph.stateCount + 2);
    for (let number = 0; number <= graph.stateCount; number++) {
      before[number + 1] = (before[number] as number) + below(boundOf(places, place + 1, number));
    }
    wordsBefore.unshift(Int32Array.from(before.subarray(0, -1)));
    wordsBelow = (bound) => before[bound + 1] as number;
  }
  const words = wordsBelow(boundOf(places, 0, -1));
  assert(words <= WORDS_LIMIT, `a bitset of ${words} words`);
  return { wordsBefore, words };
}

/** First word of the strip with these numbers at the places before the last. */
export function firstWordOf({ wordsBefore }: StripSpace, numbers: Int32Array): number {
  let word = 0;
  for (let place = 0; place < wordsBefore.length; place++) {
    word += (wordsBefore[place] as Int32Array)[numbers[place] as number] as number;
  }
  return word;
}

/** Replaces the number at a place before the last, and puts it in order among the interchangeable ones there. */
export function replaceNumber(space: StripSpace, numbers: Int32Array, place: number, number: number): void {
  const { places } = space;
  const last = places.length - 1;
  let at = place;
  while ((places[at] as StripPlace).isSorted && (numbers[at - 1] as number) < number) {
    numbers[at] = numbers[at - 1] as number;
    at--;
  }
  while (at + 1 < last && (places[at + 1] as StripPlace).isSorted && (numbers[at + 1] as number) > number) {
    numbers[at] = numbers[at + 1] as number;
    at++;
  }
  numbers[at] = number;
}

/** The orders that must be served where blocks of these orders are free: all up to the largest, as far as asked for. */
export function mustServe(freeOrders: number, served: number): number {
  if (freeOrders === 0) return 0;
  const largest = Math.min(31 - Math.clz32(freeOrders), served);
  return (2 << largest) - 1;
}
