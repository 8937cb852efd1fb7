// The few words that stand beside the underlined value: why it is wrong.
//
//  1. A label has at most six words, so that it finds room behind the carets.
//  2. It may be vague, since the eye rests on the value itself; the whole sentence is in words.ts.

import type { Fault, Misuse, Outside } from "../../model/violation.ts";

type Tables = "bad-free" | "outside-managed";

/** Why the value at issue is wrong. */
export function faultLabel(fault: Fault): string {
  if (fault.kind === "bad-free") return MISUSE_LABELS[fault.misuse];
  if (fault.kind === "outside-managed") return OUTSIDE_LABELS[fault.where];
  return FAULT_LABELS[fault.kind];
}

const FAULT_LABELS: Readonly<Record<Exclude<Fault["kind"], Tables>, string>> = {
  "misaligned-block": "not a multiple of its length",
  "order-above-max": "above the largest order",
  "overlaps-live": "live already",
  "overlaps-withheld": "not free",
  "overlaps-cached": "in a cache",
  "served-zero-pages": "served all the same",
  "larger-split": "from a larger block than needed",
  "out-of-turn": "not the next in turn",
  "wrong-half": "the other half is promised",
  "wrong-zone": "of another zone",
  "not-zeroed": "not zero",
  "refused-with-room": "there is room",
  "good-free-refused": "live, yet refused",
  died: "died here",
  "listed-misaligned": "not a multiple of its length",
  "listed-outside": "not managed",
  "listed-twice": "listed before",
  "listed-overlapping": "inside another block",
  "listed-live": "still live",
  missing: "free pages are missing",
  unmerged: "its buddy is free too",
  "list-order": "out of order",
  "changed-elsewhere": "changed without cause",
  "count-total": "wrong in total",
  "count-spread": "wrong for its order",
  "join-twice": "cannot join",
  "left-in-use": "cannot leave",
  handover: "wrong after the hand-over",
};

const MISUSE_LABELS: Readonly<Record<Misuse, string>> = {
  double: "free already",
  "never-allocated": "never served",
  interior: "inside a live block",
  "wrong-size": "not the block's size",
  misaligned: "no block starts here",
  "out-of-range": "outside the pool",
  reserved: "not managed",
};

const OUTSIDE_LABELS: Readonly<Record<Outside, string>> = {
  "beyond-pool": "beyond the pool",
  "not-managed": "not managed",
  "crosses-zone": "across two zones",
  "crosses-hole": "into a hole",
};
