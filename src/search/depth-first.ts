// Depth-first search: goes on from each new state at once, and back when nothing new is left there.
//
//  1. It finds what lies deep sooner than a search by breadth, and needs no links: the path is the stack. A
//     counterexample is some path, not a shortest one.
//  2. States are remembered as the caller says (seen.ts): all of each, or a few bits. Remembered by bits, a search that
//     ran to its end has still proved nothing for certain.
//  3. Beyond `depthMax` nothing is expanded. A state first seen there is not expanded later either, so such a search
//     says "limited" whenever it met the border.

import type { Ending, Progress, SearchLimits } from "./breadth-first.ts";
import type { Seen } from "./seen.ts";
import { BROKEN, MOVED, PASSED, type Space } from "./space.ts";

export interface PathResult {
  readonly ending: Ending;
  /** States found, or visits of states where repetitions are not noticed. */
  readonly states: number;
  readonly transitions: number;
  /** The longest path. */
  readonly depth: number;
  readonly bytes: number;
  readonly errorProbability: number;
}

/** Commands given between two questions whether to go on. */
const STEPS_BETWEEN = 4096;

/** Searches a space depth first. */
export function depthFirst(space: Space, seen: Seen, limits: SearchLimits): PathResult {
  return new DepthFirst(space, seen, limits).run();
}

/** One search: guards the stack. */
class DepthFirst {
  readonly #space: Space;
  readonly #seen: Seen;
  readonly #limits: SearchLimits;
  /** Rows of the states on the path, `words` each. */
  #rows: Int32Array;
  #words: number;
  /** Per state on the path: the command to give next. */
  readonly #next: number[] = [];
  #transitions = 0;
  #deepest = 0;
  #metBorder = false;

  constructor(space: Space, seen: Seen, limits: SearchLimits) {
    space.start();
    this.#space = space;
    this.#seen = seen;
    this.#limits = limits;
    this.#words = space.row.length;
    this.#rows = new Int32Array(this.#words << 8);
  }

  run(): PathResult {
    this.#seen.add(this.#space.row);
    if (!this.#space.inspect()) return this.#result({ kind: "broken", path: [] });
    this.#push();
    while (this.#next.length > 0) {
      const ending = this.#advance();
      if (ending !== null) return this.#result(ending);
    }
    return this.#result(this.#metBorder ? { kind: "limited", by: "depth" } : { kind: "exhausted" });
  }

  /** Gives commands in the last state of the path until one leads on; then the path is longer, else shorter. */
  #advance(): Ending | null {
    const space = this.#space;
    const depth = this.#next.length;
    space.load(this.#rows, (depth - 1) * this.#words);
    for (let command = this.#next[depth - 1] as number; command < space.commandCount; command++) {
      this.#next[depth - 1] = command + 1;
      const move = space.step(command);
      if (move === PASSED) continue;
      this.#transitions++;
      if (this.#transitions % STEPS_BETWEEN === 0 && !this.#limits.goesOn(this.#progress())) {
        return { kind: "limited", by: "stopped" };
      }
      if (move === BROKEN) return { kind: "broken", path: this.#path() };
      if (space.row.length > this.#words) this.#widen(space.row.length);
      if (move !== MOVED || !this.#seen.add(space.row)) continue;
      if (!space.inspect()) return { kind: "broken", path: this.#path() };
      if (this.#seen.count > this.#limits.statesMax) return { kind: "limited", by: "states" };
      if (depth >= this.#limits.depthMax) this.#metBorder = true;
      else {
        this.#push();
        return null;
      }
    }
    this.#next.pop();
    return null;
  }

  /** The state just reached becomes the end of the path. */
  #push(): void {
    const { row } = this.#space;
    const depth = this.#next.length;
    if ((depth + 1) * this.#words > this.#rows.length) {
      const larger = new Int32Array(2 * this.#rows.length);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows.set(row, depth * this.#words);
    this.#next.push(0);
    this.#deepest = Math.max(this.#deepest, depth);
  }

  #widen(words: number): void {
    const wider = new Int32Array(words * (this.#next.length + 256));
    for (let at = 0; at < this.#next.length; at++) {
      wider.set(this.#rows.subarray(at * this.#words, (at + 1) * this.#words), at * words);
    }
    this.#rows = wider;
    this.#words = words;
  }

  /** The commands that led along the path, the last one included. */
  #path(): number[] {
    return this.#next.map((next) => next - 1);
  }

  #progress(): Progress {
    const depth = this.#next.length - 1;
    return { states: this.#seen.count, transitions: this.#transitions, waiting: depth, depth };
  }

  #result(ending: Ending): PathResult {
    const { count, bytes, errorProbability } = this.#seen;
    const stack = 4 * this.#rows.length;
    return {
      ending,
      states: count,
      transitions: this.#transitions,
      depth: this.#deepest,
      bytes: bytes + stack,
      errorProbability,
    };
  }
}
