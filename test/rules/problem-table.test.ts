/*
 * Every code of an input error is declared once, in src/problem.ts, and docs/problems.md says exactly that: the page is
 * generated (`npm run docs:generate`), and compared here byte for byte.
 */
import { describe, expect, it } from "vitest";
import { problemsPage } from "../../docs/problems-page.mjs";
import { PROBLEMS } from "../../src/problem.ts";
import { readTree } from "./tree.ts";

type Problems = Readonly<Record<string, string>>;

/** Whether the page is the one that would be generated. */
function isCurrent(page: string, problems: Problems): boolean {
  return page === problemsPage(problems);
}

describe("docs/problems.md", () => {
  it("lists the codes that src/problem.ts declares", () => {
    const page = readTree().find((file) => file.path === "docs/problems.md");
    expect(page?.text, "run `npm run docs:generate`").toBe(problemsPage(PROBLEMS));
  });

  it("is found out when a code is missing, reworded or left over", () => {
    const two = { SPEC_A: "One thing | another.", SPEC_B: "A third." };
    const page = problemsPage(two);
    expect(page).toContain("| `SPEC_A` | One thing \\| another. |");
    expect(isCurrent(page, two)).toBe(true);
    expect(isCurrent(page, { SPEC_A: two.SPEC_A })).toBe(false);
    expect(isCurrent(page, { ...two, SPEC_B: "A fourth." })).toBe(false);
    expect(isCurrent(page, { ...two, SPEC_C: two.SPEC_B })).toBe(false);
  });
});
