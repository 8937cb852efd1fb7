// What a Linux kernel says about its memory beside a trace: files of /proc and of tracefs, as text.
//
//  1. zoneinfo gives the zones and the batch of their per-CPU lists. Zones without a frame are left out.
//     `managed` can grow while a system runs (deferred initialisation), so nothing here relies on it.
//  2. buddyinfo gives the free blocks per zone and order, and with the length of its rows the kernel's largest order;
//     vmstat counters since boot; per_cpu/cpuN/stats what a CPU's ring buffer lost.
//  3. kpageflags is read as the runs of frames with the BUDDY flag (bit 10, set on every frame of a free
//     block): a comment that says when it was read, on the clock of the trace, then `start length` in
//     hexadecimal, ascending.
//  4. A line that does not fit is a Problem with its place; a file with problems has no value.
//
// Source: mm/vmstat.c, fs/proc/page.c, kernel/trace/trace.c (tracing_stats_read).

import type { FrameRange } from "../../model/geometry.ts";
import type { Problem } from "../problem.ts";

/** A file's name and its text. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

export type EnvironmentRead<Value> =
  { readonly kind: "read"; readonly value: Value } | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** One zone of one node, in absolute pfns. */
export interface LinuxZone extends FrameRange {
  readonly node: number;
  readonly name: string;
  readonly managed: number;
  /** Frames that a per-CPU list takes and gives back at a time. */
  readonly batch: number;
}

/** Free blocks of one zone: `counts[order]`. */
export interface FreeArea {
  readonly node: number;
  readonly name: string;
  readonly counts: readonly number[];
}

/** Counters by name. */
export type Vmstat = ReadonlyMap<string, number>;

/** What one CPU's ring buffer recorded and lost, in events. */
export interface CpuStats {
  /** Events still in the buffer, and those that a reader took. */
  readonly entries: number;
  readonly read: number;
  readonly overrun: number;
  readonly commitOverrun: number;
  readonly dropped: number;
}

/** The free frames of the buddy core, read from `from` to `to` in seconds of the trace's clock. */
export interface FreeRuns {
  readonly from: number;
  readonly to: number;
  readonly runs: readonly FrameRange[];
}

/** MAX_PAGE_ORDER of a kernel with 4 KiB pages that was configured as usual: blocks of 1024 frames. */
export const USUAL_MAX_ORDER = 10;
/** No MAX_PAGE_ORDER is larger than this: arm64 with 64 KiB pages has 13. */
export const LINUX_ORDER_LIMIT = 14;

const SHOWN_MAX = 200;

/** Lines of a text and the problems found in them. */
class Lines {
  readonly problems: Problem[] = [];
  readonly lines: readonly string[];
  readonly #file: string;

  constructor({ file, text }: NamedText) {
    this.#file = file;
    this.lines = text.replace(/\n$/, "").split("\n");
  }

