// What a line of a Linux text trace is, when it is not an event that its columns give away.
//
//  1. Marks of lost events, of an overwritten buffer and of a CPU that starts late are told by their words.
//  2. Every other line either begins an event (linux-text-head.ts), or is stack, comment or blank: `other`.
//  3. A line that begins nothing but holds one of our names with `pfn=` behind it is `unexplained`, and so is
//     one under the options `raw` and `hex`, which print numbers instead of names.
//
// Source: kernel/trace/trace.c (print_trace_header, test_cpu_buff_start, print_trace_line), trace-cmd's
// show_data, perf's perf_event__fprintf.

import { findHead, type Head } from "./linux-text-head.ts";

export type LinuxLine =
  | { readonly kind: "lost"; readonly cpu: number; readonly events: number }
  | { readonly kind: "buffer-started"; readonly cpu: number }
  | { readonly kind: "entries"; readonly inBuffer: number; readonly written: number }
  | { readonly kind: "head"; readonly head: Head }
  | { readonly kind: "unexplained" }
  /** Unexplained, because an option of the recorder left the names out. */
  | { readonly kind: "numbers" }
  | { readonly kind: "other" };

/** Lines without any of these words are stack, comment or blank, or an event of no interest. */
const WORTH_A_LOOK = /mm_page_|EVENTS|PERF_RECORD_LOST|buffer started|entries|latency:| type: |lost /;

/** `CPU:1 [LOST 230 EVENTS]`, `CPU:1 [LOST EVENTS]`, and trace-cmd's `[230 EVENTS DROPPED]`, perhaps behind an instance. */
const LOST = /^ *(?:(?!tracing_mark_write)[^\s:]+: +)?CPU:(\d+) \[(?:LOST (\d+ )?EVENTS|(\d+ )?EVENTS DROPPED)\] *$/;
/** ` task  1 [001]  1.5: PERF_RECORD_LOST lost 35`, `PERF_RECORD_LOST id:1: lost:35`, `PERF_RECORD_LOST_SAMPLES lost 3`. */
const PERF_LOST =
  /^(?:.{0,16}[ \t]+-?\d+(?:\/ *-?\d+)? +)?(?:\[(\d+)\] +)?(?:\d+\.\d+: +)?(?:unknown: +)?PERF_RECORD_LOST(?:_SAMPLES)?\b(?:.*\blost[ :=]+(\d+))?/;
/** What perf says at the end: `Processed 2400 events and lost 12 chunks!`, `… samples and lost 3.4%!` */
const PERF_SUMMARY = /^Processed \d+ (?:events|samples) and lost [\d.]+(?: chunks|%)!/;
const STARTED = /^#+ CPU (\d+) buffer started #+/;
/** `# entries-in-buffer/entries-written: 2059/3887   #P:2`; in the latency format `# latency: 0 us, #381/381, CPU#0 …`. */
const ENTRIES = /^# (?:entries-in-buffer\/entries-written: |latency: \d+ us, #)(\d+)\/(\d+)/;
/** `19270 0 4250320495417 type: 653`, `00004b46 00000000 000003dd9ad81c73 type: 653`. */
const NUMBERS = /^-?[\da-f]+ [\da-f]+ [\da-f]+ type: \d+ *$/;

const LOOKS_OURS =
  /\bmm_page_(?:alloc|free|free_batched|alloc_zone_locked|alloc_extfrag|pcpu_drain):(?:.*\bpfn=|[^=]*$)/;

/** What a line says; `line` has one character a byte (Latin-1), and no line end. */
export function readLine(line: string): LinuxLine {
  if (!WORTH_A_LOOK.test(line)) return { kind: "other" };
  const marker = readMarker(line);
  if (marker !== null) return marker;
  const head = findHead(line);
  if (head !== null) return { kind: "head", head };
  return { kind: LOOKS_OURS.test(line) && !line.startsWith("#") ? "unexplained" : "other" };
}

function readMarker(line: string): LinuxLine | null {
  if (line.startsWith("#")) return readComment(line);
  if (NUMBERS.test(line)) return { kind: "numbers" };
  const lost = LOST.exec(line);
  if (lost !== null) return { kind: "lost", cpu: Number(lost[1]), events: count(lost[2] ?? lost[3]) };
  const perf = PERF_LOST.exec(line);
  if (perf !== null) return { kind: "lost", cpu: count(perf[1]), events: count(perf[2]) };
  return PERF_SUMMARY.test(line) ? { kind: "lost", cpu: -1, events: -1 } : null;
}

/** A comment that says something; others may be a task named `#`, whose columns were trimmed. */
function readComment(line: string): LinuxLine | null {
  const started = STARTED.exec(line);
  if (started !== null) return { kind: "buffer-started", cpu: Number(started[1]) };
  const entries = ENTRIES.exec(line);
  if (entries !== null) return { kind: "entries", inBuffer: Number(entries[1]), written: Number(entries[2]) };
  return null;
}

function count(digits: string | undefined): number {
  return digits === undefined ? -1 : Number(digits);
}
