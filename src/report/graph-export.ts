// A state graph for other tools: DOT for Graphviz, GraphML for yEd and Gephi, JSON for programs.
//
//  1. All three hold the same: every state with its name and distance from the start, every step with its word.
//  2. Equal graphs give equal bytes. The JSON has a schema version, like every report of ours.
//
// Sources: the DOT language (graphviz.org/doc/info/lang.html); the GraphML primer (graphml.graphdrawing.org).

import type { StateGraph } from "../explore/state-graph.ts";

export type GraphFormat = "dot" | "graphml" | "json";

/** The graph as the text of a file. */
export function graphText(graph: StateGraph, format: GraphFormat): string {
  switch (format) {
    case "dot":
      return dot(graph);
    case "graphml":
      return graphml(graph);
    case "json":
      return json(graph);
  }
}

/** One state or step to a line. */
function json({ title, states, steps }: StateGraph): string {
  const head = `{"schemaVersion":1,"title":${JSON.stringify(title)}`;
  return `${head},\n"states":[\n${jsonLines(states)}\n],\n"steps":[\n${jsonLines(steps)}\n]}\n`;
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(",\n");
}

/** States of one depth stand side by side; what is live and what is free goes on lines of its own. */
function dot({ title, states, steps }: StateGraph): string {
  const lines = [`digraph ${quoted(title)} {`, "  rankdir=LR;", "  node [shape=box, style=rounded];"];
  const perDepth = new Map<number, number[]>();
  states.forEach(({ name, depth }, number) => {
    lines.push(`  s${number} [label=${quoted(name.replace(" free ", "\nfree "))}];`);
    perDepth.set(depth, [...(perDepth.get(depth) ?? []), number]);
  });
  for (const numbers of perDepth.values()) {
    lines.push(`  { rank=same; ${numbers.map((number) => `s${number};`).join(" ")} }`);
  }
  for (const { from, to, word } of steps) lines.push(`  s${from} -> s${to} [label=${quoted(word)}];`);
  return `${lines.join("\n")}\n}\n`;
}

/** A DOT string: quotes and backslashes escaped, line ends as `\n`. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, "\\$&").replaceAll("\n", String.raw`\n`)}"`;
}

function graphml({ title, states, steps }: StateGraph): string {
  const lines = [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`,
    `  <key id="name" for="node" attr.name="name" attr.type="string"/>`,
    `  <key id="depth" for="node" attr.name="depth" attr.type="int"/>`,
    `  <key id="step" for="edge" attr.name="step" attr.type="string"/>`,
    `  <graph id="${escaped(title)}" edgedefault="directed">`,
    ...states.map(
      ({ name, depth }, number) =>
        `    <node id="s${number}"><data key="name">${escaped(name)}</data><data key="depth">${depth}</data></node>`,
    ),
    ...steps.map(
      ({ from, to, word }) =>
        `    <edge source="s${from}" target="s${to}"><data key="step">${escaped(word)}</data></edge>`,
    ),
    "  </graph>",
    "</graphml>",
  ];
  return `${lines.join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
