// All states of one top-level block with the steps between them, as a table.
//
//  1. Small blocks are walked with the relation judging every step (spec-space.ts). Larger ones are composed: a block
//     of order k is wholly free, wholly live, or two halves; a step in it is a step in one half, serving it whole, or
//     freeing it whole. That a composed table equals a walked one is proved in docs/decisions/0002-specification.md
//     and tested wherever walking is affordable (block-graph.test.ts).
//  2. A step out of a free block of order f for a request of order j is best fit only if no block of an order from j
//     to f - 1 is free anywhere in the zone. Those orders are the step's `bars`, one bit each.
//  3. State 0 is wholly free. Halves number h and l make the pair h(h+1)/2 + l where h >= l stand for both
//     arrangements, h * count + l where each counts for itself; the last state is wholly live, if it can be.

import { createGeometry, pagesIn } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { BROKEN, MOVED } from "../search/space.ts";
import type { DefinedState } from "./spec-definition.ts";
import { blockStates, type Counting } from "./spec-shape.ts";
import { SpecSpace, type Relation } from "./spec-space.ts";
import { assert } from "../../model/assert.ts";

/** A step's label: the order it serves, or FREES plus the order of the block it frees. */
export const FREES = 32;

/** Steps of state s are those from `starts[s]` to before `starts[s + 1]`. */
export interface BlockGraph {
  readonly order: number;
  readonly stateCount: number;
  /** Per state: bit k is set if a block of order k is free. */
  readonly freeOrders: Int32Array;
  readonly starts: Int32Array;
  /** Per step: the state it leads to, one step for each. */
  readonly targets: Int32Array;
  readonly labels: Uint8Array;
  /** Per step: the orders that must not be free elsewhere in the zone, a bit each. */
  readonly bars: Int32Array;
  /** Per step: how many blocks of the state it can be taken with. */
  readonly times: Int32Array;
  /** Per state, `2^order` entries: one more than the order of the live block that begins at the frame; 0 for none. */
  readonly live: Uint8Array;
}

/** How blocks of one pool behave. */
export interface BlockRules {
  /** The largest order that requests may name. */
  readonly served: number;
  readonly fit: Profile["fit"];
  readonly counting: Counting;
}

/** Tables with more states than this are composed, which takes microseconds a state where walking takes a millisecond. */
const WALKED_MAX = 100;

/** The table of a block of `order`, by walking if it is small. */
export function blockGraph(order: number, profile: Profile, rules: BlockRules): BlockGraph {
  if (order === 0 || blockStates(order, rules.served, rules.counting) <= BigInt(WALKED_MAX)) {
    return walkedGraph(order, profile, rules);
  }
  return composedGraph(blockGraph(order - 1, profile, rules), rules);
}

/** A table as it is being written, state by state. */
class GraphWriter {
  readonly #starts: number[] = [0];
  readonly #targets: number[] = [];
  readonly #labels: number[] = [];
  readonly #bars: number[] = [];
  readonly #times: number[] = [];

