/*
 * Binary recordings of trace-cmd give the events, losses, tasks and times that the text readers find in what
 * `trace-cmd report` prints of them; and no damage makes the reader throw, hang or keep silent.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflate } from "../src/commands/inflate.ts";
import type { Problem } from "../src/problem.ts";
import { isTraceDat, TraceDatReader } from "../src/trace/linux-dat.ts";
import type { LinuxCursor, LinuxSink } from "../src/trace/linux-event.ts";
import { LinuxTextReader } from "../src/trace/linux-text.ts";

const FOLDER = "traces/linux/dat";
/** trace-cmd report rounds to microseconds. */
const ROUNDED_SECONDS = 0.51e-6;

interface Reader extends LinuxCursor {
  push(chunk: Uint8Array): boolean;
  end(): void;
}

/** What a sink heard: one line and one time for each event and loss. */
interface Heard {
  readonly events: string[];
  readonly times: number[];
  readonly problems: Problem[];
}

function hear(bytes: Uint8Array, open: (sink: LinuxSink) => Reader): Heard {
  const events: string[] = [];
  const times: number[] = [];
  const problems: Problem[] = [];
  function note(line: string, time: number): void {
    events.push(line);
    times.push(time);
  }
  const reader = open({
    event: (kind, pfn, order, cpu) =>
      note(
        `${kind} ${pfn} ${order} ${cpu} ${reader.migratetype()} ${reader.gfpFlags()} ${reader.task()}`,
        reader.time(),
      ),
    lost: (cpu, count) => note(`lost ${cpu} ${count}`, 0),
    bufferStarted: () => note("started", 0),
    entries: () => note("entries", 0),
    other: () => undefined,
    unexplained: () => note(`unexplained ${reader.lineText(80)}`, 0),
    problem: (problem) => void problems.push(problem),
  });
  reader.push(bytes);
  reader.end();
  return { events, times, problems };
}

function hearDat(bytes: Uint8Array): Heard {
  return hear(bytes, (sink) => new TraceDatReader(sink, "trace.dat", inflate));
}

function hearReport(name: string): Heard {
  const bytes = gunzipSync(readFileSync(`${FOLDER}/${name}.report.txt.gz`));
  return hear(bytes, (sink) => new LinuxTextReader(sink, name));
}

function ignore(): void {
  // What is said does not matter here.
}

function sample(name: string): Uint8Array {
  return readFileSync(`${FOLDER}/${name}.dat`);
}

const SAMPLES = ["two-cpus.v6", "two-cpus.v7-zstd", "instance.v6", "instance.v7-zstd", "lost.v6"];

describe("a trace.dat", () => {
  it.each(SAMPLES)("gives what trace-cmd report prints of it: %s", (name) => {
    const fromDat = hearDat(sample(name));
    const fromReport = hearReport(name.split(".")[0] as string);
    expect(fromDat.problems).toEqual([]);
    expect(fromDat.events).toEqual(fromReport.events);
    const differences = fromDat.times.map((time, at) => Math.abs(time - (fromReport.times[at] as number)));
    expect(Math.max(...differences)).toBeLessThan(ROUNDED_SECONDS);
  });

  it("has the counts that its recorder made", () => {
    const [cpus, instance, lost] = ["two-cpus.v6", "instance.v6", "lost.v6"].map((name) => hearDat(sample(name)));
    expect([cpus?.events.length, instance?.events.length, lost?.events.length]).toEqual([800, 735, 817]);
    expect(lost?.events.filter((line) => line.startsWith("lost"))).toEqual(["lost 0 138", "lost 1 99"]);
  });

  it("is told by its first bytes", () => {
    expect(SAMPLES.map((name) => isTraceDat(sample(name)))).toEqual(SAMPLES.map(() => true));
    expect([isTraceDat(new Uint8Array(0)), isTraceDat(new TextEncoder().encode("tracing"))]).toEqual([false, false]);
  });

  it("keeps each CPU's stats, where drops without a mark are counted", () => {
    const sink = { event: ignore, lost: ignore, bufferStarted: ignore, entries: ignore };
    const reader = new TraceDatReader(
      { ...sink, other: ignore, unexplained: ignore, problem: ignore },
      "trace.dat",
      inflate,
    );
    reader.push(sample("lost.v6"));
    reader.end();
    expect(reader.stats.map((text) => /overrun: \d+/.exec(text)?.[0])).toEqual(["overrun: 13028", "overrun: 2525"]);
  });
});

describe("a damaged trace.dat", () => {
  it.each(SAMPLES)("that ends early says so, and gives the events before its end: %s", (name) => {
    const whole = sample(name);
    const all = hearDat(whole).events;
    const known = new Set(all);
    for (let end = 0; end < whole.length; end += 97) {
      const { events, problems } = hearDat(whole.subarray(0, end));
      // Version 7 ends with the descriptions of its sections, which nobody needs.
      expect(problems.length > 0 || events.join() === all.join(), `${end} bytes`).toBe(true);
      const unknown = events.filter((line) => !known.has(line) && !/<\.\.\.>|^lost/.test(line));
      expect(unknown, `${end} bytes`).toEqual([]);
    }
  });

  it.each(["two-cpus.v6", "two-cpus.v7-zstd", "lost.v6"])(
    "makes nothing throw or hang, whatever its bytes: %s",
    (name) => {
      const whole = sample(name);
      const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, byte] of changes) bytes[at] = byte;
          const { problems } = hearDat(bytes);
          expect(problems.every(({ expected }) => / byte \d|head|kernel events/.test(expected))).toBe(true);
        }),
        { numRuns: 200 },
      );
    },
  );

  it("names the place of the damage", () => {
    const bytes = Uint8Array.from(sample("two-cpus.v6"));
    bytes.fill(0xff, 18, 30);
    expect(hearDat(bytes).problems.map(({ code, expected }) => `${code}: ${expected}`)).toEqual([
      String.raw`INPUT_TRACE_DAT: "header_page\u0000" at byte 18 of the file`,
    ]);
  });
});
