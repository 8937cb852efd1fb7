// The named laws of a buddy allocator: what each says, why it holds, and who says so.
//
//  1. A law has one id for ever: reports, suites, suppressions and docs use it.
//  2. A law has one executable definition, in the file its `judgedIn` names; `step` calls it and nothing
//     else decides. One defect breaks one law: the first in the order of the definitions.
//  3. A law can be switched off. What it alone would have caught then passes, and is reported as not checked.
//
// Ids and statements follow SPEC.md 4, with one law added: `returns`, because an allocator that dies in a
// legal call breaks no other.

export type LawId =
  | "aligned"
  | "in-bounds"
  | "no-overlap"
  | "partition"
  | "conserved"
  | "no-free-buddies"
  | "free-lists"
  | "served-from-free"
  | "best-fit"
  | "placement"
  | "frame"
  | "no-spurious-oom"
  | "refused-unchanged"
  | "rounding"
  | "free-live-only"
  | "bad-free-refused"
  | "zeroed"
  | "drained"
  | "handover"
  | "returns";

export interface Law {
  readonly id: LawId;
  /** One sentence, in the present tense. */
  readonly statement: string;
  /** Why a correct allocator cannot break it, or what goes wrong when it does. */
  readonly reason: string;
  /** "error" corrupts memory or loses it; "warning" breaks a promise of policy. */
  readonly severity: "error" | "warning";
  readonly source: string;
  /** The file of `model/` that holds the executable definition. */
  readonly judgedIn: string;
  /** A short trace that breaks it, in notation (notation.ts); state lines as snapshots. */
  readonly example: string;
}

const KNUTH = "Knuth, The Art of Computer Programming 1, 2.5, algorithms R and S";
const GORMAN = "Gorman, Understanding the Linux Virtual Memory Manager, ch. 6";

