import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatStep, parseNotation } from "../../model/notation.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { REFERENCE } from "../targets/reference.ts";
import { poolShapes, scripts } from "./arbitrary.ts";
import { openingOf } from "./pools.ts";
import { scriptOf, type Answered } from "./scripts.ts";
import { Stage } from "./stage.ts";

const OPENING = openingOf({ maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] }, STRICT_PROFILE);

/** The moves behind a text, in short: `2` asks, `=0` gives request 0 back, `double 0+0` frees it wrongly. */
function moves(text: string): string {
  const calls = parseNotation(text).events.flatMap((event) => (event.kind === "step" ? [event] : []));
  return scriptOf(calls, OPENING)
    .map((move) => {
      if (move.kind === "request") return move.command.kind === "alloc" ? String(move.command.order) : "p";
      if (move.kind === "give-back") return `=${move.id}`;
      return move.kind === "misuse" ? `${move.misuse} ${move.id}+${move.offset}` : (move.misuse ?? move.command.kind);
    })
    .join(", ");
}

/** Every step as it is written; half a page has no written form. */
function written(steps: readonly Answered[]): readonly unknown[] {
  return steps.map(({ command, outcome }) => formatStep(command, outcome) ?? command);
}

describe("the script of a recording", () => {
  it.each([
    ["a1=0 a0=2 f0:1+ f2+", "1, 0, =0, =1"],
    ["a1=0 f0:1+ f0:1!", "1, =0, double 0+0"],
    ["a1=0 f1!", "1, interior 0+1"],
    ["a1=0 f0:2!", "1, wrong-size 0+0"],
    ["f5! f9!", "never-allocated, out-of-range"],
    ["a0=0 f0+ a0=0 f0+", "0, =0, 0, =1"],
    ["p3=0 f0*3+", "p, =0"],
    ["-4*4+ +4*4+ free 0:2", "remove, add"],
  ])("of %s is %s", (text, expected) => expect(moves(text)).toBe(expected));

  it("makes the same calls again, against the same allocator", () => {
    const cases = poolShapes({ maxOrder: 3, pages: 24, anyBase: true }).chain((shape) =>
      fc.tuple(fc.constant(shape), scripts(shape)),
    );
    fc.assert(
      fc.property(cases, ([shape, script]) => {
        const opening = openingOf(shape, STRICT_PROFILE);
        const stage = new Stage(REFERENCE, opening, "answers");
        const { steps } = stage.play(script);
        const again = stage.play(scriptOf(steps, opening)).steps;
        expect(written(again)).toEqual(written(steps));
      }),
      { numRuns: 100 },
    );
  });
});
