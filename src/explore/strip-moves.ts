// The steps at one place that the rest of its zone does not bar, as a search needs them: by the orders free elsewhere.
//
// Under best fit a step's `bars` (block-graph.ts) say what must not be free elsewhere. There are as many answers as
// there are sets of free orders, at most 32 for tables, so each set gets the table of the steps that it leaves.

import { FREES, type BlockGraph } from "./block-graph.ts";

/** Steps that are left if blocks of certain orders are free elsewhere in the zone. */
export interface LeftSteps {
  /** Steps of state s are those from `starts[s]` to before `starts[s + 1]`. */
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  readonly bars: Int32Array;
  /** Per state: how many steps there are, counting each block that one can be taken with. */
  readonly degrees: Int32Array;
  /** Per state: the orders that are served (a bit each), and SOME_FREE if a block can be freed. */
  readonly answers: Int32Array;
}

/** In `answers`: a live block can be freed. */
export const SOME_FREE: number = 1 << 30;

/** Tables of left steps for one block graph, made when they are asked for. */
export class StripMoves {
  readonly graph: BlockGraph;
  readonly #tables: (LeftSteps | undefined)[] = [];

  constructor(graph: BlockGraph) {
    this.graph = graph;
  }

  /** The steps left if `elsewhere` (a bit for each order) is free in the rest of the zone. */
  left(elsewhere: number): LeftSteps {
    const known = this.#tables[elsewhere];
    if (known !== undefined) return known;
    const made = leftSteps(this.graph, elsewhere);
    this.#tables[elsewhere] = made;
    return made;
  }
}

function leftSteps(graph: BlockGraph, elsewhere: number): LeftSteps {
  const { stateCount } = graph;
  const starts = new Int32Array(stateCount + 1);
  const targets: number[] = [];
  const bars: number[] = [];
  const degrees = new Int32Array(stateCount);
  const answers = new Int32Array(stateCount);
  for (let state = 0; state < stateCount; state++) {
    for (let step = graph.starts[state] as number; step < (graph.starts[state + 1] as number); step++) {
      const barred = graph.bars[step] as number;
      if ((barred & elsewhere) !== 0) continue;
      const label = graph.labels[step] as number;
      targets.push(graph.targets[step] as number);
      bars.push(barred);
      degrees[state] = (degrees[state] as number) + (graph.times[step] as number);
      answers[state] = (answers[state] as number) | (label >= FREES ? SOME_FREE : 1 << label);
    }
    starts[state + 1] = targets.length;
  }
  return { starts, targets: Int32Array.from(targets), bars: Int32Array.from(bars), degrees, answers };
}
