import { describe, expect, it } from "vitest";
import { flagsText, readFlagNames } from "./linux-dat-flags.ts";

const HEAD = 'print fmt: "gfp_flags=%s", (REC->gfp_flags) ? __print_flags(REC->gfp_flags, "|", ';
const CAST = "( unsigned long)";
const PRINT = `${HEAD}{${CAST}((( gfp_t)((((1UL))) << (3))) | (( gfp_t)0x1)), "BOTH"}, {${CAST}(~6 & 15), "NINE"}, {2, "TWO"}, { 0, ((void *)0) } ) : "none"`;

describe("gfp flags", () => {
  it.each([
    [0, "none"],
    [9, "BOTH"],
    [11, "BOTH|TWO"],
    [2 ** 20 + 2, "TWO|0x100000"],
  ])("%i prints as %s, like the kernel's", (flags, text) => {
    expect(flagsText(flags, readFlagNames(PRINT))).toBe(text);
  });

  it.each([
    ["no table", 'print fmt: "order=%d", REC->order'],
    ["names of constants", `${HEAD}{___GFP_IO, "__GFP_IO"}`],
    ["open parentheses", `${HEAD}{${"(".repeat(800)}, "DEEP"}`],
    ["too long a shift", `${HEAD}{1 << 64, "FAR"}`],
  ])("are a number where the format has %s", (_, print) => {
    expect(flagsText(9, readFlagNames(print))).toBe("0x9");
  });
});
