// Where events are missing from a kernel trace, as far as the recorder says.
//
//  1. Overrun: with fewer entries in the buffer than were written, all CPUs are recorded only from the last
//     `buffer started` on. What stands before is not judged.
//  2. A marker of lost events ends a gap that began after its CPU's previous event, wherever that was.
//  3. per_cpu/cpuN/stats count what no line tells: `dropped events` of buffers that do not overwrite.
//  4. A second header begins another recording: what happened between the two is missing. Where each has the events of
//     one CPU only, they are files of per_cpu, and no event can be compared with an earlier one.
//  5. The header and the stats also count what the buffers held. Fewer lines than that, and lines were taken out
//     after the recording; events of other kinds and stack lines count as lines, so this errs to one side only.
//
// Each CPU is known by the last line it was heard from; index 0 stands for a form that names no CPU.

import type { CpuStats } from "../trace/linux-env.ts";

const GAPS_SHOWN = 20;
/** No kernel has more; a larger number is a line that was garbled, and may be of any CPU. */
const CPUS_MAX = 2 ** 16;

/** One marker: the CPU was silent between these lines, while `events` were lost (-1: nobody knows). */
export interface LinuxGap {
  readonly cpu: number;
  readonly after: number;
  readonly line: number;
  readonly events: number;
  readonly withdrawn: number;
}

/** Where the judged part of an overrun recording begins. */
export interface LinuxStart {
  readonly cpu: number;
  readonly line: number;
  readonly eventsSkipped: number;
}

export interface LossReport {
  /** Events overwritten before they were read, from the header; -1 where the trace has none. */
  readonly overwritten: number;
  readonly start: LinuxStart | null;
  readonly markers: number;
  /** Events that the markers count. */
  readonly events: number;
  /** Markers that do not say how many. */
  readonly uncounted: number;
  readonly gaps: readonly LinuxGap[];
  /** Findings taken back because they lay in a gap, or might. */
  readonly withdrawn: number;
  /** From stats: events dropped without a mark, and overruns that no marker tells of. */
  readonly dropped: number;
  readonly unmarked: number;
  /** Events that the header or stats count beyond the lines of the trace. */
  readonly missing: number;
  /** Recordings that stand one behind the other, each with its header, and whether each is of one CPU only. */
  readonly parts: number;
  readonly isPerCpu: boolean;
  readonly statsGiven: boolean;
}

/** Gathers losses while a trace is read. */
export class LinuxLosses {
  /** By CPU, from 1 on; 0 for one that was never heard from. */
  readonly #lastLine: number[] = [0];
  /** The CPU that was heard last, and when; `#lastLine` does not know of it yet. */
  #cpu = -1;
  #line = 0;
  readonly #gaps: LinuxGap[] = [];
  #markers = 0;
  #events = 0;
  #uncounted = 0;
  #inBuffer = 0;
  #written = -1;
  /** Recordings before this one, how many CPUs each has at most, and the last line before this one. */
  #parts = 0;
  #partCpusMax = 0;
  #partStart = 0;
  start: LinuxStart | null = null;

  heard(cpu: number, line: number): void {
    if (cpu !== this.#cpu) this.#turnTo(cpu);
    this.#line = line;
  }

  /** Notes when the CPU that was heard last was heard: events of one CPU come in runs, so this is rare. */
  #turnTo(cpu: number): void {
    const index = this.#cpu < CPUS_MAX ? this.#cpu + 1 : 0;
    while (this.#lastLine.length <= index) this.#lastLine.push(0);
    this.#lastLine[index] = this.#line;
    this.#cpu = cpu;
  }

  /** The line after which this CPU was not heard from; 0 if never before. A CPU without a name may be any. */
  silentSince(cpu: number): number {
    this.#turnTo(this.#cpu);
    return cpu < 0 ? this.quietLine() : (this.#lastLine[cpu + 1] ?? 0);
  }

  lost(cpu: number, events: number, line: number, withdrawn: number): void {
    this.#markers++;
    if (events < 0) this.#uncounted++;
    else this.#events += events;
    if (this.#gaps.length < GAPS_SHOWN) this.#gaps.push({ cpu, after: this.silentSince(cpu), line, events, withdrawn });
  }

  /** A header counts entries: of the first recording, or of another that begins here. */
  entries(inBuffer: number, written: number): void {
    this.#endPart();
    this.#inBuffer += inBuffer;
    this.#written = Math.max(this.#written, 0) + written;
  }

  #endPart(): void {
    this.#turnTo(this.#cpu);
    const cpus = this.#lastLine.filter((line) => line > this.#partStart).length;
    if (cpus === 0) return;
    this.#parts++;
    this.#partCpusMax = Math.max(this.#partCpusMax, cpus);
    this.#partStart = this.#line;
  }

  get hasMarkers(): boolean {
    return this.#markers > 0;
  }

  /** The last line before which every CPU was heard from. */
  quietLine(): number {
    this.#turnTo(this.#cpu);
    const lines = this.#lastLine.filter((line) => line > 0);
    return lines.length === 0 ? 0 : Math.min(...lines);
  }

  /** `withdrawn` findings; `entries` lines that may be entries of a buffer. */
  report(stats: readonly CpuStats[], withdrawn: number, entries: number): LossReport {
    const overruns = stats.reduce((sum, { overrun, commitOverrun }) => sum + overrun + commitOverrun, 0);
    this.#endPart();
    const isPerCpu = this.#parts > 1 && this.#partCpusMax === 1 && this.#lastLine.filter((line) => line > 0).length > 1;
    // Each header of per_cpu counts the entries of all CPUs.
    const headers = isPerCpu ? this.#parts : 1;
    const overwritten = this.#written < 0 ? -1 : (this.#written - this.#inBuffer) / headers;
    return {
      overwritten,
      start: this.start,
      markers: this.#markers,
      events: this.#events,
      uncounted: this.#uncounted,
      gaps: this.#gaps,
      withdrawn,
      dropped: stats.reduce((sum, { dropped }) => sum + dropped, 0),
      unmarked: this.#uncounted > 0 ? 0 : Math.max(0, overruns - this.#events - Math.max(overwritten, 0)),
      missing: Math.max(0, this.#inBuffer / headers - entries, heldOf(stats) - entries),
      parts: this.#parts,
      isPerCpu,
      statsGiven: stats.length > 0,
    };
  }
}

/** What the buffers held, read or not. */
function heldOf(stats: readonly CpuStats[]): number {
  return stats.reduce((sum, { entries, read }) => sum + entries + read, 0);
}
