// What the files beside a kernel trace say, and where they are wrong.

import { describe, expect, it } from "vitest";
import { parseBuddyinfo, parseCpuStats, parseFreeRuns, parseVmstat, parseZoneinfo } from "./linux-env.ts";
import { isEnvironmentName, readEnvironment, textsOfFolder } from "./linux-environment.ts";

const ZONEINFO = `Node 0, zone   Normal
  per-node stats
      nr_inactive_anon 3617
  pages free     2395762
        spanned  5505024
        managed  3342336
  pagesets
    cpu: 0
              batch:    63
  start_pfn:           1048576
Node 0, zone      DMA
        spanned  4095
        managed  3840
  start_pfn:           1
Node 0, zone  Movable
        spanned  0
        managed  0
`;

describe("files beside a kernel trace", () => {
  it("give the zones that have frames, by their first", () => {
    expect(parseZoneinfo({ file: "zoneinfo", text: ZONEINFO })).toEqual({
      kind: "read",
      value: [
        { node: 0, name: "DMA", start: 1, end: 4096, managed: 3840, batch: 0 },
        { node: 0, name: "Normal", start: 1_048_576, end: 6_553_600, managed: 3_342_336, batch: 63 },
      ],
    });
  });

  it("give free blocks, counters, losses and free runs", () => {
    const area = parseBuddyinfo({ file: "b", text: "Node 0, zone      DMA      0      2      1 \n" });
    expect(area).toEqual({ kind: "read", value: [{ node: 0, name: "DMA", counts: [0, 2, 1] }] });
    const counters = parseVmstat({ file: "v", text: "pgfree 12\nnr_dirty 3\n" });
    expect(counters).toEqual({
      kind: "read",
      value: new Map([
        ["pgfree", 12],
        ["nr_dirty", 3],
      ]),
    });
    const stats = parseCpuStats({ file: "s", text: "entries: 5\noverrun: 2\nnow ts:  29.8\ndropped events: 1\n" });
    expect(stats).toEqual({ kind: "read", value: { entries: 5, read: 0, overrun: 2, commitOverrun: 0, dropped: 1 } });
    const runs = parseFreeRuns({ file: "k", text: "# read CLOCK_MONOTONIC 1.5 .. 1.75\n100 f00\n220a 1f6\n" });
    expect(runs).toEqual({
      kind: "read",
      value: {
        from: 1.5,
        to: 1.75,
        runs: [
          { start: 0x100, end: 0x1000 },
          { start: 0x220a, end: 0x2400 },
        ],
      },
    });
  });

  it.each([
    ["zoneinfo without zones", parseZoneinfo, "nothing", 0],
    ["zones without a span", parseZoneinfo, "Node 0, zone DMA\n", 1],
    ["a row without counts", parseBuddyinfo, "Node 0, zone DMA 1\nNode 0, zone Normal\n", 2],
    ["a row with a count less", parseBuddyinfo, "Node 0, zone DMA 1 2\nNode 0, zone Normal 1\n", 2],
    ["more orders than any kernel has", parseBuddyinfo, `Node 0, zone DMA${" 1".repeat(16)}\n`, 1],
    ["a counter without a count", parseVmstat, "pgfree\n", 1],
    ["stats without losses", parseCpuStats, "entries: 5\noverrun: 1\n", 0],
    ["runs without a time", parseFreeRuns, "# flags\n100 1\n", 1],
    ["runs out of order", parseFreeRuns, "# 1 .. 2\n100 1\n80 1\n", 3],
    ["runs of no length", parseFreeRuns, "# 1 .. 2\n100 0\n", 2],
  ])("are refused with the place: %s", (_, parse, text, line) => {
    const read = parse({ file: "f", text });
    expect(read.kind === "wrong" && read.problems.map(({ place }) => place.line)).toEqual([line]);
  });

  it("are recognized by their names, and only whole pairs count", () => {
    const names = ["zoneinfo.before", "stats.cpu1", "kpf.after.gz", "meminfo.before", "trace.txt"];
    expect(names.filter(isEnvironmentName)).toEqual(["zoneinfo.before", "stats.cpu1", "kpf.after.gz"]);
    const files = ["e/vmstat.before", "e/vmstat.after", "e/buddyinfo.before"];
    const texts = textsOfFolder(files.map((file) => ({ file, text: "pgfree 1\n" })));
    const { environment, problems } = readEnvironment(texts);
    expect(problems).toEqual([]);
    expect(environment.vmstat?.after.get("pgfree")).toBe(1);
    expect(environment.buddyinfo).toBeNull();
  });

  it("tell the largest order, unless a person does", () => {
    const text = `Node 0, zone   Normal ${" 0".repeat(14)}\n`;
    const texts = textsOfFolder(["buddyinfo.before", "buddyinfo.after"].map((file) => ({ file, text })));
    expect(readEnvironment(texts).environment.maxOrder).toBe(13);
    expect(readEnvironment({ ...texts, maxOrder: 11 }).environment.maxOrder).toBe(11);
    expect(readEnvironment(textsOfFolder([])).environment.maxOrder).toBe(10);
  });
});