  /** The line with this index (from 0) is not what belongs there; -1 stands for the file. */
  wrong(index: number, expected: string): void {
    const found = this.lines[index]?.slice(0, SHOWN_MAX) ?? "";
    const place = { file: this.#file, line: index + 1, column: index < 0 ? 0 : 1 };
    const said = index < 0 ? "none" : found === "" ? "an empty line" : `"${found}"`;
    this.problems.push({ code: "INPUT_FORMAT", place, expected, found: said, source: found });
  }

  answer<Value>(value: Value): EnvironmentRead<Value> {
    return this.problems.length > 0 ? { kind: "wrong", problems: this.problems } : { kind: "read", value };
  }
}

/** The zones of /proc/zoneinfo that have frames, sorted by their first. */
export function parseZoneinfo(source: NamedText): EnvironmentRead<readonly LinuxZone[]> {
  const lines = new Lines(source);
  const zones: LinuxZone[] = [];
  let heading: { index: number; node: number; name: string } | null = null;
  let fields = new Map<string, number>();
  function close(): void {
    if (heading === null) return;
    const zone = zoneOf(heading.node, heading.name, fields);
    if (zone === null) lines.wrong(heading.index, "a zone with `spanned`, `managed` and `start_pfn`");
    else if (zone.end > zone.start) zones.push(zone);
  }
  lines.lines.forEach((line, index) => {
    const zone = /^Node (\d+), zone\s+(\S+)/.exec(line);
    if (zone !== null) {
      close();
      heading = { index, node: Number(zone[1]), name: zone[2] as string };
      fields = new Map();
      return;
    }
    const field = /^\s*(spanned|managed|start_pfn|batch):?\s+(\d+)$/.exec(line);
    if (field !== null) fields.set(field[1] as string, Number(field[2]));
  });
  close();
  if (heading === null) lines.wrong(-1, "zones, as in /proc/zoneinfo");
  return lines.answer(zones.sort((a, b) => a.start - b.start));
}

/** Zones without frames have no `start_pfn`. */
function zoneOf(node: number, name: string, fields: ReadonlyMap<string, number>): LinuxZone | null {
  const spanned = fields.get("spanned");
  const managed = fields.get("managed");
  const start = fields.get("start_pfn") ?? (spanned === 0 ? 0 : undefined);
  if (spanned === undefined || managed === undefined || start === undefined) return null;
  return { node, name, start, end: start + spanned, managed, batch: fields.get("batch") ?? 0 };
}

/** The rows of /proc/buddyinfo. */
export function parseBuddyinfo(source: NamedText): EnvironmentRead<readonly FreeArea[]> {
  const lines = new Lines(source);
  const areas: FreeArea[] = [];
  lines.lines.forEach((line, index) => {
    const row = /^Node (\d+), zone\s+(\S+)((?:\s+\d+)+)\s*$/.exec(line);
    if (row === null) {
      lines.wrong(index, "`Node 0, zone Normal` and a count for each order");
      return;
    }
    const counts = (row[3] as string).trim().split(/\s+/).map(Number);
    const orders = areas[0]?.counts.length ?? Math.min(counts.length, LINUX_ORDER_LIMIT + 1);
    if (counts.length !== orders) lines.wrong(index, `${orders} counts, one for each order`);
    areas.push({ node: Number(row[1]), name: row[2] as string, counts });
  });
  return lines.answer(areas);
}

/** The counters of /proc/vmstat. */
export function parseVmstat(source: NamedText): EnvironmentRead<Vmstat> {
  const lines = new Lines(source);
  const counters = new Map<string, number>();
  lines.lines.forEach((line, index) => {
    const counter = /^(\w+) (-?\d+)$/.exec(line);
    if (counter === null) lines.wrong(index, "`name count`");
    else counters.set(counter[1] as string, Number(counter[2]));
  });
  return lines.answer(counters);
}

/** What tracefs says in per_cpu/cpuN/stats. */
export function parseCpuStats(source: NamedText): EnvironmentRead<CpuStats> {
  const lines = new Lines(source);
  const fields = new Map<string, number>();
  lines.lines.forEach((line, index) => {
    const field = /^([a-z ]+):\s+([\d.]+)$/.exec(line);
    if (field === null) lines.wrong(index, "`name: count`");
    else fields.set(field[1] as string, Number(field[2]));
  });
  for (const name of ["overrun", "dropped events"]) if (!fields.has(name)) lines.wrong(-1, `a line \`${name}: count\``);
  function counter(name: string): number {
    return fields.get(name) ?? 0;
  }
  return lines.answer({
    entries: counter("entries"),
    read: counter("read events"),
    overrun: counter("overrun"),
    commitOverrun: counter("commit overrun"),
    dropped: counter("dropped events"),
  });
}

/** Runs of free frames; runs that touch are free blocks side by side. */
export function parseFreeRuns(source: NamedText): EnvironmentRead<FreeRuns> {
  const lines = new Lines(source);
  const clock = /^#.*?([\d.]+) \.\. ([\d.]+)/.exec(lines.lines[0] ?? "");
  if (clock === null) lines.wrong(0, "a comment with the times of reading, `# … 12.5 .. 12.6`");
  const runs: FrameRange[] = [];
  let last = 0;
  lines.lines.forEach((line, index) => {
    if (index === 0 || line.startsWith("#")) return;
    const run = /^([\da-f]+) ([\da-f]+)$/i.exec(line);
    const start = Number.parseInt(run?.[1] ?? "", 16);
    const end = start + Number.parseInt(run?.[2] ?? "", 16);
    if (run === null || start < last || end === start) lines.wrong(index, "`start length` in hexadecimal, ascending");
    else runs.push({ start, end });
    last = Number.isNaN(end) ? last : end;
  });
  return lines.answer({ from: Number(clock?.[1]), to: Number(clock?.[2]), runs });
}
