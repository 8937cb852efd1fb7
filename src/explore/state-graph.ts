// A small state space as a graph: named states, and steps between them in the short notation.
//
//  1. It is plain data that any exporter can write and any searchable space can give (src/search/space.ts).
//  2. States are numbered in the order they are found, breadth first; number 0 is the start.
//  3. Steps that lead to one state from one state by the same word are one. Of reduced states, a step's word is that
//     of the state that stands for the others.

import { pagesIn } from "../../model/geometry.ts";
import { formatState, formatStep } from "../../model/notation.ts";
import type { NamedBlock } from "../../model/violation.ts";
import { MOVED, type Space } from "../search/space.ts";
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
interface GraphNames {
  readonly title: string;
  /** The name of the state in a row. */
  readonly state: (row: Int32Array) => string;
  /** The word of a command that just moved from the state that was loaded. */
  readonly step: (command: number) => string;
}

/** The graph of a space, or null if it has more than `statesMax` states. */
function graphOf(space: Space, names: GraphNames, statesMax: number): StateGraph | null {
  const rows: Int32Array[] = [];
  const states: GraphState[] = [];
  const numbers = new Map<string, number>();
  const steps = new Map<string, GraphStep>();
  function numberOf(row: Int32Array, depth: number): number {
    const key = row.join(" ");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, rows.length);
    states.push({ name: names.state(row), depth });
    return rows.push(row.slice()) - 1;
  }
  space.start();
  numberOf(space.row, 0);
  for (let from = 0; from < rows.length; from++) {
    if (rows.length > statesMax) return null;
    space.load(rows[from] as Int32Array, 0);
    for (let command = 0; command < space.commandCount; command++) {
      if (space.step(command) !== MOVED) continue;
      const to = numberOf(space.row, (states[from] as GraphState).depth + 1);
      const word = names.step(command);
      steps.set(`${from} ${to} ${word}`, { from, to, word });
    }
  }
  return { title: names.title, states, steps: [...steps.values()] };
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
