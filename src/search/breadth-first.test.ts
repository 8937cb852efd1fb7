import { describe, expect, it } from "vitest";
import { breadthFirst, UNLIMITED } from "./breadth-first.ts";
import { BROKEN, MOVED, PASSED, STAYED, type Move, type Space } from "./space.ts";

/**
 * One block of 2^order frames as the set of its live blocks: a byte per frame, the order plus one where a block begins.
 * Commands: serve any free aligned block, or free the block at a frame.
 */
class AnyPlacement implements Space {
  readonly order: number;
  readonly commandCount: number;
  row: Int32Array;
  readonly #from: Int32Array;
  readonly forbidden: (row: Int32Array) => boolean;

  constructor(order: number, forbidden: (row: Int32Array) => boolean = () => false) {
    this.order = order;
    this.commandCount = 2 ** order * (order + 2);
    this.row = new Int32Array(2 ** order);
    this.#from = new Int32Array(2 ** order);
    this.forbidden = forbidden;
  }

  start(): void {
    this.row.fill(0);
  }

  load(rows: Int32Array, at: number): void {
    this.#from.set(rows.subarray(at, at + this.#from.length));
  }

  step(command: number): Move {
    const frame = command % this.row.length;
    const order = Math.floor(command / this.row.length) - 1;
    this.row.set(this.#from);
    if (order === -1) {
      if (this.row[frame] === 0) return STAYED;
      this.row[frame] = 0;
      return MOVED;
    }
    if (frame % 2 ** order !== 0 || this.#isTaken(frame, 2 ** order)) return PASSED;
    this.row[frame] = order + 1;
    return MOVED;
  }

  inspect(): boolean {
    return !this.forbidden(this.row);
  }

  #isTaken(start: number, pages: number): boolean {
    for (let frame = 0; frame < this.row.length; frame++) {
      const order = (this.#from[frame] as number) - 1;
      if (order >= 0 && frame < start + pages && start < frame + 2 ** order) return true;
    }
    return false;
  }
}

describe("a breadth-first search", () => {
  it.each([
    [0, 2],
    [1, 5],
    [2, 26],
    [3, 677],
  ])("finds every live set of a block of order %i: %i", (order, states) => {
    const found = breadthFirst(new AnyPlacement(order), UNLIMITED);
    expect(found).toMatchObject({ ending: { kind: "exhausted" }, states, deadEnds: 0 });
    expect(found.statesPerDepth.reduce((sum, count) => sum + count)).toBe(states);
  });
  it("ends at a state that is forbidden, by a shortest path", () => {
    // Frame 5 on its own and frames 6 and 7 as a block: two commands.
    const found = breadthFirst(new AnyPlacement(3, (row) => row[5] === 1 && row[6] === 2), UNLIMITED);
    expect(found.ending).toEqual({ kind: "broken", path: [8 + 5, 16 + 6] });
  });
  it("ends at a step that breaks a law", () => {
    const space = new AnyPlacement(2);
    const step = space.step.bind(space);
    space.step = (command) => (command === 2 ? (step(command) === MOVED ? BROKEN : STAYED) : step(command));
    // The free of frame 2, after it was served.
    expect(breadthFirst(space, UNLIMITED).ending).toEqual({ kind: "broken", path: [4 + 2, 2] });
  });
  it("says which limit stopped it", () => {
    const byStates = breadthFirst(new AnyPlacement(3), { ...UNLIMITED, statesMax: 100 });
    expect(byStates.ending).toEqual({ kind: "limited", by: "states" });
    const byDepth = breadthFirst(new AnyPlacement(3), { ...UNLIMITED, depthMax: 2 });
    // Of 15 blocks 34 lie inside another one, so 71 pairs of them are disjoint.
    expect(byDepth).toMatchObject({ ending: { kind: "limited", by: "depth" }, statesPerDepth: [1, 15, 71] });
    const stopped = breadthFirst(new AnyPlacement(3), { ...UNLIMITED, goesOn: ({ depth }) => depth < 3 });
    expect(stopped.ending).toEqual({ kind: "limited", by: "stopped" });
  });
});
