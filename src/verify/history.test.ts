import { describe, expect, it } from "vitest";
import type { Violation } from "../../model/violation.ts";
import { HistoryCollector } from "./history.ts";
import type { Finding } from "./result.ts";

/** A finding at line 100 about the frames `[start, end)`. */
function finding(start: number, end: number): Finding {
  const violation: Violation = {
    law: "partition",
    blame: "allocator",
    fault: { kind: "missing", ranges: [{ start, end }], pages: end - start },
    allowed: { kind: "answer" },
    assumed: "lists-adopted",
    frames: [{ start, end }],
    around: [],
  };
  const place = { number: 1, line: 100, event: 99, text: "", column: 1, columns: 1 };
  return { ...place, violation, history: [], historyTotal: null, consequences: [], consequenceCount: 0 };
}

/** How many of these blocks, written `pfn:order`, belong to the stories of findings, written `start..end`. */
function told(findings: string, blocks: string): string {
  const all = findings.split(" ").map((range) => finding(...(range.split("..").map(Number) as [number, number])));
  const collector = new HistoryCollector(all, "power-of-two", 0);
  blocks.split(" ").forEach((block, index) => {
    const [pfn, order] = block.split(":").map(Number) as [number, number];
    collector.event({ kind: "alloc", order, zone: null }, { kind: "block", pfn, zeroed: null }, index + 2);
  });
  return collector
    .complete(all)
    .map((one) => one.historyTotal)
    .join(" ");
}

describe("the story of a finding", () => {
  it.each([
    ["is told by blocks that touch its frames", "1000..1100", "999:0 1000:0 1099:0 1100:0", "2"],
    ["counts a block once, however many tiles it covers", "0..4096", "0:13", "1"],
    ["is told by blocks of order 63", "7..8 9..10", "0:63 8:63", "1 2"],
    ["about a terabyte is told by every block in it", "0..268435456 5..6", "134217728:0 5:0 268435456:0", "2 1"],
  ])("%s", (_what, findings, blocks, totals) => expect(told(findings, blocks)).toBe(totals));
});
