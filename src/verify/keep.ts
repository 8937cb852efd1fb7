// The second reading for minimizing: from a trace of any length, the events that could matter at one of them.
//
//  1. Kept are the event itself; the last events about the frames at issue; the allocations still live then;
//     changes of the managed set and losses; and what followed the last snapshot.
//  2. Traces up to `ALL_MAX` events are kept whole as well, as the candidate of last resort.
//  3. Events are told apart by their numbers, for a line of notation holds several.
//  4. Memory is proportional to the live blocks, whatever the length of the trace.

import type { Command, Outcome } from "../../model/command.ts";
import type { FrameRange } from "../../model/geometry.ts";
import type { TraceCursor, TraceSink } from "../trace/event.ts";
import { endOf, startOf } from "./extent.ts";
import { freedPfn, type KeptEvent } from "./minimize.ts";

const ALL_MAX = 1_000_000;
const WINDOW_MAX = 2_000;
const UNANSWERED: Outcome = { kind: "unsaid" };

/** Collects candidates for the violation at event `number` about `frames` (absolute pfns). */
export class Keeper implements TraceSink {
  cursor: TraceCursor | null = null;
  readonly #number: number;
  readonly #frames: readonly FrameRange[];
  readonly #base: number;
  /** Events and losses seen so far. */
  #seen = 0;
  #last: KeptEvent | null = null;
  #all: KeptEvent[] | null = [];
  readonly #near: KeptEvent[] = [];
  readonly #live: Map<number, KeptEvent> = new Map();
  readonly #structure: KeptEvent[] = [];
  /** The last snapshot and what followed it. */
  #window: KeptEvent[] = [];

  constructor(number: number, frames: readonly FrameRange[], base: number) {
    this.#number = number;
    this.#frames = frames;
    this.#base = base;
  }

  get wantsMore(): boolean {
    return this.#last === null;
  }

  header(): number {
    return this.#base;
  }

  event(command: Command, outcome: Outcome): void {
    if (this.#last !== null) return;
    const event: KeptEvent = { number: ++this.#seen, command: { ...command }, outcome: { ...outcome } };
    if (event.number === this.#number) {
      this.#last = event;
      return;
    }
    this.#keepAll(event);
    this.#keepLive(event, command, outcome);
    if (command.kind === "snapshot") this.#window = [event];
    else if (this.#window.length > 0) bounded(this.#window, event);
    if (command.kind === "add" || command.kind === "remove") this.#structure.push(event);
    const start = startOf(command, outcome);
    const end = endOf(command, start, "power-of-two");
    if (start >= 0 && this.#frames.some((range) => range.start < end && start < range.end)) bounded(this.#near, event);
  }

  lost(): void {
    if (this.#last !== null) return;
    const event: KeptEvent = { number: ++this.#seen, command: null, outcome: UNANSWERED };
    this.#keepAll(event);
    this.#structure.push(event);
    this.#live.clear();
  }

  note(): void {}
  problem(): void {}

  #keepAll(event: KeptEvent): void {
    if (this.#all === null) return;
    this.#all.push(event);
    if (this.#all.length > ALL_MAX) this.#all = null;
  }

  #keepLive(event: KeptEvent, command: Command, outcome: Outcome): void {
    if (outcome.kind === "block") this.#live.set(outcome.pfn, event);
    else if (outcome.kind !== "refused") this.#live.delete(freedPfn(command));
  }

  /** Sets of events worth trying, each in order and ending in the violating event. */
  candidates(): KeptEvent[][] {
    const last = this.#last;
    if (last === null) return [];
    const live = [...this.#live.values()];
    const sets = [
      [],
      this.#near,
      [...live, ...this.#structure],
      [...this.#near, ...live, ...this.#structure],
      [...this.#near, ...live, ...this.#structure, ...this.#window],
    ];
    if (this.#all !== null) sets.push(this.#all);
    return sets.map((events) => [...inOrder(events), last]);
  }
}

function bounded(events: KeptEvent[], event: KeptEvent): void {
  events.push(event);
  if (events.length > 2 * WINDOW_MAX) events.splice(1, WINDOW_MAX);
}

function inOrder(events: readonly KeptEvent[]): KeptEvent[] {
  return [...new Set(events)].sort((a, b) => a.number - b.number);
}
