// What verifying one Linux kernel trace yields.
//
//  1. `violated`: an event is impossible by itself, or contradicts others where nothing can be missing.
//  2. `undecided`: a contradiction that a missing event would explain, or events that are missing.
//  3. `holds`: no rule was broken, and nothing says that the recording is incomplete. What frames were before their
//     first event stays open; that is in the nature of such a trace.

import type { Problem } from "../problem.ts";
import type { VerdictKind } from "../verdict.ts";
import type { Completeness, Confidence } from "./linux-completeness.ts";
import type { ExactReport } from "./linux-exact.ts";
import type { LossReport } from "./linux-losses.ts";
import type { LinuxRecorder } from "./linux-options.ts";
import type { LinuxClass, LinuxRule } from "./linux-rules.ts";
import type { HistoryLine } from "./result.ts";

/** What was last seen of a frame. */
export type FrameWas = "unknown" | "live" | "freed" | "taken" | "in-core";

export interface LinuxFinding {
  /** From 1, in file order. */
  readonly number: number;
  readonly rule: LinuxRule;
  readonly line: number;
  readonly text: string;
  readonly pfn: number;
  readonly order: number;
  readonly cpu: number;
  readonly was: FrameWas;
  /** Order of the block that the frame headed then; -1 where it headed none. */
  readonly wasOrder: number;
  readonly confidence: Confidence;
  /** Earlier lines about the same frames, oldest first, the last few only. */
  readonly history: readonly HistoryLine[];
  /** null where the input was not read twice. */
  readonly historyTotal: number | null;
}

export interface RuleCount {
  readonly rule: LinuxRule;
  readonly count: number;
}

export interface ClassCount {
  readonly class: LinuxClass;
  readonly count: number;
}

/** A rule that was not judged, and why. */
export interface UnjudgedRule {
  readonly rule: LinuxRule;
  readonly reason: string;
}

export interface LinuxResult {
  readonly file: string;
  readonly verdict: VerdictKind;
  readonly recorder: LinuxRecorder;
  /** The files beside the trace that were used. */
  readonly environmentFiles: readonly string[];
  /** The kernel's MAX_PAGE_ORDER: as a person or buddyinfo said, else the usual one. */
  readonly maxOrder: number;
  readonly lines: number;
  /** Events by kind, in the order of KIND_NAMES. */
  readonly tally: readonly number[];
  readonly events: number;
  /** Lines that are no event of ours. */
  readonly others: number;
  /** Lines that look like an event of ours and could not be read: how many, and the first of them. */
  readonly unexplained: number;
  readonly unexplainedLines: readonly HistoryLine[];
  readonly findings: readonly LinuxFinding[];
  readonly findingCount: number;
  readonly ruleCounts: readonly RuleCount[];
  readonly unjudged: readonly UnjudgedRule[];
  readonly classes: readonly ClassCount[];
  readonly losses: LossReport;
  readonly completeness: Completeness;
  readonly exact: ExactReport;
  readonly problems: readonly Problem[];
}
