// Reduces a violating trace to a 1-minimal one: without any one of its events, it no longer breaks the
// same law in the same way.
//
//  1. "The same way" is the fault with its frames, at the same last event, as the first violation.
//  2. Two readings keep memory small: the first finds the violation, the second keeps just the events that
//     could matter: those about the frames at issue, and the allocations live at the end.
//  3. The smallest of a few likely sets that still breaks the law goes into delta debugging (Zeller and
//     Hildebrandt, TSE 2002), first by lifetimes (a block's allocation with its free), then by events.
//  4. A budget of judged events bounds the search; when it runs out the result says so.

import type { Command, Outcome } from "../../model/command.ts";
import { createGeometry } from "../../model/geometry.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Fault, Violation } from "../../model/violation.ts";
import type { TraceHeader } from "../trace/event.ts";

/** One kept event; `line` names it in the trace it came from. A null command stands for lost events. */
export interface KeptEvent {
  readonly line: number;
  readonly command: Command | null;
  readonly outcome: Outcome;
}

export interface Minimized {
  readonly lines: readonly number[];
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
    const { command, outcome, line } = events[index] as KeptEvent;
    ledger.now = line;
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
    const byLifetime = this.#reduce(lifetimes(start.slice(0, -1)), last);
    let units = byLifetime
      .flat()
      .sort((a, b) => a.line - b.line)
      .map((event) => [event]);
    // Dropping one event can make another superfluous, so this repeats until nothing changes.
    for (let before = Infinity; units.length < before && this.#budget > 0;) {
      before = units.length;
      units = this.#singles(this.#reduce(units, last), last);
    }
    const events = [...units.flat(), last];
    const violation = violationOf({ events, header: this.#header, profile: this.#profile }) as Violation;
    return { lines: events.map((event) => event.line), violation, oneMinimal: this.#budget > 0, trials: this.#trials };
  }

  #shows(events: readonly KeptEvent[]): boolean {
    this.#trials++;
    this.#budget -= events.length;
    const violation = violationOf({ events, header: this.#header, profile: this.#profile });
    return violation !== null && signatureOf(violation) === this.#signature;
  }

  #showsUnits(units: readonly (readonly KeptEvent[])[], last: KeptEvent): boolean {
    const events = units.flat().sort((a, b) => a.line - b.line);
    return this.#shows([...events, last]);
  }

  /** ddmin by complements: drops ever smaller parts for as long as the violation stays. */
  #reduce(units: readonly KeptEvent[][], last: KeptEvent): KeptEvent[][] {
    let kept = [...units];
    let parts = 2;
    while (kept.length >= 2 && this.#budget > 0) {
      const size = Math.ceil(kept.length / parts);
      const smaller = this.#withoutOnePart(kept, size, last);
      if (smaller !== null) {
        kept = smaller;
        parts = Math.max(parts - 1, 2);
      } else if (size === 1) break;
      else parts = Math.min(parts * 2, kept.length);
    }
    return kept;
  }

  #withoutOnePart(units: readonly KeptEvent[][], size: number, last: KeptEvent): KeptEvent[][] | null {
    for (let start = 0; start < units.length && this.#budget > 0; start += size) {
      const rest = [...units.slice(0, start), ...units.slice(start + size)];
      if (this.#showsUnits(rest, last)) return rest;
    }
    return null;
  }

  /** Tries each unit once, latest first, keeping what is needed: the definition of 1-minimal. */
  #singles(units: readonly KeptEvent[][], last: KeptEvent): KeptEvent[][] {
    const kept = [...units];
    for (let index = kept.length - 1; index >= 0 && this.#budget > 0; index--) {
      const [unit] = kept.splice(index, 1);
      if (!this.#showsUnits(kept, last)) kept.splice(index, 0, unit as KeptEvent[]);
    }
    return kept;
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
