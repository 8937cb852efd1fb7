// Wording for kernel traces: what a finding says, what was lost, how complete a trace is, what the replay showed.
//
//  1. pfns are hexadecimal, as the kernel prints them.
//  2. A contradiction is never called a bug: the missing event that would explain it is named beside it.
//  3. A number of what is missing says whether it was counted or is a bound.

import { pagesIn } from "../../model/geometry.ts";
import type { Completeness, PageBalance } from "../verify/linux-completeness.ts";
import type { ExactFigures } from "../verify/linux-exact.ts";
import type { LossReport } from "../verify/linux-losses.ts";
import type { FrameWas, LinuxFinding, LinuxResult } from "../verify/linux-result.ts";
import { counted } from "./names.ts";

/** `pfn 0x1b1ad6`, or `pfns 0x1b1ad4..0x1b1ad7 (order 2)`. */
function linuxBlockName(pfn: number, order: number): string {
  const hex = `0x${pfn.toString(16)}`;
  if (order === 0) return `pfn ${hex}`;
  if (order < 0 || order > 30) return `pfn ${hex} (order ${order})`;
  return `pfns ${hex}..0x${(pfn + pagesIn(order) - 1).toString(16)} (order ${order})`;
}

const STATE_WORDS: Readonly<Record<FrameWas, string>> = {
  unknown: "not seen before",
  live: "live",
  freed: "freed",
  taken: "taken from the buddy core and not allocated",
  "in-core": "in the buddy core",
};

/** What was seen of the block, and what speaks against it. */
export function seenWords({ rule, pfn, order, cpu, was, wasOrder }: LinuxFinding): string {
  const where = cpu < 0 ? "" : ` on CPU ${cpu}`;
  const block = `${linuxBlockName(pfn, order)}${where}`;
  if (rule.id === "order-above-max") return `${block}; of a kernel with larger blocks, --max-order says how large`;
  if (rule.certainty === "always") return block;
  const head = wasOrder < 0 || wasOrder === order ? "" : ` as the head of a block of order ${wasOrder}`;
  return was === "unknown"
    ? `${block}, of which a later frame speaks against it`
    : `${block}, which was last seen ${STATE_WORDS[was]}${head}`;
}

/** The event whose absence would explain a contradiction; "" where none would. */
export function explainedBy({ rule }: LinuxFinding): string {
  return MISSING[rule.id] ?? "";
}

const FREE_MISSING = "a missing mm_page_free";
const REMOVAL_MISSING =
  "a missing mm_page_alloc_zone_locked: the kernel sometimes refills a per-CPU list without events";
const MISSING: Readonly<Record<string, string>> = {
  "alloc-of-live": FREE_MISSING,
  "alloc-in-core": REMOVAL_MISSING,
  "alloc-other-order": "a missing mm_page_pcpu_drain and a missing removal",
  "removed-live": `${FREE_MISSING} and, but for a direct free, a missing mm_page_pcpu_drain`,
  "removed-twice": "a missing mm_page_pcpu_drain, or a hidden bulk allocation with a missing free",
  "drained-live": FREE_MISSING,
  "drained-twice": REMOVAL_MISSING,
  "batched-without-free": FREE_MISSING,
  "freed-larger": "a missing free and a missing allocation",
  "removed-not-free": "a missing mm_page_pcpu_drain, or a missing free",
};

const KIND_WORDS: readonly (readonly [one: string, many: string])[] = [
  ["allocation", "allocations"],
  ["free", "frees"],
  ["batched free", "batched frees"],
  ["removal", "removals"],
  ["drain", "drains"],
  ["fallback", "fallbacks"],
];

/** `629 in 641 lines: 179 allocations, 327 frees`. */
export function linuxEventWords({ events, lines, tally }: LinuxResult): string {
  const kinds = KIND_WORDS.flatMap(([one, many], kind) => {
    const count = tally[kind] ?? 0;
    return count > 0 ? [counted(count, one, many)] : [];
  });
  return `${events} in ${counted(lines, "line")}${kinds.length > 0 ? `: ${kinds.join(", ")}` : ""}`;
}

/** What is missing, and what that hides; one sentence each. */
export function lossWords(losses: LossReport, recorder: LinuxResult["recorder"]): readonly string[] {
  const words = [...startWords(losses), ...markerWords(losses)];
  if (losses.dropped > 0)
    words.push(`${counted(losses.dropped, "event")} dropped without a mark (stats): the recording is incomplete`);
  if (losses.unmarked > 0)
    words.push(`${counted(losses.unmarked, "event")} overwritten without a mark (stats): the recording is incomplete`);
  if (losses.missing > 0)
    words.push(
      `${counted(losses.missing, "event")} missing that the header or stats count: the recording was read or copied in part`,
    );
  if (losses.parts > 1)
    words.push(
      `${losses.parts} recordings stand one behind the other, each with a header: what happened between them is missing`,
    );
  if (recorder === "perf") words.push("perf can drop events without a record of it, so nothing is proved complete");
  if (words.length > 0) return words;
  return [losses.statsGiven ? "none, by the header and stats" : "none marked; stats would tell of unmarked ones"];
}

