// Verdicts of cases in words: what is expected and what was found, so that the same verdict reads the same.

import { problemLine } from "../problem.ts";
import type { Expected } from "../spec/case.ts";
import type { TraceResult } from "../verify/result.ts";

/** `violated at line 6: no-overlap, by the allocator`, or the verdict alone. */
export function expectedWords(expected: Expected): string {
  if (expected.kind !== "violated") return expected.kind;
  const { line, law, blame } = expected;
  return `violated at line ${line}: ${law}, by the ${blame}`;
}

/** What a result says, in the words of `expectedWords`; of what cannot be read, the first problem. */
export function foundWords(result: TraceResult): string {
  const [problem] = result.problems;
  return problem === undefined ? expectedWords(foundVerdict(result)) : problemLine(problem);
}

/** The verdict of a trace that could be read. */
export function foundVerdict({ verdict, findings }: TraceResult): Expected {
  const [first] = findings;
  if (verdict !== "violated" || first === undefined) return { kind: verdict === "violated" ? "undecided" : verdict };
  const { law, blame } = first.violation;
  return { kind: "violated", line: first.line, law, blame };
}
