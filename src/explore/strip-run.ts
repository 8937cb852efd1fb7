// Runs a search over strips from the first depth to the last, in this thread.

import { StripSearch, type StripTally } from "./strip-search.ts";
import type { StripSets } from "./strip-marks.ts";
import type { StripSpace } from "./strip-space.ts";

/** What came of a whole search. */
export interface StripResult extends StripTally {
  readonly statesPerDepth: readonly number[];
  readonly bytes: number;
}

/** Bytes of the three bitsets of a search. */
export function bytesOf(space: StripSpace): number {
  return 3 * 4 * space.words;
}

/** Empty bitsets, in memory that `buffer` provides. */
export function createSets(space: StripSpace, buffer: (bytes: number) => ArrayBufferLike): StripSets {
  function bits(): Int32Array {
    return new Int32Array(buffer(4 * space.words));
  }
  return { found: bits(), frontiers: [bits(), bits()] };
}

/** Is asked after each depth whether to go on, and told how many states were found at which depth. */
export type GoesOn = (statesPerDepth: readonly number[]) => boolean;

/** Is asked between tasks whether there is time for more. */
export type IsInTime = () => boolean;

/** Visits every state that can be reached. */
export function runStrips(space: StripSpace, goesOn: GoesOn, isInTime: IsInTime = () => true): StripResult {
  const search = new StripSearch(
    space,
    createSets(space, (bytes) => new ArrayBuffer(bytes)),
  );
  search.start();
  const statesPerDepth: number[] = [];
  for (;;) {
    let found = 0;
    let task = search.taskCount - 1;
    for (; task >= 0 && isInTime(); task--) found += search.sweep(statesPerDepth.length, task);
    if (found === 0) break;
    statesPerDepth.push(found);
    if (!goesOn(statesPerDepth)) break;
  }
  return { ...search.tally(), statesPerDepth, bytes: bytesOf(space) };
}
