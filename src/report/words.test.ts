import { describe, expect, it } from "vitest";
import type { Allowed, Assumed, Fault } from "../../model/violation.ts";
import { FAULT_SAMPLES, faultSamples, SAMPLE_BASE } from "./fault-samples.ts";
import { faultLabel } from "./label.ts";
import { inUsersNumbering } from "./numbering.ts";
import { allowedWords, assumedWords, faultWords, notCheckedWords } from "./words.ts";

const NAMING = { basePfn: 0, pageSize: 4096, event: "line" } as const;

// What the report says of each sample (fault-samples.ts).
const SAID: Readonly<Record<Fault["kind"], string>> = {
  "misaligned-block": "served page 3 as a block of order 1 (2 pages), but 3 is not a multiple of 2",
  "order-above-max": "served 2048 pages (order 11) at page 0, but the largest block has 1024 pages (order 10)",
  "outside-managed": "served pages 3584..4095, beyond the end of the pool",
  "overlaps-live": "served pages 4..7, but the block 0..7 (order 3) is still live: served at line 3",
  "overlaps-withheld": "served pages 4..7, of which page 5 has not been free since an earlier violation",
  "overlaps-cached": "served pages 4..7, but page 6 was in a cache just before: free, but not to be coalesced",
  "served-zero-pages": "served page 7 for a request of 0 pages",
  "larger-split":
    "split a free block of order 5 (32 pages) for order 0 (1 page), though one of order 2 (4 pages) was free",
  "out-of-turn": "served page 9 from the free block at page 8, but the one at page 0 was next",
  "wrong-half": "split a block and served the half at page 4, but the half at page 0 is promised",
  "wrong-zone": 'served page 5 of zone "normal", which a request for zone "dma" may not fall back to',
  "not-zeroed": "served pages 4..7, not all of it zero",
  "refused-with-room":
    "refused order 10 (1024 pages), but 3 free blocks are large enough: the first is 1024..2047 (order 10)",
  "bad-free": "a double free of page 91: freed at line 7 already",
  "good-free-refused": "refused to free pages 4..7, a live block: served at line 11",
  died: "died in a legal call (segv)",
  "listed-misaligned": "the free lists hold 1 block, 3..4 (order 1), not at a multiple of its length",
  "listed-outside":
    "the free lists hold 1 block, 3072..4095 (order 10), not wholly managed, or above the largest order",
  "listed-twice": "the free lists hold 2 blocks, 4..7 (order 2), 8 (order 0), a second time",
  "listed-overlapping": "the free lists hold 1 block, 3..4 (order 1), inside another block of the lists",
  "listed-live": "the free lists hold page 1, but the block 1 (order 0) is still live: served at line 3",
  missing: "1025 free pages on no free list: 16, 1024..2047",
  unmerged: "2 pairs of free buddies not coalesced: 0..31 with 32..63 (order 5) and 1 more",
  "list-order": "block 2 of the list of order 3 is 24, but 16 comes next",
  "changed-elsewhere": "the call changed free blocks it has nothing to do with: 4..7 (order 2)",
  "count-total": "the counts add up to 120 free pages, but 128 are free",
  "count-spread": "3 free blocks of order 1 (2 pages) counted, but there must be 1",
  "join-twice": "pages 2816..2847 joined, in part or wholly managed already or in no zone",
  "left-in-use": "pages 4..7 left, but the block 0..7 (order 3) is still live: served at line 3",
  handover: "page 12 is usable and was not handed out by bootmem, but is not free afterwards",
};

/** The sample as a report gets to see it: in the numbers of the user's file. */
function sample(kind: Fault["kind"]): Fault {
  const [law, blame, allowed, assumed] = ["no-overlap", "allocator", { kind: "refuse" }, "served-anyway"] as const;
  const violation = { law, blame, fault: FAULT_SAMPLES[kind], allowed, assumed, frames: [], around: [] };
  return inUsersNumbering(violation, SAMPLE_BASE).fault;
}

