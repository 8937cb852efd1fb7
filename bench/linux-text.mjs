// How fast Linux text traces are read, next to what else reads lines: `npm run build && node bench/linux-text.mjs FILE`.
//
//  1. FILE is a raw `trace` recording, plain or .gz. It is repeated, with its times shifted, into one file of at
//     least 1 GB in the folder for temporary files, which is removed at the end. Marks of lost events stand
//     between the repetitions.
//  2. Rounds are interleaved, so that all competitors meet the same noise; the best of each counts. Rates are per
//     second of processor time, which a busy machine stretches less than the clock's.
//  3. Every competitor that counts events must count the same number, or the figures are worth nothing.
//
// Options: --size BYTES (default 1.2e9), --rounds N (default 3).

import { spawnSync } from "node:child_process";
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { LinuxTextReader } from "../dist/src/trace/linux-text.js";

const CHUNK_BYTES = 2 ** 20;

/** A recording does not end as it begins: without these marks its repetition would contradict it. */
const SEAM = "CPU:0 [LOST 1 EVENTS]\nCPU:1 [LOST 1 EVENTS]\n";

/** Pairs frees with allocations by pfn, as people do it by hand. */
const PAIRING = `/mm_page_(alloc|free): / {
  match($0, /pfn=[0-9a-fx]+/); pfn = substr($0, RSTART, RLENGTH)
  if ($0 ~ /mm_page_alloc: /) live[pfn] = 1; else delete live[pfn]
}
/ mm_page_/ { events++ }
END { print events }`;

const EVENT = /^.{16}-\d+ +\[(\d+)\] \S+ +([\d.]+): mm_page_(\w+): page=\S+ pfn=0x([0-9a-f]+) order=(\d+)/;

/**
 * Writes the recording again and again, each time later by its length, and answers how many bytes that are.
 * @param {string} recording
 * @param {string} file
 * @param {number} sizeBytes
 */
function writeRepeated(recording, file, sizeBytes) {
  const lines = recording.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const times = lines.map((line) => Number(/ +(\d+\.\d{6}): /.exec(line)?.[1]));
  const length = Math.ceil((times.at(-1) ?? 0) - (times[0] ?? 0)) + 1;
  const out = openSync(file, "w");
  let bytes = 0;
  for (let seconds = 0; bytes < sizeBytes; seconds += length) {
    const later = seconds;
    bytes += writeSync(out, lines.map((line, index) => `${shifted(line, times[index] ?? 0, later)}\n`).join(""));
    bytes += writeSync(out, SEAM);
  }
  closeSync(out);
  return bytes;
}

/**
 * The line with its time moved, in the same columns.
 * @param {string} line
 * @param {number} time
 * @param {number} seconds
 */
function shifted(line, time, seconds) {
  const before = time.toFixed(6);
  const after = (time + seconds).toFixed(6);
  return line.replace(`${before.padStart(12)}:`, `${after.padStart(12)}:`);
}

/**
 * Runs a command, and answers what it printed and the processor time it took.
 * @param {readonly string[]} command
 * @returns {{ printed: string, seconds: number }}
 */
function run(command) {
  const { stdout } = spawnSync("sh", ["-c", '"$@"; times', "sh", ...command], { encoding: "utf8" });
  const children = /(.*)\n$/u.exec(stdout)?.[1] ?? "";
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/gu)].map(
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  );
  return { printed: stdout, seconds: times.reduce((sum, seconds) => sum + seconds, 0) };
}

/**
 * @param {string} file
 * @returns {Measured}
 */
function countLines(file) {
  return { events: null, seconds: run(["wc", "-l", file]).seconds };
}

/**
 * @param {string} file
 * @returns {Measured}
 */
function pairWithMawk(file) {
  const { printed, seconds } = run(["mawk", PAIRING, file]);
  const events = Number(printed.split("\n", 1)[0]);
  return { events: Number.isNaN(events) ? null : events, seconds };
}

/**
 * The whole command, start and report included: reading and all open-world rules.
 * @param {string} file
 * @returns {Measured}
 */
function verify(file) {
  const cli = fileURLToPath(new URL("../dist/src/cli.js", import.meta.url));
  const { printed, seconds } = run([process.execPath, cli, "verify", "--quiet", file]);
  return { events: Number(/(\d+) events/u.exec(printed)?.[1] ?? Number.NaN), seconds };
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
    return { events, seconds: (user + system) / 1e6 };
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
 * This reader, handing its events to a sink that only counts them.
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

/** @typedef {{ events: number | null, seconds: number }} Measured Processor time; null where events are not counted. */

/** @type {readonly (readonly [string, (file: string) => Measured | Promise<Measured>])[]} */
const COMPETITORS = [
  ["wc -l", countLines],
  ["mawk pairing", pairWithMawk],
  ["readline + regex + Map", timed(readByLines)],
  ["LinuxTextReader", timed(readByColumns)],
  ["buddycheck verify", verify],
];

/**
 * The best seconds of each competitor, and the events that all of them count.
 * @param {string} file
 * @param {number} rounds
 */
async function measure(file, rounds) {
  /** @type {Map<string, number>} */
  const best = new Map();
  /** @type {Set<number>} */
  const counts = new Set();
  for (let round = 0; round < rounds; round++) {
    for (const [name, competitor] of COMPETITORS) {
      const { events, seconds } = await competitor(file);
      if (events !== null) counts.add(events);
      best.set(name, Math.min(seconds, best.get(name) ?? Infinity));
    }
  }
  const [events] = counts;
  if (counts.size > 1) throw new Error(`competitors count differently: ${[...counts].join(", ")} events`);
  return { best, events: events ?? 0 };
}

/**
 * @param {{ best: Map<string, number>, events: number }} measured
 * @param {number} bytes
 */
function print({ best, events }, bytes) {
  const ours = best.get("LinuxTextReader") ?? Number.NaN;
  console.log(`${events} events, ${(bytes / 1e9).toFixed(2)} GB\n`);
  console.log("| what | CPU seconds | M events/s | GB/s | times ours |\n|---|---|---|---|---|");
  for (const [name, seconds] of best) {
    const row = [seconds.toFixed(2), (events / seconds / 1e6).toFixed(1), (bytes / seconds / 1e9).toFixed(2)];
    console.log(`| ${name} | ${row.join(" | ")} | ${(seconds / ours).toFixed(2)} |`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "1.2e9" }, rounds: { type: "string", default: "3" } },
});
const [recording] = positionals;
if (recording === undefined) throw new Error("usage: node bench/linux-text.mjs FILE [--size BYTES] [--rounds N]");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));
try {
  const content = readFileSync(recording);
  const text = (recording.endsWith(".gz") ? gunzipSync(content) : content).toString("latin1");
  const file = path.join(folder, "trace.txt");
  const bytes = writeRepeated(text, file, Number(values.size));
  print(await measure(file, Number(values.rounds)), bytes);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
