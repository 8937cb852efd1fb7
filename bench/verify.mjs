/*
 * How fast native traces are verified, next to what a user would write: `npm run build && node bench/verify.mjs`.
 *
 *  1. The trace is made by a seeded client of a small buddy allocator of its own: it fills up to LIVE blocks and then
 *     frees and allocates at random, orders 0 to 5. Equal options give equal bytes.
 *  2. Every competitor is a process of its own, timed by its processor time, which a busy machine stretches less than
 *     the clock's; peak memory is the process' own. Rounds are interleaved; the best of each counts.
 *  3. The pairing programs only match frees with allocations. The verifier judges every law that the trace allows.
 *
 * Options: --events N (default 20e6), --live N (default 1e6), --pages N (default 2^22), --rounds N (default 3).
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const MAX_ORDER = 10;
const LINES_AT_ONCE = 20_000;
const SEED = 12_345;

const { values: flags } = parseArgs({
  options: {
    events: { type: "string", default: "20000000" },
    live: { type: "string", default: "1000000" },
    pages: { type: "string", default: String(2 ** 22) },
    rounds: { type: "string", default: "3" },
  },
});

/** Numbers from 0 to 1, the same every time. */
function createRandom() {
  let state = SEED;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * A buddy allocator with lists that forget lazily: enough to write a correct trace.
 * @param {number} pages
 */
function createPool(pages) {
  /** Per page: 64 + order at the head of a free block, 128 + order of a live one, 0 elsewhere. */
  const states = new Uint8Array(pages);
  /** @type {number[][]} */
  const lists = Array.from({ length: MAX_ORDER + 1 }, () => []);
  /** @param {number} pfn @param {number} order */
  function list(pfn, order) {
    states[pfn] = 64 + order;
    lists[order]?.push(pfn);
  }
  for (let pfn = 0; pfn < pages; pfn += 2 ** MAX_ORDER) list(pfn, MAX_ORDER);
  /** @param {number} order */
  function allocate(order) {
    for (let from = order; from <= MAX_ORDER; from++) {
      for (let pfn = lists[from]?.pop(); pfn !== undefined; pfn = lists[from]?.pop()) {
        if (states[pfn] !== 64 + from) continue;
        for (let half = from - 1; half >= order; half--) list(pfn + 2 ** half, half);
        states[pfn] = 128 + order;
        return pfn;
      }
    }
    return null;
  }
  /** @param {number} freed */
  function free(freed) {
    let pfn = freed;
    let order = (states[pfn] ?? 0) - 128;
    const named = order;
    states[pfn] = 0;
    for (; order < MAX_ORDER && states[pfn ^ (2 ** order)] === 64 + order; order++) {
      states[pfn ^ (2 ** order)] = 0;
      pfn &= ~(2 ** order);
    }
    list(pfn, order);
    return named;
  }
  return { allocate, free };
}

/**
 * Writes a trace of `events` events with about `liveMax` live blocks.
 * @param {string} file @param {number} events @param {number} liveMax @param {number} pages
 */
function writeTrace(file, events, liveMax, pages) {
  const random = createRandom();
  const pool = createPool(pages);
  /** @type {number[]} */
  const live = [];
  const out = openSync(file, "w");
  let lines = [`{"buddytrace":1,"allocator":"bench","page_size":4096,"max_order":${MAX_ORDER},"pages":${pages}}`];
  for (let event = 0; event < events; event++) {
    const grows = random() < (live.length < liveMax ? 0.75 : 0.5);
    if (grows || live.length === 0) {
      const drawn = random();
      const order = drawn < 0.7 ? 0 : drawn < 0.85 ? 1 : drawn < 0.95 ? 2 : drawn < 0.99 ? 3 : 5;
      const pfn = pool.allocate(order);
      lines.push(`{"op":"alloc","order":${order},"pfn":${pfn}}`);
      if (pfn !== null) live.push(pfn);
    } else {
      const at = Math.floor(random() * live.length);
      const pfn = live[at] ?? 0;
      live[at] = live.at(-1) ?? 0;
      live.pop();
      lines.push(`{"op":"free","pfn":${pfn},"order":${pool.free(pfn)}}`);
    }
    if (lines.length < LINES_AT_ONCE) continue;
    writeSync(out, `${lines.join("\n")}\n`);
    lines = [];
  }
  if (lines.length > 0) writeSync(out, `${lines.join("\n")}\n`);
  closeSync(out);
}

const JSON_LOOP = `
const live = new Map(); let events = 0;
for await (const line of require("node:readline").createInterface({ input: require("node:fs").createReadStream(process.argv[1]) })) {
  const event = JSON.parse(line); events++;
  if (event.op === "alloc" && event.pfn !== null) live.set(event.pfn, event.order);
  else if (event.op === "free") live.delete(event.pfn);
}
console.log(events - 1);`;

const AWK = `{ split($0, part, /[:,}]/) }
/"alloc"/ && !/null/ { live[part[6]] = 1 }
/"free"/ { delete live[part[4]] }
END { print NR - 1 }`;

const SCAN = `
const { NativeReader } = await import(process.argv[1]);
const sink = { header: () => 0, event() { events++; }, lost() {}, note() {}, problem() {} };
let events = 0;
const reader = new NativeReader(sink, "trace");
for await (const chunk of (await import("node:fs")).createReadStream(process.argv[2], { highWaterMark: 2 ** 20 })) reader.push(chunk);
reader.end();
console.log(events);`;

/** @param {string} file @returns {readonly (readonly [string, readonly string[]])[]} */
function competitors(file) {
  const reader = new URL("../dist/src/trace/native.js", import.meta.url).href;
  const cli = new URL("../dist/src/cli.js", import.meta.url).pathname;
  return [
    ["wc -l", ["wc", "-l", file]],
    ["mawk pairing", ["mawk", AWK, file]],
    ["JSON.parse loop with a Map", ["node", "-e", `(async () => {${JSON_LOOP}})()`, file]],
    ["our reader, nothing judged", ["node", "--input-type=module", "-e", SCAN, reader, file]],
    ["buddycheck verify", ["node", cli, "verify", "--quiet", file]],
  ];
}

/**
 * Runs a command; answers its processor seconds and its peak memory in MiB.
 * @param {readonly string[]} command @param {string} figures
 */
function timed(command, figures) {
  const run = spawnSync("/usr/bin/time", ["-o", figures, "-f", "%U %S %M", ...command], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (run.status !== 0) throw new Error(`${command.slice(0, 2).join(" ")} exited with ${run.status}`);
  const [user = 0, system = 0, kib = 0] = readFileSync(figures, "utf8").trim().split(" ").map(Number);
  return { seconds: user + system, mib: kib / 1024 };
}

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));
try {
  const events = Number(flags.events);
  const file = path.join(folder, "trace.jsonl");
  writeTrace(file, events, Number(flags.live), Number(flags.pages));
  console.log(`${events} events, ${(statSync(file).size / 1e6).toFixed(0)} MB, up to ${flags.live} live blocks`);
  /** @type {Map<string, { readonly seconds: number, readonly mib: number }>} */
  const best = new Map();
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, command] of competitors(file)) {
      const { seconds, mib } = timed(command, path.join(folder, "figures"));
      const { seconds: before = Infinity } = best.get(name) ?? {};
      if (seconds < before) best.set(name, { seconds, mib });
    }
  }
  const loop = best.get("JSON.parse loop with a Map")?.seconds ?? 0;
  console.log("what                        CPU s  M events/s  times the loop  peak MiB");
  for (const [name, { seconds, mib }] of best) {
    const cells = [
      seconds.toFixed(2),
      (events / seconds / 1e6).toFixed(2),
      (loop / seconds).toFixed(2),
      mib.toFixed(0),
    ];
    console.log(name.padEnd(26), cells.map((cell, at) => cell.padStart([6, 11, 15, 9][at] ?? 0)).join(" "));
  }
} finally {
  rmSync(folder, { recursive: true });
}
