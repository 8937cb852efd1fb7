// The report of an exploration of calls that overlap, for machines: JSON whose fields are a promise
// (docs/json-report.md), described by specs/schemas/explore-interleaved-report.schema.json.

import type { Geometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { formatStep } from "../../model/notation.ts";
import type { InterleavedFigures, InterleavedResult } from "../explore/explore-interleaved.ts";
import type { ExploredStep, Limit } from "../explore/result.ts";
import { callWords } from "./names.ts";
import { poolJson, type ExploredPool, type PoolJson } from "./explore-json.ts";

export interface InterleavedReport {
  readonly schemaVersion: 1;
  readonly kind: "buddycheck-explore-interleaved";
  readonly target: string;
  readonly profile: string;
  readonly pool: PoolJson;
  /** Calls that may overlap. */
  readonly calls: number;
  readonly verdict: InterleavedResult["verdict"];
  readonly limit: Limit | null;
  readonly figures: InterleavedFigures;
  readonly counterexample: {
    readonly law: LawId;
    readonly switches: number;
    readonly notation: string;
    /** The last group, act by act; `answer` is in notation, null where the call goes on. */
    readonly schedule: readonly {
      readonly cpu: number;
      readonly call: string;
      readonly step: string;
      readonly answer: string | null;
    }[];
    /** Each order of the last group's calls, in notation, with the law that it breaks. */
    readonly orders: readonly { readonly notation: string; readonly law: LawId }[];
    /** The concurrent trace as lines of JSON, its header first. */
    readonly lines: readonly string[];
  } | null;
}

/** The report as JSON. `lines` are those of the counterexample, if there is one. */
export function interleavedJson(
  { target, profile, geometry }: ExploredPool,
  calls: number,
  { verdict, limit, figures, counterexample }: InterleavedResult,
  lines: readonly string[],
): string {
  const report: InterleavedReport = {
    schemaVersion: 1,
    kind: "buddycheck-explore-interleaved",
    target,
    profile,
    pool: poolJson(geometry),
    calls,
    verdict,
    limit,
    figures,
    counterexample: counterexample === null ? null : { ...told(counterexample, geometry), lines },
  };
  return JSON.stringify(report, null, 2);
}

type Counterexample = NonNullable<InterleavedResult["counterexample"]>;

function told(
  { law, switches, steps, schedule, orders }: Counterexample,
  { basePfn }: Geometry,
): Omit<NonNullable<InterleavedReport["counterexample"]>, "lines"> {
  function written(some: readonly ExploredStep[]): string {
    return some.map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
  }
  return {
    law,
    switches,
    notation: written(steps),
    schedule: schedule.map(({ cpu, command, step, outcome }) => ({
      cpu,
      call: callWords(command, basePfn),
      step,
      answer: outcome === null ? null : written([{ command, outcome }]),
    })),
    orders: orders.map((order) => ({ notation: written(order.calls), law: order.law })),
  };
}