/** Every law, in the order of SPEC.md 4. */
export const LAWS: readonly Law[] = [
  {
    id: "aligned",
    statement: "Every block starts at a multiple of its own length.",
    reason: "A block's buddy is found by flipping one bit of its pfn; off the grid that bit names a stranger.",
    severity: "error",
    source: KNUTH,
    judgedIn: "judge-served.ts",
    example: "a1=3",
  },
  {
    id: "in-bounds",
    statement: "Every block lies in managed frames of one zone and is no larger than the largest order.",
    reason: "Frames in holes, in reserved ranges, past the pool's end or across a zone border are not the allocator's.",
    severity: "error",
    source: `${GORMAN}; SPEC.md 1`,
    judgedIn: "judge-served.ts",
    example: "a3=64",
  },
  {
    id: "no-overlap",
    statement: "No frame belongs to two live blocks.",
    reason: "Two owners of one frame overwrite each other; this is what an allocator exists to prevent.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-served.ts",
    example: "a1=0 a0=1",
  },
  {
    id: "partition",
    statement: "Live and free blocks together cover each managed frame exactly once.",
    reason: "A frame in neither set is lost until reboot; a frame in both will be handed out twice.",
    severity: "error",
    source: "SPEC.md 2 and 4",
    judgedIn: "judge-observed.ts",
    example: "a0=0 free 1:0 4:2",
  },
  {
    id: "conserved",
    statement: "Free plus live frames make up the managed frames, and reported counts say so.",
    reason: "Requests neither create nor destroy memory; a drifting counter refuses requests it could serve.",
    severity: "error",
    source: "SPEC.md 4; /proc/buddyinfo",
    judgedIn: "judge-observed.ts",
    example: "a0=0 counts 1 0 1 0",
  },
  {
    id: "no-free-buddies",
    statement: "Two buddies below the largest order are never both free.",
    reason: "Eager coalescing joins them at once; left apart they fragment memory for ever.",
    severity: "error",
    source: KNUTH,
    judgedIn: "judge-observed.ts",
    example: "a2=0 free 4:1 6:1",
  },
  {
    id: "free-lists",
    statement: "A free block is on exactly one list, the list of its order.",
    reason: "A block listed twice is served twice.",
    severity: "error",
    source: GORMAN,
    judgedIn: "judge-observed.ts",
    example: "free 0:3 0:3",
  },
  {
    id: "served-from-free",
    statement: "The block handed out was on the free lists just before.",
    reason: "A block taken from anywhere else comes from a stale pointer.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-served.ts",
    example: "a2=0 free 4:2 a0=1",
  },
  {
    id: "best-fit",
    statement: "A larger block is split only when no smaller one suffices.",
    reason: "Splitting early destroys large blocks that later requests need.",
    severity: "warning",
    source: `${KNUTH}; Linux mm/page_alloc.c, __rmqueue_smallest`,
    judgedIn: "judge-served.ts",
    example: "a0=0 a0=4",
  },
  {
    id: "placement",
    statement:
      "The block served is the one the allocator's policy picks: the list's head, or the lowest or highest address.",
    reason: "A block out of turn means that the list is not in the order its code believes.",
    severity: "warning",
    source: "docs/allocators.md",
    judgedIn: "judge-served.ts",
    example: "free 0:3 a0=7",
  },
  {
    id: "frame",
    statement: "Nothing but the served or freed block, its split remainders and its merges changes.",
    reason: "A call that touches other blocks works with a pointer that is not its own.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-observed.ts",
    example: "a1=0 free 2:1 4:2 a0=2 free 3:0 4:1 6:1",
  },
  {
    id: "no-spurious-oom",
    statement: "A request is refused only if no free block is large enough.",
    reason: "Under eager coalescing the free blocks follow from the live ones, so a needless refusal is provable.",
    severity: "error",
    source: "SPEC.md 2 (canonical free set)",
    judgedIn: "judge-refused.ts",
    example: "a2=0 a2!",
  },
  {
    id: "refused-unchanged",
    statement: "A refused request leaves the free lists as they were.",
    reason: "A failing call that has already split or counted loses memory on the path nobody tests.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-observed.ts",
    example: "a2=0 free 4:2 a3! free 4:1 6:1",
  },
  {
    id: "rounding",
    statement: "A request for n pages takes the smallest power of two that holds n, and 0 pages are nothing.",
    reason: "Less overruns the block, more loses the rest, and 0 read as 1 hides the caller's bug.",
    severity: "error",
    source: "HeliOS, get_free_pages; SPEC.md 4",
    judgedIn: "judge-observed.ts",
    example: "free 0:3 p3=0 free 3:0 2:0 4:2",
  },
  {
    id: "free-live-only",
    statement: "A free names a live block, whole, with its own order.",
    reason: "The allocator cannot know better than its caller; what a wrong free corrupts shows up much later.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-freed.ts",
    example: "a0=0 f0 f0",
  },
  {
    id: "bad-free-refused",
    statement:
      "A double, misaligned, interior, out-of-range, wrong-order or never-allocated free is refused, a good one never.",
    reason: "An accepted bad free puts live memory on a list; a refused good one leaks.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-freed.ts",
    example: "a0=0 f0 f0+",
  },
  {
    id: "zeroed",
    statement: "The zeroing calls return frames that are all zero.",
    reason: "Stale content leaks one owner's data to the next.",
    severity: "error",
    source: "HeliOS, get_free_page; SPEC.md 4",
    judgedIn: "judge-served.ts",
    example: "a0=0~",
  },
  {
    id: "drained",
    statement: "After everything is freed the free lists hold what they held at the start.",
    reason: "Whatever is missing then leaked, and whatever is split then never merged.",
    severity: "error",
    source: "SPEC.md 4",
    judgedIn: "judge-observed.ts",
    example: "a0=0 f0 free 1:0 2:1 4:2",
  },
  {
    id: "handover",
    statement: "After bootmem retires, each usable frame it did not hand out is free once, and no other frame is.",
    reason: "Totals can balance while one page is lost and another given away; only the set shows it.",
    severity: "error",
    source: "HeliOS, bootmem; SPEC.md 4",
    judgedIn: "bootmem.ts",
    example: "",
  },
  {
    id: "returns",
    statement: "Every legal call returns: the allocator neither dies nor hangs.",
    reason: "A crash in a legal call is a defect, whatever state it leaves.",
    severity: "error",
    source: "docs/decisions/0001-laws.md",
    judgedIn: "judge-refused.ts",
    example: "a0#abort",
  },
];

export const LAW_IDS: readonly LawId[] = LAWS.map((law) => law.id);

export const ALL_LAWS: ReadonlySet<LawId> = new Set(LAW_IDS);

/** The law with this id; every id has one. */
export function lawOf(id: LawId): Law {
  const law = LAWS.find((candidate) => candidate.id === id);
  if (law === undefined) throw new Error(`buddycheck bug: no law ${id}`);
  return law;
}
