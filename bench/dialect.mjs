/*
 * How fast logs are read by a dialect, on one core: `npm run build && node bench/dialect.mjs [lines]`.
 *
 * The log is made by a seeded client of an allocator that serves every call: three lines in four are its own, in the
 * manner of a kernel's serial log. It is read with fixed keys, with the same rules as regular expressions, and with
 * addresses of 64 bits. The sink does nothing, so that the figures are the reader's. Rates
 * are per second of processor time, which a busy machine stretches less than the clock's.
 */
import { readDialect } from "../dist/src/spec/dialect.js";
import { DialectReader } from "../dist/src/trace/dialect-reader.js";

const LINES = Number(process.argv[2] ?? 2_000_000);
const CHUNK_BYTES = 2 ** 20;
const RUNS = 5;
const SEED = 2024;

const HEADER = "dialect: 1\nname: timed\nsummary: timed\nheader: { max_order: 10, pages: 1048576 }\n";
const FORMS = {
  "fixed keys": `rules:
  - { name: a, op: alloc, prefix: "[mm] alloc", fields: { order: order, pfn: pfn } }
  - { name: f, op: free, prefix: "[mm] free", fields: { order: order, pfn: pfn } }`,
  "fixed keys, 64-bit addresses": `rules:
  - { name: a, op: alloc, prefix: "[mm] alloc", fields: { order: order, addr: addr } }
  - { name: f, op: free, prefix: "[mm] free", fields: { order: order, addr: addr } }`,
  "regular expressions": `rules:
  - { name: a, op: alloc, pattern: '\\[mm\\] alloc order=(?<order>\\d+) pfn=(?<pfn>\\w+)' }
  - { name: f, op: free, pattern: '\\[mm\\] free order=(?<order>\\d+) pfn=(?<pfn>\\w+)' }`,
};

/** Numbers from 0 to 2^32, the same every time. */
function* numbers() {
  let state = SEED;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

/** @returns {Uint8Array} a log of so many lines */
function makeLog() {
  const random = numbers();
  const lines = [];
  for (let line = 0; line < LINES; line++) {
    const value = Number(random.next().value);
    const time = `[${(line / 1e5).toFixed(6).padStart(12)}]`;
    const pfn = `0x${(value >>> 12).toString(16)}`;
    const call = `order=${value % 11} pfn=${pfn} addr=0xffff88${(value >>> 12).toString(16).padStart(7, "0")}000`;
    if (value % 4 === 0) lines.push(`${time} usb 1-1: new device number ${value % 100}`);
    else lines.push(`${time} [mm] ${value % 4 === 1 ? "free" : "alloc"} ${call}`);
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

/**
 * One reading of the log.
 *
 * @param {Uint8Array} log
 * @param {import("../src/dialect.ts").Dialect} dialect
 * @returns {{ seconds: number, events: number }}
 */
function timeOnce(log, dialect) {
  let events = 0;
  const sink = {
    header: () => 0,
    event: () => void events++,
    lost: () => undefined,
    note: () => undefined,
    /** @param {unknown} problem */
    problem: (problem) => {
      throw new Error(JSON.stringify(problem));
    },
  };
  const reader = new DialectReader(sink, "log", dialect);
  const start = process.cpuUsage();
  for (let at = 0; at < log.length; at += CHUNK_BYTES) reader.push(log.subarray(at, at + CHUNK_BYTES));
  reader.end();
  const { user, system } = process.cpuUsage(start);
  return { seconds: (user + system) / 1e6, events };
}

const log = makeLog();
console.log(`${LINES} lines, ${(log.length / 1e6).toFixed(0)} MB, seed ${SEED}; the best of ${RUNS}`);
for (const [name, rules] of Object.entries(FORMS)) {
  const read = readDialect(`${HEADER}${rules}\n`, name);
  if (read.kind === "wrong") throw new Error(JSON.stringify(read.problems));
  const runs = Array.from({ length: RUNS }, () => timeOnce(log, read.dialect));
  const seconds = Math.min(...runs.map((run) => run.seconds));
  const rate = `${(LINES / seconds / 1e6).toFixed(2)} M lines/s, ${(log.length / seconds / 1e6).toFixed(0)} MB/s`;
  console.log(`${name.padEnd(30)}${rate}, ${runs[0]?.events} events`);
}
