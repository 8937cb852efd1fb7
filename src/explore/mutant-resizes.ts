// The ranges of pages that a mutant's exploration lets leave and join: those of its witness.
//
// Trying every range would be another space altogether (src/search/alphabet.ts, rule 5), and a mutant that is wrong
// about such ranges says itself which one shows it.

import type { FrameRange } from "../../model/geometry.ts";
import { commandsOf, type Mutant } from "../../model/mutant.ts";

/** Ranges that leave or join in the mutant's witness. */
export function resizesOf(mutant: Mutant): readonly FrameRange[] {
  const ranges = new Map<string, FrameRange>();
  for (const command of commandsOf(mutant)) {
    if (command.kind !== "add" && command.kind !== "remove") continue;
    const { pfn, pages } = command;
    ranges.set(`${pfn} ${pages}`, { start: pfn, end: pfn + pages });
  }
  return [...ranges.values()];
}
