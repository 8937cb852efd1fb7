import { describe, expect, it } from "vitest";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { namesShape, programOf, readOpening, readSubject, type PoolFlags } from "./target-options.ts";

const DEFAULTS = { shape: SMALL_POOL, profile: STRICT_PROFILE };

function shapeOf(flags: PoolFlags): string {
  const { maxOrder, span, runs } = readOpening(flags, DEFAULTS).geometry;
  return `order ${maxOrder} of ${span.start}-${span.end}: ${runs.map(({ start, end }) => `${start}-${end}`).join(" ")}`;
}

async function subject(...operands: readonly string[]): Promise<string> {
  const read = await readSubject(operands, [], "spec");
  return read.kind === "spec" ? "spec" : `${read.kind} ${read.target.name}`;
}

describe("a pool on the command line", () => {
  it.each([
    [{}, "order 3 of 0-8: 0-8"],
    [{ maxOrder: "4" }, "order 4 of 0-16: 0-16"],
    [{ pages: "24" }, "order 4 of 0-24: 0-24"],
    [{ pages: "4096" }, "order 10 of 0-4096: 0-4096"],
    [{ pages: "0" }, "order 0 of 0-0: "],
    [{ maxOrder: "1", pages: "3", basePfn: "0x10" }, "order 1 of 16-19: 16-19"],
    [{ pages: "8", reserved: ["0-2", "5-6"] }, "order 3 of 0-8: 2-5 6-8"],
    [{ pages: "8", zone: ["low=0-2", "high=4-8"] }, "order 3 of 0-8: 0-2 4-8"],
  ])("%j is %s", (flags, shape) => expect(shapeOf(flags)).toBe(shape));

  it("has no base where blocks are aligned to the pool", () => {
    const defaults = { ...DEFAULTS, profile: { ...STRICT_PROFILE, alignment: "pool" } as const };
    expect(readOpening({ basePfn: "1" }, defaults).geometry.span).toEqual({ start: 0, end: 8 });
  });

  it("is named by any option of its shape, and not by its profile", () =>
    expect([{ profile: "helios" }, { zone: [] }, { basePfn: "0" }].map(namesShape)).toEqual([false, true, true]));

  it("that is wrong in many ways is told all of them at once", () => {
    const flags = { pages: "8", maxOrder: "31", basePfn: "-1", reserved: ["4-2", "x"], zone: ["0-4", "a=0-9"] };
    expect(() => readOpening(flags, DEFAULTS)).toThrow(
      [
        "--max-order: POOL_OPTION: expected a whole number from 0 to 30, found 31",
        "--base-pfn: POOL_OPTION: expected a whole number from 0 to 4503599627370488, found -1",
        "--reserved: POOL_OPTION: expected START-END within 0-8, the end left out, found 4-2",
        "--reserved: POOL_OPTION: expected START-END within 0-8, the end left out, found x",
        "--zone: POOL_OPTION: expected NAME=START-END, found 0-4",
        "--zone: POOL_OPTION: expected START-END within 0-8, the end left out, found a=0-9",
      ].join("\n"),
    );
  });

  it.each([
    [["a=0-4", "b=3-8"], "expected zones that do not overlap, found a and b, which share page 3"],
    [["a=0-2", "a=4-8"], "expected one range for each zone, found two for a"],
  ])("cannot have the zones %j", (zone, words) =>
    expect(() => readOpening({ pages: "8", zone }, DEFAULTS)).toThrow(words),
  );
});

describe("a target on the command line", () => {
  it.each([
    ["reference", "target reference"],
    ["mutant:never-coalesces", "mutant mutant:never-coalesces"],
    ["spec", "spec"],
  ])("is %s", async (name, expected) => expect(await subject(name)).toBe(expected));

  it.each([
    ["refrence", "perhaps `reference`, found refrence"],
    ["mutant:never-coalesce", "perhaps mutant:never-coalesces, found mutant:never-coalesce"],
    ["mutant:", "the id of a mutant, such as mutant:never-coalesces, found mutant:"],
    ["lost.mjs", "lost.mjs: INPUT_NOT_FOUND: expected a readable file"],
    ["package.json", "a program behind --: `-- package.json`, found package.json"],
    ["weather", "expected reference, spec, mutant:ID, a module, a .wasm file, or a program behind --, found weather"],
  ])("is not %s, and it is said what was meant", async (name, words) => {
    await expect(subject(name)).rejects.toThrow(words);
  });

  it("is one, not none and not two", async () => {
    await expect(subject()).rejects.toThrow("found none");
    await expect(subject("reference", "spec")).rejects.toThrow("expected one target, found reference spec");
    await expect(readSubject(["reference", "./a", "b"], ["./a", "b"], "no-spec")).rejects.toThrow(
      "expected one target",
    );
  });

  it("may be a program behind --", async () => {
    const read = await readSubject(["node", "-e", "1"], ["node", "-e", "1"], "no-spec");
    expect(read.kind === "target" && [read.target.kind, read.target.name]).toEqual(["script", "node -e 1"]);
    await expect(readSubject(["./lost"], ["./lost"], "spec")).rejects.toThrow(
      "a program, by its path or found in PATH",
    );
  });

  it("begins behind the first --", () => {
    expect(programOf(["test", "--seed", "1", "--", "./a.out", "--", "x"])).toEqual(["./a.out", "--", "x"]);
    expect(programOf(["test", "reference"])).toEqual([]);
  });
});
