// Wording: what a violation says in English.
//
//  1. A sentence starts with what the allocator did, or with the client's mistake, and states the fact
//     that makes it impossible: "served page 389, but the block 384..391 (order 3) is still live: served
//     at line 3". It ends without a full stop, because the reports go on after it.
//  2. Every kind of fault, misuse, permission and assumption has its own words; a new kind does not
//     compile until it has some.
//  3. A page is what a pfn names; an amount of memory is counted in pages, with its order beside it.
//  4. pfns are in the user's numbering (numbering.ts).
//
// The faults that lists and counts show are worded in words-observed.ts.

import { match, P } from "ts-pattern";
import type { Allowed, Assumed, Fault, Holder, Outside, Violation } from "../../model/violation.ts";
import type { NotChecked } from "../verdict.ts";
import { blockName, blockNames, counted, orderName, pagesName, servedAt, sizeName, type Naming } from "./names.ts";
import { observedWords } from "./words-observed.ts";

type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

/** What was seen, and why it cannot be. */
export function faultWords(fault: Fault, naming: Naming): string {
  switch (fault.kind) {
    case "misaligned-block":
      return misalignedWords(fault, naming);
    case "order-above-max":
      return `served ${sizeName(fault.pages)} at page ${fault.pfn}, but the largest block has ${sizeName(fault.maxPages)}`;
    case "outside-managed":
      return `served ${pagesName(fault.pfn, fault.pages, naming)}, ${outsideWords(fault.where)}`;
    case "overlaps-withheld":
      return withheldWords(fault, naming);
    case "overlaps-live":
    case "overlaps-cached":
      return `served ${pagesName(fault.pfn, fault.pages, naming)}, but ${takenWords(fault, naming)}`;
    case "served-zero-pages":
      return `served page ${fault.pfn} for a request of 0 pages`;
    case "larger-split":
      return `split a free block of ${orderName(fault.from)} for ${orderName(fault.order)}, though one of ${orderName(fault.smallest)} was free`;
    case "out-of-turn":
      return `served page ${fault.pfn} from the free block at page ${fault.head}, but the one at page ${fault.expectedHead} was next`;
    case "wrong-half":
      return `split a block and served the half at page ${fault.pfn}, but the half at page ${fault.expected} is promised`;
    case "wrong-zone":
      return `served page ${fault.pfn} of zone "${fault.served}", which a request for zone "${fault.asked}" may not fall back to`;
    case "not-zeroed":
      return `served ${pagesName(fault.pfn, fault.pages, naming)}, not all of it zero`;
    case "refused-with-room":
      return refusedWords(fault);
    case "bad-free":
      return badFreeWords(fault, naming);
    case "good-free-refused":
      return `refused to free ${pagesName(fault.pfn, fault.pages, naming)}, a live block: ${servedAt(fault.since, naming)}`;
    case "died":
      return diedWords(fault.how);
    case "handover":
      return handoverWords(fault);
    default:
      return observedWords(fault, naming);
  }
}

function misalignedWords({ pfn, order }: FaultOf<"misaligned-block">, naming: Naming): string {
  const { basePfn } = naming;
  if (!Number.isInteger(pfn)) return `served ${pagesName(pfn, 1, naming)}, but a block starts with its page`;
  const absolute = basePfn === 0 ? `${pfn}` : `its pfn ${basePfn + pfn} (base_pfn ${basePfn})`;
  return `served page ${pfn} as a block of ${orderName(order)}, but ${absolute} is not a multiple of ${2 ** order}`;
}

function outsideWords(where: Outside): string {
  switch (where) {
    case "beyond-pool":
      return "beyond the end of the pool";
    case "not-managed":
      return "which the allocator does not manage";
    case "crosses-zone":
      return "across the border of two zones";
    case "crosses-hole":
      return "into pages that the allocator does not manage";
  }
}

/** Why the pages could not be served: who has them. */
function takenWords(fault: FaultOf<"overlaps-live" | "overlaps-cached">, naming: Naming): string {
  switch (fault.kind) {
    case "overlaps-live":
      return `the block ${blockName(fault.holder)} is still live: ${servedAt(fault.holder.since, naming)}`;
    case "overlaps-cached":
      return `page ${fault.cached} was in a cache just before: free, but not to be coalesced`;
  }
}

/** The pages that are not free are named where they are only some of those served. */
function withheldWords({ pfn, pages, withheld }: FaultOf<"overlaps-withheld">, naming: Naming): string {
  const served = `served ${pagesName(pfn, pages, naming)}`;
  const amount = withheld.end - withheld.start;
  if (amount === pages) return `${served}, not free since an earlier violation`;
  return `${served}, of which ${pagesName(withheld.start, amount, naming)} ${amount > 1 ? "have" : "has"} not been free since an earlier violation`;
}

function refusedWords({ order, room, freeBlocks }: FaultOf<"refused-with-room">): string {
  const some = freeBlocks === 1 ? "1 free block is" : `${freeBlocks} free blocks are`;
  const example = room === null ? "" : `: ${freeBlocks === 1 ? "" : "the first is "}${blockName(room)}`;
  return `refused ${orderName(order)}, but ${some} large enough${example}`;
}

