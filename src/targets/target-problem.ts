// A file that was named as a target and cannot be one: what was expected of it, and what was found.

import type { Problem, ProblemCode } from "../problem.ts";
import type { SessionTarget } from "./target.ts";

export type TargetRead =
  | { readonly kind: "target"; readonly target: SessionTarget }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** A target's file is wrong as a whole. */
export function wrongTarget(code: ProblemCode, file: string, expected: string, found: string): TargetRead {
  return { kind: "wrong", problems: [{ code, place: { file, line: 0, column: 0 }, expected, found, source: "" }] };
}
