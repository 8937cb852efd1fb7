// The states in which a block of two halves is free or live as a whole, expanded one by one.
//
//  1. Wholly free is a free block of one order more, not two of its halves' order: it is named by other bars, can be
//     served whole, and any step out of it splits it from the top.
//  2. Wholly live offers one step, its free.
//
// There is one such state for each state of all other places together: two in 2 598 061 for a pool of 32 frames.

import { assert } from "../../model/assert.ts";
import { FREES } from "./block-graph.ts";
import { SOME_FREE } from "./strip-moves.ts";
import { firstWordOf, mustServe, replaceNumber, type StripPlace, type StripSpace } from "./strip-space.ts";

/** A step of a special state, and the numbers before the last place that it leads to; the last one is 0 then. */
interface SpecialStep {
  readonly label: number;
  readonly bars: number;
  readonly times: number;
  readonly numbers: Int32Array;
  readonly last: number;
}

/** A place of a special state, or the block of two halves. */
interface SpecialUnit {
  readonly zone: number;
  readonly freeOrders: number;
  readonly steps: readonly SpecialStep[];
}

/** What a search wants to know of a special state's steps. */
export interface SpecialVisitor {
  /** A step with its label, how many blocks it can be taken with, and where the state that it leads to is. */
  readonly step: (label: number, times: number, word: number, last: number) => void;
}

/** Takes every step of a special state and checks what must be offered in it. `numbers` are those before the last. */
export function expandSpecial(space: StripSpace, numbers: Int32Array, visitor: SpecialVisitor): number {
  const units = [...otherUnits(space, numbers), blockUnit(space, numbers)];
  let degree = 0;
  for (const zone of new Set(units.map((unit) => unit.zone))) {
    const near = units.filter((unit) => unit.zone === zone);
    let served = 0;
    for (const unit of near) {
      const elsewhere = ordersOf(near.filter((other) => other !== unit));
      for (const { label, bars, times, numbers: reached, last } of unit.steps) {
        if (space.rules.fit === "best" && (bars & elsewhere) !== 0) continue;
        degree += times;
        served |= label >= FREES ? SOME_FREE : 1 << label;
        visitor.step(label, times, firstWordOf(space, reached), last);
      }
    }
    const expected = mustServe(ordersOf(near), space.rules.served);
    assert((served & ~SOME_FREE) === expected, `state ${numbers.join(" ")} serves orders ${served}, not ${expected}`);
  }
  return degree;
}

function ordersOf(units: readonly SpecialUnit[]): number {
  return units.reduce((orders, { freeOrders }) => orders | freeOrders, 0);
}

/** The places before the block of two halves. */
function otherUnits(space: StripSpace, numbers: Int32Array): SpecialUnit[] {
  return space.places.slice(0, -2).map(({ graph, zone }, place) => {
    const number = numbers[place] as number;
    const steps: SpecialStep[] = [];
    for (let step = graph.starts[number] as number; step < (graph.starts[number + 1] as number); step++) {
      const reached = numbers.slice();
      replaceNumber(space, reached, place, graph.targets[step] as number);
      const [label, bars, times] = [graph.labels[step], graph.bars[step], graph.times[step]] as [
        number,
        number,
        number,
      ];
      steps.push({ label, bars, times, numbers: reached, last: 0 });
    }
    return { zone, freeOrders: graph.freeOrders[number] as number, steps };
  });
}

/** The block of two halves. */
function blockUnit(space: StripSpace, numbers: Int32Array): SpecialUnit {
  const { graph, zone, canBeWhole } = space.places.at(-1) as StripPlace;
  const order = graph.order + 1;
  const first = space.places.length - 2;
  function withFirst(number: number): Int32Array {
    const reached = numbers.slice();
    reached[first] = number;
    return reached;
  }
  const isWhole = numbers[first] === graph.stateCount;
  if (isWhole) {
    const freed = { label: FREES + order, bars: 0, times: 1, numbers: withFirst(0), last: 0 };
    return { zone, freeOrders: 0, steps: [freed] };
  }
  const steps: SpecialStep[] = canBeWhole
    ? [{ label: order, bars: 0, times: 1, numbers: withFirst(graph.stateCount), last: 0 }]
    : [];
  for (let step = 0; step < (graph.starts[1] as number); step++) {
    const [label, times] = [graph.labels[step], graph.times[step]] as [number, number];
    const bars = (1 << order) - (1 << label);
    const target = graph.targets[step] as number;
    steps.push({ label, bars, times, numbers: withFirst(target), last: 0 });
    const isRaw = space.rules.counting === "raw";
    steps.push({ label, bars, times, numbers: isRaw ? withFirst(0) : withFirst(target), last: isRaw ? target : 0 });
  }
  return { zone, freeOrders: 1 << order, steps };
}
