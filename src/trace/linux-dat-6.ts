// Head of a binary recording of version 6: its parts stand one behind the other.
//
//  1. Header, formats, symbols, task names and number of CPUs; perhaps options; then where each CPU's pages are.
//  2. A tracing instance has such a table of its own, which an option points at. All tables count.
//  3. A recording of a latency tracer holds text instead, and is refused: trace-cmd report prints it.
//
// Source: trace-cmd.dat.v6(5).

import { DatCursor, type DatSource, memorySource, textOf } from "./linux-dat-bytes.ts";
import {
  type DatHead,
  noteFailure,
  OPTION_BUFFER,
  OPTION_DONE,
  readEventFormats,
  readFtraceFormats,
  readHeaderInfo,
  readNames,
  readOption,
} from "./linux-dat-head.ts";

const CPU_COUNT_MAX = 2 ** 16;
const OPTIONS = "options  \0";
const PAGES = "flyrecord\0";

/** Fills in `head` from behind the page size, where the cursor stands. */
export function readVersion6(source: DatSource, cursor: DatCursor, head: DatHead): void {
  readHeaderInfo(cursor, head);
  readFtraceFormats(cursor, head);
  readEventFormats(cursor, head);
  cursor.skip(cursor.u32());
  cursor.skip(cursor.u32());
  readNames(cursor, head);
  const cpuCount = readCpuCount(cursor);
  let word = textOf(cursor.bytes(PAGES.length));
  const instances = word === OPTIONS ? readOptions(cursor, head) : [];
  if (word === OPTIONS) word = textOf(cursor.bytes(PAGES.length));
  readCpus(cursor, word, cpuCount, head);
  for (const offset of instances) {
    const table = new DatCursor(source, offset, head.isLittleEndian);
    readCpus(table, textOf(table.bytes(PAGES.length)), cpuCount, head);
  }
}

function readCpuCount(cursor: DatCursor): number {
  const start = cursor.offset;
  const cpuCount = cursor.u32();
  if (cpuCount > CPU_COUNT_MAX) cursor.fail(start, `at most ${CPU_COUNT_MAX} CPUs`, String(cpuCount));
  return cpuCount;
}

/** Answers where the tables of tracing instances are. */
function readOptions(cursor: DatCursor, head: DatHead): number[] {
  const instances: number[] = [];
  for (;;) {
    const id = cursor.u16();
    if (id === OPTION_DONE || cursor.failure !== null) return instances;
    const data = cursor.bytes(cursor.u32());
    if (id === OPTION_BUFFER)
      instances.push(new DatCursor(memorySource(data, "the option BUFFER"), 0, head.isLittleEndian).u64());
    else readOption(id, data, head);
  }
}

/** Behind the word that says what the recording holds: offset and size of each CPU's pages. */
function readCpus(cursor: DatCursor, word: string, cpuCount: number, head: DatHead): void {
  if (word !== PAGES) cursor.fail(cursor.offset - PAGES.length, JSON.stringify(PAGES), JSON.stringify(word));
  for (let cpu = 0; cpu < cpuCount && cursor.failure === null; cpu++) {
    const offset = cursor.u64();
    const sizeBytes = cursor.u64();
    if (sizeBytes > 0) head.cpus.push({ cpu, offset, sizeBytes, pageBytes: head.pageBytes, compression: "" });
  }
  noteFailure(cursor, head);
}
