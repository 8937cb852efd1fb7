// Random walks: paths from the start, each command drawn among those that make sense where the path has come to.
//
//  1. Nothing is remembered but the path, so pools of any size can be walked in, and nothing is ever proved.
//  2. A walk ends at `depthMax`, or where its subject ends; then the next begins, until a limit stops them all.
//  3. Chance is the caller's: equal draws, equal walks.

import { assert } from "../../model/assert.ts";
import type { Ending, SearchLimits } from "./breadth-first.ts";
import type { PathResult } from "./depth-first.ts";
import { BROKEN, ENDED, MOVED, PASSED, type Space } from "./space.ts";

/** A whole number from 0 to below `end`. */
export type Draw = (end: number) => number;

const STEPS_BETWEEN = 1024;

/** Walks until a law is broken or a limit is reached; `statesMax` limits the states that are visited. */
export function randomWalk(space: Space, draw: Draw, limits: SearchLimits): PathResult {
  const figures = { states: 0, transitions: 0, depth: 0 };
  assert(space.commandCount > 0, "nothing to draw from");
  for (;;) {
    const ending = walkOnce(space, draw, limits, figures);
    if (ending !== null) return { ...figures, ending, bytes: 0, errorProbability: 0 };
  }
}

/** One walk; null if it ended without anything to say. */
function walkOnce(
  space: Space,
  draw: Draw,
  { statesMax, depthMax, goesOn }: SearchLimits,
  figures: { states: number; transitions: number; depth: number },
): Ending | null {
  const path: number[] = [];
  space.start();
  figures.states++;
  if (!space.inspect()) return { kind: "broken", path };
  let row = Int32Array.from(space.row);
  while (path.length < depthMax) {
    space.load(row, 0);
    const command = draw(space.commandCount);
    const move = space.step(command);
    if (move === PASSED) continue;
    figures.transitions++;
    const { states, transitions } = figures;
    if (transitions % STEPS_BETWEEN === 0 && !goesOn({ states, transitions, waiting: 0, depth: path.length })) {
      return { kind: "limited", by: "stopped" };
    }
    path.push(command);
    if (move === BROKEN) return { kind: "broken", path };
    if (move === ENDED) return null;
    if (move !== MOVED) {
      // What changes nothing is no part of the way.
      path.pop();
      continue;
    }
    figures.states++;
    figures.depth = Math.max(figures.depth, path.length);
    if (!space.inspect()) return { kind: "broken", path };
    if (figures.states > statesMax) return { kind: "limited", by: "states" };
    row = Int32Array.from(space.row);
  }
  return null;
}
