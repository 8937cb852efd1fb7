/*
 * Long kernel traces, made of a short recording.
 *
 * 1. `writeRepeated`: the recording again and again, each time later by its length, and every second time in another
 *    16 GiB of memory, so that 6.5 million pfns are named. Marks of lost events stand between the repetitions: a
 *    recording does not end as it begins.
 * 2. `writeReplayable`: what lies between the readings of the page flags, again and again. Events stand between the
 *    repetitions that bring the buddy core back to what it was, so that all of it can be replayed and must come out
 *    right.
 * 3. `writeDat`: the pages of a `trace.dat` again and again, each time later by their length.
 */
import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { largestOrderAt, pagesIn } from "../dist/model/geometry.js";
import { environmentFor } from "../dist/src/commands/linux-environment-files.js";
import { NO_ENVIRONMENT } from "../dist/src/trace/linux-environment.js";
import { LinuxTextReader } from "../dist/src/trace/linux-text.js";
import { LinuxVerifier } from "../dist/src/verify/linux-verify.js";
import { LIVE, TAIL } from "../dist/src/verify/linux-frames.js";

const SEAM = "CPU:0 [LOST 1 EVENTS]\nCPU:1 [LOST 1 EVENTS]\n";
const OTHER_MEMORY = 2 ** 22;
/** Columns of a time that has 12, before the point. */
const SECONDS_COLUMNS = 5;
const MAX_PAGE_ORDER = 10;
/** Up to this order a freed block goes to a per-CPU list, and not to the core. */
const CACHED_ORDER_MAX = 3;

/** @typedef {{ readonly before: string, readonly time: number, readonly after: string }} Line What stands around a time. */

/**
 * The lines of a recording that tell events.
 * @param {string} recording
 * @returns {Line[]}
 */
function linesOf(recording) {
  return recording.split("\n").flatMap((line) => {
    const [, before, time, after] = /^(.{16}-.*? )([\d.]+)(: .*)$/.exec(line) ?? [];
    return before === undefined || after === undefined ? [] : [{ before, time: Number(time), after }];
  });
}

/**
 * Lines as bytes, with the places and the whole seconds of their times, which have 12 columns.
 * @typedef {{ readonly bytes: Buffer, readonly places: readonly number[], readonly seconds: readonly number[] }} Text
 */

/**
 * The lines with their pfns moved.
 * @param {readonly Line[]} lines
 * @param {number} pages
 * @returns {Text}
 */
function textOf(lines, pages) {
  /** @type {number[]} */
  const places = [];
  let at = 0;
  const parts = lines.map(({ before, time, after }) => {
    const event = pages === 0 ? after : after.replace(/pfn=(0x[\da-f]+)/, (_, pfn) => hexPfn(Number(pfn) + pages));
    const context = `${before.trimEnd()} `;
    places.push(at + context.length);
    const text = `${context}${time.toFixed(6).padStart(12)}${event}\n`;
    at += text.length;
    return text;
  });
  return { bytes: Buffer.from(parts.join(""), "latin1"), places, seconds: lines.map(({ time }) => Math.floor(time)) };
}

/**
 * Writes the lines, later by so many seconds; answers how many bytes that were.
 * @param {number} out
 * @param {Text} text
 * @param {number} later
 */
