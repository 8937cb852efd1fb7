// Explores the reference allocator on two words (compact.ts): the same states, steps and laws as explore-subject.ts,
// ten times as fast.
//
//  1. In each state every command is given: each order, each live block's free, and by masks every bad free at once.
//     Requests of one order, and the two ways to name a free, lead to one state, which is looked up once.
//  2. Laws are judged in each state and each step. The lists must hold exactly C(F), each block once on the list of its
//     order; a request is refused only if C(F) has nothing as large; what is served was free, aligned and managed.
//  3. A law that is broken here would be a bug of the reference or of its compilation. It is not explained here: the
//     exploration by the slower way is, which finds it again.
//
// 52 million states of 16 pages: bench/explore.md.

import { orderFor, pagesIn, type Geometry } from "../../model/geometry.ts";
import { assert } from "../../model/assert.ts";
import type { Letter } from "../search/alphabet.ts";
import type { Outdegree, Progress, SearchLimits } from "../search/breadth-first.ts";
import { BATCH_MAX, PairSet } from "../search/pair-set.ts";
import { bitCount, bits, lowest, PoolMasks } from "../search/pool-masks.ts";
import { ANSWERS } from "../search/subject-space.ts";
import { CompactAllocator } from "./compact.ts";
import type { ExploreFigures } from "./result.ts";

export interface CompactOptions {
  readonly geometry: Geometry;
  /** The commands that are given, for the tallies; requests and frees only, naming no zone. */
  readonly letters: readonly Letter[];
  readonly limits: SearchLimits;
}

export interface CompactResult {
  readonly ending: "exhausted" | "states" | "depth" | "stopped";
  readonly figures: ExploreFigures;
  /** As `SubjectSpace` counts them, with the frees of one name at the first of them. */
  readonly answered: Float64Array;
  readonly moved: Float64Array;
  readonly looks: { readonly snapshots: number; readonly counts: number; readonly drained: number };
}

/** States that are expanded before their successors are looked up. */
const STATES_PER_BATCH = 128;

/** Explores one pool. */
export function exploreCompact(options: CompactOptions): CompactResult {
  return new CompactSearch(options).run();
}

/** One search: guards the states, and what was counted. */
class CompactSearch {
  readonly #options: CompactOptions;
  readonly #allocator: CompactAllocator;
  readonly #masks: PoolMasks;
  readonly #set: PairSet = new PairSet();
  readonly #maxOrder: number;
  /** Per order of C(F): heads, in the state being expanded. */
  readonly #freeHeads: Int32Array;
  /** Per order: requests that round to it. */
  readonly #requests: Int32Array;
  /** Ways to name a good free. */
  readonly #namings: number;
  /** Per order: pages that name it in every state, a bit each. */
  readonly #aligned: Int32Array;
  /** Per order: states that served it. */
  readonly #served: Float64Array;
  /** Live blocks, over all states expanded. */
  #live = 0;
  /** Wrong sizes named at live blocks only, over all states expanded. */
  #misnamed = 0;
  #expanded = 0;
  #drained = 0;
  #degreeMin = Infinity;
  #degreeMax = 0;
  #moves = 0;
  #size = 0;
  readonly #perDepth: number[] = [];

  constructor(options: CompactOptions) {
    const { geometry, letters } = options;
    const orders = geometry.maxOrder + 1;
    this.#options = options;
    this.#allocator = new CompactAllocator(geometry);
    this.#masks = new PoolMasks(geometry);
    this.#maxOrder = geometry.maxOrder;
    this.#freeHeads = new Int32Array(orders);
    this.#served = new Float64Array(orders);
    this.#requests = new Int32Array(orders);
    this.#aligned = new Int32Array(orders);
    for (const { command } of letters) {
      const order = orderAsked(command);
      if (order !== null && order < orders) this.#requests[order] = (this.#requests[order] as number) + 1;
    }
    const { start } = geometry.span;
    const namings = new Set<string>();
    for (const { command, when, pagesNamed } of letters) {
      if (!("pfn" in command)) continue;
      namings.add(command.kind);
      if (pagesNamed === 0 || when !== "always" || command.pfn < start || command.pfn >= geometry.span.end) continue;
      const order = orderFor(pagesNamed);
      this.#aligned[order] = (this.#aligned[order] as number) | (1 << (command.pfn - start));
    }
    this.#namings = namings.size;
  }

