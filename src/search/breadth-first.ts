// Breadth-first search: every state that can be reached, each by a shortest sequence of commands.
//
//  1. The pool is the queue: states are numbered in the order they are found, which is the order they are expanded.
//     A depth is a range of numbers.
//  2. Each state keeps its parent and the command that led to it, six bytes; the path to it is read off backwards.
//  3. The first broken law ends the search. Its path is a shortest one, since no shorter path is left to try.
//  4. "exhausted" is said only when no state was left unexpanded. Whatever stops a search earlier says so.
//
// Source: the explicit-state search of Murphi and TLC; Knuth's open addressing for the set of states.

import { RowPool } from "./rows.ts";
import { BROKEN, ENDED, MOVED, PASSED, STAYED, type Space } from "./space.ts";
import { VisitedSet } from "./visited.ts";

/** Where a search must stop. */
export interface SearchLimits {
  readonly statesMax: number;
  /** States so many commands from the start are not expanded. */
  readonly depthMax: number;
  /** Is asked now and then; false stops the search. */
  readonly goesOn: (progress: Progress) => boolean;
}

/** No limit at all. */
export const UNLIMITED: SearchLimits = { statesMax: Infinity, depthMax: Infinity, goesOn: () => true };

/** How far a search is. */
export interface Progress {
  readonly states: number;
  readonly transitions: number;
  /** States found and not expanded yet. */
  readonly waiting: number;
  readonly depth: number;
}

/** How a search ended; a path is the numbers of its commands. */
export type Ending =
  | { readonly kind: "exhausted" }
  | { readonly kind: "limited"; readonly by: "states" | "depth" | "stopped" }
  | { readonly kind: "broken"; readonly path: readonly number[] };

export interface SearchResult {
  readonly ending: Ending;
  readonly states: number;
  /** Commands given, whatever came of them. */
  readonly transitions: number;
  /** States by their distance from the start. */
  readonly statesPerDepth: readonly number[];
  /** Of the states expanded: commands that led to another state. */
  readonly outdegree: Outdegree;
  /** States from which no command leads to another one. */
  readonly deadEnds: number;
  /** Bytes of rows, set and links together. */
  readonly bytes: number;
}

export interface Outdegree {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** States expanded between two questions whether to go on. */
const STATES_BETWEEN = 256;

/** Is told of each step from one state to another, by their numbers. */
export type StepVisitor = (from: number, to: number, command: number) => void;

/** Searches a space breadth first, until it is exhausted, a law is broken, or a limit is reached. */
export function breadthFirst(space: Space, limits: SearchLimits, visit: StepVisitor | null = null): SearchResult {
  return new BreadthFirst(space, limits, visit).run();
}

/** One search: guards the states found, the links between them, and what was counted. */
class BreadthFirst {
  readonly #space: Space;
  readonly #limits: SearchLimits;
  readonly #visit: StepVisitor | null;
  readonly #pool: RowPool;
  readonly #visited: VisitedSet;
  /** Per state: the state it was found from; itself for the first. */
  #parents: Uint32Array = new Uint32Array(1 << 10);
  /** Per state: the command that led to it; 0 for the first. */
  #commands: Uint16Array = new Uint16Array(1 << 10);
  #transitions = 0;
  readonly #perDepth: number[] = [];
  readonly #degrees = { min: Infinity, sum: 0, max: 0, states: 0 };
  #deadEnds = 0;

  constructor(space: Space, limits: SearchLimits, visit: StepVisitor | null) {
    space.start();
    this.#visit = visit;
    this.#space = space;
    this.#limits = limits;
    this.#pool = new RowPool(space.row.length);
    this.#visited = new VisitedSet(this.#pool);
  }

  run(): SearchResult {
    this.#visited.add(this.#space.row);
    if (!this.#space.inspect()) return this.#result({ kind: "broken", path: [] });
    let from = 0;
    while (from < this.#pool.count) {
      const to = this.#pool.count;
      this.#perDepth.push(to - from);
      const depth = this.#perDepth.length - 1;
      if (depth >= this.#limits.depthMax) return this.#result({ kind: "limited", by: "depth" });
      const ending = this.#expandAll(from, to, depth);
      if (ending !== null) {
        if (this.#pool.count > to) this.#perDepth.push(this.#pool.count - to);
        return this.#result(ending);
      }
      from = to;
    }
    return this.#result({ kind: "exhausted" });
  }

  /** Expands the states of one depth; how the search ends, or null if it goes on. */
  #expandAll(from: number, to: number, depth: number): Ending | null {
    for (let state = from; state < to; state++) {
      const broken = this.#expand(state);
      if (broken !== null) return broken;
      if (this.#pool.count > this.#limits.statesMax) return { kind: "limited", by: "states" };
      if (state % STATES_BETWEEN === 0 && !this.#limits.goesOn(this.#progress(state, depth))) {
        return { kind: "limited", by: "stopped" };
      }
    }
    return null;
  }

  #progress(state: number, depth: number): Progress {
    const states = this.#pool.count;
    return { states, transitions: this.#transitions, waiting: states - state - 1, depth };
  }

  /** Gives every command in a state; null if no law was broken. */
  #expand(state: number): Ending | null {
    const space = this.#space;
    const pool = this.#pool;
    space.load(pool.rows, state * pool.words);
    let moves = 0;
    for (let command = 0; command < space.commandCount; command++) {
      const move = space.step(command);
      if (move === PASSED) continue;
      this.#transitions++;
      if (move === STAYED || move === ENDED) continue;
      if (move === BROKEN) return { kind: "broken", path: [...this.#pathTo(state), command] };
      moves += move === MOVED ? 1 : 0;
      if (space.row.length > pool.words) pool.widen(space.row.length);
      const reached = this.#visited.add(space.row);
      if (this.#visit !== null) this.#visit(state, reached, command);
      if (!this.#visited.isNew) continue;
      this.#link(reached, state, command);
      if (!space.inspect()) return { kind: "broken", path: this.#pathTo(reached) };
    }
    this.#count(moves);
    return null;
  }

  #link(state: number, parent: number, command: number): void {
    if (state >= this.#parents.length) {
      const parents = new Uint32Array(2 * this.#parents.length);
      parents.set(this.#parents);
      this.#parents = parents;
      const commands = new Uint16Array(parents.length);
      commands.set(this.#commands);
      this.#commands = commands;
    }
    this.#parents[state] = parent;
    this.#commands[state] = command;
  }

  #count(moves: number): void {
    const degrees = this.#degrees;
    degrees.min = Math.min(degrees.min, moves);
    degrees.max = Math.max(degrees.max, moves);
    degrees.sum += moves;
    degrees.states++;
    if (moves === 0) this.#deadEnds++;
  }

  #pathTo(state: number): number[] {
    const path: number[] = [];
    for (let at = state; at !== 0; at = this.#parents[at] as number) path.push(this.#commands[at] as number);
    return path.reverse();
  }

  #result(ending: Ending): SearchResult {
    const { min, sum, max, states } = this.#degrees;
    const linkBytes = this.#pool.count * 6;
    return {
      ending,
      states: this.#pool.count,
      transitions: this.#transitions,
      statesPerDepth: this.#perDepth,
      outdegree: { min: states === 0 ? 0 : min, mean: states === 0 ? 0 : sum / states, max },
      deadEnds: this.#deadEnds,
      bytes: this.#pool.bytes + this.#visited.bytes + linkBytes,
    };
  }
}
