// A breadth-first search whose states are expanded elsewhere: it deals them out, and gathers what came of them.
//
//  1. Records are gathered in the order of the states, whoever wrote them and whenever they arrive. So states get the
//     numbers that a search on one thread gives them (breadth-first.ts), and every count is the same.
//  2. Those who expand a state judge its lists first. So when the search ends at a limit, the states that it found and
//     did not expand are still to be looked at.
//  3. It keeps no links: what breaks a law is found again by one thread, which tells the way there.

import type { Outdegree, Progress, SearchLimits, SearchResult } from "./breadth-first.ts";
import { LOOKS, RecordReader, type Expansion, type ExpansionTask } from "./expansion.ts";
import { RowPool } from "./rows.ts";
import { MOVED, PASSED } from "./space.ts";
import { ANSWERS } from "./subject-space.ts";
import { VisitedSet } from "./visited.ts";
import { WordCodes } from "./word-codes.ts";

/** Carries out a task somewhere. */
export type Expand = (task: ExpansionTask) => Promise<Expansion>;

/** The start: the judge's words of it, and the subject's. */
export interface FirstState {
  readonly side: Int32Array;
  readonly words: Int32Array;
  readonly commandCount: number;
}

export interface Gathered {
  readonly ending: Exclude<SearchResult["ending"], { readonly kind: "broken" }> | { readonly kind: "broken" };
  readonly figures: Omit<SearchResult, "ending">;
  /** As `SubjectSpace` counts them. */
  readonly answered: Float64Array;
  readonly moved: Float64Array;
  readonly looks: { readonly snapshots: number; readonly counts: number; readonly drained: number };
}

/** States of one task at most, and tasks for each thread at any time: enough to do while others are gathered. */
const TASK_STATES_MAX = 256;
const TASKS_PER_THREAD = 3;

type Ending = Gathered["ending"];

/** Searches from the first state, with as many tasks under way as keep `jobs` threads busy. */
export function gatherStates(first: FirstState, jobs: number, expand: Expand, limits: SearchLimits): Promise<Gathered> {
  return new GatheredSearch(first, jobs, expand, limits).run();
}

/** One search: guards the states, and what was counted. */
class GatheredSearch {
  readonly #jobs: number;
  readonly #expand: Expand;
  readonly #limits: SearchLimits;
  readonly #commandCount: number;
  readonly #side: number;
  readonly #codes: WordCodes = new WordCodes();
  /** Words of the subject's state. */
  #count: number;
  readonly #pool: RowPool;
  readonly #visited: VisitedSet;
  #row: Int32Array;
  #coded: Uint8Array;
  #transitions = 0;
  readonly #answered: Float64Array;
  readonly #moved: Float64Array;
  readonly #looks = { snapshots: 0, counts: 0, drained: 0 };
  readonly #perDepth: number[] = [];
  readonly #degrees = { min: Infinity, sum: 0, max: 0 };
  /** States whose records were gathered. */
  #gathered = 0;
  #deadEnds = 0;

  constructor({ side, words, commandCount }: FirstState, jobs: number, expand: Expand, limits: SearchLimits) {
    this.#jobs = jobs;
    this.#expand = expand;
    this.#limits = limits;
    this.#commandCount = commandCount;
    this.#side = side.length;
    this.#count = words.length;
    this.#codes.widen(words.length);
    this.#codes.start(words);
    this.#pool = new RowPool(side.length);
    this.#visited = new VisitedSet(this.#pool);
    this.#row = side.slice();
    this.#coded = new Uint8Array(this.#row.buffer, 4 * this.#side);
    this.#answered = new Float64Array(commandCount * ANSWERS.length);
    this.#moved = new Float64Array(commandCount);
  }

