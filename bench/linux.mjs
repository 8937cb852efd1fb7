/*
 * How fast kernel traces are judged, next to what else reads them: `npm run build && node bench/linux.mjs FILE`.
 *
 * 1. FILE is a raw `trace` recording, plain or gzip; kernel-traces.mjs makes long ones of it, in the folder for temporary
 *    files, which is removed at the end. With page flags beside FILE, exact mode is measured, too.
 * 2. Rounds are interleaved, so that all competitors meet the same noise; the best of each counts. Rates are per
 *    second of processor time, of all threads and with the start of the program, which a busy machine stretches less
 *    than the clock's.
 * 3. Competitors on the same trace must count the same events, or the figures are worth nothing.
 *
 * Options: --size BYTES of the long traces (default 1.2e9), --rounds N (default 3).
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createGzip, gunzipSync } from "node:zlib";
import { LinuxTextReader } from "../dist/src/trace/linux-text.js";
import { hasPageFlags, writeDat, writeRepeated, writeReplayable } from "./kernel-traces.mjs";

const CHUNK_BYTES = 2 ** 20;
const DAT_BYTES = 3e7;
const CLI = fileURLToPath(new URL("../dist/src/cli.js", import.meta.url));
const DAT = new URL("../traces/linux/dat/two-cpus.v6.dat", import.meta.url);

/** Pairs frees with allocations by pfn, as people do it by hand. */
const PAIRING = `/mm_page_(alloc|free): / {
  match($0, /pfn=[0-9a-fx]+/); pfn = substr($0, RSTART, RLENGTH)
  if ($0 ~ /mm_page_alloc: /) live[pfn] = 1; else delete live[pfn]
}
/ mm_page_/ { events++ }
END { print events " events" }`;

const EVENT = /^.{16}-\d+ +\[(\d+)\] \S+ +([\d.]+): mm_page_(\w+): page=\S+ pfn=0x([0-9a-f]+) order=(\d+)/;

/** Tells the largest memory of a program of Node when it ends. */
const PEAK = 'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))';

/**
 * Processor time, the events counted, null where none are, and the peak of memory, where it is known.
 * @typedef {{ events: number | null, seconds: number, peakKiB: number | null }} Measured
 */

/**
 * Runs a command, in `sh`, which tells the processor time of its children.
 * @param {readonly string[]} command
 * @returns {Measured & { printed: string }}
 */
function run(command) {
  const { stdout, stderr } = spawnSync("sh", ["-c", '"$@"; times', "sh", ...command], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const children = /(.*)\n$/u.exec(stdout)?.[1] ?? "";
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/gu)].map(
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  );
  const events = /(\d+) events/u.exec(stdout)?.[1];
  const peak = /peak (\d+)/u.exec(stderr)?.[1];
  return {
    printed: stdout,
    events: events === undefined ? null : Number(events),
    seconds: times.reduce((sum, seconds) => sum + seconds, 0),
    peakKiB: peak === undefined ? null : Number(peak),
  };
}

/**
 * The whole command, start and report included.
 * @param {string} file
 */
function verify(file) {
  return run([process.execPath, "--import", PEAK, CLI, "verify", "--quiet", file]);
}

/**
 * Exact mode: all of it must come out right.
 * @param {string} file
 */
function verifyExactly(file) {
  const measured = verify(file);
  if (!measured.printed.includes("holds")) throw new Error(measured.printed);
  return measured;
}

/**
 * trace-cmd prints every event of a `trace.dat`; `grep` counts them, in a time that is not measured.
 * @param {string} file
 */
function report(file) {
  const { events } = run(["sh", "-c", `trace-cmd report ${file} | grep -c mm_page_ | sed 's/$/ events/'`]);
  return { ...run(["sh", "-c", `trace-cmd report ${file} > /dev/null`]), events };
}

/**
 * Runs a reader in this process.
 * @param {(file: string) => number | Promise<number>} reader
 * @returns {(file: string) => Promise<Measured>}
 */
function timed(reader) {
  return async (file) => {
    const before = process.cpuUsage();
    const events = await reader(file);
    const { user, system } = process.cpuUsage(before);
    return { events, seconds: (user + system) / 1e6, peakKiB: null };
  };
}

/** @param {string} file */
async function readByLines(file) {
  let events = 0;
  const live = new Map();
  for await (const line of createInterface({ input: createReadStream(file, { highWaterMark: CHUNK_BYTES }) })) {
    const match = EVENT.exec(line);
    if (match === null) continue;
    events++;
    if (match[3] === "alloc") live.set(match[4], match[2]);
    else if (match[3] === "free") live.delete(match[4]);
  }
  return events;
}

/**
 * Our reader, handing its events to a sink that only counts them.
 * @param {string} file
 */
