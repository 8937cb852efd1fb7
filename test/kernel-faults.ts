// Faults put into a recording of a real kernel, one at a time, to see which of them the verifier finds.
//
//  1. A recording is decoded once; a fault is one event changed, added or taken out, at a place drawn from a seed.
//  2. A double allocation repeats an allocation while its block is live. A wrong order replaces the order of an allocation
//     or a free by another. A misaligned event has its pfn moved inside its block. An event outside the zones has its pfn
//     moved behind the last one. A dropped line is any event.
//  3. A fault counts as found when a rule is broken, or when the verdict of an otherwise good recording is not
//     "holds" any more: then the report says that something is missing or does not replay.

import type { LinuxEnvironment } from "../src/trace/linux-environment.ts";
import { ALLOC, FREE, FREE_BATCHED, type LinuxCursor, type LinuxSink } from "../src/trace/linux-event.ts";
import type { LinuxResult } from "../src/verify/linux-result.ts";
import { LinuxVerifier } from "../src/verify/linux-verify.ts";

/** An event, with what the cursor would say of it. */
export interface DecodedEvent {
  readonly kind: number;
  readonly pfn: number;
  readonly order: number;
  readonly cpu: number;
  readonly time: number;
  readonly migratetype: number;
}

/** A recording without losses, decoded. */
export interface Decoded {
  readonly events: readonly DecodedEvent[];
  readonly inBuffer: number;
  readonly written: number;
}

/** Decodes a recording: give it to a reader as the sink. */
export class Decoder implements LinuxSink {
  cursor: LinuxCursor | null = null;
  readonly events: DecodedEvent[] = [];
  inBuffer = 0;
  written = -1;

  event(kind: number, pfn: number, order: number, cpu: number): void {
    const time = this.cursor?.time() ?? NaN;
    const migratetype = this.cursor?.migratetype() ?? -1;
    this.events.push({ kind, pfn, order, cpu, time, migratetype });
  }

  entries(inBuffer: number, written: number): void {
    this.inBuffer = inBuffer;
    this.written = written;
  }

  lost(): void {}
  bufferStarted(): void {}
  other(): void {}
  unexplained(): void {}
  problem(): void {}
}

export const FAULTS = ["double alloc", "wrong order", "misaligned", "outside the zones", "dropped line"] as const;
export type Fault = (typeof FAULTS)[number];

/** Where the events differ from the recording: at `at`, `removed` of them give way to `added`. */
interface Change {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly DecodedEvent[];
}

const BEHIND_ALL_ZONES = 2 ** 30;

/** Draws a fault; `below(n)` gives whole numbers from 0 to n - 1. */
function changeFor(fault: Fault, events: readonly DecodedEvent[], below: (limit: number) => number): Change {
  if (fault === "double alloc") return doubleAlloc(events, below);
  const at = drawn(events, below, (event) => isTarget(fault, event));
  const event = events[at] as DecodedEvent;
  switch (fault) {
    case "wrong order":
      return { at, removed: 1, added: [{ ...event, order: (event.order + 1 + below(10)) % 11 }] };
    case "misaligned":
      return { at, removed: 1, added: [{ ...event, pfn: event.pfn + 1 + below(2 ** event.order - 1) }] };
    case "outside the zones":
      return { at, removed: 1, added: [{ ...event, pfn: event.pfn + BEHIND_ALL_ZONES }] };
    case "dropped line":
      return { at, removed: 1, added: [] };
  }
}

function isTarget(fault: Fault, { kind, order }: DecodedEvent): boolean {
  if (fault === "wrong order") return kind === ALLOC || kind === FREE;
  return fault !== "misaligned" || (order > 0 && kind !== FREE_BATCHED);
}

/** An allocation again, somewhere between itself and the next event of its frame. */
function doubleAlloc(events: readonly DecodedEvent[], below: (limit: number) => number): Change {
  const first = drawn(events, below, ({ kind }) => kind === ALLOC);
  const event = events[first] as DecodedEvent;
  let end = first + 1;
  while (end < events.length && (events[end] as DecodedEvent).pfn !== event.pfn) end++;
  const at = first + 1 + below(end - first);
  return { at, removed: 0, added: [{ ...event, time: events[at - 1]?.time ?? event.time }] };
}

function drawn(
  events: readonly DecodedEvent[],
  below: (limit: number) => number,
  isWanted: (event: DecodedEvent) => boolean,
): number {
  for (;;) {
    const at = below(events.length);
    const event = events[at] as DecodedEvent;
    if (event.pfn >= 0 && isWanted(event)) return at;
  }
}

/** Judges a recording with a fault in it, or as it is where there is none. */
export function judgeWith(
  recording: Decoded,
  fault: Fault | null,
  environment: LinuxEnvironment,
  below: (limit: number) => number,
): LinuxResult {
  const { events, inBuffer, written } = recording;
  const change = fault === null ? { at: 0, removed: 0, added: [] } : changeFor(fault, events, below);
  const verifier = new LinuxVerifier({ file: "recording", recorder: "ftrace", environment, findingsMax: 10 });
  let current = events[0] as DecodedEvent;
  verifier.cursor = {
    time: () => current.time,
    migratetype: () => current.migratetype,
    task: () => "",
    gfpFlags: () => "",
    lineText: () => "",
  };
  let line = 0;
  function tell(list: readonly DecodedEvent[], from: number, to: number): void {
    for (let index = from; index < to; index++) {
      current = list[index] as DecodedEvent;
      verifier.event(current.kind, current.pfn, current.order, current.cpu, ++line);
    }
  }
  if (written >= 0) verifier.entries(inBuffer, written);
  tell(events, 0, change.at);
  tell(change.added, 0, change.added.length);
  tell(events, change.at + change.removed, events.length);
  return verifier.result(line);
}
