// One event of a native trace, from its fields to a command and its outcome.
//
//  1. Unknown fields are ignored. An unknown `op` is a problem: its event may have changed the state.
//  2. `order` and `pages` may both stand where the order is the smallest that holds the pages, which count.
//     `pfn` and `addr` may both stand where they name the same byte.
//  3. `addr` is absolute: its index is `addr / page_size - base_pfn`, a fraction where it points into a page.
//  4. `ok` of an alloc may repeat what its `pfn` says, and may not deny it.
//  5. The call that `died` names has the fields of its op without an answer. An `in` without `op` names no call.

import {
  OK,
  REFUSED,
  UNSAID,
  type AllocCommand,
  type Command,
  type FreeCommand,
  type Outcome,
} from "../../model/command.ts";
import { orderFor, PFN_LIMIT } from "../../model/geometry.ts";
import type { TraceSink } from "./event.ts";
import {
  address,
  fault,
  isObject,
  listedPfn,
  listOf,
  orNull,
  pfn,
  shown,
  text,
  truth,
  wholeNumber,
  type FieldKind,
} from "./field-values.ts";
import { Fields, type FieldSource, type Report } from "./fields.ts";

/** What the header says that events are read by; `base` is added to every pfn (event.ts, rule 1). */
export interface EventContext {
  readonly basePfn: number;
  readonly pageSize: number;
  readonly base: number;
}

/** The size a call names: an order, or a page count before rounding. */
type Size =
  | { readonly kind: "order"; readonly order: number }
  | { readonly kind: "pages"; readonly pages: number }
  | { readonly kind: "none" };

/** The largest order that a call or a list may name: beyond any pool's, which is the laws' business. */
const NAMED_ORDER_MAX = 63;

const CALLS = ["alloc", "free", "snapshot", "counts", "add", "remove"] as const;
type Call = (typeof CALLS)[number];

const OPS = [...CALLS, "died", "lost", "note"] as const;

const pageCount = wholeNumber(0, PFN_LIMIT);
const namedOrder = wholeNumber(0, NAMED_ORDER_MAX);
const freeLists = listOf(listOf(listedPfn), NAMED_ORDER_MAX + 1);
const cachedFrames = listOf(listedPfn);
const blockCounts = listOf(pageCount, NAMED_ORDER_MAX + 1);

/** Reads an event and hands it to `sink`, unless it is wrong, which is reported, or `sink` is null. */
export function readEvent(
  source: FieldSource,
  context: EventContext,
  report: Report,
  sink: TraceSink | null,
  line: number,
): void {
  const fields = new Fields(source, report);
  const op = opIn(fields, OPS);
  switch (op) {
    case null:
      return;
    case "note":
      sink?.note(line);
      return;
    case "lost": {
      const events = fields.optional("events", orNull(pageCount), null);
      if (!fields.areWrong) sink?.lost(events, line);
      return;
    }
    case "died": {
      const how = fields.required("how", text, "");
      const command = callInDied(fields, context);
      if (!fields.areWrong) sink?.event(command, { kind: "crashed", how }, line);
      return;
    }
    default: {
      const command = commandIn(fields, context, op, "answered");
      const outcome = outcomeIn(fields, context, op);
      if (!fields.areWrong) sink?.event(command, outcome, line);
    }
  }
}

function opIn<const Op extends string>(fields: Fields, ops: readonly Op[]): Op | null {
  if (fields.has("buddytrace")) {
    fields.complain("TRACE_HEADER_TWICE", ["buddytrace"], "one header, before all events", "another one");
    return null;
  }
  const name = fields.required("op", text, "");
  if (fields.areWrong) return null;
  const op = ops.find((known) => known === name);
  if (op !== undefined) return op;
  fields.complain("TRACE_OP_UNKNOWN", ["op"], `\`op\`: ${ops.join(", ")}`, shown(name));
  return null;
}

/** The call that the allocator died in. */
function callInDied(fields: Fields, context: EventContext): Command {
  const raw = fields.optional("in", objectValue, {});
  if (!Object.hasOwn(raw, "op")) return { kind: "unnamed" };
  const inner = fields.within("in", raw);
  const op = opIn(inner, CALLS);
  return op === null ? { kind: "unnamed" } : commandIn(inner, context, op, "died");
}

const objectValue: FieldKind<Readonly<Record<string, unknown>>> = (raw) =>
  isObject(raw) ? raw : fault("TRACE_FIELD_TYPE", "an event", raw);