function readByColumns(file) {
  let events = 0;
  /** @type {import("../dist/src/trace/linux-event.js").LinuxSink} */
  const sink = {
    event: () => {
      events++;
    },
    lost: ignore,
    bufferStarted: ignore,
    entries: ignore,
    other: ignore,
    unexplained: (line) => {
      throw new Error(`line ${line} is unexplained`);
    },
    problem: (problem) => {
      throw new Error(problem.code);
    },
  };
  const reader = new LinuxTextReader(sink, file);
  const chunk = new Uint8Array(CHUNK_BYTES);
  const input = openSync(file, "r");
  for (let count = readSync(input, chunk); count > 0; count = readSync(input, chunk)) {
    reader.push(chunk.subarray(0, count));
  }
  closeSync(input);
  reader.end();
  return events;
}

function ignore() {}

/** @typedef {{ name: string, file: string, bytes: number, measure: (file: string) => Measured | Promise<Measured> }} Competitor */

/**
 * Makes the long traces, and says who reads which.
 * @param {string} recording
 * @param {string} folder
 * @param {number} sizeBytes
 * @returns {Promise<Competitor[]>}
 */
async function competitorsOn(recording, folder, sizeBytes) {
  const content = readFileSync(recording);
  const text = (recording.endsWith(".gz") ? gunzipSync(content) : content).toString("latin1");
  const file = path.join(folder, "trace.txt");
  const bytes = writeRepeated(text, file, sizeBytes);
  await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.gz`));
  const dat = path.join(folder, "trace.dat");
  const datBytes = writeDat(readFileSync(DAT), dat, DAT_BYTES);
  const competitors = [
    { name: "wc -l", file, bytes, measure: () => run(["wc", "-l", file]) },
    { name: "mawk pairing", file, bytes, measure: () => run(["mawk", PAIRING, file]) },
    { name: "readline + regex + Map", file, bytes, measure: timed(readByLines) },
    { name: "trace-cmd report (of a trace.dat)", file: dat, bytes: datBytes, measure: report },
    { name: "our reader, nothing judged", file, bytes, measure: timed(readByColumns) },
    { name: "buddycheck verify", file, bytes, measure: verify },
    { name: "buddycheck verify, gzip", file: `${file}.gz`, bytes, measure: verify },
  ];
  if (!(await hasPageFlags(recording))) return competitors;
  const exact = path.join(folder, "exact.txt");
  const exactBytes = await writeReplayable(text, recording, exact, sizeBytes);
  return [...competitors, { name: "buddycheck verify, exact", file: exact, bytes: exactBytes, measure: verifyExactly }];
}

/**
 * The best of each competitor.
 * @param {readonly Competitor[]} competitors
 * @param {number} rounds
 */
async function measureAll(competitors, rounds) {
  /** @type {Map<string, Measured>} */
  const best = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const { name, file, measure } of competitors) {
      const measured = await measure(file);
      if (measured.seconds < (best.get(name)?.seconds ?? Infinity)) best.set(name, measured);
    }
  }
  return best;
}

/**
 * Events by trace; throws where two count differently.
 * @param {readonly Competitor[]} competitors
 * @param {Map<string, Measured>} best
 */
function eventsByFile(competitors, best) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { name, file } of competitors) {
    const events = best.get(name)?.events ?? null;
    const trace = file.replace(/\.gz$/u, "");
    if (events === null) continue;
    if ((counts.get(trace) ?? events) !== events) throw new Error(`${name} counts ${events} events`);
    counts.set(trace, events);
  }
  return counts;
}

/**
 * @param {readonly Competitor[]} competitors
 * @param {Map<string, Measured>} best
 */
function print(competitors, best) {
  const counts = eventsByFile(competitors, best);
  console.log("| what | M events | GB | CPU seconds | M events/s | GB/s | peak MiB |\n|---|---|---|---|---|---|---|");
  for (const { name, file, bytes } of competitors) {
    const { seconds, peakKiB } = /** @type {Measured} */ (best.get(name));
    const events = counts.get(file.replace(/\.gz$/u, "")) ?? Number.NaN;
    const row = [events / 1e6, bytes / 1e9, seconds, events / seconds / 1e6, bytes / seconds / 1e9];
    const peak = peakKiB === null ? "" : String(Math.round(peakKiB / 1024));
    console.log(`| ${[name, ...row.map((number) => number.toFixed(2)), peak].join(" | ")} |`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "1.2e9" }, rounds: { type: "string", default: "3" } },
});
const [recording] = positionals;
if (recording === undefined) throw new Error("usage: node bench/linux.mjs FILE [--size BYTES] [--rounds N]");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));
try {
  const competitors = await competitorsOn(recording, folder, Number(values.size));
  print(competitors, await measureAll(competitors, Number(values.rounds)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
