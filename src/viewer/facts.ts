// What the page knows about a film besides the film itself: the pool, the verdict, and the findings in words.

import type { LawId } from "../../model/invariants.ts";
import type { VerdictKind } from "../verdict.ts";

/** A finding. */
export interface FilmFinding {
  readonly number: number;
  readonly law: LawId;
  readonly statement: string;
  readonly severity: "error" | "warning";
  readonly blame: "allocator" | "client";
  readonly line: number;
  /** The pages at issue, half-open, as far as they are filmed. */
  readonly frames: readonly { readonly start: number; readonly end: number }[];
  /** What `buddycheck verify` says about it, line by line. */
  readonly report: string;
}

export interface FilmFacts {
  readonly schemaVersion: 1;
  readonly file: string;
  readonly allocator: string;
  readonly profile: string;
  readonly verdict: VerdictKind;
  /** Pages filmed, and how the trace counts the first of them. All other numbers of pages count from that one. */
  readonly pages: number;
  readonly firstPage: number;
  readonly pageSizeBytes: number;
  readonly maxOrder: number;
  /** Absolute pfn of the first page filmed, by which blocks are aligned. */
  readonly basePfn: number;
  readonly zones: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  /** Events filmed, and events of the trace before and after them. */
  readonly events: number;
  readonly eventsBefore: number;
  readonly eventsAfter: number;
  /** The findings that are told; there may be more. */
  readonly findings: readonly FilmFinding[];
  readonly findingCount: number;
  /** Laws that were not checked, with the reason. */
  readonly notChecked: readonly string[];
}
