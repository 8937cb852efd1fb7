import { describe, expect, it } from "vitest";
import { rangeIn, wholeNumber } from "./options.ts";

describe("the value of an option", () => {
  it("is a whole number within its limits, both of which count", () => {
    const parse = wholeNumber("--bits", 10, 36);
    expect(["10", "36", "012"].map(parse)).toEqual([10, 36, 12]);
    for (const text of ["9", "37", "-10", "1e1", "10.0", " 10", ""])
      expect(() => parse(text)).toThrow(
        `--bits: OPTION_VALUE: expected a whole number from 10 to 36, found ${JSON.stringify(text).slice(1, -1)}`,
      );
    expect(() => wholeNumber("--seed", 1, Infinity)("9007199254740992")).toThrow("a whole number from 1,");
  });

  it("is a range without its end, which may be empty", () => {
    expect(["0-16", "3-3", "4-3", "3", "-3", "1-2-3", "0x1-2"].map(rangeIn)).toEqual([
      { start: 0, end: 16 },
      { start: 3, end: 3 },
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});
