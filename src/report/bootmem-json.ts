// The report of an exploration of boot-time allocators, for machines: JSON whose fields are a promise
// (docs/json-report.md), described by specs/schemas/explore-bootmem-report.schema.json.

import type { LawId } from "../../model/invariants.ts";
import { writeMap } from "../../model/memory-map.ts";
import type { BootmemFigures, BootmemResult } from "../explore/explore-bootmem.ts";
import type { Limit } from "../explore/result.ts";
import { bootCallWords, type ExploredBootmem } from "./bootmem-text.ts";

export interface BootmemReport {
  readonly schemaVersion: 1;
  readonly kind: "buddycheck-explore-bootmem";
  readonly target: string;
  readonly pages: number;
  readonly maxOrder: number;
  readonly verdict: BootmemResult["verdict"];
  readonly limit: Limit | null;
  readonly figures: BootmemFigures;
  readonly counterexample: {
    readonly law: LawId;
    /** What is wrong: a kind of hand-over fault, "call" or "lists". */
    readonly fault: string;
    readonly map: string;
    readonly calls: readonly string[];
    /** The pages held and the lists after the hand-over as lines of a trace, its header first; empty where a call was wrong. */
    readonly lines: readonly string[];
  } | null;
}

/** The report as JSON. `lines` are those of the counterexample, if there is one. */
export function bootmemJson(
  { name, pages, maxOrder }: Omit<ExploredBootmem, "seconds">,
  { verdict, limit, figures, counterexample }: BootmemResult,
  lines: readonly string[],
): string {
  const report: BootmemReport = {
    schemaVersion: 1,
    kind: "buddycheck-explore-bootmem",
    target: name,
    pages,
    maxOrder,
    verdict,
    limit,
    figures,
    counterexample:
      counterexample === null
        ? null
        : {
            law: counterexample.fault.law,
            fault:
              counterexample.fault.kind === "handover" ? counterexample.fault.fault.kind : counterexample.fault.kind,
            map: writeMap(counterexample.map),
            calls: counterexample.calls.map(bootCallWords),
            lines,
          },
  };
  return JSON.stringify(report, null, 2);
}
