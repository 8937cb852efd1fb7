// What a language must be able to say for a unit test (unit-test.ts).

import type { Command, FreeLists } from "../../model/command.ts";
import type { FrameRange, PoolShape } from "../../model/geometry.ts";
import type { Violation } from "../../model/violation.ts";
import type { Answered } from "../test/scripts.ts";

export interface TestedCase {
  readonly shape: PoolShape;
  readonly steps: readonly Answered[];
  readonly violation: Violation;
  readonly basePfn: number;
  /** What the lists must hold after the last step; null where that is not one set of blocks. */
  readonly expected: FreeLists | null;
  /** Do requests name a zone? */
  readonly takesZones: boolean;
}

/** What the last step must come to. */
export type Demand =
  | { readonly kind: "served" }
  | { readonly kind: "refused" }
  | { readonly kind: "accepted" }
  | { readonly kind: "rejected" }
  | { readonly kind: "returns" }
  | { readonly kind: "multiple"; readonly of: number }
  /** The block served has no page in common with the one in `variable`. */
  | { readonly kind: "apart"; readonly variable: string; readonly pages: number; readonly otherPages: number }
  /** The block served lies in one of these ranges. */
  | { readonly kind: "within"; readonly pages: number; readonly runs: readonly FrameRange[] }
  | { readonly kind: "lists"; readonly lists: FreeLists }
  | { readonly kind: "counts"; readonly free: readonly number[] }
  /** Nothing that a call could assert: the sentence stands as a comment. */
  | { readonly kind: "told"; readonly words: string };

/** How a language says each part of a test. */
export interface Language {
  readonly opening: (tested: TestedCase, comment: readonly string[]) => readonly string[];
  /** A call; its answer goes to `variable`, if there is one. A frame is named by an expression. */
  readonly call: (command: Command, frame: string, variable: string | null, tested: TestedCase) => string;
  readonly demand: (demand: Demand, command: Command, frame: string, tested: TestedCase) => readonly string[];
  readonly closing: readonly string[];
}
