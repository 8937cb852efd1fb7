// Breadth-first search of a whole pool over bitsets of its states: 32 states of a strip at a time.
//
//  1. Three bitsets: states ever found, states of this depth, states of the next. A depth is swept strip by strip;
//     every state of it is looked at once, and every step of it taken once, each by or-ing bits.
//  2. Steps at the last place lead to other bits of the strip; they are gathered in an image of it. A step at another
//     place moves the whole strip: its words are or-ed into another strip, without the states in which a block free
//     at the last place bars the step (block-graph.ts, rule 2).
//  3. Where places are interchangeable, a step may put a number out of order. Such states are set bit by bit.
//  4. In every state, whatever the tables say, it is checked that exactly those orders are served for which a large
//     enough block is free in a zone (`no-spurious-oom` of the whole pool), and that something can be freed unless
//     nothing is live (`drained`). All else that a law says concerns one top-level block, and was judged in its table.
//  5. Several searches may sweep one depth together, each its own strips: bits are only ever added, with atomic ors.
//
// A state of which a block too large for a table is free or live as a whole ("special") is expanded by itself: there
// are few of them.

import { assert } from "../../model/assert.ts";
import { FREES, type BlockGraph } from "./block-graph.ts";
import { StripMarks, upTo, type StripSets } from "./strip-marks.ts";
import { SOME_FREE, StripMoves, type LeftSteps } from "./strip-moves.ts";
import {
  boundOf,
  firstWordOf,
  mustServe,
  replaceNumber,
  wordsIn,
  type StripPlace,
  type StripSpace,
} from "./strip-space.ts";
import { expandSpecial } from "./strip-special.ts";

/** What one search counted; those of several add up. */
export interface StripTally {
  /** Steps by label (block-graph.ts), each counted once for every block it can be taken with. */
  readonly steps: Float64Array;
  readonly degreeMin: number;
  readonly degreeMax: number;
}

/** Sets of orders that can be free at the last place: tables hold blocks up to order 4, and a block of two of them. */
const ORDER_SETS = 64;

export class StripSearch {
  readonly #space: StripSpace;
  readonly #places: readonly StripPlace[];
  readonly #last: number;
  readonly #lastGraph: BlockGraph;
  readonly #moves: readonly StripMoves[];
  readonly #marks: StripMarks;
  readonly #frontiers: readonly [Int32Array, Int32Array];
  #now: Int32Array;
  #depth = 0;
  /** The number at each place but the last of the strip being swept, and the strip's bound. */
  readonly #numbers: Int32Array;
  #bound = 0;
  /** The numbers of a strip that a step leads to. */
  readonly #moved: Int32Array;
  /** Words of the strip being swept, and of those that steps at the last place lead to. */
  readonly #strip: Int32Array;
  readonly #image: Int32Array;
  /** Per set of orders: the numbers at the last place that have none of these orders free, a bit each. */
  readonly #clear: (Int32Array | undefined)[] = [];
  /** Per set of orders free at the last place: its states in this strip, and what the other places offer then. */
  readonly #seen: Int32Array = new Int32Array(ORDER_SETS);
  readonly #degrees: Int32Array = new Int32Array(ORDER_SETS);
  readonly #answers: Int32Array = new Int32Array(ORDER_SETS);
  /** Per set of orders free in a zone: all orders that must be served, and SOME_FREE. */
  readonly #expected: Int32Array;
  /** Per place, set of orders free elsewhere and number there: states swept. */
  readonly #usage: readonly (Float64Array | undefined)[][];
  readonly #steps: Float64Array = new Float64Array(2 * FREES);
  #degreeMin = Infinity;
  #degreeMax = 0;

  constructor(space: StripSpace, sets: StripSets) {
    const { places, rules } = space;
    this.#space = space;
    this.#places = places;
    this.#last = places.length - 1;
    this.#lastGraph = (places[this.#last] as StripPlace).graph;
    this.#moves = movesOf(places);
    this.#marks = new StripMarks(sets);
    this.#frontiers = sets.frontiers;
    [this.#now] = sets.frontiers;
    this.#numbers = new Int32Array(places.length);
    this.#moved = new Int32Array(places.length);
    this.#strip = new Int32Array(wordsIn(this.#lastGraph.stateCount));
    this.#image = new Int32Array(wordsIn(this.#lastGraph.stateCount));
    this.#expected = Int32Array.from(
      { length: ORDER_SETS },
      (_, orders) => mustServe(orders, rules.served) | SOME_FREE,
    );
    this.#usage = places.map(() => []);
  }

  /** Strips come in tasks, by the number at the first place. */
  get taskCount(): number {
    return this.#last === 0 ? 1 : boundOf(this.#places, 0, -1) + 1;
  }

