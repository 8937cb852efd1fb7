import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callOf, type Move, type Script } from "../targets/script.ts";
import { CALLS, type Call } from "../targets/target.ts";
import { scripts } from "./arbitrary.ts";
import { shrinkScript, smallerThan, type Trial } from "./shrink.ts";

const SHAPE = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

const ALL: ReadonlySet<Call> = new Set(CALLS);

describe("shrinking", () => {
  it("asks nothing that the target cannot be asked, unless the script did", () => {
    const back = { kind: "give-back", id: 0, naming: "pages" } as const;
    const request = { kind: "request", id: 0, command: { kind: "alloc-pages", pages: 2, zone: null } } as const;
    function asks(calls: readonly Call[]): readonly string[] {
      return [...smallerThan([request, back], new Set(calls))].flatMap((script) => script.map(callOf));
    }
    expect(new Set(asks(CALLS))).toEqual(new Set(["alloc", "alloc-pages", "free", "free-order", "free-pages"]));
    expect(new Set(asks(["alloc"]))).toEqual(new Set(["alloc", "alloc-pages", "free-pages"]));
  });

  it("keeps what fails, and nothing one change away from it is smaller and fails", () => {
    fc.assert(
      fc.property(scripts(SHAPE), fc.nat({ max: 3 }), (script, wanted) => {
        const trial = keeping((tried) => frees(tried) >= wanted);
        const shrunk = shrinkScript(script, trial, ALL);
        if (frees(script) < wanted) expect(shrunk).toBeNull();
        else {
          expect(shrunk).toHaveLength(wanted);
          const smaller = [...smallerThan(shrunk as Script, ALL)];
          expect(smaller.filter((each) => trial(each) !== null)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("names the block that a wrong free is about, and so needs no other", () => {
    const request = { kind: "request", command: { kind: "alloc", order: 0, zone: null } } as const;
    const back = { kind: "give-back", id: 1, naming: "order" } as const;
    const start: Script = [{ ...request, id: 0 }, { ...request, id: 1 }, back];
    const double: Move[] = [
      { kind: "misuse", misuse: "interior", id: 0, offset: 1, order: null },
      { kind: "literal", misuse: "never-allocated", command: { kind: "free", pfn: 1 } },
    ];
    for (const move of double) expect(shrinkScript([...start, move], keeping(freesTwice), ALL)).toHaveLength(3);
  });

  it("ends, and ends in the same script, for the same trial", () => {
    fc.assert(
      fc.property(scripts(SHAPE), (script) => {
        const trial = keeping((tried) => tried.length % 3 === script.length % 3);
        expect(shrinkScript(script, trial, ALL)).toEqual(shrinkScript(script, trial, ALL));
      }),
      { numRuns: 50 },
    );
  });
});

function frees(script: Script): number {
  return script.filter(({ kind }) => kind === "give-back").length;
}

/** Is page n, which request n is served, freed twice? */
function freesTwice(script: Script): boolean {
  const served = script.flatMap((move) => (move.kind === "request" ? [move.id] : []));
  const freed = script.flatMap((move) => (move.kind === "give-back" ? [served.indexOf(move.id)] : []));
  return script.some((move) => {
    if (move.kind === "misuse")
      return served.includes(move.id) && freed.includes(served.indexOf(move.id) + move.offset);
    return move.kind === "literal" && move.command.kind === "free" && freed.includes(move.command.pfn);
  });
}

function keeping(fails: (script: Script) => boolean): Trial {
  return (script) => (fails(script) ? script : null);
}
