// What can be wrong with a Linux kernel trace, and what only looks wrong: two tables, by number.
//
//  1. An `always` rule needs one event only: an event that breaks it is impossible, whatever is missing.
//  2. An `open-world` rule needs the frame's history since its first event. It is broken by a bug of the
//     kernel or by a missing event, and one trace alone cannot tell which.
//  3. A rule is judged only where the events it `needs` were recorded at all: in a trace without frees every
//     second allocation of a frame would look like a double use.
//  4. A class is legal and counted: the kernel does such things, often without an event of their own.
//
// Source: mm/page_alloc.c of 6.12 and 6.18; 14 M events of loss-free recordings, whose contradictions (17)
// were all missing frees.

import { ALLOC, EXTFRAG, FREE, PCPU_DRAIN, ZONE_LOCKED } from "../trace/linux-event.ts";

export const MISALIGNED = 0;
export const ORDER_ABOVE_MAX = 1;
export const OUTSIDE_ZONES = 2;
export const CROSSES_ZONE = 3;
export const ALLOC_OF_LIVE = 4;
export const ALLOC_IN_CORE = 5;
export const ALLOC_OTHER_ORDER = 6;
export const REMOVED_LIVE = 7;
export const REMOVED_TWICE = 8;
export const DRAINED_LIVE = 9;
export const DRAINED_TWICE = 10;
export const BATCHED_WITHOUT_FREE = 11;
export const FREED_LARGER = 12;
export const REMOVED_NOT_FREE = 13;

export interface LinuxRule {
  readonly id: string;
  readonly certainty: "always" | "open-world";
  /** What a trace of a correct kernel never shows. */
  readonly statement: string;
  /** Kinds of events; of each group one must occur in the trace. */
  readonly needs: readonly (readonly number[])[];
}

const TAKEN = [ZONE_LOCKED, EXTFRAG];

/** Indexed by the numbers above. */
export const LINUX_RULES: readonly LinuxRule[] = [
  always("misaligned", "A block starts at a multiple of its own length."),
  always("order-above-max", "No block has an order above the kernel's MAX_PAGE_ORDER."),
  always("outside-zones", "Every block lies inside the span of a zone."),
  always("crosses-zone", "No block reaches from one zone into another."),
  openWorld("alloc-of-live", "A live frame is not allocated again before it is freed.", [[FREE]]),
  openWorld("alloc-in-core", "A frame in the buddy core is taken from it before it is allocated.", [TAKEN]),
  openWorld("alloc-other-order", "A block taken from the buddy core is allocated at the order it was taken with.", [
    [PCPU_DRAIN],
  ]),
  openWorld("removed-live", "A live frame is not taken from the buddy core.", [[FREE], [ALLOC]]),
  openWorld("removed-twice", "A frame is not taken from the buddy core twice without coming back.", [[PCPU_DRAIN]]),
  openWorld("drained-live", "A live frame is not given back to the buddy core before it is freed.", [[FREE], [ALLOC]]),
  openWorld("drained-twice", "A frame is not given back to the buddy core twice without leaving it.", [TAKEN]),
  openWorld("batched-without-free", "A batched free follows a free of the same frame.", [[FREE]]),
  openWorld("freed-larger", "A live block is not freed with a larger order than it was allocated with.", [[ALLOC]]),
  openWorld("removed-not-free", "What is taken from the buddy core was free in it just before.", []),
];

function always(id: string, statement: string): LinuxRule {
  return { id, certainty: "always", statement, needs: [] };
}

function openWorld(id: string, statement: string, needs: LinuxRule["needs"]): LinuxRule {
  return { id, certainty: "open-world", statement, needs };
}

export const FREED_UNKNOWN = 0;
export const FREED_REFILLED = 1;
export const FREED_AGAIN = 2;
export const FREED_IN_CORE = 3;
export const FREED_PART = 4;
export const FREED_TAIL = 5;
export const DRAINED_UNKNOWN = 6;
export const DRAINED_UNUSED = 7;
export const REMOVED_FREED = 8;
export const HIDDEN_REFILL = 9;
export const BATCHED_UNKNOWN = 10;
export const REQUEST_FAILED = 11;

/** Legal, though it looks odd: what was seen, and why it happens. */
export interface LinuxClass {
  readonly id: string;
  readonly seen: string;
  readonly cause: string;
}

/** Indexed by the numbers above. */
export const LINUX_CLASSES: readonly LinuxClass[] = [
  legal("freed-unknown", "frees of blocks not seen before", "allocated before the recording, or before a gap"),
  legal(
    "freed-refilled",
    "frees of blocks that left the buddy core unallocated",
    "hidden bulk allocation: alloc_pages_bulk has no event",
  ),
  legal(
    "freed-again",
    "frees of blocks last seen freed",
    "hidden bulk allocation: alloc_pages_bulk has no event; many of these are freed by vfree workers",
  ),
  legal(
    "freed-in-core",
    "frees of blocks last seen in the buddy core",
    "hidden bulk allocation, compaction or contiguous allocation, none of which has an event",
  ),
  legal("freed-part", "frees of a block's first part", "a folio was split, or alloc_pages_exact gave its tail back"),
  legal("freed-tail", "frees from inside a block", "a folio was split, or alloc_pages_exact gave its tail back"),
  legal("drained-unknown", "drains of blocks not seen before", "freed before the recording, or before a gap"),
  legal("drained-unused", "drains of blocks that were never allocated", "a refill of a per-CPU list went unused"),
  legal(
    "removed-freed",
    "removals of blocks last seen freed, without a drain",
    "direct free: too large for the per-CPU lists, or their lock was taken",
  ),
  legal(
    "hidden-refill",
    "drains of blocks last seen in the buddy core, in runs of exactly one batch",
    "the kernel refilled a per-CPU list without events",
  ),
  legal("batched-unknown", "batched frees of frames not seen before", "the free stands before the recording or a gap"),
  legal("request-failed", "requests that failed", "no block was free for the request; the kernel may fail"),
];

function legal(id: string, seen: string, cause: string): LinuxClass {
  return { id, seen, cause };
}