function startWords({ start, overwritten }: LossReport): string[] {
  if (start !== null) {
    const { line, cpu, eventsSkipped } = start;
    const lost = overwritten > 0 ? `${counted(overwritten, "event")} overwritten; ` : "";
    return [
      `${lost}judged from the last \`buffer started\` on (line ${line}, CPU ${cpu}), since only from there on all CPUs are` +
        ` recorded: ${counted(eventsSkipped, "event")} before it skipped, but for rules that need one event only`,
    ];
  }
  return overwritten > 0 ? [`${counted(overwritten, "event")} overwritten before the first line`] : [];
}

function markerWords({ markers, events, uncounted, withdrawn }: LossReport): string[] {
  if (markers === 0) return [];
  const unsaid = uncounted === 0 ? "" : `, and ${counted(uncounted, "marker")} that do not say how many`;
  const taken = withdrawn === 0 ? "no finding lay" : `${counted(withdrawn, "finding")} withdrawn that lay`;
  return [
    `${counted(events, "event")} lost at ${counted(markers, "marker")}${unsaid}; ${taken} in a gap, or after the last event` +
      " of a CPU",
    "this hides what happened in a gap, and every contradiction between events before and after one: each frame is" +
      " unknown from a gap to its next event",
  ];
}

/** How many of the pages that the kernel counted are in the trace. */
export function completenessWords(completeness: Completeness): string {
  if (completeness.kind === "unmeasured") return "not measured: vmstat before and after would bound what is missing";
  const { allocated, freed } = completeness;
  if (allocated.traced > allocated.counted || freed.traced > freed.counted)
    return (
      `not measured: vmstat counted ${allocated.counted} allocated and ${freed.counted} freed pages, fewer than the trace` +
      ` has (${allocated.traced} and ${freed.traced}), so it bounds nothing: it is read before tracing starts and after it ends`
    );
  return (
    `at least ${share(allocated)} of allocated pages (${allocated.traced} of ${allocated.counted}) and ${share(freed)} of` +
    ` freed pages (${freed.traced} of ${freed.counted}); hidden bulk allocations and what happened outside the` +
    " recording are among the rest"
  );
}

function share({ traced, counted: total }: PageBalance): string {
  return total === 0 ? "all" : `${(Math.floor((traced / total) * 10_000) / 100).toFixed(2)} %`;
}

/** What the replay of the buddy core showed; one sentence each. */
export function exactWords(figures: ExactFigures): readonly string[] {
  const { removals, notFree, atHead, split, notSmallest, directFrees, drains } = figures;
  const inferred = figures.inferredFromRemoval + figures.inferredFromReading;
  return [
    `${counted(removals, "removal")}: ${allOr(removals - notFree, removals)} of free blocks, ${allOr(atHead, removals)} at a` +
      ` block's head; ${split} split a block and kept its lower end${notSmallestWords(notSmallest)}`,
    `${counted(drains, "drain")} and ${counted(directFrees, "direct free")} by order; ${counted(inferred, "page")} more` +
      ` inferred to be freed directly${figures.drainedTwice === 0 ? "" : `; ${figures.drainedTwice} pages drained twice`}`,
    `${figures.pagesDiffering} differing of ${counted(figures.pagesFree, "free page")} at the end${touchedWords(figures)}`,
    cellWords(figures),
  ];
}

function allOr(count: number, total: number): string {
  return count === total ? "all" : `${count} of ${total}`;
}

function notSmallestWords(count: number): string {
  return count === 0
    ? "; each took the smallest fit of its migratetype, as far as known"
    : `; ${count} although a smaller block of the migratetype was known`;
}

function touchedWords({ pagesTouched }: ExactFigures): string {
  return pagesTouched === 0 ? "" : ` (${pagesTouched} not compared: they changed during the last reading)`;
}

function cellWords({ cells, cellsEqual, wrongCells }: ExactFigures): string {
  if (cells === 0) return "buddyinfo not compared: it needs zoneinfo and buddyinfo before and after";
  const [first] = wrongCells;
  const wrong =
    first === undefined
      ? ""
      : `; the first that differs is ${first.zone}, order ${first.order}: ${first.predicted} predicted, ${first.counted} counted`;
  return `${allOr(cellsEqual, cells)}${cellsEqual === cells ? ` ${cells}` : ""} cells of buddyinfo equal${wrong}`;
}
