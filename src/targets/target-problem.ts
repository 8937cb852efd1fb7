// A file that was named as a target and cannot be one: what was expected of it, and what was found.

import type { Problem, ProblemCode } from "../problem.ts";
import type { SessionTarget } from "./target.ts";

export type TargetRead =
  | { readonly kind: "target"; readonly target: SessionTarget }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** One thing that is wrong with a target's file as a whole. */
export function targetProblem(code: ProblemCode, file: string, expected: string, found: string): Problem {
  return { code, place: { file, line: 0, column: 0 }, expected, found, source: "" };
}

export function wrongTarget(code: ProblemCode, file: string, expected: string, found: string): TargetRead {
  return { kind: "wrong", problems: [targetProblem(code, file, expected, found)] };
}