  run(): CompactResult {
    const { limits } = this.#options;
    const set = this.#set;
    this.#allocator.start();
    this.#push(this.#allocator.first, this.#allocator.second);
    set.addBatch(this.#size);
    while (set.frontierCount > 0) {
      this.#perDepth.push(set.frontierCount);
      if (this.#perDepth.length > limits.depthMax) return this.#result("depth");
      const stopped = this.#expandAll(set.takeFrontier());
      if (stopped !== null) {
        if (set.frontierCount > 0) this.#perDepth.push(set.frontierCount);
        return this.#result(stopped);
      }
    }
    return this.#result("exhausted");
  }

  /** Expands the states of one depth; what stopped it, or null. */
  #expandAll(rows: Int32Array): "states" | "stopped" | null {
    const { limits } = this.#options;
    const set = this.#set;
    for (let row = 0; row < rows.length; row += 2 * STATES_PER_BATCH) {
      this.#size = 0;
      const end = Math.min(row + 2 * STATES_PER_BATCH, rows.length);
      for (let at = row; at < end; at += 2) this.#expand(rows[at] as number, rows[at + 1] as number);
      set.addBatch(this.#size);
      if (set.count > limits.statesMax) return "states";
      if (!limits.goesOn(this.#progress())) return "stopped";
    }
    return null;
  }

  #progress(): Progress {
    return {
      states: this.#set.count,
      transitions: this.#transitions(),
      waiting: this.#set.count - this.#expanded,
      depth: this.#perDepth.length - 1,
    };
  }

  /** Gives every command in a state; its successors join the batch. */
  #expand(first: number, second: number): void {
    const allocator = this.#allocator;
    allocator.load(first, second);
    const { live } = allocator;
    const free = this.#judgeState(live);
    let moves = 0;
    for (let order = 0; order <= this.#maxOrder; order++) {
      const page = allocator.serve(order);
      this.#judgeRequest(order, page, free);
      if (page < 0) continue;
      moves += this.#requests[order] as number;
      this.#served[order] = (this.#served[order] as number) + 1;
      this.#push(allocator.first, allocator.second);
    }
    for (let rest = live; rest !== 0; rest &= rest - 1) {
      allocator.takeBack(lowest(rest));
      this.#push(allocator.first, allocator.second);
    }
    this.#count(live, moves);
  }

  /** The lists hold exactly C(F), each block once. Answers the pages that are free. */
  #judgeState(live: number): number {
    const allocator = this.#allocator;
    let taken = 0;
    for (let rest = live; rest !== 0; rest &= rest - 1) {
      const page = lowest(rest);
      taken |= bits(page, pagesIn(allocator.orderAt(page)));
    }
    const free = this.#masks.managed & ~taken;
    this.#masks.list(free, this.#freeHeads);
    for (let order = 0; order <= this.#maxOrder; order++) {
      if (allocator.listed(order) !== this.#freeHeads[order])
        assert(false, `order ${order} is not listed as it is free`);
    }
    return free;
  }

  /** Served: aligned, managed and free. Refused: nothing of C(F) is as large. */
  #judgeRequest(order: number, page: number, free: number): void {
    if (page >= 0) {
      const mask = bits(page, pagesIn(order));
      const isSound = (free & mask) === mask && (((this.#masks.possible[order] as number) >>> page) & 1) === 1;
      if (!isSound) assert(false, `order ${order} was served at page ${page}`);
      return;
    }
    for (let fit = order; fit <= this.#maxOrder; fit++) {
      if (this.#freeHeads[fit] !== 0) assert(false, `order ${order} was refused though order ${fit} is free`);
    }
  }

  #count(live: number, moves: number): void {
    const blocks = bitCount(live);
    const degree = moves + this.#namings * blocks;
    this.#expanded++;
    this.#live += blocks;
    this.#moves += degree;
    if (live === 0) this.#drained++;
    if (degree < this.#degreeMin) this.#degreeMin = degree;
    if (degree > this.#degreeMax) this.#degreeMax = degree;
    for (let order = 0; order <= this.#maxOrder; order++) {
      this.#misnamed += bitCount(live & ~(this.#aligned[order] as number));
    }
  }

  #push(first: number, second: number): void {
    const { batch } = this.#set;
    const at = this.#size++;
    if (at >= BATCH_MAX) assert(false, "a batch is too small for its states");
    batch[2 * at] = first;
    batch[2 * at + 1] = second;
  }

  /** Commands given so far: those given in every state, and those given at live blocks only. */
  #transitions(): number {
    const always = this.#options.letters.filter(({ when }) => when === "always").length;
    return always * this.#expanded + (this.#namings > 1 || this.#hasSizes() ? this.#misnamed : 0);
  }

  #hasSizes(): boolean {
    return this.#options.letters.some(({ pagesNamed }) => pagesNamed > 0);
  }

  #result(ending: CompactResult["ending"]): CompactResult {
    const outdegree: Outdegree = {
      min: this.#expanded === 0 ? 0 : this.#degreeMin,
      mean: this.#expanded === 0 ? 0 : this.#moves / this.#expanded,
      max: this.#degreeMax,
    };
    const states = this.#set.count;
    const { answered, moved } = this.#tallies();
    return {
      ending,
      figures: {
        states,
        transitions: this.#transitions(),
        statesPerDepth: this.#perDepth,
        outdegree,
        deadEnds: this.#degreeMin === 0 ? 1 : 0,
        bytes: this.#set.bytes,
      },
      answered,
      moved,
      looks: { snapshots: this.#expanded, counts: this.#expanded, drained: this.#drained },
    };
  }

  /** What each letter was answered. Good and bad frees of one name stand at the first letter of that name. */
  #tallies(): { readonly answered: Float64Array; readonly moved: Float64Array } {
    const { letters } = this.#options;
    const answered = new Float64Array(letters.length * ANSWERS.length);
    const moved = new Float64Array(letters.length);
    const firsts = new Map<string, number>();
    function add(letter: number, answer: (typeof ANSWERS)[number], times: number): void {
      const at = letter * ANSWERS.length + ANSWERS.indexOf(answer);
      answered[at] = (answered[at] as number) + times;
    }
    letters.forEach(({ command, name, when }, letter) => {
      if (!("pfn" in command)) {
        const order = orderAsked(command);
        const served = order === null ? 0 : (this.#served[order] ?? 0);
        add(letter, "block", served);
        add(letter, "refused", this.#expanded - served);
        moved[letter] = served;
        return;
      }
      const first = firsts.get(name) ?? letter;
      if (first === letter) {
        firsts.set(name, letter);
        add(letter, "ok", this.#live);
        add(letter, "refused", (command.kind === "free" ? 0 : this.#misnamed) - this.#live);
        moved[letter] = this.#live;
      }
      if (when === "always") add(first, "refused", this.#expanded);
    });
    return { answered, moved };
  }
}

/** The order that a request rounds to, or null for a request for nothing and for other commands. */
function orderAsked(command: Letter["command"]): number | null {
  if (command.kind === "alloc") return command.order;
  return command.kind === "alloc-pages" && command.pages > 0 ? orderFor(command.pages) : null;
}
