// Head of a binary recording of version 7: sections anywhere in the file, found through options.
//
//  1. The first section of options is named by the header, each further one by the last option of the one before.
//  2. A section has a header of 16 bytes and may be compressed as a whole; the pages of the CPUs are compressed in
//     parts, which linux-dat-pages.ts reads one by one.
//  3. Every tracing instance has an option of its own that lists its CPUs. All of them count.
//  4. A section that is named twice is read once, so that no ring of sections is followed for ever.
//
// Source: trace-cmd.dat.v7(5).

import { DatCursor, type DatSource, type Inflate, memorySource } from "./linux-dat-bytes.ts";
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

/** A file that is read section by section. */
interface Sections {
  readonly source: DatSource;
  readonly head: DatHead;
  readonly compression: string;
  readonly inflate: Inflate;
}

type ReadPart = (cursor: DatCursor, head: DatHead) => void;

const COMPRESSED = 1;
/** Symbols are the longest section, and are not read; formats of all events have some megabytes. */
const SECTION_BYTES_MAX = 2 ** 28;
const OPTIONS_SECTION = 0;
/** Behind number and flags: the description's number (4), the section's size (8). */
const HEADER_REST_BYTES = 12;

/** What the options and the sections of the same number hold. */
const PARTS: ReadonlyMap<number, ReadPart> = new Map([
  [16, readHeaderInfo],
  [17, readFtraceFormats],
  [18, readEventFormats],
  [21, readNames],
]);
const TEXT_OPTION = 22;

/** Fills in `head` from behind the page size, where the cursor stands. */
export function readVersion7(source: DatSource, cursor: DatCursor, head: DatHead, inflate: Inflate): void {
  const algorithm = cursor.string();
  cursor.string();
  let next = cursor.u64();
  noteFailure(cursor, head);
  const sections: Sections = { source, head, compression: algorithm === "none" ? "" : algorithm, inflate };
  const seen = new Set<number>();
  while (next !== 0 && !seen.has(next)) {
    seen.add(next);
    next = readOptions(sections, openSection(sections, OPTIONS_SECTION, next));
  }
}

/** Reads one section of options and what they point at; answers where the next one is, 0 for nowhere. */
function readOptions(sections: Sections, cursor: DatCursor): number {
  const { head } = sections;
  for (;;) {
    const id = cursor.u16();
    const data = cursor.bytes(cursor.u32());
    noteFailure(cursor, head);
    if (cursor.failure !== null) return 0;
    const option = new DatCursor(memorySource(data, `option ${id}`), 0, head.isLittleEndian);
    if (id === OPTION_DONE) return option.u64();
    readSectionOption(sections, id, option);
    readOption(id, data, head);
    noteFailure(option, head);
  }
}

/** Options that name a section. */
function readSectionOption(sections: Sections, id: number, option: DatCursor): void {
  const read = PARTS.get(id);
  if (id === OPTION_BUFFER) readBuffer(sections, option);
  if (id === TEXT_OPTION) option.fail(0, "recorded pages", "the text of a latency tracer");
  if (read === undefined) return;
  const section = openSection(sections, id, option.u64());
  read(section, sections.head);
  noteFailure(section, sections.head);
}

/** The content of a section, decompressed; a cursor that has failed where there is none. */
function openSection({ source, head, compression, inflate }: Sections, id: number, offset: number): DatCursor {
  const cursor = new DatCursor(source, offset, head.isLittleEndian);
  const flags = readSectionHeader(cursor, id);
  if (cursor.failure !== null || (flags & COMPRESSED) === 0) return cursor;
  const compressedBytes = cursor.u32();
  const sizeBytes = cursor.u32();
  const start = cursor.offset;
  if (sizeBytes > SECTION_BYTES_MAX) cursor.fail(start, `at most ${SECTION_BYTES_MAX} bytes`, String(sizeBytes));
  const data = cursor.bytes(compressedBytes);
  if (cursor.failure !== null) return cursor;
  const content = inflate(compression, data, sizeBytes);
  if (content !== null) return new DatCursor(memorySource(content, `section ${id}`), 0, head.isLittleEndian);
  cursor.fail(start, `${sizeBytes} bytes compressed by ${compression}`, "something else");
  return cursor;
}

/** Answers the section's flags. */
function readSectionHeader(cursor: DatCursor, id: number): number {
  const start = cursor.offset;
  const found = cursor.u16();
  if (found !== id) cursor.fail(start, `section ${id}`, `section ${found}`);
  const flags = cursor.u16();
  cursor.skip(HEADER_REST_BYTES);
  return flags;
}

/** The CPUs of one tracing instance. */
function readBuffer({ source, head, compression }: Sections, option: DatCursor): void {
  const section = new DatCursor(source, option.u64(), head.isLittleEndian);
  const isCompressed = (readSectionHeader(section, OPTION_BUFFER) & COMPRESSED) !== 0;
  noteFailure(section, head);
  option.string();
  const clock = option.string();
  if (clock !== "") head.time.clock = clock;
  const pageBytes = option.u32();
  const cpuCount = option.u32();
  for (let done = 0; done < cpuCount && option.failure === null; done++) {
    const cpu = option.u32();
    const offset = option.u64();
    const sizeBytes = option.u64();
    if (sizeBytes === 0 || option.failure !== null) continue;
    head.cpus.push({ cpu, offset, sizeBytes, pageBytes, compression: isCompressed ? compression : "" });
  }
}
