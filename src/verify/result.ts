// What verifying one trace yields: a verdict, the violations by cause, and what was not checked.

import type { Violation } from "../../model/violation.ts";
import type { Problem } from "../problem.ts";
import type { TraceHeader } from "../trace/event.ts";
import type { NotChecked, VerdictKind } from "../verdict.ts";

/** One line of the trace that is part of a violation's story. */
export interface HistoryLine {
  readonly line: number;
  readonly text: string;
}

/** A consequence of an earlier violation: the same frames, or the same complaint again. */
export interface Consequence {
  readonly line: number;
  readonly law: Violation["law"];
}

/** A violation with its cause, its place and its story. */
export interface Finding {
  /** Number of the finding in this trace, from 1. */
  readonly number: number;
  readonly violation: Violation;
  readonly line: number;
  /** Place among the trace's events and losses, from 1: a line of notation holds several. */
  readonly event: number;
  /** The offending line as recorded, shortened. */
  readonly text: string;
  /** Column (from 1) of the value at issue in `text`, and its length. */
  readonly column: number;
  readonly columns: number;
  /** Earlier lines about exactly the frames involved, oldest first; the last few only. */
  readonly history: readonly HistoryLine[];
  /** How many earlier lines there were in all, or null where the input cannot be read twice. */
  readonly historyTotal: number | null;
  readonly consequences: readonly Consequence[];
  readonly consequenceCount: number;
}

/** How often each kind of event occurred. */
export interface Tally {
  served: number;
  refused: number;
  freed: number;
  snapshots: number;
  counts: number;
  added: number;
  removed: number;
  died: number;
  lost: number;
  notes: number;
}

export interface TraceResult {
  readonly file: string;
  readonly verdict: VerdictKind;
  readonly header: TraceHeader | null;
  readonly profileName: string;
  /** Absolute pfn of the pool's first frame: what reports take off pfns to show those of the file. */
  readonly base: number;
  /** Lines read, the header and empty lines included. */
  readonly lines: number;
  readonly events: number;
  readonly tally: Tally;
  /** Independent violations, in file order, at most as many as were asked for. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** All violations, consequences included. */
  readonly violationCount: number;
  readonly notChecked: readonly NotChecked[];
  /** Settings under which the same trace would hold, as `field: value`. */
  readonly advice: readonly string[];
  readonly peakLiveBlocks: number;
  readonly livePages: number;
  readonly problems: readonly Problem[];
}
