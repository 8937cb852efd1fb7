// The header of a native trace: the shape of its pool, and what is known of its allocator.
//
//  1. `reserved` and `zones` count frames from the pool's start, half-open, and lie inside the pool.
//     Reserved ranges may overlap; zones may not.
//  2. A zone that is named twice is one zone, so its ranges must touch. A zone may be empty.
//  3. Zones are handed on by address, whatever their order in the file.
//  4. A wrong version is the only problem reported of a header: what else it says may mean something else.

import { ORDER_LIMIT, PFN_LIMIT, type FrameRange, type ZoneRange } from "../../model/geometry.ts";
import type { TraceHeader } from "./event.ts";
import {
  fault,
  frameRange,
  inside,
  isFault,
  isObject,
  listOf,
  oneOf,
  pfn,
  shown,
  text,
  wholeNumber,
  type FieldKind,
} from "./field-values.ts";
import { Fields, type FieldSource, type Report } from "./fields.ts";

const FORMAT_VERSION = 1;
const PAGE_SIZE_DEFAULT = 4096;

/** Reads a header, or answers null: what is wrong with it is reported. */
export function readHeader(source: FieldSource, report: Report): TraceHeader | null {
  const fields = new Fields(source, report);
  if (!isThisVersion(fields)) return null;
  const pages = fields.required("pages", wholeNumber(0, PFN_LIMIT), PFN_LIMIT);
  const basePfn = fields.optional("base_pfn", pfn, 0);
  if (!fields.areWrong && pages + basePfn > PFN_LIMIT) {
    fields.complain("TRACE_FIELD_RANGE", ["base_pfn"], "`base_pfn` + `pages` of at most 2^52", String(pages + basePfn));
  }
  const header: TraceHeader = {
    allocator: fields.optional("allocator", text, ""),
    profile: fields.optional("profile", profile, null),
    pageSize: fields.optional("page_size", wholeNumber(1, PFN_LIMIT), PAGE_SIZE_DEFAULT),
    shape: {
      maxOrder: fields.required("max_order", wholeNumber(0, ORDER_LIMIT), 0),
      pages,
      basePfn,
      reserved: fields.optional("reserved", listOf(frameRange(pages)), []),
      zones: zonesIn(fields, pages),
    },
    start: fields.optional("start", oneOf(["empty", "unknown"]), "empty"),
  };
  return fields.areWrong ? null : header;
}

function isThisVersion(fields: Fields): boolean {
  const version = fields.raw("buddytrace");
  if (version === undefined) {
    const found = fields.has("op") ? "an event" : "an object without it";
    fields.complain("TRACE_HEADER_MISSING", [], "a header with `buddytrace`", found);
  } else if (version !== FORMAT_VERSION) {
    fields.complain("TRACE_VERSION", ["buddytrace"], `\`buddytrace\`: ${FORMAT_VERSION}`, shown(version));
  }
  return !fields.areWrong;
}

/** The name of a profile, or an inline one, which src/spec reads later. */
const profile: FieldKind<unknown> = (raw) => {
  const isProfile = raw === null || typeof raw === "string" || isObject(raw);
  return isProfile ? raw : fault("TRACE_FIELD_TYPE", "the name of a profile, or its fields", raw);
};

/** `{"name":"dma","pfns":[start,end]}`, anywhere. */
const namedRange: FieldKind<ZoneRange> = (raw) => {
  if (!isObject(raw)) return fault("TRACE_FIELD_TYPE", '{"name":…,"pfns":[start,end]}', raw);
  const name = text(raw["name"]);
  if (isFault(name)) return inside("name", name);
  const range = frameRange(PFN_LIMIT)(raw["pfns"]);
  return isFault(range) ? inside("pfns", range) : { name, ...range };
};

/** The zones by address. What overlaps, leaves the pool, or lies apart under one name is reported. */
function zonesIn(fields: Fields, pages: number): readonly ZoneRange[] {
  const named = fields.optional("zones", listOf(namedRange), []);
  named.forEach((zone, index) => {
    if (zone.end <= pages) return;
    fields.complain("TRACE_ZONES", ["zones", index, "pfns"], `a zone that ends at ${pages} or before`, rangeText(zone));
  });
  const sorted = named
    .map((zone, index) => ({ zone, index }))
    .sort((a, b) => a.zone.start - b.zone.start || a.zone.end - b.zone.end);
  const zones: ZoneRange[] = [];
  for (const { zone, index } of sorted) {
    const before = zones.at(-1);
    if (before !== undefined && before.end > zone.start) {
      const expected = `zones that do not overlap: "${before.name}" is ${rangeText(before)}`;
      fields.complain("TRACE_ZONES", ["zones", index, "pfns"], expected, rangeText(zone));
    } else if (before?.name === zone.name && before.end === zone.start) {
      zones[zones.length - 1] = { name: zone.name, start: before.start, end: zone.end };
    } else if (zones.some((other) => other.name === zone.name)) {
      fields.complain("TRACE_ZONES", ["zones", index], "a zone whose ranges touch", `"${zone.name}" in two places`);
    } else zones.push(zone);
  }
  return zones;
}

function rangeText(range: FrameRange): string {
  return `[${range.start}, ${range.end}]`;
}
