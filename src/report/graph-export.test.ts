import { describe, expect, it } from "vitest";
import { createGeometry } from "../../model/geometry.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import type { Counting } from "../explore/spec-shape.ts";
import { specGraph, type StateGraph } from "../explore/state-graph.ts";
import { graphText } from "./graph-export.ts";

/** The state graph of a pool of 2^order pages. */
function graph(order: number, counting: Counting, statesMax = 1000): StateGraph | null {
  const geometry = createGeometry({ maxOrder: order, pages: 2 ** order, basePfn: 0, reserved: [], zones: [] });
  return specGraph({ geometry, profile: STRICT_PROFILE, counting }, statesMax);
}

const TWO_PAGES = graph(1, "raw") as StateGraph;

describe("the state graph of a specification", () => {
  it("has every state once, by its live and free blocks, and its distance from the start", () => {
    expect(TWO_PAGES.states.map(({ name, depth }) => `${depth}: ${name}`)).toEqual([
      "0: free 0:1",
      "1: live 0:0 free 1:0",
      "1: live 1:0 free 0:0",
      "1: live 0:1",
      "2: live 0:0 1:0",
    ]);
  });

  it("has every step, there and back", () => {
    const words = TWO_PAGES.steps.map(({ from, to, word }) => `${from}>${to} ${word}`);
    expect(words).toEqual([
      "0>1 a0=0",
      "0>2 a0=1",
      "0>3 a1=0",
      "1>4 a0=1",
      "1>0 f0+",
      "2>4 a0=0",
      "2>0 f1+",
      "3>0 f0+",
      "4>2 f0+",
      "4>1 f1+",
    ]);
  });

  it.each([
    [2, "raw", 26, 102],
    [3, "reduced", 67, 506],
  ] as const)("of order %d, %s, has %d states and %d steps", (order, counting, states, steps) => {
    const found = graph(order, counting);
    expect([found?.states.length, found?.steps.length]).toEqual([states, steps]);
  });

  it("is not made where it is larger than asked for", () => expect(graph(2, "raw", 25)).toBeNull());
});

describe("a graph for other tools", () => {
  const odd: StateGraph = {
    title: 'a "title" & more',
    states: [{ name: "live 0:0 free 1:0", depth: 0 }],
    steps: [{ from: 0, to: 0, word: "a<b" }],
  };

  it("is DOT with one line for what is live and one for what is free", () => {
    expect(graphText(odd, "dot").split("\n")).toEqual([
      String.raw`digraph "a \"title\" & more" {`,
      "  rankdir=LR;",
      "  node [shape=box, style=rounded];",
      String.raw`  s0 [label="live 0:0\nfree 1:0"];`,
      "  { rank=same; s0; }",
      '  s0 -> s0 [label="a<b"];',
      "}",
      "",
    ]);
  });

  it("is GraphML with its names escaped", () => {
    expect(graphText(odd, "graphml")).toContain('<graph id="a &quot;title&quot; &amp; more" edgedefault="directed">');
    expect(graphText(odd, "graphml")).toContain('<data key="step">a&lt;b</data>');
  });

  it("is JSON that holds the graph as it is", () => {
    expect(JSON.parse(graphText(TWO_PAGES, "json"))).toEqual({ schemaVersion: 1, ...TWO_PAGES });
  });
});
