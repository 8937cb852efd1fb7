// What a user says of an allocator's states, besides the laws.
//
//  1. "always": no state that can be reached is without it. "reachable": some state has it. "recoverable": from every
//     state that can be reached, some state can be reached that has it.
//  2. A property sees what the client holds and what is free, by address, and changes nothing.
//  3. "always" is refuted by a shortest path to a state without it, "recoverable" by one to a state from which there is
//     no way to it. That nothing has a "reachable" property, no path can show.

import type { Geometry } from "../../model/geometry.ts";
import { largestOrderAt, pagesIn } from "../../model/geometry.ts";
import type { NamedBlock } from "../../model/violation.ts";
import type { HeldBlock } from "../search/judge.ts";
import type { ExploredStep } from "./result.ts";

/** A state as properties see it; all blocks by address. */
export interface StateView {
  readonly pages: number;
  readonly maxOrder: number;
  /** Blocks that the client holds. */
  readonly live: readonly NamedBlock[];
  /** The free blocks that follow from them: as large as they can be. */
  readonly free: readonly NamedBlock[];
}

export type PropertyKind = "always" | "reachable" | "recoverable";

export interface Property {
  readonly kind: PropertyKind;
  readonly name: string;
  readonly holds: (view: StateView) => boolean;
}

/** How a property fared. */
export interface PropertyResult {
  readonly kind: PropertyKind;
  readonly name: string;
  readonly verdict: "holds" | "violated" | "undecided";
  /** The way to a state that refutes it; null where there is none to show. */
  readonly steps: readonly ExploredStep[] | null;
}

/** A state as properties see it, from the blocks that are held in it. */
export function viewOf({ span, runs, maxOrder }: Geometry, held: readonly HeldBlock[]): StateView {
  const live = held.map(([pfn, pages]) => ({ pfn, pages })).sort((a, b) => a.pfn - b.pfn);
  const free: NamedBlock[] = [];
  for (const run of runs) {
    let from = run.start;
    for (const { pfn, pages } of live) {
      if (pfn < run.start || pfn >= run.end) continue;
      addBlocks(free, from, pfn, maxOrder);
      from = pfn + pages;
    }
    addBlocks(free, from, run.end, maxOrder);
  }
  return { pages: span.end - span.start, maxOrder, live, free };
}

/** Adds the largest blocks that a gap consists of. */
function addBlocks(blocks: NamedBlock[], start: number, end: number, maxOrder: number): void {
  for (let pfn = start; pfn < end;) {
    const pages = pagesIn(largestOrderAt(pfn, end, maxOrder));
    blocks.push({ pfn, pages });
    pfn += pages;
  }
}
