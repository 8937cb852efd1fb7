import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { LAWS, lawOf } from "../../model/invariants.ts";
import { PROBLEMS, type ProblemCode } from "../problem.ts";
import { fieldsOf, lawExplanation, lawTable, NO_EXAMPLE, problemExplanation } from "./explanation.ts";

const LOOK = { colours: picocolors.createColors(false), columns: 100 };

describe("the explanation of a law", () => {
  it("tells what it says and why, and shows a trace that breaks it with its report", () =>
    expect(lawExplanation(lawOf("best-fit"), LOOK))
      .toBe(`best-fit: A larger block is split only when no smaller one suffices.

  why        Splitting early destroys large blocks that later requests need.
  severity   warning: a promise of policy is broken
  source     Knuth, The Art of Computer Programming 1, 2.5, algorithms R and S; Linux
             mm/page_alloc.c, __rmqueue_smallest
  judged in  model/judge-served.ts
  profile    coalescing    When two free buddies become one block.
             cachedFrames  Whether frames may be free and yet on no list.
             fit           Which size of free block is taken for a request.

A trace that breaks it, on a pool of 8 pages with blocks up to order 3 (8 pages), under \`fit: best,
placement: lowest, servedHalf: low\`:

  a0=0  a request of order 0 (1 page) is served page 0
  a0=4  a request of order 0 (1 page) is served page 4

warning[best-fit]: A larger block is split only when no smaller one suffices.
  --> example:1:6
   |
 1 | a0=0 a0=4
   |      ^^^^ from a larger block than needed
   |
   = seen: split a free block of order 2 (4 pages) for order 0 (1 page), though one of order 0
           (1 page) was free
   = allowed: to serve order 0 (1 page) out of a free block of order 0
   = pages just before:
       0 2 4
       ||| |
       A.......
           ^ 4
       A = 0 served at step 1, . = free
   = assumed from here on: the block counts as served
`));

  it.each(LAWS)("$id comes with the report of its example", (law) => {
    const report = lawExplanation(law, LOOK);
    if (law.example === "") expect(report).toContain(NO_EXAMPLE);
    else expect(report).toMatch(new RegExp(String.raw`^(?:client )?${law.severity}\[${law.id}\]: `, "mu"));
  });

  it("names the settings that bear on it", () =>
    expect(fieldsOf(lawOf("rounding")).map(({ field }) => field)).toEqual(["rounding", "zeroRequest"]));
});

describe("the table of laws", () => {
  it("has every law once, with its statement", () => {
    const table = lawTable({ ...LOOK, columns: 1000 });
    for (const { id, severity, statement } of LAWS) {
      expect(table).toMatch(
        new RegExp(String.raw`^${id} +${severity} +${statement.replaceAll(".", String.raw`\.`)}$`, "mu"),
      );
    }
  });
});

describe("the explanation of a problem's code", () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])("%s says what it means and what to do", (code) => {
    const [title, empty, ...advice] = problemExplanation(code, { ...LOOK, columns: 1000 }).split("\n");
    expect(title).toBe(`${code}: ${PROBLEMS[code]}`);
    expect(empty).toBe("");
    expect(advice.join("")).toMatch(/\.$/u);
  });
});