describe("every fault", () => {
  const rows = faultSamples().map(({ kind }) => ({ kind }));

  it.each(rows)("$kind is told in words, in the numbers of the user's file", ({ kind }) =>
    expect(faultWords(sample(kind), NAMING)).toBe(SAID[kind]),
  );

  it.each(rows)("$kind has a label of a few words", ({ kind }) => {
    const label = faultLabel(sample(kind));
    expect(label.split(" ").length).toBeLessThanOrEqual(6);
    expect(label).not.toBe("");
  });
});

function badFree(fields: Partial<Extract<Fault, { kind: "bad-free" }>>): string {
  const usual = { pfn: 385, pages: 2, misuse: "double", answer: "unsaid", holder: null, freedAt: 0 } as const;
  return faultWords({ kind: "bad-free", ...usual, ...fields }, NAMING);
}

describe("a bad free", () => {
  const holder = { pfn: 384, pages: 8, since: 3 };
  it.each([
    [badFree({ freedAt: 7 }), "a double free of pages 385..386: freed at line 7 already"],
    [badFree({}), "a double free of pages 385..386: free already, at least in part"],
    [badFree({ misuse: "never-allocated" }), "a free of pages 385..386, where no block was ever served"],
    [
      badFree({ misuse: "interior", holder }),
      "a free of pages 385..386, inside the live block 384..391 (order 3), served at line 3",
    ],
    [badFree({ misuse: "interior" }), "a free of pages 385..386, inside a live block"],
    [
      badFree({ misuse: "wrong-size", holder }),
      "a free of pages 385..386, but the block there is 384..391 (order 3), served at line 3",
    ],
    [badFree({ misuse: "wrong-size", pages: 0 }), "a free of 0 pages at page 385"],
    [badFree({ misuse: "wrong-size" }), "a free of pages 385..386, which are not one live block"],
    [
      badFree({ misuse: "misaligned", pfn: 385.5, pages: null }),
      "a free of byte 2048 of page 385, where no block can start",
    ],
    [badFree({ misuse: "out-of-range" }), "a free of pages 385..386, not all of them in the pool"],
    [badFree({ misuse: "out-of-range", pages: null }), "a free of page 385, outside the pool"],
    [badFree({ misuse: "reserved", pages: null }), "a free of page 385, which the allocator does not manage"],
    [
      badFree({ misuse: "reserved", answer: "accepted" }),
      "accepted a free of pages 385..386, which the allocator does not manage",
    ],
    [
      badFree({ misuse: "reserved", answer: "died" }),
      "died in a free of pages 385..386, which the allocator does not manage",
    ],
  ])("%s", (said, expected) => expect(said).toBe(expected));
});

describe("what lists and counts show", () => {
  const pair = { blocks: [{ pfn: 8, pages: 8 }], count: 9, holder: null };
  it.each<[Fault, string]>([
    [{ kind: "listed-live", ...pair }, "the free lists hold pages 8..15 and 8 more, held since before the first line"],
    [{ kind: "left-in-use", pfn: 8, pages: 1, holder: null }, "page 8 left, but it was not managed"],
    [
      { kind: "list-order", order: 2, expected: [8, 16], found: [8, 16] },
      "the list of order 2 is out of order after its first 2 blocks",
    ],
    [
      { kind: "list-order", order: 2, expected: [8, 16], found: [8] },
      "block 2 of the list of order 2 is nothing, but 16 comes next",
    ],
    [
      { kind: "count-spread", order: 0, expected: 0, found: 1 },
      "1 free block of order 0 (1 page) counted, but there must be 0",
    ],
    [
      { kind: "overlaps-withheld", pfn: 4, pages: 2, withheld: { start: 4, end: 6 } },
      "served pages 4..5, not free since an earlier violation",
    ],
    [{ kind: "died", how: "hang" }, "never returned from a legal call (hang)"],
    [{ kind: "died", how: "" }, "died in a legal call"],
    [
      { kind: "refused-with-room", order: 0, room: null, freeBlocks: 1 },
      "refused order 0 (1 page), but 1 free block is large enough",
    ],
    [{ kind: "misaligned-block", pfn: 3.5, order: 1 }, "served byte 2048 of page 3, but a block starts with its page"],
  ])("%j", (fault, words) => expect(faultWords(fault, NAMING)).toBe(words));
});

