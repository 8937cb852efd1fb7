/*
 * What recordings of a real kernel show, to the unit. Those that are not in the repository are looked for in the folder
 * that BUDDYCHECK_RECORDINGS names, and skipped with a word where it is unset.
 */
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { linuxReport } from "../src/report/linux-text.ts";
import { NO_ENVIRONMENT } from "../src/trace/linux-environment.ts";
import type { LinuxResult } from "../src/verify/linux-result.ts";
import { environmentBeside, recordingBytes, recordingPath, verifyLinux } from "./kernel-recordings.ts";

const LARGE = ["extra-3-lost-heavy.trace_pipe.txt.gz", "extra-5-compile-exact.trace.txt.gz"] as const;
const MISSING = new Set(LARGE.filter((name) => recordingPath(name) === null));
if (MISSING.size > 0)
  console.warn(`not judged: ${[...MISSING].join(", ")}; set BUDDYCHECK_RECORDINGS to the folder that has them`);

function judged(name: string, environment: "with" | "without" = "with"): LinuxResult {
  const file = recordingPath(name);
  if (file === null) throw new Error(`${name} is nowhere`);
  return verifyLinux(name, recordingBytes(file), environment === "with" ? environmentBeside(file) : NO_ENVIRONMENT);
}

/** Words of a report that stand in one place whatever its width. */
function reportOf(result: LinuxResult): string {
  return linuxReport(result, { colours: picocolors.createColors(false), columns: 100 }).replaceAll(/\s+/g, " ");
}

/** Verdict, number of findings, events, and the legal oddities, with and without the files beside the trace. */
function summary({ verdict, findingCount, events, unexplained, classes }: LinuxResult): string {
  const odd = classes.map((each) => `${each.class.id} ${each.count}`).join(", ");
  return `${verdict}, ${findingCount} findings, ${events} events, ${unexplained} unread; ${odd}`;
}

describe("a recording of a real kernel", () => {
  it.each([
    ["small-1-idle.trace.txt", "holds, 0 findings, 629 events, 0 unread; freed-unknown 184"],
    [
      "small-2-lost.trace_pipe.txt",
      "undecided, 0 findings, 816 events, 0 unread; freed-unknown 268, batched-unknown 14",
    ],
    [
      "small-3-fork.perf-script.txt",
      "undecided, 0 findings, 1454 events, 0 unread; freed-unknown 89, drained-unknown 63",
    ],
    [
      "medium-1-files.trace-cmd-report.txt.gz",
      "holds, 0 findings, 101590 events, 0 unread; freed-unknown 507, freed-again 32, drained-unknown 11681, " +
        "drained-unused 62, removed-freed 1060, hidden-refill 63",
    ],
    ["extra-2-overrun-buffer-started.trace.txt", "holds, 0 findings, 2059 events, 0 unread; freed-unknown 74"],
  ])("contradicts nothing: %s", (name, expected) => {
    expect([summary(judged(name)), summary(judged(name, "without"))]).toEqual([expected, expected]);
  });

  it("that was overrun is judged from the last started buffer on, and the report says so", () => {
    const result = judged("extra-2-overrun-buffer-started.trace.txt");
    expect(result.losses.start).toEqual({ line: 190, cpu: 0, eventsSkipped: 177 });
    expect(reportOf(result)).toContain("judged from the last `buffer started` on (line 190, CPU 0)");
    expect(reportOf(result)).toContain("1828 events overwritten");
  });

  it("with gaps says how much was lost", () => {
    expect(reportOf(judged("small-2-lost.trace_pipe.txt"))).toContain("2397 events lost at 2 markers");
  });

  it("is at least as complete as the kernel's counters say", () => {
    const report = reportOf(judged("medium-1-files.trace-cmd-report.txt.gz"));
    expect(report).toContain("99.82 % of allocated pages (301824 of 302353)");
    expect(report).toContain("99.88 % of freed pages (298042 of 298395)");
  });

  it.skipIf(MISSING.has(LARGE[0]))("with heavy losses shows no double use, and says what they hide", () => {
    const result = judged(LARGE[0]);
    expect(summary(result)).toBe(
      "undecided, 0 findings, 200079 events, 0 unread; freed-unknown 21122, freed-refilled 181, freed-again 670, " +
        "batched-unknown 11",
    );
    expect(reportOf(result)).toContain("37732 events lost at 15 markers");
    expect(reportOf(result)).toContain("this hides what happened in a gap");
  });

  it.skipIf(MISSING.has(LARGE[1]))("replays to exactly what the kernel had at the end", { timeout: 60_000 }, () => {
    const result = judged(LARGE[1]);
    expect(summary(result)).toBe(
      "holds, 0 findings, 739356 events, 0 unread; freed-unknown 8913, freed-again 48, drained-unused 374, " +
        "removed-freed 6",
    );
    expect(result.exact).toMatchObject({
      kind: "replayed",
      removals: 44_485,
      notFree: 0,
      atHead: 44_485,
      notSmallest: 0,
      drainedTwice: 0,
      pagesFree: 3_118_011,
      pagesDiffering: 0,
      pagesTouched: 0,
      cells: 33,
      cellsEqual: 33,
    });
    expect(reportOf(result)).toContain("44485 removals: all of free blocks, all at a block's head");
  });
});