  /** Marks the state in which all is free, which is number 0 at every place. */
  start(): void {
    this.#marks.aim(this.#frontiers[0]);
    this.#marks.mark(0, 0);
  }

  /** Sweeps the strips of one task at one depth; how many states of that depth they hold. */
  sweep(depth: number, task: number): number {
    this.#depth = depth;
    this.#now = this.#frontiers[depth & 1] as Int32Array;
    this.#marks.aim(this.#frontiers[(depth + 1) & 1] as Int32Array);
    this.#numbers.fill(0);
    this.#numbers[0] = task;
    let word = this.#last === 0 ? 0 : ((this.#space.wordsBefore[0] as Int32Array)[task] as number);
    let states = 0;
    do {
      this.#bound = boundOf(this.#places, this.#last, this.#last === 0 ? -1 : this.#number(this.#last - 1));
      states += this.#sweepStrip(word);
      word += wordsIn(this.#bound);
    } while (this.#advance());
    return states;
  }

  /** What was counted so far. */
  tally(): StripTally {
    const steps = this.#steps.slice();
    this.#usage.forEach((tables, place) => {
      tables.forEach((usage, orders) => {
        if (usage !== undefined) addSteps(steps, (this.#places[place] as StripPlace).graph, usage, orders);
      });
    });
    return { steps, degreeMin: this.#degreeMin, degreeMax: this.#degreeMax };
  }

  #number(place: number): number {
    return this.#numbers[place] as number;
  }

  /** Goes to the next strip of the same task; false if there is none. */
  #advance(): boolean {
    const numbers = this.#numbers;
    for (let place = this.#last - 1; place > 0; place--) {
      const number = this.#number(place);
      if (number < boundOf(this.#places, place, this.#number(place - 1))) {
        numbers[place] = number + 1;
        return true;
      }
      numbers[place] = 0;
    }
    return false;
  }

  // ---------------------------------------------------------------- one strip

  /** Looks at every state of this depth in the strip that begins at `word`, and takes all their steps. */
  #sweepStrip(word: number): number {
    if (!this.#takeStrip(word)) return 0;
    const special = this.#sweepSpecial();
    const orders = this.#ordersElsewhere(this.#last);
    const left = (this.#moves[this.#last] as StripMoves).left(this.#barring(orders));
    const states = this.#look(left, orders);
    if (states === 0) return special;
    this.#flushImage(word);
    for (let place = 0; place < this.#last; place++) this.#moveStrip(place, states);
    this.#checkOtherZones();
    this.#seen.fill(0);
    return special + states;
  }

  /** Takes the strip's states of this depth out of the frontier; false if there are none. */
  #takeStrip(word: number): boolean {
    const now = this.#now;
    const strip = this.#strip;
    const words = wordsIn(this.#bound);
    let any = 0;
    for (let at = 0; at < words; at++) any |= now[word + at] as number;
    if (any === 0) return false;
    for (let at = 0; at < words; at++) {
      strip[at] = now[word + at] as number;
      now[word + at] = 0;
    }
    return true;
  }

  /** Counts and checks each state of the strip, and gathers where steps at the last place lead. */
  #look(left: LeftSteps, orders: number): number {
    const { freeOrders } = this.#lastGraph;
    const { starts, targets, degrees, answers } = left;
    const [strip, image, seen] = [this.#strip, this.#image, this.#seen];
    const [degreesBeside, answersBeside, expected] = [this.#degrees, this.#answers, this.#expected];
    const usage = this.#usageOf(this.#last, this.#barring(orders));
    const words = wordsIn(this.#bound);
    let states = 0;
    let degreeMin = this.#degreeMin;
    let degreeMax = this.#degreeMax;
    for (let at = 0; at < words; at++) {
      for (let bits = strip[at] as number; bits !== 0; bits &= bits - 1) {
        const number = 32 * at + 31 - Math.clz32(bits & -bits);
        const set = freeOrders[number] as number;
        if (seen[set] === 0) this.#prepare(set);
        seen[set] = (seen[set] as number) + 1;
        usage[number] = (usage[number] as number) + 1;
        states++;
        const degree = (degrees[number] as number) + (degreesBeside[set] as number);
        if (degree < degreeMin) degreeMin = degree;
        if (degree > degreeMax) degreeMax = degree;
        const answered = (answers[number] as number) | (answersBeside[set] as number);
        if (answered !== expected[orders | set]) this.#checkStart(answered, orders | set, number);
        const end = starts[number + 1] as number;
        for (let step = starts[number] as number; step < end; step++) {
          const target = targets[step] as number;
          const targetWord = target >>> 5;
          image[targetWord] = (image[targetWord] as number) | (1 << target);
        }
      }
    }
    this.#degreeMin = degreeMin;
    this.#degreeMax = degreeMax;
    return states;
  }

  /** Only where nothing is live may there be nothing to free, and there one is at depth 0 alone. */
  #checkStart(answered: number, orders: number, number: number): void {
    const expected = (this.#expected[orders] as number) & ~SOME_FREE;
    const where = `state ${[...this.#numbers.subarray(0, this.#last), number].join(" ")} at depth ${this.#depth}`;
    assert((answered & ~SOME_FREE) === expected, `${where} serves orders ${answered & ~SOME_FREE}, not ${expected}`);
    assert(this.#depth === 0, `${where} has nothing to free`);
  }

  /** What the other places offer beside states in which the last has these orders free. */
  #prepare(set: number): void {
    let degrees = 0;
    let answers = 0;
    const { zone } = this.#places[this.#last] as StripPlace;
    for (let place = 0; place < this.#last; place++) {
      const isNear = (this.#places[place] as StripPlace).zone === zone;
      const orders = this.#ordersElsewhere(place) | (isNear ? set : 0);
      const left = (this.#moves[place] as StripMoves).left(this.#barring(orders));
      const number = this.#number(place);
      degrees += left.degrees[number] as number;
      answers |= (left.answers[number] as number) & (isNear ? -1 : SOME_FREE);
    }
    this.#degrees[set] = degrees;
    this.#answers[set] = answers;
  }

  /** The other zones serve what they have room for, whatever the last place holds. */
  #checkOtherZones(): void {
    const { zone: lastZone } = this.#places[this.#last] as StripPlace;
    for (let place = 0; place < this.#last; place++) {
      const { zone } = this.#places[place] as StripPlace;
      if (zone === lastZone) continue;
      let orders = 0;
      let answers = 0;
      for (let other = 0; other < this.#last; other++) {
        if ((this.#places[other] as StripPlace).zone !== zone) continue;
        const elsewhere = this.#ordersElsewhere(other);
        const left = (this.#moves[other] as StripMoves).left(this.#barring(elsewhere));
        orders |= this.#ordersAt(other);
        answers |= left.answers[this.#number(other)] as number;
      }
      assert((answers | SOME_FREE) === this.#expected[orders], `zone ${zone} serves ${answers} out of ${orders}`);
    }
  }

  /** The orders that are free at a place but the last. */
  #ordersAt(place: number): number {
    return (this.#places[place] as StripPlace).graph.freeOrders[this.#number(place)] as number;
  }

  /** The orders that are free in a place's zone, at places other than it and the last. */
  #ordersElsewhere(place: number): number {
    const { zone } = this.#places[place] as StripPlace;
    let orders = 0;
    for (let other = 0; other < this.#last; other++) {
      if (other !== place && (this.#places[other] as StripPlace).zone === zone) orders |= this.#ordersAt(other);
    }
    return orders;
  }

  /** Free orders as far as they bar a step: under any fit, none does. */
  #barring(orders: number): number {
    return this.#space.rules.fit === "best" ? orders : 0;
  }

  #usageOf(place: number, orders: number): Float64Array {
    const tables = this.#usage[place] as (Float64Array | undefined)[];
    const known = tables[orders];
    if (known !== undefined) return known;
    const made = new Float64Array((this.#places[place] as StripPlace).graph.stateCount);
    tables[orders] = made;
    return made;
  }

  // ---------------------------------------------------------------- steps

  /** Marks what steps at the last place lead to. */
  #flushImage(word: number): void {
    const image = this.#image;
    const bound = this.#bound;
    this.#marks.markStrip(word, image, bound, null);
    for (let at = bound >>> 5; at < image.length; at++) {
      let bits = image[at] as number;
      if (at === bound >>> 5) bits &= ~upTo(bound);
      for (; bits !== 0; bits &= bits - 1) this.#markAbove(32 * at + 31 - Math.clz32(bits & -bits));
    }
    image.fill(0);
  }

  /** The last place got a number above the bound: it goes among the others, and the smallest of them becomes last. */
  #markAbove(number: number): void {
    const moved = this.#moved;
    copyNumbers(this.#numbers, moved);
    replaceNumber(this.#space, moved, this.#last - 1, number);
    this.#marks.mark(firstWordOf(this.#space, moved), this.#bound);
  }

  /** Takes all steps at a place before the last, with the whole strip. */
  #moveStrip(place: number, states: number): void {
    const { zone } = this.#places[place] as StripPlace;
    const isNear = zone === (this.#places[this.#last] as StripPlace).zone;
    const orders = this.#ordersElsewhere(place);
    const number = this.#number(place);
    this.#countUsage(place, orders, isNear ? -1 : states);
    const { starts, targets, bars } = (this.#moves[place] as StripMoves).left(this.#barring(orders));
    const end = starts[number + 1] as number;
    for (let step = starts[number] as number; step < end; step++) {
      const barred = bars[step] as number;
      const clear = isNear && barred !== 0 ? this.#clearOf(barred) : null;
      const target = targets[step] as number;
      copyNumbers(this.#numbers, this.#moved);
      replaceNumber(this.#space, this.#moved, place, target);
      const newBound = boundOf(this.#places, this.#last, this.#moved[this.#last - 1] as number);
      this.#marks.markStrip(firstWordOf(this.#space, this.#moved), this.#strip, Math.min(this.#bound, newBound), clear);
      if (newBound < this.#bound) this.#markBelow(target, clear);
    }
  }

  /** Counts states at a place: `states`, or (-1) by what is free at the last place. */
  #countUsage(place: number, orders: number, states: number): void {
    const number = this.#number(place);
    const sets = states === -1 ? ORDER_SETS : 1;
    for (let set = 0; set < sets; set++) {
      const count = states === -1 ? (this.#seen[set] as number) : states;
      if (count === 0) continue;
      const usage = this.#usageOf(place, this.#barring(states === -1 ? orders | set : orders));
      usage[number] = (usage[number] as number) + count;
    }
  }

  /**
   * A step gave a place the number `target`, which is below some numbers at the last place: `target` becomes last.
   * Those numbers are not above any other, so each of them comes just before it, where `moved` has the target now.
   */
  #markBelow(target: number, clear: Int32Array | null): void {
    const strip = this.#strip;
    const marks = this.#marks;
    const words = wordsIn(this.#bound);
    const before = this.#space.wordsBefore[this.#last - 1] as Int32Array;
    const base = firstWordOf(this.#space, this.#moved) - (before[target] as number);
    for (let at = target >>> 5; at < words; at++) {
      let bits = strip[at] as number;
      if (clear !== null) bits &= clear[at] as number;
      if (at === target >>> 5) bits &= ~upTo(target);
      for (; bits !== 0; bits &= bits - 1) {
        const number = 32 * at + 31 - Math.clz32(bits & -bits);
        marks.mark(base + (before[number] as number), target);
      }
    }
  }

  /** Numbers at the last place that have none of these orders free. */
  #clearOf(orders: number): Int32Array {
    const known = this.#clear[orders];
    if (known !== undefined) return known;
    const made = new Int32Array(this.#strip.length);
    this.#lastGraph.freeOrders.forEach((free, number) => {
      if ((free & orders) === 0) made[number >>> 5] = (made[number >>> 5] as number) | (1 << number);
    });
    this.#clear[orders] = made;
    return made;
  }

  /** Expands the strip's state in which the block of two halves is whole, free or live, and takes it out. */
  #sweepSpecial(): number {
    const { half, graph } = this.#places[this.#last] as StripPlace;
    const first = this.#last === 0 ? -1 : this.#number(this.#last - 1);
    const isSpecial = half === "second" && (first === 0 || first === graph.stateCount);
    if (!isSpecial || ((this.#strip[0] as number) & 1) === 0) return 0;
    this.#strip[0] = (this.#strip[0] as number) & ~1;
    const steps = this.#steps;
    const marks = this.#marks;
    const degree = expandSpecial(this.#space, this.#numbers, {
      step(label, times, word, last) {
        steps[label] = (steps[label] as number) + times;
        marks.mark(word, last);
      },
    });
    this.#degreeMin = Math.min(this.#degreeMin, degree);
    this.#degreeMax = Math.max(this.#degreeMax, degree);
    return 1;
  }
}

/** There are few numbers, and copying them one by one takes a tenth of the time of `set`. */
function copyNumbers(from: Int32Array, to: Int32Array): void {
  for (let place = 0; place < from.length; place++) to[place] = from[place] as number;
}

function movesOf(places: readonly StripPlace[]): StripMoves[] {
  const made = new Map<BlockGraph, StripMoves>();
  return places.map(({ graph }) => {
    const moves = made.get(graph) ?? new StripMoves(graph);
    made.set(graph, moves);
    return moves;
  });
}

/** Adds the steps of so many states at one place, where these orders are free elsewhere. */
function addSteps(steps: Float64Array, graph: BlockGraph, usage: Float64Array, orders: number): void {
  for (let state = 0; state < graph.stateCount; state++) {
    const states = usage[state] as number;
    if (states === 0) continue;
    for (let step = graph.starts[state] as number; step < (graph.starts[state + 1] as number); step++) {
      if (((graph.bars[step] as number) & orders) !== 0) continue;
      const label = graph.labels[step] as number;
      steps[label] = (steps[label] as number) + states * (graph.times[step] as number);
    }
  }
}