  async run(): Promise<Gathered> {
    this.#visited.add(this.#row);
    let ending: Ending | null = null;
    while (ending === null) {
      const to = this.#pool.count;
      if (this.#gathered === to) ending = { kind: "exhausted" };
      else {
        this.#perDepth.push(to - this.#gathered);
        const isBorder = this.#perDepth.length > this.#limits.depthMax;
        ending = isBorder ? { kind: "limited", by: "depth" } : await this.#expandTo(to);
        if (ending !== null && !isBorder && this.#pool.count > to) this.#perDepth.push(this.#pool.count - to);
      }
    }
    if (ending.kind === "limited" && !(await this.#lookAtRest())) ending = { kind: "broken" };
    return this.#result(ending);
  }

  /** Expands the states up to this number, not included; how the search ends, or null if it goes on. */
  async #expandTo(to: number): Promise<Ending | null> {
    let ending: Ending | null = null;
    await this.#deal(this.#gathered, to, "expand", (expansion, states) => {
      if (expansion.isBroken) ending = { kind: "broken" };
      else ending = this.#gather(expansion.records, states);
      return ending === null;
    });
    return ending;
  }

  /** Rule 2; false if a law is broken in one of them. */
  async #lookAtRest(): Promise<boolean> {
    let isFine = true;
    await this.#deal(this.#gathered, this.#pool.count, "look", ({ records, isBroken }) => {
      isFine = !isBroken;
      const reader = new RecordReader(records);
      if (isFine) for (let at = 0; at < records.length; at += LOOKS) this.#countLooks(reader);
      return isFine;
    });
    return isFine;
  }

  /** Has states taken care of, and takes the records in their order, until `take` says that it is enough. */
  async #deal(
    from: number,
    to: number,
    does: ExpansionTask["does"],
    take: (expansion: Expansion, states: number) => boolean,
  ): Promise<void> {
    const tasksMax = TASKS_PER_THREAD * this.#jobs;
    const size = Math.max(1, Math.min(TASK_STATES_MAX, Math.ceil((to - from) / tasksMax)));
    const underWay: { readonly states: number; readonly expansion: Promise<Expansion> }[] = [];
    let dealt = from;
    for (;;) {
      while (dealt < to && underWay.length < tasksMax) {
        const states = Math.min(size, to - dealt);
        underWay.push({ states, expansion: this.#expand(this.#taskOf(dealt, states, does)) });
        dealt += states;
      }
      const oldest = underWay.shift();
      if (oldest === undefined) return;
      if (take(await oldest.expansion, oldest.states)) continue;
      await Promise.all(underWay.map(({ expansion }) => expansion));
      return;
    }
  }

  #taskOf(from: number, states: number, does: ExpansionTask["does"]): ExpansionTask {
    const words = this.#side + this.#count;
    const rows = new Int32Array(states * words);
    const pool = this.#pool;
    for (let state = 0; state < states; state++) {
      const at = (from + state) * pool.words;
      const row = pool.rows.subarray(at, at + pool.words);
      rows.set(row.subarray(0, this.#side), state * words);
      const coded = new Uint8Array(row.buffer, row.byteOffset + 4 * this.#side);
      this.#codes.read(coded, rows.subarray(state * words + this.#side, (state + 1) * words));
    }
    return { rows, words, does };
  }

  /** Goes through the records of the next states. */
  #gather(records: Int32Array, states: number): Ending | null {
    const reader = new RecordReader(records);
    for (let state = 0; state < states; state++) {
      this.#countLooks(reader);
      this.#gatherMoves(reader);
      this.#gathered++;
      if (this.#pool.count > this.#limits.statesMax) return { kind: "limited", by: "states" };
    }
    return this.#limits.goesOn(this.#progress()) ? null : { kind: "limited", by: "stopped" };
  }

  #countLooks(reader: RecordReader): void {
    this.#looks.snapshots += reader.next();
    this.#looks.counts += reader.next();
    this.#looks.drained += reader.next();
  }

  #gatherMoves(reader: RecordReader): void {
    let moves = 0;
    for (let command = 0; command < this.#commandCount; command++) {
      reader.command();
      if (reader.move === PASSED) continue;
      this.#transitions++;
      const at = command * ANSWERS.length + reader.answer;
      this.#answered[at] = (this.#answered[at] as number) + 1;
      if (reader.move !== MOVED) continue;
      this.#moved[command] = (this.#moved[command] as number) + 1;
      moves++;
      this.#encode(this.#gathered, reader);
      if (this.#row.length > this.#pool.words) this.#pool.widen(this.#row.length);
      this.#visited.add(this.#row);
    }
    const degrees = this.#degrees;
    degrees.min = Math.min(degrees.min, moves);
    degrees.max = Math.max(degrees.max, moves);
    degrees.sum += moves;
    if (moves === 0) this.#deadEnds++;
  }

  /** The row of a state after the changes that the reader tells. */
  #encode(from: number, reader: RecordReader): void {
    const { rows, words } = this.#pool;
    for (let word = 0; word < words; word++) this.#row[word] = rows[from * words + word] as number;
    for (let left = reader.changed; left > 0; left--) {
      const place = reader.next() - this.#side;
      const value = reader.next();
      if (place < 0) this.#row[place + this.#side] = value;
      else this.#encodeWord(place, value);
    }
  }

  #encodeWord(place: number, value: number): void {
    const codes = this.#codes;
    if (place >= this.#count) {
      this.#count = place + 1;
      codes.widen(this.#count);
    }
    const code = codes.codeOf(place, value);
    if (this.#side + codes.words > this.#row.length) {
      const row = new Int32Array(this.#side + codes.words);
      row.set(this.#row);
      this.#row = row;
      this.#coded = new Uint8Array(row.buffer, 4 * this.#side);
    }
    codes.write(this.#coded, place, code);
  }

  #progress(): Progress {
    const states = this.#pool.count;
    const depth = this.#perDepth.length - 1;
    return { states, transitions: this.#transitions, waiting: states - this.#gathered, depth };
  }

  #result(ending: Ending): Gathered {
    const { min, sum, max } = this.#degrees;
    const gathered = this.#gathered;
    const outdegree: Outdegree = {
      min: gathered === 0 ? 0 : min,
      mean: gathered === 0 ? 0 : sum / gathered,
      max,
    };
    return {
      ending,
      figures: {
        states: this.#pool.count,
        transitions: this.#transitions,
        statesPerDepth: this.#perDepth,
        outdegree,
        deadEnds: this.#deadEnds,
        bytes: this.#pool.bytes + this.#visited.bytes + this.#codes.bytes,
      },
      answered: this.#answered,
      moved: this.#moved,
      looks: this.#looks,
    };
  }
}
