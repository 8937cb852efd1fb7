/*
 * docs/trace-format.md is a contract, so its examples are read as traces, and the words in its table as notation.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatStep, parseNotation } from "../model/notation.ts";
import { problemLine } from "../src/problem.ts";
import type { TraceSink } from "../src/trace/event.ts";
import { NativeReader } from "../src/trace/native.ts";
import { YamlReader } from "../src/trace/yaml.ts";

const PAGE = readFileSync(new URL("../docs/trace-format.md", import.meta.url), "utf8");

/** The fenced blocks in one language. */
function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gsu"))].map(([, text]) => text as string);
}

/** How many events a trace has, and what is wrong with it. */
function read(text: string, create: (sink: TraceSink) => NativeReader | YamlReader): (number | string)[] {
  let events = 0;
  const problems: string[] = [];
  function count(): void {
    events++;
  }
  const sink: TraceSink = {
    header: () => 0,
    event: count,
    lost: count,
    note: count,
    problem: (problem) => void problems.push(problemLine(problem)),
  };
  const reader = create(sink);
  reader.push(new TextEncoder().encode(text));
  reader.end();
  return [events, ...problems];
}

describe("the page of the trace format", () => {
  it("has examples in JSON Lines that are traces", () => {
    expect(blocks("jsonl").map((text) => read(text, (sink) => new NativeReader(sink, "page")))).toEqual([[2], [14]]);
  });

  it("has examples in YAML that are traces", () => {
    expect(blocks("yaml").map((text) => read(text, (sink) => new YamlReader(sink, "page")))).toEqual([[7], [3], [7]]);
  });

  it("has words that are the notation", () => {
    const cells = [...PAGE.matchAll(/^\| (`[^|]*?`) +\|/gmu)].map(([, cell]) => cell as string);
    const words = cells
      .slice(cells.indexOf("`a2=4`"))
      .flatMap((cell) => cell.split("`").filter((_, at) => at % 2 === 1));
    expect(words.length).toBeGreaterThan(15);
    for (const word of words) expect([word, parseNotation(word).faults]).toEqual([word, []]);
    const written = parseNotation(words.join(" ")).events.filter((event) => event.kind === "step");
    expect(written.every(({ command, outcome }) => formatStep(command, outcome) !== null)).toBe(true);
  });
});
