// A small state space as a graph: named states, and steps between them in the short notation.
//
//  1. It is plain data that any exporter can write and any searchable space can give (src/search/space.ts).
//  2. States are numbered in the order they are found, breadth first; number 0 is the start.
//  3. Steps that lead to one state from one state by the same word are one. Of reduced states, a step's word is that
//     of the state that stands for the others.

import { pagesIn } from "../../model/geometry.ts";
import { formatState, formatStep } from "../../model/notation.ts";
import type { NamedBlock } from "../../model/violation.ts";
import { BROKEN, MOVED, type Space } from "../search/space.ts";
import { SpecSpace, type SpecCommand, type SpecPool } from "./spec-space.ts";

/** A state with its distance from the start. */
export interface GraphState {
  /** In notation: `live 4:2 free 0:2`. */
  readonly name: string;
  readonly depth: number;
}

export interface GraphStep {
  /** Numbers of states. */
  readonly from: number;
  readonly to: number;
  /** In notation: `a2=4`. */
  readonly word: string;
}

export interface StateGraph {
  /** What it is the graph of. */
  readonly title: string;
  readonly states: readonly GraphState[];
  readonly steps: readonly GraphStep[];
}

/** How a space's states and commands are written. */
export interface GraphNames {
  readonly title: string;
  /** The name of the state in a row. */
  readonly state: (row: Int32Array) => string;
  /** The word of a command that was just given in the state that was loaded. */
  readonly step: (command: number) => string;
}

/** The graph of a space, or null if it has more than `statesMax` states. */
export function graphOf(space: Space, names: GraphNames, statesMax: number): StateGraph | null {
  const graph = new GraphWriter(space, names);
  space.start();
  graph.reached(0);
  for (let from = 0; from < graph.states.length; from++) {
    if (graph.states.length > statesMax) return null;
    const row = graph.rows[from];
    if (row === null || row === undefined) continue;
    const depth = (graph.states[from] as GraphState).depth + 1;
    const wide = new Int32Array(space.row.length);
    wide.set(row);
    space.load(wide, 0);
    for (let command = 0; command < space.commandCount; command++) {
      const move = space.step(command);
      if (move !== MOVED && move !== BROKEN) continue;
      const word = names.step(command);
      graph.add(from, move === BROKEN ? graph.broken(depth) : graph.reached(depth), word);
    }
  }
  return { title: names.title, states: graph.states, steps: [...graph.steps.values()] };
}

/** Collects what is found: each state once, each step once. */
class GraphWriter {
  readonly states: GraphState[] = [];
  /** Per state: its row, null for the one that stands for all that is broken. */
  readonly rows: (Int32Array | null)[] = [];
  readonly steps: Map<string, GraphStep> = new Map();
  readonly #space: Space;
  readonly #names: GraphNames;
  readonly #numbers: Map<string, number> = new Map();

  constructor(space: Space, names: GraphNames) {
    this.#space = space;
    this.#names = names;
  }

  /** The number of the state just reached, which is inspected if it is new. */
  reached(depth: number): number {
    const { row } = this.#space;
    // Rows grow, and what older rows lack is 0.
    const key = row.join(" ").replace(/(?: 0)+$/u, "");
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const kept = row.slice();
    const name = this.#names.state(row);
    const number = this.#space.inspect() ? this.#push(name, depth, kept) : this.broken(depth);
    this.#numbers.set(key, number);
    return number;
  }

  /** The number of the state that is broken. */
  broken(depth: number): number {
    const known = this.rows.indexOf(null);
    return known < 0 ? this.#push("broken", depth, null) : known;
  }

  add(from: number, to: number, word: string): void {
    this.steps.set(`${from} ${to} ${word}`, { from, to, word });
  }

  #push(name: string, depth: number, row: Int32Array | null): number {
    this.states.push({ name, depth });
    return this.rows.push(row) - 1;
  }
}

/** The graph of a specification, or null if it has more than `statesMax` states. */
export function specGraph(pool: SpecPool, statesMax: number): StateGraph | null {
  const space = new SpecSpace(pool);
  const { geometry, counting } = pool;
  const { from: state } = new SpecSpace(pool);
  return graphOf(
    space,
    {
      title: `specification, ${geometry.span.end - geometry.span.start} pages up to order ${geometry.maxOrder}, ${counting}`,
      state(row) {
        state.live.set(new Uint8Array(row.buffer, row.byteOffset, state.live.length));
        state.define();
        return formatState(blocksIn(state.live), blocksIn(state.free));
      },
      step(command) {
        const { command: call, outcome } = space.commands[command] as SpecCommand;
        return formatStep(call, outcome, geometry.span.start) ?? "";
      },
    },
    statesMax,
  );
}

/** Blocks as they begin at frames, from the pool's first. */
function blocksIn(entries: Uint8Array): NamedBlock[] {
  const blocks: NamedBlock[] = [];
  entries.forEach((entry, pfn) => {
    if (entry > 0) blocks.push({ pfn, pages: pagesIn(entry - 1) });
  });
  return blocks;
}
