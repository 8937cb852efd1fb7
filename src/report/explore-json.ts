// The report of an exploration for machines: JSON whose fields are a promise (docs/json-report.md).
//
//  1. `schemaVersion` counts up when a field goes or changes its meaning; new fields come without notice.
//     specs/schemas/explore-report.schema.json describes them all, and a test holds the two together.
//  2. The counterexample stands in notation, and as lines of a trace that every other command reads.

import type { Geometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { formatStep } from "../../model/notation.ts";
import type { SubjectResult } from "../explore/explore-subject.ts";
import type { PropertyKind } from "../explore/property.ts";
import type { CommandTally, ExploredStep, ExploreFigures, ExploreResult, Limit } from "../explore/result.ts";
import type { NotChecked } from "../verdict.ts";

export interface PoolJson {
  readonly pages: number;
  readonly maxOrder: number;
  readonly basePfn: number;
  /** Managed pages, absolute and half-open. */
  readonly managed: readonly { readonly start: number; readonly end: number; readonly zone: string }[];
}

export interface ExploreReport {
  readonly schemaVersion: 1;
  readonly kind: "buddycheck-explore";
  readonly target: string;
  readonly profile: string;
  readonly pool: PoolJson;
  readonly verdict: ExploreResult["verdict"];
  readonly limit: Limit | null;
  readonly figures: ExploreFigures;
  readonly commands: readonly CommandTally[];
  readonly laws: Readonly<Record<LawId, number>>;
  readonly notChecked: readonly NotChecked[];
  readonly properties: readonly {
    readonly kind: PropertyKind;
    readonly name: string;
    readonly verdict: "holds" | "violated" | "undecided";
    /** The way to a state that refutes it, in notation; null where there is none to show. */
    readonly notation: string | null;
  }[];
  readonly counterexample: {
    readonly law: LawId;
    readonly blame: "allocator" | "client";
    readonly isShortest: boolean;
    readonly notation: string;
    /** The trace as lines of JSON, its header first. */
    readonly lines: readonly string[];
  } | null;
}

/** What was explored. */
export interface ExploredPool {
  readonly target: string;
  readonly profile: string;
  readonly geometry: Geometry;
}

/** The report as JSON. `lines` are those of the counterexample, if there is one. */
export function exploreJson(
  pool: ExploredPool,
  result: ExploreResult | SubjectResult,
  lines: readonly string[],
): string {
  return JSON.stringify(exploreReport(pool, result, lines), null, 2);
}

function exploreReport(
  { target, profile, geometry }: ExploredPool,
  result: ExploreResult | SubjectResult,
  lines: readonly string[],
): ExploreReport {
  const { verdict, limit, figures, commands, notChecked, counterexample } = result;
  const { basePfn } = geometry;
  const [first] = counterexample?.violations ?? [];
  function written(steps: readonly ExploredStep[]): string {
    return steps.map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
  }
  return {
    schemaVersion: 1,
    kind: "buddycheck-explore",
    target,
    profile,
    pool: poolJson(geometry),
    verdict,
    limit,
    figures,
    commands,
    laws: Object.fromEntries(result.laws.map(({ law, judged }) => [law, judged])) as Record<LawId, number>,
    notChecked,
    properties: ("properties" in result ? result.properties : []).map(({ kind, name, verdict: fate, steps }) => ({
      kind,
      name,
      verdict: fate,
      notation: steps === null ? null : written(steps),
    })),
    counterexample:
      counterexample === null || first === undefined
        ? null
        : {
            law: first.law,
            blame: first.blame,
            isShortest: counterexample.isShortest,
            notation: written(counterexample.steps),
            lines,
          },
  };
}

/** A pool, as reports name it. */
export function poolJson({ span, maxOrder, basePfn, runs, zones }: Geometry): PoolJson {
  return {
    pages: span.end - span.start,
    maxOrder,
    basePfn,
    managed: runs.map(({ start, end, zone }) => ({ start, end, zone: zones[zone]?.name ?? "" })),
  };
}