describe("what is shown besides the fault", () => {
  const naming = { ...NAMING, basePfn: 5 };

  it("alignment is explained with the absolute pfn", () =>
    expect(faultWords({ kind: "misaligned-block", pfn: 2, order: 1 }, naming)).toBe(
      "served page 2 as a block of order 1 (2 pages), but its pfn 7 (base_pfn 5) is not a multiple of 2",
    ));

  it("a block from before the recording has no line", () => {
    const fault = { kind: "good-free-refused", pfn: 4, pages: 1, since: 0 } as const;
    expect(faultWords(fault, naming)).toBe("refused to free page 4, a live block: held since before the first line");
  });

  it.each([
    ["crosses-zone", "across the border of two zones"],
    ["crosses-hole", "into pages that the allocator does not manage"],
    ["not-managed", "which the allocator does not manage"],
  ] as const)("a block that lies wrong, %s", (where, words) =>
    expect(faultWords({ kind: "outside-managed", pfn: 6, pages: 4, where }, naming)).toBe(
      `served pages 6..9, ${words}`,
    ),
  );

  it.each(["lost", "given-twice", "handed-out-is-free", "reserved-is-free"] as const)("a hand-over, %s", (fault) =>
    expect(faultWords({ kind: "handover", pfn: 6, fault }, naming)).toMatch(/^page 6 (?:is|was) /u),
  );

  it.each([
    [{ kind: "serve", order: 0, from: [] }, "overlaps-live", "to serve order 0 (1 page)"],
    [
      { kind: "serve", order: 0, from: [{ pfn: 8, pages: 4 }] },
      "overlaps-live",
      "to serve order 0 (1 page) out of a free block, such as 8..11 (order 2)",
    ],
    [{ kind: "serve", order: 0, from: [] }, "larger-split", "to serve order 0 (1 page) out of a free block of order 2"],
    [{ kind: "serve", order: 0, from: [] }, "out-of-turn", "to serve order 0 (1 page) out of the free block at page 0"],
    [{ kind: "serve", order: 0, from: [] }, "wrong-half", "to serve order 0 (1 page) at page 0"],
    [{ kind: "refuse" }, "overlaps-live", "to refuse the request, for no free block is large enough"],
    [{ kind: "refuse" }, "bad-free", "to refuse the free"],
    [{ kind: "refuse" }, "join-twice", "to refuse the change"],
    [{ kind: "refuse" }, "served-zero-pages", "to refuse the request"],
    [{ kind: "accept" }, "good-free-refused", "to free the block"],
    [{ kind: "accept" }, "not-zeroed", "to serve the same block, all zero"],
    [{ kind: "answer" }, "died", "to return, whatever the answer"],
    [{ kind: "free-blocks", blocks: [] }, "listed-live", "free lists without any of these pages"],
    [{ kind: "free-blocks", blocks: [{ pfn: 8, pages: 3 }] }, "missing", "free lists with 8..10 (3 pages)"],
    [{ kind: "counts", free: [1, 0, 2] }, "count-total", "free blocks of order 0 to 2: 1 0 2"],
  ] as readonly [Allowed, Fault["kind"], string][])("%j was allowed instead", (allowed, kind, words) => {
    expect(allowedWords({ allowed, fault: sample(kind) })).toBe(words);
  });

  it("every assumption has its own words", () => {
    const all: Readonly<Record<Assumed, true>> = {
      "served-anyway": true,
      "refusal-stands": true,
      "free-ignored": true,
      "still-live": true,
      "lists-adopted": true,
      "counts-ignored": true,
      "change-ignored": true,
      "state-forgotten": true,
    };
    const said = Object.keys(all).map((assumed) => assumedWords(assumed as Assumed));
    expect(new Set(said).size).toBe(said.length);
  });

  it.each([
    [0, "no counts"],
    [1, "no counts (1 event)"],
    [12, "no counts (12 events)"],
  ])("a law not checked at %i events", (events, words) =>
    expect(notCheckedWords({ law: "conserved", cause: "recording", reason: "no counts", events })).toBe(words),
  );
});
