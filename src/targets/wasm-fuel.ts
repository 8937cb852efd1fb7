// Rewrites a WebAssembly binary so that no call of it goes on for ever, and so that its whole state can be reached.
//
//  1. A new global holds the fuel. Each turn of a loop takes one, and so does each entry into a function that calls
//     others; without fuel the code traps:
//
//       loop … → loop  global.get fuel  i32.eqz  if unreachable end  global.get fuel  i32.const 1  i32.sub
//                      global.set fuel  …
//
//  2. An exported function is exported through a new one that first fills the fuel up to the limit, a second global.
//     Fuel counts the same on every machine: a call that runs out of it does so always.
//  3. Globals that can change are state. They are exported, so that they can be saved and restored.
//  4. A third new global says whether the call of an exported function wrote to memory or to a global: its wrapper
//     clears it, and each instruction that writes sets it. A function of no arguments answers it, which is cheaper than to read a global.
//  5. What is new stands behind what was there: no index changes. Fuel, limit, the function and globals are exported
//     under names that begin with `buddycheck:`.
//
// A refused free, which most calls of an exploration are, writes nothing; so nobody has to look for what it changed.

import { readBody, type Body } from "./wasm-code.ts";
import { WasmError, WasmReader, WasmWriter } from "./wasm-bytes.ts";
import { SECTION, contentOf, type WasmExport, type WasmModule } from "./wasm-module.ts";

/** Names of what a metered module exports besides its own. */
export const FUEL = "buddycheck:fuel";
export const LIMIT = "buddycheck:limit";
export const WROTE = "buddycheck:wrote";

/** The name under which the n-th global of a module is exported. */
export function globalName(index: number): string {
  return `buddycheck:global:${index}`;
}

export interface Metered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Exported names of the module's own globals that can change. */
  readonly globals: readonly string[];
  /** Can its memory grow? */
  readonly growsMemory: boolean;
}

/** Types of globals that can be saved. Compilers keep the stack pointer in one, and nothing else. */
const SAVED_TYPES: ReadonlySet<string> = new Set(["i32", "i64"]);

const FUNCTION_EXPORT = 0;
const GLOBAL_EXPORT = 3;

/** Mutable globals of type i32 that begin with as much fuel as there can be, for a start function, and with 0. */
const FULL_GLOBAL = [0x7f, 0x01, 0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0b];
const EMPTY_GLOBAL = [0x7f, 0x01, 0x41, 0x00, 0x0b];

/** The type of a function without arguments that answers an i32. */
const TYPE_OF_WROTE = [0x60, 0x00, 0x01, 0x7f];

/** Sections in the order in which they must stand; custom ones (0) stand anywhere, the data count before the code. */
const SECTION_ORDER: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

/** Where the new globals and the wrapping functions are found. */
interface Plan {
  readonly module: WasmModule;
  readonly fuel: number;
  readonly limit: number;
  readonly wrote: number;
  /** Exported functions, each wrapped once: the position is that of the wrapper behind the module's functions. */
  readonly wrapped: readonly number[];
}

/** Meters a module. Throws a WasmError where its code holds an instruction that is not known. */
export function meter(module: WasmModule): Metered {
  const imported = module.imports.filter(({ kind }) => kind === "global").length;
  const fuel = imported + module.globals.length;
  const exported = module.exports.filter(({ kind }) => kind === FUNCTION_EXPORT).map(({ index }) => index);
  const plan: Plan = { module, fuel, limit: fuel + 1, wrote: fuel + 2, wrapped: [...new Set(exported)] };
  const bodies = readBodies(module);
  const changing = module.globals.flatMap((global, at) => {
    if (global.isMutable && !SAVED_TYPES.has(global.type)) throw new WasmError(`a global of type ${global.type}`, 0);
    return global.isMutable ? [imported + at] : [];
  });
  const rewritten = new Map([
    [SECTION.type, appended(module, SECTION.type, 1, (writer) => writer.raw(TYPE_OF_WROTE))],
    [SECTION.function, functionSection(plan)],
    [SECTION.global, globalSection(plan)],
    [SECTION.export, exportSection(plan, changing)],
    [SECTION.code, codeSection(plan, bodies)],
  ]);
  return {
    bytes: assemble(module, rewritten),
    globals: changing.map(globalName),
    growsMemory: bodies.some(({ growsMemory }) => growsMemory),
  };
}

function readBodies({ bytes, sections, functions, imports }: WasmModule): readonly Body[] {
  const reader = contentOf(bytes, sections, SECTION.code);
  const bodies = reader?.vector(() => readBody(reader)) ?? [];
  const defined = functions.length - imports.filter(({ kind }) => kind === "func").length;
  if (bodies.length !== defined) throw new WasmError("functions and their code differ in number", 0);
  return bodies;
}

/** All sections in order, those that are rewritten with their new content. */
function assemble(module: WasmModule, rewritten: ReadonlyMap<number, Uint8Array>): Uint8Array<ArrayBuffer> {
  const writer = new WasmWriter();
  const waiting = new Map(rewritten);
  writer.raw(module.bytes.subarray(0, 8));
  for (const { id, start, end } of module.sections) {
    const place = SECTION_ORDER.indexOf(id);
    for (const [other, content] of waiting) {
      if (id !== 0 && SECTION_ORDER.indexOf(other) < place) writeSection(writer, waiting, other, content);
    }
    const content = rewritten.get(id);
    writeSection(writer, waiting, id, content ?? module.bytes.subarray(start, end));
  }
  for (const [id, content] of waiting) writeSection(writer, waiting, id, content);
  return writer.written;
}

