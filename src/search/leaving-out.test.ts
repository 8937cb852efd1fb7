import { describe, expect, it } from "vitest";
import { leavingOutPairs, leavingOutParts, runCourse, type Course } from "./leaving-out.ts";

/** What is left of the numbers from 0 to `count` - 1, and how many candidates were tried. */
function left(
  course: (items: readonly number[]) => Course<number>,
  count: number,
  fails: (items: readonly number[]) => boolean,
): readonly [items: string, trials: number] {
  let trials = 0;
  const items = runCourse(course(Array.from({ length: count }, (_, at) => at)), (candidate) => {
    trials++;
    return fails(candidate) ? candidate : null;
  });
  return [items.join(" "), trials];
}

function needsThree(items: readonly number[]): boolean {
  return [3, 70, 71].every((each) => items.includes(each));
}

function needsZero(items: readonly number[]): boolean {
  return items.includes(0) && (!items.includes(1) || items.includes(5));
}

function isBalanced(items: readonly number[]): boolean {
  return items.includes(2) && items.includes(0) === items.includes(4);
}

function isEven(items: readonly number[]): boolean {
  return items.length % 2 === 0;
}

describe("leaving out", () => {
  it("keeps what is needed, in its order, and takes few trials for it", () => {
    const [items, trials] = left(leavingOutParts, 100, needsThree);
    expect(items).toBe("3 70 71");
    expect(trials).toBeLessThan(40);
  });

  it("leaves nothing, where nothing is needed, and is asked again about what can go later", () => {
    expect(left(leavingOutParts, 9, () => true)[0]).toBe("");
    expect(left(leavingOutParts, 0, () => true)).toEqual(["", 0]);
    // Without 1 the others can go, from the end to the start too.
    expect(left(leavingOutPairs, 6, needsZero)[0]).toBe("0");
  });

  it("leaves out two at once that keep each other, where there are few", () => {
    expect(left(leavingOutParts, 5, isBalanced)[0]).toBe("0 2 4");
    expect(left(leavingOutPairs, 5, isBalanced)[0]).toBe("2");
    expect(left(leavingOutPairs, 40, isEven)[0]).toBe("");
    expect(left(leavingOutPairs, 42, isEven)[0].split(" ")).toHaveLength(42);
  });
});
