// What every reader of a Linux kernel trace hands on: the page allocator's events (kmem:mm_page_*), and where
// events are missing.
//
//  1. Events come as numbers, so that millions a second cost no objects; everything else about the current
//     line (time, task, gfp flags, text) is asked of the cursor, and read only then.
//  2. pfns are absolute, as the kernel prints them. A failed request has pfn -1.
//  3. `mm_page_free_batched` is the second event of the same free and always prints order 0.
//
// Source: include/trace/events/kmem.h; forms and losses as measured in docs/linux.md.

import type { Problem } from "../problem.ts";

/** Kinds of page allocator events; values index tables. */
export const ALLOC = 0;
export const FREE = 1;
export const FREE_BATCHED = 2;
export const ZONE_LOCKED = 3;
export const PCPU_DRAIN = 4;
export const EXTFRAG = 5;
export const KIND_COUNT = 6;

export const KIND_NAMES: readonly string[] = [
  "mm_page_alloc",
  "mm_page_free",
  "mm_page_free_batched",
  "mm_page_alloc_zone_locked",
  "mm_page_pcpu_drain",
  "mm_page_alloc_extfrag",
];

/** Receives a kernel trace in file order; `line` counts from 1 (for trace.dat: the record's number). */
export interface LinuxSink {
  /**
   * One page allocator event. `cpu` is -1 where the form does not say. `order` is the block's; for
   * `mm_page_alloc_extfrag` it is that of the part which was taken, `alloc_order`.
   */
  event(kind: number, pfn: number, order: number, cpu: number, line: number): void;
  /** The recorder says that this CPU lost events before this line; `events` is -1 where it cannot say how many. */
  lost(cpu: number, events: number, line: number): void;
  /** `##### CPU 0 buffer started ####`: only from the last such line on are all CPUs recorded. */
  bufferStarted(cpu: number, line: number): void;
  /** `# entries-in-buffer/entries-written: A/B`: with A < B the oldest events were overwritten. */
  entries(inBuffer: number, written: number, line: number): void;
  /** A line that is an event of another kind, a marker, a stack line or a comment. */
  other(line: number): void;
  /** A line that looks like an event of ours but cannot be read: it is shown, never dropped silently. */
  unexplained(line: number): void;
  problem(problem: Problem): void;
}

/** The rest of the current event, read when asked for. */
export interface LinuxCursor {
  /** Seconds or the clock's own unit; NaN where the form has none. */
  time(): number;
  /** `name-pid` of the task, or the one of them that the form has, or "". */
  task(): string;
  /** The gfp flags as printed, "" where the event has none. */
  gfpFlags(): string;
  /** Number of the migratetype, -1 where the event has none. */
  migratetype(): number;
  lineText(max: number): string;
}
