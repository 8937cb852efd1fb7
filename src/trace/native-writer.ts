// Writer of the native format: what a reader handed on, as lines of JSON.
//
// pfns are absolute in commands and indices in the file, so `base` is taken off again. Fields that the
// verifier ignores are not here; whoever wants them copies the recorded line.

import type { Command, Outcome } from "../../model/command.ts";
import type { TraceHeader } from "./event.ts";

/** The header line, without its newline; defaults are left out. */
export function headerLine(header: TraceHeader): string {
  const { shape } = header;
  return JSON.stringify({
    buddytrace: 1,
    allocator: header.allocator,
    ...(header.profile === null ? {} : { profile: header.profile }),
    page_size: header.pageSize,
    max_order: shape.maxOrder,
    pages: shape.pages,
    ...(shape.basePfn === 0 ? {} : { base_pfn: shape.basePfn }),
    reserved: shape.reserved.map((range) => [range.start, range.end]),
    ...(shape.zones.length === 0
      ? {}
      : { zones: shape.zones.map((zone) => ({ name: zone.name, pfns: [zone.start, zone.end] })) }),
    ...(header.start === "empty" ? {} : { start: header.start }),
  });
}

/** One event line, without its newline. */
export function eventLine(command: Command, outcome: Outcome, base: number): string {
  return JSON.stringify(eventFields(command, outcome, base));
}

/** When a call was made, when it returned, and on which processor. */
export interface CallTimes {
  readonly called: number;
  readonly returned: number;
  readonly cpu: number;
}

/** One event line of a concurrent history, without its newline. */
export function timedLine(command: Command, outcome: Outcome, base: number, times: CallTimes): string {
  const { called, returned, cpu } = times;
  return JSON.stringify({ ...eventFields(command, outcome, base), t: called, t_end: returned, cpu });
}

function eventFields(command: Command, outcome: Outcome, base: number): Readonly<Record<string, unknown>> {
  if (outcome.kind !== "crashed") return { ...callFields(command, base), ...answerFields(command, outcome, base) };
  return { op: "died", how: outcome.how, in: command.kind === "unnamed" ? {} : callFields(command, base) };
}

/** The line for events that the recorder dropped. */
export function lostLine(events: number | null): string {
  return JSON.stringify(events === null ? { op: "lost" } : { op: "lost", events });
}

function callFields(command: Command, base: number): Record<string, unknown> {
  function indices(pfns: readonly number[]): number[] {
    return pfns.map((pfn) => pfn - base);
  }
  switch (command.kind) {
    case "alloc":
      return { op: "alloc", order: command.order, ...zoneField(command.zone) };
    case "alloc-pages":
      return { op: "alloc", pages: command.pages, ...zoneField(command.zone) };
    case "free":
      return { op: "free", pfn: command.pfn - base };
    case "free-order":
      return { op: "free", pfn: command.pfn - base, order: command.order };
    case "free-pages":
      return { op: "free", pfn: command.pfn - base, pages: command.pages };
    case "snapshot":
      return {
        op: "snapshot",
        free: command.lists.map(indices),
        ...(command.cached.length === 0 ? {} : { cached: indices(command.cached) }),
      };
    case "counts":
      return { op: "counts", free: command.free, ...zoneField(command.zone) };
    case "add":
    case "remove":
      return { op: command.kind, pfn: command.pfn - base, pages: command.pages };
    case "unnamed":
      return {};
  }
}

function zoneField(zone: string | null): { zone?: string } {
  return zone === null ? {} : { zone };
}

function answerFields(command: Command, outcome: Outcome, base: number): Record<string, unknown> {
  switch (outcome.kind) {
    case "block":
      return { pfn: outcome.pfn - base, ...(outcome.zeroed === null ? {} : { zeroed: outcome.zeroed }) };
    case "refused":
      return command.kind === "alloc" || command.kind === "alloc-pages" ? { pfn: null } : { ok: false };
    case "ok":
      return command.kind === "snapshot" || command.kind === "counts" ? {} : { ok: true };
    case "unsaid":
    case "crashed":
      return {};
  }
}