/** The command of a call; an observation that the allocator died in has seen nothing. */
function commandIn(fields: Fields, context: EventContext, op: Call, end: "answered" | "died"): Command {
  const { base } = context;
  function atBase(heads: readonly number[]): number[] {
    return heads.map((head) => head + base);
  }
  switch (op) {
    case "alloc":
      return allocIn(fields);
    case "free":
      return freeIn(fields, context);
    case "snapshot": {
      const lists = end === "died" ? [] : fields.required("free", freeLists, []);
      return {
        kind: "snapshot",
        lists: lists.map(atBase),
        cached: atBase(fields.optional("cached", cachedFrames, [])),
      };
    }
    case "counts": {
      const free = end === "died" ? [] : fields.required("free", blockCounts, []);
      return { kind: "counts", free, zone: zoneIn(fields) };
    }
    case "add":
    case "remove":
      return { kind: op, pfn: fields.required("pfn", pfn, 0) + base, pages: fields.required("pages", pageCount, 0) };
  }
}

function allocIn(fields: Fields): AllocCommand {
  const size = sizeIn(fields);
  const zone = zoneIn(fields);
  switch (size.kind) {
    case "order":
      return { kind: "alloc", order: size.order, zone };
    case "pages":
      return { kind: "alloc-pages", pages: size.pages, zone };
    case "none":
      if (!fields.areWrong) fields.complain("TRACE_FIELD_MISSING", [], "`order` or `pages`", "an alloc without either");
      return { kind: "alloc", order: 0, zone };
  }
}

function zoneIn(fields: Fields): string | null {
  return fields.optional("zone", orNull(text), null);
}

function freeIn(fields: Fields, context: EventContext): FreeCommand {
  const head = placeIn(fields, context);
  if (head === null && !fields.areWrong) {
    fields.complain("TRACE_FIELD_TYPE", [fields.has("pfn") ? "pfn" : "addr"], "the frame freed", "null");
  }
  const at = head ?? 0;
  const size = sizeIn(fields);
  switch (size.kind) {
    case "order":
      return { kind: "free-order", pfn: at, order: size.order };
    case "pages":
      return { kind: "free-pages", pfn: at, pages: size.pages };
    case "none":
      return { kind: "free", pfn: at };
  }
}

function sizeIn(fields: Fields): Size {
  const order = fields.optional("order", namedOrder, 0);
  const pages = fields.optional("pages", pageCount, 1);
  if (!fields.has("pages")) return fields.has("order") ? { kind: "order", order } : { kind: "none" };
  const agree = !fields.has("order") || (pages > 0 && orderFor(pages) === order);
  if (!fields.areWrong && !agree) {
    fields.complain("TRACE_FIELD_CONFLICT", ["pages"], `\`pages\` that take order ${order}`, String(pages));
  }
  return { kind: "pages", pages };
}

/** The frame that `pfn` or `addr` names, the context's base added; null where it is null. */
function placeIn(fields: Fields, context: EventContext): number | null {
  if (!fields.has("addr")) {
    const index = fields.required("pfn", orNull(pfn), 0);
    return index === null ? null : index + context.base;
  }
  const byte = fields.optional("addr", orNull(address), null);
  const index = byte === null ? null : indexOf(byte, context);
  const named = fields.optional("pfn", orNull(pfn), index);
  if (!fields.areWrong && named !== index) {
    const expected = index === null ? "`addr` and `pfn` both null" : `\`pfn\` of that \`addr\`, ${index}`;
    fields.complain("TRACE_FIELD_CONFLICT", ["pfn"], expected, shown(named));
  }
  if (index !== null && Math.abs(index) > PFN_LIMIT) {
    fields.complain("TRACE_FIELD_RANGE", ["addr"], "`addr`: a frame up to 2^52", shown(fields.raw("addr")));
  }
  return index === null ? null : index + context.base;
}

/**
 * The index of the frame that holds an absolute byte address. Inside a page it is a fraction: with pages of
 * 4096 bytes and base_pfn 2, byte 12288 is index 1 and byte 14336 is index 1.5.
 */
function indexOf(byte: bigint, context: EventContext): number {
  const pageSize = BigInt(context.pageSize);
  const whole = Number(byte / pageSize) - context.basePfn;
  const part = Number(byte % pageSize) / context.pageSize;
  // Far out a double has no room for the exact fraction; that there is one must not be lost.
  return part > 0 && Number.isInteger(whole + part) ? whole + 0.5 : whole + part;
}

function outcomeIn(fields: Fields, context: EventContext, op: Call): Outcome {
  switch (op) {
    case "alloc":
      return answerIn(fields, context);
    case "free":
    case "add":
    case "remove":
      if (!fields.has("ok")) return UNSAID;
      return fields.optional("ok", truth, true) ? OK : REFUSED;
    case "snapshot":
    case "counts":
      return OK;
  }
}

function answerIn(fields: Fields, context: EventContext): Outcome {
  const head = placeIn(fields, context);
  const zeroed = fields.optional("zeroed", orNull(truth), null);
  const served = head !== null;
  const said = fields.optional("ok", truth, served);
  if (!fields.areWrong && said !== served) {
    const expected = served ? "`ok` true for a block served" : "`ok` false for a `pfn` of null";
    fields.complain("TRACE_FIELD_CONFLICT", ["ok"], expected, String(said));
  }
  return served ? { kind: "block", pfn: head, zeroed } : REFUSED;
}
