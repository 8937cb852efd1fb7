// What every reader of traces hands on: a header, then commands with outcomes, in file order.
//
//  1. pfns in commands are absolute: readers add the base that the sink answers to the header, which is
//     the header's `basePfn`, or 0 for an allocator that aligns to its pool's start. Reports take it off
//     again, so that people see the numbers of their file.
//  2. A reader reuses its command and outcome objects; a sink keeps copies, never the objects.
//  3. After the first problem a reader hands on no more events, but goes on to collect problems.

import type { Command, Outcome } from "../../model/command.ts";
import type { PoolShape } from "../../model/geometry.ts";
import type { Problem } from "../problem.ts";

/** The header of a native trace; `shape` in indices, as in the file. */
export interface TraceHeader {
  readonly allocator: string;
  /** Name of a profile, an inline profile to be validated by src/spec, or null. */
  readonly profile: unknown;
  readonly pageSize: number;
  readonly shape: PoolShape;
  readonly start: "empty" | "unknown";
}

/** Receives a trace. `line` counts from 1; in a YAML trace it is the line where the event starts. */
export interface TraceSink {
  /** Answers the absolute pfn of the pool's first frame: what the reader adds to every pfn of the file. */
  header(header: TraceHeader, line: number): number;
  event(command: Command, outcome: Outcome, line: number): void;
  /** The recorder dropped events before this line; `events` is null where it cannot say how many. */
  lost(events: number | null, line: number): void;
  /** A comment carried through. */
  note(line: number): void;
  problem(problem: Problem): void;
}

/** When a call was made and when it returned, in the trace's own unit. */
export interface Interval {
  readonly called: number;
  readonly returned: number;
}

/** What a sink may ask of the reader while it is being called. */
export interface TraceCursor {
  /** The times of the event being handed on, or null where it has no `t_end`. */
  readonly interval: Interval | null;
  /** The text of the current line, at most `max` characters. */
  lineText(max: number): string;
}
