// Reduces a violating trace to a minimal one: without any one of its events, and where few are left without any two,
// it no longer breaks the same law in the same way.
//
//  1. "The same way" is the fault with its frames, at the same last event, as the first violation.
//  2. Two readings keep memory small: the first finds the violation, the second keeps just the events that
//     could matter: those about the frames at issue, and the allocations live at the end.
//  3. From the smallest of a few likely sets that still breaks the law parts are left out as from a script
//     (src/search/leaving-out.ts), first by lifetimes (a block's allocation with its free), then by events.
//  4. A budget of judged events bounds the search; when it runs out the result says so.

import type { Command, Outcome } from "../../model/command.ts";
import { createGeometry } from "../../model/geometry.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Fault, Violation } from "../../model/violation.ts";
import { leavingOutPairs, leavingOutParts, runCourse, type Course } from "../search/leaving-out.ts";
import type { TraceHeader } from "../trace/event.ts";

/** One kept event; `number` is its place among the events and losses of its trace. A null command stands for a loss. */
export interface KeptEvent {
  readonly number: number;
  readonly command: Command | null;
  readonly outcome: Outcome;
}

export interface Minimized {
  /** Which events stay. */
  readonly numbers: readonly number[];
  readonly violation: Violation;
  /** False where the budget ran out before every single removal had been tried. */
  readonly oneMinimal: boolean;
  /** Runs of the relation that it took. */
  readonly trials: number;
}

/** What stays the same about a violation while its trace shrinks. */
export function signatureOf(violation: Violation): string {
  const { law, fault } = violation;
  return [law, fault.kind, ...wayOf(fault, violation)].join(" ");
}

function wayOf(fault: Fault, violation: Violation): (string | number | null)[] {
  switch (fault.kind) {
    case "refused-with-room":
      return [fault.order];
    case "bad-free":
      return [fault.misuse, fault.answer, fault.pfn];
    case "overlaps-live":
      return [fault.pfn, fault.pages, fault.holder.pfn, fault.holder.pages];
    case "died":
      return [fault.how];
    case "count-total":
    case "count-spread":
      return [fault.expected, fault.found];
    default:
      return violation.frames.flatMap((range) => [range.start, range.end]);
  }
}

interface Trial {
  readonly events: readonly KeptEvent[];
  readonly header: TraceHeader;
  readonly profile: Profile;
}

/** The violation at the trial's last event if it is the first of the trial, or null. */
function violationOf({ events, header, profile }: Trial): Violation | null {
  const basePfn = profile.alignment === "pool" ? 0 : header.shape.basePfn;
  const geometry = createGeometry({ ...header.shape, basePfn });
  const ledger = createLedger({ geometry, profile, start: header.start, laws: new Set(LAW_IDS) });
  ledger.gathersEvidence = false;
  for (let index = 0; index < events.length; index++) {
    const { command, outcome, number } = events[index] as KeptEvent;
    ledger.now = number;
    if (command === null) {
      ledger.forget();
      continue;
    }
    const found = step(ledger, command, outcome);
    if (found.length > 0) return index === events.length - 1 ? (found[0] as Violation) : null;
  }
  return null;
}

/** Shrinks `candidates` (each a set of events that ends in the violating one) for at most `budget` events. */
export class Minimizer {
  readonly #header: TraceHeader;
  readonly #profile: Profile;
  readonly #signature: string;
  #budget: number;
  #trials = 0;

  constructor(header: TraceHeader, profile: Profile, signature: string, budget: number) {
    this.#header = header;
    this.#profile = profile;
    this.#signature = signature;
    this.#budget = budget;
  }

  /** The minimal trace, or null if no candidate shows the violation. */
  minimize(candidates: readonly (readonly KeptEvent[])[]): Minimized | null {
    const sorted = [...candidates].sort((a, b) => a.length - b.length);
    const start = sorted.find((events) => this.#shows(events));
    if (start === undefined) return null;
    const last = start.at(-1) as KeptEvent;
    const byLifetime = this.#run(leavingOutParts(lifetimes(start.slice(0, -1))), last);
    const single = byLifetime
      .flat()
      .sort((a, b) => a.number - b.number)
      .map((event) => [event]);
    const units = this.#run(leavingOutPairs(this.#run(leavingOutParts(single), last)), last);
    const events = [...units.flat(), last];
    const violation = violationOf({ events, header: this.#header, profile: this.#profile }) as Violation;
    const numbers = events.map(({ number }) => number);
    return { numbers, violation, oneMinimal: this.#budget > 0, trials: this.#trials };
  }

  #shows(events: readonly KeptEvent[]): boolean {
    this.#trials++;
    this.#budget -= events.length;
    const violation = violationOf({ events, header: this.#header, profile: this.#profile });
    return violation !== null && signatureOf(violation) === this.#signature;
  }

  #showsUnits(units: readonly (readonly KeptEvent[])[], last: KeptEvent): boolean {
    const events = units.flat().sort((a, b) => a.number - b.number);
    return this.#shows([...events, last]);
  }

  /** Runs a course for as long as there is budget. */
  #run(course: Course<KeptEvent[]>, last: KeptEvent): readonly KeptEvent[][] {
    return runCourse(course, (units) => (this.#budget > 0 && this.#showsUnits(units, last) ? units : null));
  }
}

/** Events grouped so that a block's allocation and its free are kept or dropped together. */
function lifetimes(events: readonly KeptEvent[]): KeptEvent[][] {
  const groups: KeptEvent[][] = [];
  const live = new Map<number, KeptEvent[]>();
  for (const event of events) {
    const { command, outcome } = event;
    const freed = command === null ? -1 : freedPfn(command);
    const lifetime = live.get(freed);
    if (lifetime !== undefined) {
      lifetime.push(event);
      live.delete(freed);
      continue;
    }
    const group = [event];
    groups.push(group);
    if (outcome.kind === "block") live.set(outcome.pfn, group);
  }
  return groups;
}

/** The frame that a free names, or -1 for every other command. */
export function freedPfn(command: Command): number {
  switch (command.kind) {
    case "free":
    case "free-order":
    case "free-pages":
      return command.pfn;
    default:
      return -1;
  }
}
