// The JSON report of `buddycheck run`, read back into what it was written from.
//
// What is no such report, or of another version, is a problem with its place in the document.

import { z } from "zod";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { PART_KINDS, type Check, type PartResult, type SuiteResult } from "../checks.ts";
import type { Problem } from "../problem.ts";
import type { Shard } from "../share.ts";

const PLACE = z.object({ file: z.string(), line: z.int(), column: z.int() });
const WEIGHT = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("error") }),
  z.object({ kind: z.literal("warning") }),
  z.object({ kind: z.literal("known"), reason: z.string() }),
]);
const CHECK: z.ZodType<Check> = z.object({
  group: z.string(),
  name: z.string(),
  shows: z.string(),
  outcome: z.string(),
  failures: z.array(
    z.object({
      expected: z.string(),
      found: z.string(),
      trace: z.string(),
      law: z.enum(LAW_IDS as readonly [LawId, ...LawId[]]).nullable(),
      place: PLACE.nullable(),
      weight: WEIGHT,
    }),
  ),
  undecided: z.string().nullable(),
});
const PART = z.object({
  kind: z.enum(PART_KINDS),
  name: z.string(),
  summary: z.string(),
  vacuous: z.string().nullable(),
  figures: z.record(z.string(), z.number()),
  laws: z.partialRecord(z.enum(LAW_IDS as readonly [LawId, ...LawId[]]), z.number()),
  checks: z.array(CHECK),
});
const SHARD: z.ZodType<Shard> = z.object({ index: z.int().min(1), of: z.int().min(1) });
const REPORT = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal("buddycheck-run"),
  suites: z.array(
    z.object({
      name: z.string(),
      file: z.string(),
      summary: z.string(),
      shard: SHARD.nullable(),
      parts: z.array(PART),
    }),
  ),
});

export type RunReportRead =
  | { readonly kind: "suites"; readonly suites: readonly SuiteResult[] }
  | { readonly kind: "wrong"; readonly problem: Problem };

/** Reads a report. */
export function readRunReport(text: string, file: string): RunReportRead {
  const parsed = REPORT.safeParse(jsonOf(text));
  if (parsed.success) return { kind: "suites", suites: parsed.data.suites.map(suiteOf) };
  const [issue] = parsed.error.issues;
  const found =
    issue === undefined || issue.path.length === 0 ? "something else" : `${issue.message} at ${issue.path.join(".")}`;
  const expected = "the JSON report of `buddycheck run`, version 1";
  return {
    kind: "wrong",
    problem: { code: "REPORT_READ", place: { file, line: 0, column: 0 }, expected, found, source: "" },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function suiteOf({ parts, ...suite }: z.infer<typeof REPORT>["suites"][number]): SuiteResult {
  return { ...suite, parts: parts.map(partOf) };
}

function partOf({ figures, laws, ...part }: z.infer<typeof PART>): PartResult {
  const counts = Object.entries(laws) as (readonly [LawId, number])[];
  return {
    ...part,
    figures: Object.entries(figures).map(([name, count]) => ({ name, count })),
    laws: new Map(counts.filter(([, count]) => count > 0)),
  };
}
