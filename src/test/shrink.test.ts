import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Script } from "../targets/script.ts";
import { scripts } from "./arbitrary.ts";
import { candidates, isSmaller, shrinkScript, type Trial } from "./shrink.ts";

const SHAPE = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

describe("shrinking", () => {
  it("keeps what fails, and nothing one change away from it is smaller and fails", () => {
    fc.assert(
      fc.property(scripts(SHAPE), fc.nat({ max: 3 }), (script, wanted) => {
        const trial = keeping((tried) => frees(tried) >= wanted);
        const shrunk = shrinkScript(script, trial);
        if (frees(script) < wanted) expect(shrunk).toBeNull();
        else {
          expect(shrunk).toHaveLength(wanted);
          const smaller = [...candidates(shrunk as Script)].filter((each) => isSmaller(each, shrunk as Script));
          expect(smaller.filter((each) => trial(each) !== null)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("ends, and ends in the same script, for the same trial", () => {
    fc.assert(
      fc.property(scripts(SHAPE), (script) => {
        const trial = keeping((tried) => tried.length % 3 === script.length % 3);
        expect(shrinkScript(script, trial)).toEqual(shrinkScript(script, trial));
      }),
      { numRuns: 50 },
    );
  });
});

function frees(script: Script): number {
  return script.filter(({ kind }) => kind === "give-back").length;
}

function keeping(fails: (script: Script) => boolean): Trial {
  return (script) => (fails(script) ? script : null);
}
