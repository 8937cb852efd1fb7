import { describe, expect, it } from "vitest";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { blockGraph, composedGraph, walkedGraph, type BlockGraph, type BlockRules } from "./block-graph.ts";
import type { Counting } from "./spec-shape.ts";

const RULES: readonly BlockRules[] = (["raw", "reduced"] as const).flatMap((counting) =>
  (["any", "best"] as const).flatMap((fit) => [9, 1].map((served) => ({ served, fit, counting }))),
);

/** A table in an order of its own: every state by its live blocks, with its steps. */
function written(graph: BlockGraph, counting: Counting): readonly string[] {
  const pages = 2 ** graph.order;
  function name(state: number): string {
    const live = [...graph.live.subarray(state * pages, (state + 1) * pages)];
    return (counting === "raw" ? live : canonical(live)).join("");
  }
  const lines: string[] = [];
  for (let state = 0; state < graph.stateCount; state++) {
    const steps: string[] = [];
    for (let at = graph.starts[state] as number; at < (graph.starts[state + 1] as number); at++) {
      steps.push(`${graph.labels[at]}->${name(graph.targets[at] as number)} ${graph.bars[at]} x${graph.times[at]}`);
    }
    lines.push(`${name(state)} ${graph.freeOrders[state]}: ${steps.sort().join(", ")}`);
  }
  return lines.sort();
}

/** Larger half first, all the way down. */
function canonical(live: readonly number[]): readonly number[] {
  if (live.length === 1) return live;
  const low = canonical(live.slice(0, live.length / 2));
  const high = canonical(live.slice(live.length / 2));
  return low.join("") >= high.join("") ? [...low, ...high] : [...high, ...low];
}

describe("a block's table composed of its halves", () => {
  const cases = RULES.flatMap((rules) => [1, 2, 3].map((order) => ({ ...rules, order })));
  it.each(cases)("is the table walked with the relation: order $order, $counting, $fit fit, up to $served", (rules) => {
    const { order, counting } = rules;
    const walked = walkedGraph(order, { ...STRICT_PROFILE, fit: rules.fit }, rules);
    const half = walkedGraph(order - 1, { ...STRICT_PROFILE, fit: rules.fit }, rules);
    expect(written(composedGraph(half, rules), counting)).toEqual(written(walked, counting));
  });

  it("is the table walked with the relation in all 2279 states of 16 frames", () => {
    const rules: BlockRules = { served: 9, fit: "best", counting: "reduced" };
    const profile = { ...STRICT_PROFILE, fit: "best" } as const;
    const composed = composedGraph(blockGraph(3, profile, rules), rules);
    expect(written(composed, "reduced")).toEqual(written(walkedGraph(4, profile, rules), "reduced"));
  });
});