function write(out, { bytes, places, seconds }, later) {
  for (const [line, place] of places.entries()) {
    let rest = (seconds[line] ?? 0) + later;
    for (let at = place + SECONDS_COLUMNS - 1; rest > 0; at--) {
      bytes[at] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
  return writeSync(out, bytes);
}

/** @param {number} pfn */
function hexPfn(pfn) {
  return `pfn=0x${pfn.toString(16)}`;
}

/** @param {readonly Line[]} lines */
function lengthOf(lines) {
  return Math.ceil((lines.at(-1)?.time ?? 0) - (lines[0]?.time ?? 0)) + 1;
}

/**
 * Answers how many bytes were written.
 * @param {string} recording
 * @param {string} file
 * @param {number} sizeBytes
 */
export function writeRepeated(recording, file, sizeBytes) {
  const lines = linesOf(recording);
  const length = lengthOf(lines);
  const texts = [textOf(lines, 0), textOf(lines, OTHER_MEMORY)];
  const out = openSync(file, "w");
  let bytes = 0;
  for (let times = 0; bytes < sizeBytes; times++) {
    bytes += write(out, /** @type {Text} */ (texts[times % 2]), times * length) + writeSync(out, SEAM);
  }
  closeSync(out);
  return bytes;
}

/**
 * Do files with page flags, by which a replay is possible, lie beside this recording?
 * @param {string} source
 */
export async function hasPageFlags(source) {
  return (await environmentFor(source, {})).environment.kpageflags !== null;
}

/**
 * `source` is a recording with the files of its environment beside it; `file` gets copies of them. Answers how many bytes
 * were written.
 * @param {string} recording
 * @param {string} source
 * @param {string} file
 * @param {number} sizeBytes
 */
export async function writeReplayable(recording, source, file, sizeBytes) {
  const { environment } = await environmentFor(source, {});
  const { kpageflags } = environment;
  if (kpageflags === null) throw new Error(`${source} has no page flags beside it`);
  const { before, after } = kpageflags;
  const all = linesOf(recording);
  const lines = all.filter(({ time }) => time > before.to && time < after.from);
  const first = settled(before, all);
  const length = lengthOf(lines);
  const seam = textOf(seamOf(lines, first, environment), 0);
  const text = textOf(lines, 0);
  const out = openSync(file, "w");
  let bytes = 0;
  let times = 0;
  for (; bytes < sizeBytes; times++) {
    if (times > 0) bytes += write(out, seam, (times - 1) * length);
    bytes += write(out, text, times * length);
  }
  closeSync(out);
  const folder = path.join(path.dirname(file), "env", path.basename(file, ".txt"));
  mkdirSync(folder, { recursive: true });
  // The counters and the stats are those of one repetition.
  for (const name of environment.files.filter((each) => /zoneinfo|buddyinfo/.test(each)))
    copyFileSync(name, path.join(folder, path.basename(name)));
  const runs = blocksIn(first, environment).map(({ pfn, order }) => ({ start: pfn, end: pfn + pagesIn(order) }));
  writeRuns(path.join(folder, "kpf.before"), { ...before, runs }, 0);
  writeRuns(path.join(folder, "kpf.after"), after, (times - 1) * length);
  return bytes;
}

/**
 * The frames that the first reading has free, and what the events during it made of them.
 * @param {import("../dist/src/trace/linux-env.js").FreeRuns} before
 * @param {readonly Line[]} lines
 */
function settled({ from, to, runs }, lines) {
  const free = new Set(framesIn(runs));
  for (const { time, after } of lines) {
    const [, name, pfn, order] = /mm_page_(\w+): .*?pfn=(\w+) (?:\w+_)?order=(\d+)/.exec(after) ?? [];
    if (time < from || time > to || name === undefined) continue;
    for (const frame of framesOf(Number(pfn), Number(order))) {
      if (name === "alloc_zone_locked") free.delete(frame);
      else if (name === "pcpu_drain" || (name === "free" && isDirect(Number(order)))) free.add(frame);
    }
  }
  return free;
}

/** @param {number} order */
function isDirect(order) {
  return order > CACHED_ORDER_MAX && order !== 9;
}

/**
 * Writes a reading of the page flags, later by so many seconds.
 * @param {string} file
 * @param {import("../dist/src/trace/linux-env.js").FreeRuns} reading
 * @param {number} seconds
 */
function writeRuns(file, { from, to, runs }, seconds) {
  const title = `# read ${(from + seconds).toFixed(6)} .. ${(to + seconds).toFixed(6)}\n`;
  const lines = runs.map(({ start, end }) => `${start.toString(16)} ${(end - start).toString(16)}\n`);
  writeFileSync(file, title + lines.join(""));
}

/**
 * The events that bring a replayed core from the second reading back to the first: what is live is freed; what the first
 * reading has free is drained; a free block that the first reading does not have whole is taken, and freed in small
 * parts, which stay in per-CPU lists.
 * @param {readonly Line[]} lines
 * @param {ReadonlySet<number>} first
 * @param {import("../dist/src/trace/linux-environment.js").LinuxEnvironment} environment
 * @returns {Line[]}
 */
function seamOf(lines, first, environment) {
  const last = /** @type {Line} */ (lines.at(-1));
  /** @type {string[]} */
  const events = [];
  /** @param {string} name @param {number} pfn @param {number} order */
  function tell(name, pfn, order) {
    events.push(`: mm_page_${name}: page=0000000000000000 ${hexPfn(pfn)} order=${order}`);
  }
  const core = new Set(framesIn(environment.kpageflags?.after.runs ?? []));
  for (const { pfn, order } of liveBlocks(lines)) {
    tell("free", pfn, order);
    if (isDirect(order)) for (const frame of framesOf(pfn, order)) core.add(frame);
  }
  for (const { pfn, order } of blocksIn(core, environment)) {
    if (framesOf(pfn, order).every((frame) => first.has(frame))) continue;
    tell("alloc_zone_locked", pfn, order);
    tell("alloc", pfn, order);
    const part = Math.min(order, CACHED_ORDER_MAX);
    for (let at = pfn; at < pfn + pagesIn(order); at += pagesIn(part)) tell("free", at, part);
    for (const frame of framesOf(pfn, order)) core.delete(frame);
  }
  for (const { pfn, order } of blocksIn(new Set([...first].filter((frame) => !core.has(frame))), environment))
    tell("pcpu_drain", pfn, order);
  return events.map((after) => ({ before: last.before, time: last.time, after }));
}

/**
 * Blocks that were allocated in these lines and not freed.
 * @param {readonly Line[]} lines
 */
function liveBlocks(lines) {
  const options = { file: "recording", environment: NO_ENVIRONMENT, findingsMax: 0 };
  const verifier = new LinuxVerifier({ ...options, recorder: "ftrace" });
  const reader = new LinuxTextReader(verifier, "recording");
  verifier.cursor = reader;
  reader.push(textOf(lines, 0).bytes);
  reader.end();
  /** @type {{ pfn: number, order: number }[]} */
  const blocks = [];
  verifier.frames.each((pfn, byte) => {
    if (byte >> 4 === LIVE && (byte & 15) !== TAIL) blocks.push({ pfn, order: byte & 15 });
  });
  return blocks;
}

/** @param {readonly { readonly start: number, readonly end: number }[]} runs */
function* framesIn(runs) {
  for (const { start, end } of runs) for (let pfn = start; pfn < end; pfn++) yield pfn;
}

/** @param {number} pfn @param {number} order */
function framesOf(pfn, order) {
  return Array.from({ length: pagesIn(order) }, (_, at) => pfn + at);
}

/**
 * The canonical blocks of a set of frames.
 * @param {ReadonlySet<number>} frames
 * @param {import("../dist/src/trace/linux-environment.js").LinuxEnvironment} environment
 */
function blocksIn(frames, { zones }) {
  const blocks = [];
  const sorted = [...frames].sort((left, right) => left - right);
  for (let at = 0; at < sorted.length;) {
    const pfn = /** @type {number} */ (sorted[at]);
    const zone = (zones ?? []).find(({ start, end }) => pfn >= start && pfn < end);
    let end = at + 1;
    while (end - at < pagesIn(MAX_PAGE_ORDER) && sorted[end] === pfn + end - at) end++;
    const order = largestOrderAt(pfn, Math.min(pfn + end - at, zone?.end ?? Infinity), MAX_PAGE_ORDER);
    blocks.push({ pfn, order });
    at += pagesIn(order);
  }
  return blocks;
}

const PAGES = "flyrecord\0";
const PAGE_BYTES = 4096;
/** Longer than any recording that is repeated here. */
const DAT_NANOSECONDS = 60_000_000_000n;

/**
 * `dat` is a recording of version 6, whose pages each begin with a time in nanoseconds. Answers how many bytes were
 * written.
 * @param {Buffer} dat
 * @param {string} file
 * @param {number} sizeBytes
 */
export function writeDat(dat, file, sizeBytes) {
  const table = dat.lastIndexOf(PAGES) + PAGES.length;
  const headBytes = Number(dat.readBigUInt64LE(table));
  const cpus = [];
  for (let at = table; at < headBytes && cpus.length < 2; at += 16)
    cpus.push({ at, offset: Number(dat.readBigUInt64LE(at)), size: Number(dat.readBigUInt64LE(at + 8)) });
  const times = Math.ceil(sizeBytes / dat.length);
  const head = Buffer.from(dat.subarray(0, headBytes));
  let offset = headBytes;
  for (const { at, size } of cpus) {
    head.writeBigUInt64LE(BigInt(offset), at);
    head.writeBigUInt64LE(BigInt(size * times), at + 8);
    offset += size * times;
  }
  const out = openSync(file, "w");
  let bytes = writeSync(out, head);
  for (const cpu of cpus) {
    for (let time = 0; time < times; time++) {
      const pages = Buffer.from(dat.subarray(cpu.offset, cpu.offset + cpu.size));
      for (let page = 0; page < pages.length; page += PAGE_BYTES)
        pages.writeBigUInt64LE(pages.readBigUInt64LE(page) + BigInt(time) * DAT_NANOSECONDS, page);
      bytes += writeSync(out, pages);
    }
  }
  closeSync(out);
  return bytes;
}
