// One fault of every kind, which the tests hold against wording, labels, numbering and JSON schema.
//
//  1. The compiler sees to it that no kind is left out.
//  2. pfns are absolute and lie above `SAMPLE_BASE`, all other numbers far below: a pfn that a report
//     forgets to renumber meets the eye.

import type { Fault } from "../../model/violation.ts";

/** Absolute pfn of the first page of the samples' pool. */
export const SAMPLE_BASE = 1_000_000;

const B = SAMPLE_BASE;

/** What the rows share: a block of four pages, a live one around it, and one that is on a list. */
const BLOCK = { pfn: B + 4, pages: 4 };
const HOLDER = { pfn: B, pages: 8, since: 3 };
const LISTED = { blocks: [{ pfn: B + 3, pages: 2 }], count: 1 };

export const FAULT_SAMPLES: { readonly [Kind in Fault["kind"]]: Extract<Fault, { kind: Kind }> } = {
  "misaligned-block": { kind: "misaligned-block", pfn: B + 3, order: 1 },
  "order-above-max": { kind: "order-above-max", pfn: B, pages: 2048, maxPages: 1024 },
  "outside-managed": { kind: "outside-managed", pfn: B + 3584, pages: 512, where: "beyond-pool" },
  "overlaps-live": { kind: "overlaps-live", ...BLOCK, holder: HOLDER },
  "overlaps-withheld": { kind: "overlaps-withheld", ...BLOCK, withheld: { start: B + 5, end: B + 6 } },
  "overlaps-cached": { kind: "overlaps-cached", ...BLOCK, cached: B + 6 },
  "served-zero-pages": { kind: "served-zero-pages", pfn: B + 7 },
  "larger-split": { kind: "larger-split", pfn: B + 32, order: 0, from: 5, smallest: 2 },
  "out-of-turn": { kind: "out-of-turn", pfn: B + 9, head: B + 8, expectedHead: B },
  "wrong-half": { kind: "wrong-half", pfn: B + 4, expected: B },
  "wrong-zone": { kind: "wrong-zone", pfn: B + 5, asked: "dma", served: "normal" },
  "not-zeroed": { kind: "not-zeroed", ...BLOCK },
  "refused-with-room": {
    kind: "refused-with-room",
    order: 10,
    room: { pfn: B + 1024, pages: 1024 },
    freeBlocks: 3,
  },
  "bad-free": {
    kind: "bad-free",
    pfn: B + 91,
    pages: 1,
    misuse: "double",
    answer: "unsaid",
    holder: HOLDER,
    freedAt: 7,
  },
  "good-free-refused": { kind: "good-free-refused", ...BLOCK, since: 11 },
  died: { kind: "died", how: "segv" },
  "listed-misaligned": { kind: "listed-misaligned", ...LISTED },
  "listed-outside": { kind: "listed-outside", blocks: [{ pfn: B + 3072, pages: 1024 }], count: 1 },
  "listed-twice": { kind: "listed-twice", blocks: [BLOCK, { pfn: B + 8, pages: 1 }], count: 2 },
  "listed-overlapping": { kind: "listed-overlapping", ...LISTED },
  "listed-live": {
    kind: "listed-live",
    blocks: [{ pfn: B + 1, pages: 1 }],
    count: 1,
    holder: { pfn: B + 1, pages: 1, since: 3 },
  },
  missing: {
    kind: "missing",
    ranges: [
      { start: B + 16, end: B + 17 },
      { start: B + 1024, end: B + 2048 },
    ],
    pages: 1025,
  },
  unmerged: { kind: "unmerged", pairs: [{ pfn: B, pages: 32 }], count: 2 },
  "list-order": { kind: "list-order", order: 3, expected: [B + 8, B + 16], found: [B + 8, B + 24] },
  "changed-elsewhere": { kind: "changed-elsewhere", blocks: [BLOCK], count: 1 },
  "count-total": { kind: "count-total", expected: 128, found: 120 },
  "count-spread": { kind: "count-spread", order: 1, expected: 1, found: 3 },
  "join-twice": { kind: "join-twice", pfn: B + 2816, pages: 32 },
  "left-in-use": { kind: "left-in-use", ...BLOCK, holder: HOLDER },
  handover: { kind: "handover", pfn: B + 12, fault: "lost" },
};

/** The samples in the order of their declaration. */
export function faultSamples(): readonly Fault[] {
  return Object.values(FAULT_SAMPLES);
}
