// How the records of a binary recording are laid out, as the recording itself says: `events/<system>/<event>/format`.
//
//  1. Nothing is assumed of offsets, sizes and signs: they come from the lines `field:…; offset:…; size:…; signed:…`.
//  2. An event of ours without the field `pfn` (kernels before 3.19 kept a pointer instead) has kind -1 and `isOurs`.
//  3. A field of 64 bits becomes a double, so gfp flags and pfns are exact and pointers are not.
//
// Source: Documentation/trace/events.rst, 3; include/trace/events/kmem.h.

import { type FlagNames, readFlagNames } from "./linux-dat-flags.ts";
import { EXTFRAG, KIND_NAMES } from "./linux-event.ts";

/** A field of a record, by its offset from the record's first byte. */
export interface DatField {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly isSigned: boolean;
}

/** One kind of records. Fields that the kernel's version does not have are null. */
export interface DatFormat {
  readonly id: number;
  readonly name: string;
  /** Index into KIND_NAMES, or -1 where the records are not read as events. */
  readonly kind: number;
  /** Has it the name of an event of the page allocator? */
  readonly isOurs: boolean;
  /** A record that is shorter than this is damaged. */
  readonly sizeBytes: number;
  readonly fields: readonly DatField[];
  readonly type: DatField | null;
  readonly pid: DatField | null;
  readonly pfn: DatField | null;
  readonly order: DatField | null;
  readonly migratetype: DatField | null;
  readonly gfpFlags: DatField | null;
  /** Empty for events of others. */
  readonly flagNames: FlagNames;
}

const LINE_MAX = 400;
const FIELD = /^\s*field:[^;]*?(\w+)(?:\[[^\]]*\])?;\s*offset:(\d+);\s*size:(\d+);(?:\s*signed:([01]);)?/;
const PRINT = "print fmt:";
const NUMBER_BYTES: readonly number[] = [1, 2, 4, 8];

/** Reads one format file, or answers null where it has no name or number. */
export function readFormat(text: string): DatFormat | null {
  const name = /^name: (\S{1,200})$/m.exec(text)?.[1];
  const id = /^ID: (\d{1,9})$/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return null;
  const fields = fieldsOf(text);
  function named(wanted: string): DatField | null {
    return fields.find((field) => field.name === wanted) ?? null;
  }
  const ours = KIND_NAMES.indexOf(name);
  return {
    id: Number(id),
    name,
    kind: named("pfn") === null ? -1 : ours,
    isOurs: ours >= 0,
    sizeBytes: Math.max(0, ...fields.map((field) => field.offset + field.sizeBytes)),
    fields: fields.filter((field) => !field.name.startsWith("common_")),
    type: named("common_type"),
    pid: named("common_pid"),
    pfn: named("pfn"),
    order: named(ours === EXTFRAG ? "alloc_order" : "order"),
    migratetype: named("migratetype"),
    gfpFlags: named("gfp_flags"),
    flagNames: ours < 0 ? [] : readFlagNames(text),
  };
}

/** The fields that are numbers. */
function fieldsOf(text: string): DatField[] {
  const fields: DatField[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith(PRINT)) break;
    const [, name, offset, size, signed] = FIELD.exec(line.slice(0, LINE_MAX)) ?? [];
    if (name === undefined || !NUMBER_BYTES.includes(Number(size))) continue;
    fields.push({ name, offset: Number(offset), sizeBytes: Number(size), isSigned: signed === "1" });
  }
  return fields;
}

/** A field's number in the record that begins at `start`. */
export function fieldNumber(view: DataView, start: number, field: DatField, isLittleEndian: boolean): number {
  const at = start + field.offset;
  switch (field.sizeBytes) {
    case 1:
      return field.isSigned ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return field.isSigned ? view.getInt16(at, isLittleEndian) : view.getUint16(at, isLittleEndian);
    case 4:
      return field.isSigned ? view.getInt32(at, isLittleEndian) : view.getUint32(at, isLittleEndian);
    default: {
      const low = view.getUint32(isLittleEndian ? at : at + 4, isLittleEndian);
      const highAt = isLittleEndian ? at + 4 : at;
      const high = field.isSigned ? view.getInt32(highAt, isLittleEndian) : view.getUint32(highAt, isLittleEndian);
      return high * 2 ** 32 + low;
    }
  }
}

/** A pfn; -1 where all bits are set, which stands for a failed request. */
export function pfnNumber(view: DataView, start: number, field: DatField, isLittleEndian: boolean): number {
  const pfn = fieldNumber(view, start, field, isLittleEndian);
  if (field.sizeBytes === 4) return pfn === 0xff_ff_ff_ff ? -1 : pfn;
  return pfn === 2 ** 64 ? -1 : pfn;
}
