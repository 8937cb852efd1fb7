/*
 * The recordings of the Linux kernel in traces/linux: every event is found, to the unit, and no line is left
 * unexplained.
 *
 * 1. Counts are those of traces/linux/README.md.
 * 2. The recordings that are too long to be kept there are read from the folder that BUDDYCHECK_RECORDINGS names, and
 *    skipped, aloud, where it names none.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { KIND_NAMES, type LinuxSink } from "../src/trace/linux-event.ts";
import { LinuxTextReader } from "../src/trace/linux-text.ts";
import { detectLinuxText } from "../src/trace/linux-text-detect.ts";

const KEPT = "traces/linux";
const ELSEWHERE = process.env["BUDDYCHECK_RECORDINGS"] ?? "";
const CHUNK_BYTES = 2 ** 20;

interface Counts {
  /** Events of each kind, in the order of `KIND_NAMES`. */
  readonly events: number[];
  unexplained: number;
  problems: number;
  /** Events that marks say were lost. */
  lost: number;
  marks: number;
  /** Lines of any other sort: headers and comments. */
  other: number;
}

function bytesOf(file: string): Uint8Array {
  const bytes = readFileSync(file);
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

function countsOf(bytes: Uint8Array): Counts {
  const counts: Counts = { events: KIND_NAMES.map(() => 0), unexplained: 0, problems: 0, lost: 0, marks: 0, other: 0 };
  function count(what: "unexplained" | "problems" | "marks" | "other"): void {
    counts[what]++;
  }
  const sink: LinuxSink = {
    event: (kind) => {
      counts.events[kind] = (counts.events[kind] as number) + 1;
    },
    lost: (_cpu, events) => {
      counts.lost += events;
      count("marks");
    },
    bufferStarted: () => count("marks"),
    entries: () => count("marks"),
    other: () => count("other"),
    unexplained: () => count("unexplained"),
    problem: () => count("problems"),
  };
  const reader = new LinuxTextReader(sink, "t");
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) reader.push(bytes.subarray(at, at + CHUNK_BYTES));
  reader.end();
  return counts;
}

type Row = readonly [file: string, events: readonly number[], lost: number, marks: number, other: number];

const KEPT_ROWS: readonly Row[] = [
  ["small-1-idle.trace.txt", [179, 327, 123, 0, 0, 0], 0, 1, 11],
  ["small-2-lost.trace_pipe.txt", [308, 324, 184, 0, 0, 0], 2397, 2, 0],
  ["small-3-fork.perf-script.txt", [543, 438, 347, 63, 63, 0], 0, 0, 0],
  ["extra-2-overrun-buffer-started.trace.txt", [1220, 839, 0, 0, 0, 0], 0, 2, 11],
  ["medium-1-files.trace-cmd-report.txt.gz", [33_938, 30_463, 20_886, 4175, 12_128, 0], 0, 0, 1],
];

const LONG_ROWS: readonly Row[] = [
  ["extra-3-lost-heavy.trace_pipe.txt.gz", [74_284, 72_421, 42_080, 11_294, 0, 0], 37_732, 15, 0],
  ["extra-5-compile-exact.trace.txt.gz", [236_060, 225_061, 219_490, 53_431, 5314, 0], 0, 1, 11],
];

/** Is this recording at hand? */
function isElsewhere(file: string): boolean {
  return ELSEWHERE !== "" && existsSync(path.join(ELSEWHERE, file));
}

function expectCounts(folder: string, [file, events, lost, marks, other]: Row): void {
  const bytes = bytesOf(path.join(folder, file));
  expect(countsOf(bytes)).toEqual({ events, unexplained: 0, problems: 0, lost, marks, other });
  expect(detectLinuxText(bytes.subarray(0, 4096))).toBe(true);
}

// A skipped test is easily overlooked, so it is said aloud.
for (const [file] of LONG_ROWS) {
  if (!isElsewhere(file))
    console.warn(`SKIPPED: ${file}: BUDDYCHECK_RECORDINGS="${ELSEWHERE}" names no folder with it`);
}

describe("a recording of the Linux kernel", () => {
  it.each(KEPT_ROWS)("%s gives its events to the unit", (...row) => expectCounts(KEPT, row));

  it.each(LONG_ROWS.filter(([file]) => isElsewhere(file)))("%s, kept elsewhere, does so too", (...row) =>
    expectCounts(ELSEWHERE, row),
  );
  it.skip.each(LONG_ROWS.filter(([file]) => !isElsewhere(file)))(
    "%s is in no folder of BUDDYCHECK_RECORDINGS",
    (...row) => expectCounts(ELSEWHERE, row),
  );
});
