import { describe, expect, it } from "vitest";
import { createGeometry } from "../../model/geometry.ts";
import { parseNotation } from "../../model/notation.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { itfText } from "./itf.ts";

interface Itf {
  readonly "#meta": { readonly format: string };
  readonly vars: readonly string[];
  readonly states: readonly ItfState[];
}
interface ItfState {
  readonly "#meta": { readonly index: number; readonly violates?: readonly string[] };
  readonly live: ItfSet;
  readonly free: ItfSet;
  readonly step: string;
}
interface ItfSet {
  readonly "#set": readonly { readonly pfn: ItfInteger; readonly order: ItfInteger }[];
}
interface ItfInteger {
  readonly "#bigint": string;
}

/** The states of a written trace, in a pool of 4 pages whose first is page frame 8. */
function states(trace: string): readonly string[] {
  const geometry = createGeometry({ maxOrder: 2, pages: 4, basePfn: 8, reserved: [], zones: [] });
  const steps = parseNotation(trace, 8).events.flatMap((event) => (event.kind === "step" ? [event] : []));
  const itf = JSON.parse(itfText({ title: "t", geometry, profile: STRICT_PROFILE, steps })) as Itf;
  expect(itf["#meta"].format).toBe("ITF");
  expect(itf.vars).toEqual(["live", "free", "step"]);
  return itf.states.map((state, index) => {
    expect(state["#meta"].index).toBe(index);
    const violates = state["#meta"].violates?.join(" ") ?? "";
    return `${state.step} | ${written(state.live)} | ${written(state.free)} | ${violates}`;
  });
}

function written(set: ItfSet): string {
  return set["#set"].map(({ pfn, order }) => `${pfn["#bigint"]}:${order["#bigint"]}`).join(" ");
}

describe("a trace in the Informal Trace Format", () => {
  it("is the start and the state after each step, counted from the pool's first page", () => {
    expect(states("a0=0 a1=2 f0+")).toEqual([
      "init |  | 0:2 | ",
      "a0=0 | 0:0 | 1:0 2:1 | ",
      "a1=2 | 0:0 2:1 | 1:0 | ",
      "f0+ | 2:1 | 0:1 | ",
    ]);
  });

  it("names the laws that a step breaks", () => {
    expect(states("a1=0 a0=1").at(-1)).toBe("a0=1 | 1:0 | 2:1 | no-overlap");
  });
});
