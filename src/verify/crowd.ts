// A refusal while other calls were under way: what room there was whatever they did meanwhile.
//
//  1. A refusal saw one moment between its call and its return. At that moment no block was live but those that
//     were at its call, those that were being freed then, and those of requests that were called before its return.
//  2. So all of them are taken to be live at once. Room that is left then was there at every moment: the refusal was
//     needless, whatever the order of calls. Where none is left, nothing follows.
//  3. Which frames are free follows from the live blocks only where buddies coalesce at once.
//
//     a0=0 and a0! overlap in a pool of two pages: even with 0 live, 1 was free all the time.

import type { Command, Outcome } from "../../model/command.ts";
import { FREE, LIVE, PART } from "../../model/frame-map.ts";
import { orderFor, pagesIn, type FrameRange } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";
import { freeSetIsCanonical } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import type { Waiting } from "./reorder.ts";

/** With more calls around it than this, a refusal is not judged: it costs as many looks at the ledger. */
const CROWD_MAX = 256;

/** Remembers the blocks that are being freed. */
export class Crowd {
  /** Blocks freed lately, with the time by which they were free. */
  #ending: (FrameRange & { readonly returned: number })[] = [];

  /** A call is about to be judged; a free of a live block is remembered until it has returned. */
  note(ledger: Ledger, { command, outcome, interval }: Waiting): void {
    if (command.kind !== "free" && command.kind !== "free-order" && command.kind !== "free-pages") return;
    if (outcome.kind !== "ok" && outcome.kind !== "unsaid") return;
    this.#forget(interval.called);
    const kind = ledger.cover(command.pfn);
    if (kind !== LIVE && kind !== PART) return;
    const start = ledger.ownerOf(ledger.coverHead);
    this.#ending.push({ start, end: start + ledger.pagesOf(start), returned: interval.returned });
  }

  /**
   * What a refusal breaks though all that may have been live was; `under` are the calls that overlap it and count
   * later. Null where that cannot be said.
   */
  judge(ledger: Ledger, refusal: Waiting, under: readonly Waiting[]): readonly Violation[] | null {
    const { command, outcome, interval } = refusal;
    this.#forget(interval.called);
    const served = under.flatMap((call) => servedBy(call.command, call.outcome) ?? []);
    const blocks = [...served, ...this.#ending];
    if (!freeSetIsCanonical(ledger.profile) || blocks.length > CROWD_MAX) return null;
    const taken = blocks.flatMap((block) => takeFree(ledger, block));
    const violations = step(ledger, command, outcome);
    for (const { start, end } of taken) ledger.insertFree(start, end);
    return violations;
  }

  /** Blocks whose free had returned by this time were free. */
  #forget(time: number): void {
    this.#ending = this.#ending.filter(({ returned }) => returned > time);
  }
}

/** The pages that a request was served, which may be any numbers. */
function servedBy(command: Command, outcome: Outcome): FrameRange | null {
  if (outcome.kind !== "block") return null;
  return { start: outcome.pfn, end: outcome.pfn + 2 ** orderAsked(command) };
}

/** The order of a block for a request; a recording may ask for no pages, which is of no order, and be served one. */
function orderAsked(command: Command): number {
  switch (command.kind) {
    case "alloc":
      return command.order;
    case "alloc-pages":
      return orderFor(Math.max(command.pages, 1));
    default:
      return 0;
  }
}

/** Takes what is free of a range out of the ledger; the pieces. */
function takeFree(ledger: Ledger, range: FrameRange): readonly FrameRange[] {
  const { span } = ledger.geometry;
  const end = Math.min(range.end, span.end);
  const pieces: FrameRange[] = [];
  let pfn = Math.max(range.start, span.start);
  while (pfn < end) {
    const kind = ledger.cover(pfn);
    const blockEnd = kind === 0 ? ledger.nextHead(pfn, end) : ledger.coverHead + pagesIn(ledger.coverOrder);
    if (kind === FREE) pieces.push({ start: pfn, end: Math.min(blockEnd, end) });
    pfn = blockEnd;
  }
  for (const { start, end: pieceEnd } of pieces) ledger.carve(start, pieceEnd);
  return pieces;
}