function writeSection(writer: WasmWriter, waiting: Map<number, Uint8Array>, id: number, content: Uint8Array): void {
  writer.byte(id);
  writer.sized(content);
  waiting.delete(id);
}

/** The content of a vector section with items behind those that it has. */
function appended(module: WasmModule, id: number, count: number, write: (writer: WasmWriter) => void): Uint8Array {
  const reader = contentOf(module.bytes, module.sections, id) ?? new WasmReader(new Uint8Array([0]));
  const writer = new WasmWriter();
  writer.u32(reader.u32() + count);
  writer.raw(reader.bytes.subarray(reader.at, reader.end));
  write(writer);
  return writer.written;
}

function functionSection({ module, wrapped }: Plan): Uint8Array {
  return appended(module, SECTION.function, wrapped.length + 1, (writer) => {
    for (const index of wrapped) writer.u32(module.functions[index] as number);
    writer.u32(module.types.length);
  });
}

function globalSection({ module }: Plan): Uint8Array {
  return appended(module, SECTION.global, 3, (writer) => {
    writer.raw(FULL_GLOBAL);
    writer.raw(EMPTY_GLOBAL);
    writer.raw(EMPTY_GLOBAL);
  });
}

function exportSection({ module, fuel, limit, wrapped }: Plan, changing: readonly number[]): Uint8Array {
  const first = module.functions.length;
  const exports: WasmExport[] = module.exports.map((one) =>
    one.kind === FUNCTION_EXPORT ? { ...one, index: first + wrapped.indexOf(one.index) } : one,
  );
  exports.push(
    { name: FUEL, kind: GLOBAL_EXPORT, index: fuel },
    { name: LIMIT, kind: GLOBAL_EXPORT, index: limit },
    { name: WROTE, kind: FUNCTION_EXPORT, index: first + wrapped.length },
  );
  for (const index of changing) exports.push({ name: globalName(index), kind: GLOBAL_EXPORT, index });
  const writer = new WasmWriter();
  writer.u32(exports.length);
  for (const { name, kind, index } of exports) {
    writer.name(name);
    writer.byte(kind);
    writer.u32(index);
  }
  return writer.written;
}

function codeSection(plan: Plan, bodies: readonly Body[]): Uint8Array {
  const { module, wrapped } = plan;
  const writer = new WasmWriter();
  writer.u32(bodies.length + wrapped.length + 1);
  const reader = contentOf(module.bytes, module.sections, SECTION.code);
  reader?.u32();
  for (const body of bodies) {
    reader?.u32();
    // What stands between the length and the first instruction are the locals.
    writer.sized(meteredBody(plan, body, reader?.at ?? body.start));
    if (reader !== null) reader.at = body.end;
  }
  for (const index of wrapped) writer.sized(wrapper(plan, index));
  writer.sized(answering(plan));
  return writer.written;
}

function meteredBody({ module, fuel, wrote }: Plan, body: Body, from: number): Uint8Array {
  const writer = new WasmWriter();
  const burn = burning(fuel);
  const mark = setting(wrote, 1);
  const turns = body.calls ? [body.start, ...body.loops] : body.loops;
  const inserted = [...turns.map((at) => ({ at, code: burn })), ...body.writes.map((at) => ({ at, code: mark }))].sort(
    (a, b) => a.at - b.at,
  );
  let copied = from;
  for (const { at, code } of inserted) {
    writer.raw(module.bytes.subarray(copied, at));
    writer.raw(code);
    copied = at;
  }
  writer.raw(module.bytes.subarray(copied, body.end));
  return writer.written;
}

/** Sets a global to a number below 64. */
function setting(global: number, value: number): Uint8Array {
  const writer = new WasmWriter();
  writer.raw([0x41, value, 0x24]);
  writer.u32(global);
  return writer.written;
}

/** A function that answers whether the last call wrote. */
function answering({ wrote }: Plan): Uint8Array {
  const writer = new WasmWriter();
  writer.raw([0x00, 0x23]);
  writer.u32(wrote);
  writer.byte(0x0b);
  return writer.written;
}

/** Takes one fuel, or traps if there is none. */
function burning(fuel: number): Uint8Array {
  const writer = new WasmWriter();
  const index = new WasmWriter();
  index.u32(fuel);
  writer.raw([0x23, ...index.written, 0x45, 0x04, 0x40, 0x00, 0x0b]);
  writer.raw([0x23, ...index.written, 0x41, 0x01, 0x6b, 0x24, ...index.written]);
  return writer.written;
}

/** A function of the same type that fills the fuel up and has written nothing, then calls the other; without locals. */
function wrapper({ module, fuel, limit, wrote }: Plan, index: number): Uint8Array {
  const { params } = module.types[module.functions[index] as number] ?? { params: [] };
  const writer = new WasmWriter();
  writer.u32(0);
  writer.byte(0x23);
  writer.u32(limit);
  writer.byte(0x24);
  writer.u32(fuel);
  writer.raw(setting(wrote, 0));
  params.forEach((_, at) => {
    writer.byte(0x20);
    writer.u32(at);
  });
  writer.byte(0x10);
  writer.u32(index);
  writer.byte(0x0b);
  return writer.written;
}
