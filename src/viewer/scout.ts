// Goes ahead of the camera: which part of a pool too large to film does a trace name at all?
//
// A kernel's recording says nothing of how much memory there is, so its converted trace has a pool of 2^40 pages.

import type { Command, Outcome } from "../../model/command.ts";
import { alignDown, pagesIn, type FrameRange } from "../../model/geometry.ts";
import type { TraceCursor, TraceHeader, TraceSink } from "../trace/event.ts";
import { endOf, startOf } from "../verify/extent.ts";

/** Watches for the lowest and the highest page that a trace names. */
export class Scout implements TraceSink {
  cursor: TraceCursor | null = null;
  readonly wantsMore: boolean = true;
  #header: TraceHeader | null = null;
  #start = Infinity;
  #end = 0;

  /** The pages named, in whole blocks of the largest order, as the trace counts them. */
  range(): FrameRange {
    if (this.#header === null || this.#start === Infinity) return { start: 0, end: 0 };
    const { maxOrder, pages } = this.#header.shape;
    const last = alignDown(this.#end - 1, maxOrder) + pagesIn(maxOrder);
    return { start: alignDown(this.#start, maxOrder), end: Math.min(last, pages) };
  }

  header(header: TraceHeader): number {
    this.#header = header;
    return 0;
  }

  event(command: Command, outcome: Outcome): void {
    const start = startOf(command, outcome);
    const pages = this.#header?.shape.pages ?? 0;
    // What lies outside the pool is no page of it.
    if (start < 0 || start >= pages) return;
    this.#start = Math.min(this.#start, start);
    this.#end = Math.max(this.#end, Math.min(endOf(command, start, "power-of-two"), pages));
  }

  lost(): void {
    // Names no page.
  }

  note(): void {
    // Names no page.
  }

  problem(): void {
    // Whoever verified the trace has reported it.
  }
}