/** "accepted a double free of page 91, …"; where the call has no answer, the client's act alone. */
function badFreeWords(fault: FaultOf<"bad-free">, naming: Naming): string {
  const mistake = misuseWords(fault, naming);
  switch (fault.answer) {
    case "accepted":
      return `accepted ${mistake}`;
    case "unsaid":
      return mistake;
    case "died":
      return `died in ${mistake}`;
  }
}

/** The free as it was called, and the fact that makes it wrong. */
function misuseWords(fault: FaultOf<"bad-free">, naming: Naming): string {
  const pages = fault.pages ?? 1;
  const named = pagesName(fault.pfn, pages, naming);
  const { event } = naming;
  return match(fault)
    .with({ misuse: "double", freedAt: 0 }, () => `a double free of ${named}: free already, at least in part`)
    .with({ misuse: "double" }, ({ freedAt }) => `a double free of ${named}: freed at ${event} ${freedAt} already`)
    .with({ misuse: "never-allocated" }, () => `a free of ${named}, where no block was ever served`)
    .with(
      { misuse: "interior", holder: P.nonNullable },
      ({ holder }) => `a free of ${named}, inside the live block ${holderName(holder, naming)}`,
    )
    .with({ misuse: "interior", holder: null }, () => `a free of ${named}, inside a live block`)
    .with({ misuse: "wrong-size", pages: 0 }, () => `a free of 0 pages at page ${fault.pfn}`)
    .with(
      { misuse: "wrong-size", holder: P.nonNullable },
      ({ holder }) => `a free of ${named}, but the block there is ${holderName(holder, naming)}`,
    )
    .with({ misuse: "wrong-size", holder: null }, () => `a free of ${named}, which are not one live block`)
    .with({ misuse: "misaligned" }, () => `a free of ${named}, where no block can start`)
    .with(
      { misuse: "out-of-range" },
      () => `a free of ${named}, ${pages > 1 ? "not all of them in" : "outside"} the pool`,
    )
    .with({ misuse: "reserved" }, () => `a free of ${named}, which the allocator does not manage`)
    .exhaustive();
}

function holderName(holder: Holder, naming: Naming): string {
  return `${blockName(holder)}, ${servedAt(holder.since, naming)}`;
}

function diedWords(how: string): string {
  if (how === "hang") return "never returned from a legal call (hang)";
  return how === "" ? "died in a legal call" : `died in a legal call (${how})`;
}

function handoverWords({ pfn, fault }: FaultOf<"handover">): string {
  switch (fault) {
    case "lost":
      return `page ${pfn} is usable and was not handed out by bootmem, but is not free afterwards`;
    case "given-twice":
      return `page ${pfn} was given to the buddy allocator twice`;
    case "handed-out-is-free":
      return `page ${pfn} was handed out by bootmem, but is free afterwards`;
    case "reserved-is-free":
      return `page ${pfn} is reserved, but is free afterwards`;
  }
}

/** What a correct allocator could have done instead. */
export function allowedWords({ allowed, fault }: Pick<Violation, "allowed" | "fault">): string {
  switch (allowed.kind) {
    case "serve":
      return serveWords(allowed, fault);
    case "refuse":
      return refuseWords(fault.kind);
    case "accept":
      return fault.kind === "not-zeroed" ? "to serve the same block, all zero" : "to free the block";
    case "answer":
      return "to return, whatever the answer";
    case "free-blocks":
      return allowed.blocks.length === 0
        ? "free lists without any of these pages"
        : `free lists with ${blockNames(allowed.blocks)}`;
    case "counts":
      return `free blocks of order 0 to ${allowed.free.length - 1}: ${allowed.free.join(" ")}`;
  }
}

/** Where policy alone was broken, the one choice that keeps it; otherwise some of the choices there were. */
function serveWords({ order, from }: Extract<Allowed, { kind: "serve" }>, fault: Fault): string {
  const serve = `to serve ${orderName(order)}`;
  if (fault.kind === "larger-split") return `${serve} out of a free block of order ${fault.smallest}`;
  if (fault.kind === "out-of-turn") return `${serve} out of the free block at page ${fault.expectedHead}`;
  if (fault.kind === "wrong-half") return `${serve} at page ${fault.expected}`;
  return from.length === 0 ? serve : `${serve} out of a free block, such as ${blockNames(from)}`;
}

function refuseWords(fault: Fault["kind"]): string {
  if (fault === "bad-free") return "to refuse the free";
  if (fault === "join-twice" || fault === "left-in-use") return "to refuse the change";
  if (fault === "served-zero-pages") return "to refuse the request";
  return "to refuse the request, for no free block is large enough";
}

/** With what the checking goes on, so that one defect is reported once. */
export function assumedWords(assumed: Assumed): string {
  switch (assumed) {
    case "served-anyway":
      return "the block counts as served";
    case "refusal-stands":
      return "the refusal stands, and nothing has changed";
    case "free-ignored":
      return "the free counts as never called";
    case "still-live":
      return "the block counts as live";
    case "lists-adopted":
      return "the free lists count as right";
    case "counts-ignored":
      return "the counts are set aside";
    case "change-ignored":
      return "the change counts as made where it was possible";
    case "state-forgotten":
      return "all pages count as unknown until they are seen again";
  }
}

/** Why a law was not judged, and for how long. */
export function notCheckedWords({ reason, events }: NotChecked): string {
  return events === 0 ? reason : `${reason} (${counted(events, "event")})`;
}
