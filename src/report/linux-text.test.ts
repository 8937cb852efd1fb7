// What people and machines are told about kernel traces.

import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { NO_ENVIRONMENT, type LinuxEnvironment } from "../trace/linux-environment.ts";
import { LinuxTextReader } from "../trace/linux-text.ts";
import { LinuxHistory, LinuxHolders } from "../verify/linux-history.ts";
import { LinuxVerifier } from "../verify/linux-verify.ts";
import type { LinuxResult } from "../verify/linux-result.ts";
import { linuxJson } from "./linux-json.ts";
import { fragmentationTable, holdersTable, linuxReport } from "./linux-text.ts";

const LOOK = { colours: picocolors.createColors(false), columns: 100 };

/** One line of a raw trace. */
function line(event: string, cpu = 0): string {
  return `             cat-7       [00${cpu}] .....  12.000001: ${event}\n`;
}
function alloc(pfn: number, order: number): string {
  return line(`mm_page_alloc: page=0 pfn=0x${pfn.toString(16)} order=${order} migratetype=0 gfp_flags=GFP_KERNEL`);
}
function free(pfn: number, cpu = 0): string {
  return line(`mm_page_free: page=0 pfn=0x${pfn.toString(16)} order=0`, cpu);
}

function read(text: string, sink: LinuxVerifier | LinuxHistory | LinuxHolders): number {
  const reader = new LinuxTextReader(sink, "boot.trace");
  sink.cursor = reader;
  reader.push(new TextEncoder().encode(text));
  reader.end();
  return reader.lines;
}

function verify(text: string, environment: Partial<LinuxEnvironment> = {}): LinuxResult {
  const verifier = new LinuxVerifier({
    file: "boot.trace",
    recorder: "ftrace",
    environment: { ...NO_ENVIRONMENT, ...environment },
    findingsMax: 10,
  });
  const result = verifier.result(read(text, verifier));
  const history = new LinuxHistory(result.findings);
  read(text, history);
  return { ...result, findings: history.complete(result.findings) };
}

const TWICE = alloc(20, 2) + free(900) + alloc(22, 0);

describe("the report of a kernel trace", () => {
  it("shows a contradiction with its evidence, what would explain it, and how sure it is", () => {
    expect(linuxReport(verify(TWICE), LOOK)).toMatchInlineSnapshot(`
      "contradiction[alloc-of-live]: A live frame is not allocated again before it is freed.
        --> boot.trace:3:72
         |
       1 |              cat-7       [000] .....  12.000001: mm_page_alloc: page=0 pfn=0x14 order=2 migra…
       3 |              cat-7       [000] .....  12.000001: mm_page_alloc: page=0 pfn=0x16 order=0 migra…
         |                                                                        ^^^^^^^^
         = seen: pfn 0x16 on CPU 0, which was last seen live
         = meaning: a bug of the kernel, or a missing mm_page_free
         = confidence: medium: no loss is known, but without vmstat nothing says that no event is missing
         = history: 1 of 1 earlier line about these frames shown above

      boot.trace: undecided, 1 contradiction: a bug or a missing event
        events       3 in 3 lines: 2 allocations, 1 free
        findings     alloc-of-live 1
        losses       none marked; stats would tell of unmarked ones
        complete     not measured: vmstat before and after would bound what is missing
        buddy core   not replayed: that needs kpageflags before and after
        legal, though odd
          1  frees of blocks not seen before (allocated before the recording, or before a gap)
        not judged
          outside-zones, crosses-zone: no zoneinfo was given
          alloc-in-core, drained-twice: the trace has no mm_page_alloc_zone_locked or
            mm_page_alloc_extfrag
          alloc-other-order, removed-twice: the trace has no mm_page_pcpu_drain
      "
    `);
  });

  it("calls an impossible event a bug, whatever is missing", () => {
    const report = linuxReport(verify(alloc(5, 1)), LOOK);
    expect(report).toContain("error[misaligned]: A block starts at a multiple of its own length.");
    expect(report).toContain("= meaning: a bug, whatever is missing");
    expect(report).toContain("boot.trace: violated, 1 finding");
  });

  it("says what a gap hides", () => {
    const report = linuxReport(verify(`${free(9, 1)}${TWICE}CPU:1 [LOST 30 EVENTS]\n${free(9, 1)}`), LOOK);
    expect(report).toContain("30 events lost at 1 marker; 1 finding withdrawn that lay in a gap");
    expect(report).toContain("each frame is unknown from a gap to its next event");
    expect(report).toContain("boot.trace: undecided, no rule was seen broken");
  });

  it("is told to machines with the same facts", () => {
    const json = JSON.parse(linuxJson([{ result: verify(TWICE), usage: null }])) as Record<string, unknown>;
    expect(json).toMatchObject({
      schemaVersion: 1,
      kind: "buddycheck-verify-linux",
      traces: [
        {
          verdict: "undecided",
          tally: { mm_page_alloc: 2, mm_page_free: 1 },
          ruleCounts: { "alloc-of-live": 1 },
          classes: [{ id: "freed-unknown", count: 1 }],
          findings: [{ rule: "alloc-of-live", line: 3, pfn: 22, was: "live", historyTotal: 1 }],
        },
      ],
    });
  });

  it("names who holds frames at the end, and how fragmented memory became", () => {
    const text = alloc(20, 2) + alloc(5, 0) + alloc(6, 0) + free(5);
    const verifier = new LinuxVerifier({
      file: "boot.trace",
      recorder: "ftrace",
      environment: NO_ENVIRONMENT,
      findingsMax: 10,
    });
    read(text, verifier);
    const holders = new LinuxHolders(verifier.frames);
    read(text, holders);
    expect(holdersTable(holders.holders(), 10)).toMatchInlineSnapshot(`
      "5 pages allocated during the recording and held at its end
         pages   blocks order  task  gfp flags
             4        1     2  cat-7  GFP_KERNEL
             1        1     0  cat-7  GFP_KERNEL
      "
    `);
    expect(fragmentationTable([{ time: 1.5, freePages: 12, unusable: [0, 0.25, 0.5] }], 10)).toMatchInlineSnapshot(`
      "          time free pages  order 0  order 1  order 2
            1.500000         12    0.000    0.250    0.500
      "
    `);
  });
});
