// How complete a kernel trace is, measured by the kernel's own counters, and what that makes of a contradiction.
//
//  1. vmstat counts every allocated page (pgalloc_*, hidden bulk allocations included) and every freed one
//     (pgfree). The counters are read before and after the recording, so their growth less the pages of the
//     trace is the most that can be missing; part of it lies outside the recording. Counters that grew by less than the
//     trace has were not read around it, and bound nothing.
//  2. A missing free makes a frame look live. If fewer freed pages can be missing than contradict so, at least one
//     contradiction is real: high confidence. Removals and drains are counted nowhere.
//  3. Known losses make every contradiction weak: low confidence. Otherwise nothing was measured: medium.

import type { Vmstat } from "../trace/linux-env.ts";
import type { Pair } from "../trace/linux-environment.ts";
import type { LossReport } from "./linux-losses.ts";
import type { LinuxRecorder } from "./linux-options.ts";

/** Pages that the kernel counted and those that the trace has. */
export interface PageBalance {
  readonly counted: number;
  readonly traced: number;
  /** The most that can be missing; 0 where the trace has more than were counted, and then it is no bound. */
  readonly missingMax: number;
}

export type Completeness =
  | { readonly kind: "unmeasured" }
  | { readonly kind: "measured"; readonly allocated: PageBalance; readonly freed: PageBalance };

/** How sure a finding is a bug of the kernel, and why. */
export interface Confidence {
  readonly level: "certain" | "high" | "medium" | "low";
  readonly reason: string;
}

/** One missing free explains a contradiction about a live frame; the others take another missing event. */
export interface Confidences {
  readonly ofLive: Confidence;
  readonly others: Confidence;
}

/** Pages of a trace, failed requests and skipped events left out. */
export interface TracedPages {
  readonly allocated: number;
  readonly freed: number;
}

export function completenessOf(vmstat: Pair<Vmstat> | null, traced: TracedPages): Completeness {
  if (vmstat === null) return { kind: "unmeasured" };
  const allocated = growth(vmstat, (name) => name.startsWith("pgalloc_"));
  const freed = growth(vmstat, (name) => name === "pgfree");
  if (allocated === null || freed === null) return { kind: "unmeasured" };
  return {
    kind: "measured",
    allocated: balance(allocated, traced.allocated),
    freed: balance(freed, traced.freed),
  };
}

/** How far the counters grew, or null where there are none. */
function growth({ before, after }: Pair<Vmstat>, isWanted: (name: string) => boolean): number | null {
  let sum: number | null = null;
  for (const [name, count] of after) if (isWanted(name)) sum = (sum ?? 0) + count - (before.get(name) ?? count);
  return sum;
}

function balance(counted: number, traced: number): PageBalance {
  return { counted, traced, missingMax: Math.max(0, counted - traced) };
}

/** Why events may be missing although no finding says so; null where nothing points to it. */
export function knownLoss(losses: LossReport, recorder: LinuxRecorder): string | null {
  if (losses.dropped > 0) return `${losses.dropped} events were dropped without a mark (stats)`;
  if (losses.unmarked > 0) return `${losses.unmarked} events were overwritten without a mark (stats)`;
  if (losses.missing > 0) return `events are missing that the header or stats count (${losses.missing})`;
  if (losses.markers > 0) return "events were lost";
  if (losses.parts > 1) return `${losses.parts} recordings stand one behind the other`;
  if (recorder === "perf") return "perf can drop events without a record of it";
  return null;
}

/** How sure it is that contradictions, of which `ofLive` about live frames, hold a bug of the kernel. */
export function confidences(ofLive: number, loss: string | null, completeness: Completeness): Confidences {
  if (loss !== null) return both({ level: "low", reason: `${loss}, and a missing event looks the same` });
  const medium = { level: "medium", reason: "no loss is known, but the kernel counts no removals and drains" } as const;
  if (completeness.kind === "unmeasured") {
    const reason = "no loss is known, but without vmstat nothing says that no event is missing";
    return both({ level: "medium", reason });
  }
  const { missingMax, counted, traced } = completeness.freed;
  if (traced > counted) {
    const reason = `vmstat counted fewer freed pages (${counted}) than the trace has (${traced}): it is of another time`;
    return both({ level: "medium", reason });
  }
  if (missingMax < ofLive) {
    const reason = `at most ${missingMax} freed pages can be missing (vmstat), fewer than contradict`;
    return { ofLive: { level: "high", reason }, others: medium };
  }
  const share = ((missingMax / Math.max(1, counted)) * 100).toFixed(2);
  const reason = `no loss is known, but up to ${missingMax} freed pages (${share} %) may be missing (vmstat)`;
  return { ofLive: { level: "medium", reason }, others: medium };
}

function both(confidence: Confidence): Confidences {
  return { ofLive: confidence, others: confidence };
}
