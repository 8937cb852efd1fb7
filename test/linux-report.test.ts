/*
 * What `buddycheck verify --json` prints of kernel traces is what specs/schemas/verify-linux-report.schema.json says, no
 * more and no less: for recordings of real kernels, for each rule, and for wrong input.
 */
import { describe, expect, it } from "vitest";
import { linuxJson, type LinuxJudged } from "../src/report/linux-json.ts";
import { NO_ENVIRONMENT, type LinuxEnvironment } from "../src/trace/linux-environment.ts";
import { LinuxHistory, LinuxHolders } from "../src/verify/linux-history.ts";
import { LinuxLifetimes } from "../src/verify/linux-lifetimes.ts";
import { LINUX_CLASSES, LINUX_RULES } from "../src/verify/linux-rules.ts";
import { LinuxVerifier } from "../src/verify/linux-verify.ts";
import { environmentBeside, readLinux, recordingBytes, recordingPath } from "./kernel-recordings.ts";
import { readSchema, strictly, type JsonObject } from "./schema.ts";

const SCHEMA = readSchema("verify-linux-report");
const complaintsOf = strictly(SCHEMA);

/** A trace judged with everything that can be asked for. */
function judged(bytes: Uint8Array, environment: LinuxEnvironment): LinuxJudged {
  const verifier = new LinuxVerifier({ file: "t", recorder: "ftrace", environment, findingsMax: 10 });
  const result = verifier.result(readLinux(bytes, verifier));
  const history = new LinuxHistory(result.findings);
  readLinux(bytes, history);
  const holders = new LinuxHolders(verifier.frames);
  readLinux(bytes, holders);
  const lifetimes = new LinuxLifetimes();
  readLinux(bytes, lifetimes);
  return {
    result: { ...result, findings: history.complete(result.findings) },
    usage: { holders: holders.holders(), lifetimes: lifetimes.lifetimes() },
  };
}

function judgedText(text: string, environment: Partial<LinuxEnvironment> = {}): LinuxJudged {
  return judged(new TextEncoder().encode(text), { ...NO_ENVIRONMENT, ...environment });
}

function line(event: string, time = 12): string {
  return `             cat-7       [000] ..... ${time.toFixed(6).padStart(12)}: ${event}\n`;
}

const ALLOC = line("mm_page_alloc: page=0 pfn=0x20 order=0 migratetype=0 gfp_flags=GFP_KERNEL");
const FREE = line("mm_page_free: page=0 pfn=0x90 order=0");
const REMOVAL = line("mm_page_alloc_zone_locked: page=0 pfn=0x100 order=1 migratetype=0 percpu_refill=0", 13);
const ZONE = { node: 0, name: "Normal", start: 0, end: 1024, managed: 1024, batch: 63 };
const REPLAY: Partial<LinuxEnvironment> = {
  zones: [ZONE],
  kpageflags: {
    before: { from: 1, to: 2, runs: [{ start: 256, end: 512 }] },
    after: { from: 20, to: 21, runs: [{ start: 257, end: 512 }] },
  },
  buddyinfo: {
    before: [{ node: 0, name: "Normal", counts: [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0] }],
    after: [{ node: 0, name: "Normal", counts: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0] }],
  },
};

describe("the JSON report of a kernel trace", () => {
  it.each([
    "small-1-idle.trace.txt",
    "small-2-lost.trace_pipe.txt",
    "small-3-fork.perf-script.txt",
    "medium-1-files.trace-cmd-report.txt.gz",
    "extra-2-overrun-buffer-started.trace.txt",
  ])("of %s is as its schema says", (name) => {
    const file = recordingPath(name) as string;
    expect(complaintsOf(linuxJson([judged(recordingBytes(file), environmentBeside(file))]))).toBe("");
  });

  it.each([
    ["with a finding", judgedText(ALLOC + FREE + ALLOC), "undecided"],
    ["whose replay differs", judgedText(REMOVAL, REPLAY), "undecided"],
    ["that cannot be replayed", judgedText(FREE, REPLAY), "holds"],
    ["without an event", judgedText("# tracer: nop\n"), "vacuous"],
    ["that is wrong input", judgedText("1 0 4250320495417 type: 653\n"), null],
  ])("%s is as its schema says", (_, one, verdict) => {
    const json = linuxJson([one, one]);
    expect(complaintsOf(json)).toBe("");
    const { traces, summary } = JSON.parse(json) as { traces: { verdict: string }[]; summary: JsonObject };
    expect(traces.map((trace) => trace.verdict)).toEqual([verdict, verdict]);
    expect(summary[verdict ?? "notJudged"]).toBe(2);
  });

  it("tells of a replay what differs", () => {
    const { exact } = judgedText(REMOVAL, REPLAY).result;
    expect(exact).toMatchObject({ kind: "replayed", pagesDiffering: 1, cells: 11, cellsEqual: 10 });
  });

  it("is refused by its schema with a field that the schema does not name", () => {
    const one = judgedText(ALLOC);
    const losses = { ...one.result.losses, stray: 1 };
    expect(complaintsOf(linuxJson([{ ...one, result: { ...one.result, losses } }]))).toContain("stray");
  });

  it("is described with every rule and every class", () => {
    const { rule, class: legal } = SCHEMA["definitions"] as { rule: JsonObject; class: JsonObject };
    expect(rule["enum"]).toEqual(LINUX_RULES.map(({ id }) => id));
    expect(legal["enum"]).toEqual(LINUX_CLASSES.map(({ id }) => id));
  });
});
