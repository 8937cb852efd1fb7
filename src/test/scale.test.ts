import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { REFERENCE } from "../targets/reference.ts";
import { poolShapes, scripts } from "./arbitrary.ts";
import { openingOf } from "./pools.ts";
import { liftScript, liftShape } from "./scale.ts";
import { Stage } from "./stage.ts";

const SHAPES = poolShapes({ maxOrder: 3, pages: 24, anyBase: true });

/** The answers to a script: heads and refusals in order. */
function answers(shape: ReturnType<typeof liftShape>, script: Parameters<typeof liftScript>[0]): readonly string[] {
  const stage = new Stage(REFERENCE, openingOf(shape, STRICT_PROFILE), "answers");
  return stage.play(script).steps.map(({ outcome }) => (outcome.kind === "block" ? String(outcome.pfn) : outcome.kind));
}

describe("a lifted pool", () => {
  it("answers a lifted script with lifted blocks, in every shape", () => {
    const cases = SHAPES.chain((shape) => fc.tuple(fc.constant(shape), scripts(shape), fc.integer({ min: 1, max: 4 })));
    fc.assert(
      fc.property(cases, ([shape, script, by]) => {
        const small = answers(shape, script).map((word) =>
          /^\d+$/u.test(word) ? String(Number(word) * 2 ** by) : word,
        );
        expect(answers(liftShape(shape, by), liftScript(script, by))).toEqual(small);
      }),
      { numRuns: 60 },
    );
  });

  it("is lowered to what it was", () => {
    fc.assert(
      fc.property(
        SHAPES.chain((shape) => scripts(shape)),
        (script) => {
          expect(liftScript(liftScript(script, 2), -2)).toEqual(script);
        },
      ),
      { numRuns: 60 },
    );
  });
});
