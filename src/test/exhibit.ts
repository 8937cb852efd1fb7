// A counterexample played once more, with all the evidence: what reports and unit tests are made of.
//
//  1. The steps are the calls with their answers. Where a look shows the fault, that look is the last step.
//  2. "After" is what the ledger goes on with once it has stated the violation: the same pages, one step later.

import { neighbourhood } from "../../model/evidence.ts";
import type { FreeLists } from "../../model/command.ts";
import { FREE } from "../../model/frame-map.ts";
import { pagesIn } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";
import { freeSetIsCanonical } from "../../model/profile.ts";
import type { Piece, Violation } from "../../model/violation.ts";
import type { Script } from "../targets/script.ts";
import type { Answered } from "./scripts.ts";
import type { Stage } from "./stage.ts";

export interface Exhibit {
  readonly steps: readonly Answered[];
  readonly violation: Violation;
  readonly after: readonly Piece[];
  /** What the lists must hold after the last call, by address; null where the profile leaves a choice. */
  readonly expected: FreeLists | null;
}

/** The script's first violation with its evidence; null if it breaks nothing now. */
export function exhibit(stage: Stage, script: Script): Exhibit | null {
  const playing = stage.play(script);
  const violation = playing.failure?.violations[0];
  if (violation === undefined) return null;
  const last = playing.steps.length - 1;
  const steps = playing.steps.filter(({ command }, at) => at === last || !isLook(command.kind));
  const after = neighbourhood(playing.ledger, violation.frames);
  const isCanonical = freeSetIsCanonical(stage.opening.profile);
  const expected = isCanonical ? freeBlocks(stage.play(script, "answers").ledger) : null;
  return { steps, violation, after, expected };
}

/** The free blocks that a ledger knows, by order. */
function freeBlocks(ledger: Ledger): FreeLists {
  const { span } = ledger.geometry;
  const lists: number[][] = Array.from({ length: ledger.maxOrder + 1 }, () => []);
  for (let pfn = span.start; pfn < span.end;) {
    const kind = ledger.cover(pfn);
    if (kind === FREE) lists[ledger.coverOrder]?.push(ledger.coverHead);
    pfn = kind === 0 ? ledger.nextHead(pfn, span.end) : ledger.coverHead + pagesIn(ledger.coverOrder);
  }
  return lists;
}

/** Is this command a look at the free side, and no call? */
export function isLook(kind: Answered["command"]["kind"]): boolean {
  return kind === "snapshot" || kind === "counts";
}