  /** Adds a step of the state being written, or one more time to a step that is there. */
  add(target: number, label: number, bars: number, times: number): void {
    for (let step = this.#starts.at(-1) as number; step < this.#targets.length; step++) {
      if (this.#targets[step] !== target || this.#labels[step] !== label) continue;
      this.#times[step] = (this.#times[step] as number) + times;
      return;
    }
    this.#targets.push(target);
    this.#labels.push(label);
    this.#bars.push(bars);
    this.#times.push(times);
  }

  endState(): void {
    this.#starts.push(this.#targets.length);
  }

  graph(order: number, freeOrders: Int32Array, live: Uint8Array): BlockGraph {
    return {
      order,
      stateCount: this.#starts.length - 1,
      freeOrders,
      starts: Int32Array.from(this.#starts),
      targets: Int32Array.from(this.#targets),
      labels: Uint8Array.from(this.#labels),
      bars: Int32Array.from(this.#bars),
      times: Int32Array.from(this.#times),
      live,
    };
  }
}

/** Walks a block's states with the relation; throws if a law is broken on the way, which exploring it would show. */
export function walkedGraph(order: number, profile: Profile, rules: BlockRules, relation?: Relation): BlockGraph {
  const pages = pagesIn(order);
  const geometry = createGeometry({ maxOrder: order, pages, basePfn: 0, reserved: [], zones: [] });
  const walked: Profile = { ...profile, usableMaxOrder: rules.served };
  const space = new SpecSpace({ geometry, profile: walked, counting: rules.counting }, relation);
  const writer = new GraphWriter();
  const numbers = new Map<string, number>();
  const rows: Int32Array[] = [];
  const freeOrders: number[] = [];
  function numberOf(row: Int32Array): number {
    const key = row.join(" ");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, rows.length);
    return rows.push(row.slice()) - 1;
  }
  space.start();
  numberOf(space.row);
  for (let state = 0; state < rows.length; state++) {
    space.load(rows[state] as Int32Array, 0);
    freeOrders.push(ordersIn(space.from.free));
    walkSteps(space, rules, writer, numberOf);
  }
  const live = new Uint8Array(rows.length * pages);
  rows.forEach((row, state) => live.set(new Uint8Array(row.buffer, 0, pages), state * pages));
  return writer.graph(order, Int32Array.from(freeOrders), live);
}

/** Writes the steps of the state that was loaded. */
function walkSteps(
  space: SpecSpace,
  rules: BlockRules,
  writer: GraphWriter,
  numberOf: (row: Int32Array) => number,
): void {
  for (let number = 0; number < space.commandCount; number++) {
    const move = space.step(number);
    assert(move !== BROKEN, `law ${space.violations[0]?.law ?? ""} is broken in a block's table`);
    if (move !== MOVED) continue;
    const { kind, frame, order } = space.commands[number] as SpecSpace["commands"][number];
    const target = numberOf(space.row);
    if (kind === "free") writer.add(target, FREES + (space.from.live[frame] as number) - 1, 0, 1);
    else writer.add(target, order, rules.fit === "best" ? barsOf(order, space.from) : 0, 1);
  }
  writer.endState();
}

/** The orders from `order` to below the smallest that is free and suffices. */
function barsOf(order: number, { free }: DefinedState): number {
  return barsBetween(order, lowestOrder(ordersIn(free), order));
}

/** One bit for each order from `from` to before `to`. */
function barsBetween(from: number, to: number): number {
  return (1 << to) - (1 << from);
}

function lowestOrder(orders: number, from: number): number {
  let order = from;
  while ((orders & (1 << order)) === 0) order++;
  return order;
}

function ordersIn(blocks: Uint8Array): number {
  let orders = 0;
  for (const entry of blocks) if (entry > 0) orders |= 1 << (entry - 1);
  return orders;
}

/** The number of a pair of halves: see rule 3. */
function pairNumber(h: number, l: number, count: number, counting: Counting): number {
  if (counting === "raw") return h * count + l;
  return h >= l ? (h * (h + 1)) / 2 + l : (l * (l + 1)) / 2 + h;
}

/** The table of a block from that of its halves. */
export function composedGraph(half: BlockGraph, rules: BlockRules): BlockGraph {
  const { counting } = rules;
  const count = half.stateCount;
  const order = half.order + 1;
  const canBeLive = order <= rules.served;
  const pairs = counting === "raw" ? count * count : (count * (count + 1)) / 2;
  const stateCount = pairs + (canBeLive ? 1 : 0);
  const freeOrders = new Int32Array(stateCount);
  const pages = pagesIn(order);
  const live = new Uint8Array(stateCount * pages);
  const writer = new GraphWriter();
  for (let h = 0; h < count; h++) {
    for (let l = 0; l < (counting === "raw" ? count : h + 1); l++) {
      const state = pairNumber(h, l, count, counting);
      freeOrders[state] = (half.freeOrders[h] as number) | (half.freeOrders[l] as number);
      live.set(half.live.subarray((h * pages) / 2, ((h + 1) * pages) / 2), state * pages);
      live.set(half.live.subarray((l * pages) / 2, ((l + 1) * pages) / 2), state * pages + pages / 2);
      if (state === 0) composeFree(half, rules, writer, canBeLive ? pairs : null);
      else composePair(half, rules, writer, h, l);
    }
  }
  freeOrders[0] = 1 << order;
  if (canBeLive) {
    live[pairs * pages] = order + 1;
    writer.add(0, FREES + order, 0, 1);
    writer.endState();
  }
  return writer.graph(order, freeOrders, live);
}

/** Steps of a block that is wholly free: whole to state `whole`, or one half's steps, made out of the whole block. */
function composeFree(half: BlockGraph, rules: BlockRules, writer: GraphWriter, whole: number | null): void {
  const count = half.stateCount;
  if (whole !== null) writer.add(whole, half.order + 1, 0, 1);
  for (let step = 0; step < (half.starts[1] as number); step++) {
    const label = half.labels[step] as number;
    const bars = rules.fit === "best" ? barsBetween(label, half.order + 1) : 0;
    const target = half.targets[step] as number;
    const times = half.times[step] as number;
    writer.add(pairNumber(target, 0, count, rules.counting), label, bars, times);
    writer.add(pairNumber(0, target, count, rules.counting), label, bars, times);
  }
  writer.endState();
}

/** Steps of a split block: those of either half that the other half does not bar. */
function composePair(half: BlockGraph, rules: BlockRules, writer: GraphWriter, h: number, l: number): void {
  const count = half.stateCount;
  for (let step = half.starts[h] as number; step < (half.starts[h + 1] as number); step++) {
    const bars = half.bars[step] as number;
    if ((bars & (half.freeOrders[l] as number)) !== 0) continue;
    const target = pairNumber(half.targets[step] as number, l, count, rules.counting);
    writer.add(target, half.labels[step] as number, bars, half.times[step] as number);
  }
  for (let step = half.starts[l] as number; step < (half.starts[l + 1] as number); step++) {
    const bars = half.bars[step] as number;
    if ((bars & (half.freeOrders[h] as number)) !== 0) continue;
    const target = pairNumber(h, half.targets[step] as number, count, rules.counting);
    writer.add(target, half.labels[step] as number, bars, half.times[step] as number);
  }
  writer.endState();
}
