// What a WebAssembly binary is made of, as far as an adapter must know: types, imports, functions, globals, exports.
//
//  1. Sections are kept as they are found, in their order. Only those named here are looked into.
//  2. Indices of functions and globals count the imported ones first.
//  3. What a later version of the format adds (tags, components, types that are no functions) is refused by name.
//
// Source: WebAssembly Core Specification 2.0, 5.5 (modules).

import { WasmError, WasmReader } from "./wasm-bytes.ts";

/** Ids of the sections that are looked into. */
export const SECTION = { type: 1, import: 2, function: 3, memory: 5, global: 6, export: 7, code: 10, tag: 13 } as const;

export interface Section {
  readonly id: number;
  /** Where its content lies in the binary. */
  readonly start: number;
  readonly end: number;
}

/** Types of values, as the format spells them: "i32", "i64", "f32", "f64" or another. */
export interface FunctionType {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: "func" | "table" | "memory" | "global" | "tag";
}

export interface WasmGlobal {
  readonly type: string;
  readonly isMutable: boolean;
}

export interface WasmExport {
  readonly name: string;
  /** 0: function, 1: table, 2: memory, 3: global. */
  readonly kind: number;
  readonly index: number;
}

export interface WasmModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly types: readonly FunctionType[];
  readonly imports: readonly WasmImport[];
  /** Type of each function, imported ones first. */
  readonly functions: readonly number[];
  /** Globals that the module defines itself. */
  readonly globals: readonly WasmGlobal[];
  readonly exports: readonly WasmExport[];
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const VERSION = [0x01, 0x00, 0x00, 0x00];
const FUNCTION_TYPE = 0x60;
const IMPORT_KINDS = ["func", "table", "memory", "global", "tag"] as const;
const VALUE_TYPES: ReadonlyMap<number, string> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
  [0x70, "funcref"],
  [0x6f, "externref"],
]);

/** Reads a binary. Throws a WasmError where it is none, or has what this does not handle. */
export function readWasm(bytes: Uint8Array): WasmModule {
  [...MAGIC, ...VERSION].forEach((byte, at) => {
    if (bytes[at] === byte) return;
    throw new WasmError(at < MAGIC.length ? "this is no WebAssembly binary" : "the binary is not of version 1", at);
  });
  const sections = readSections(bytes);
  const { imports, types: importedTypes } = readImports(contentOf(bytes, sections, SECTION.import));
  return {
    bytes,
    sections,
    imports,
    types: readAll(contentOf(bytes, sections, SECTION.type), readType),
    functions: [...importedTypes, ...readAll(contentOf(bytes, sections, SECTION.function), (reader) => reader.u32())],
    globals: readAll(contentOf(bytes, sections, SECTION.global), readGlobal),
    exports: readAll(contentOf(bytes, sections, SECTION.export), (reader) => ({
      name: reader.name(),
      kind: reader.byte(),
      index: reader.u32(),
    })),
  };
}

/** The content of a section, or null where the module has none of this id. */
export function contentOf(bytes: Uint8Array, sections: readonly Section[], id: number): WasmReader | null {
  const section = sections.find((one) => one.id === id);
  return section === undefined ? null : new WasmReader(bytes, section.start, section.end);
}

function readSections(bytes: Uint8Array): Section[] {
  const reader = new WasmReader(bytes, MAGIC.length + VERSION.length);
  const sections: Section[] = [];
  while (!reader.isAtEnd) {
    const from = reader.at;
    const id = reader.byte();
    if (id >= SECTION.tag) throw new WasmError(`section ${id} is not handled (exceptions, or something newer)`, from);
    const length = reader.u32();
    sections.push({ id, start: reader.at, end: reader.at + length });
    reader.skip(length);
  }
  return sections;
}

function readAll<T>(reader: WasmReader | null, read: (reader: WasmReader) => T): T[] {
  return reader === null ? [] : reader.vector(() => read(reader));
}

function readType(reader: WasmReader): FunctionType {
  const from = reader.at;
  if (reader.byte() !== FUNCTION_TYPE) throw new WasmError("a type is not a function's", from);
  return { params: reader.vector(() => readValueType(reader)), results: reader.vector(() => readValueType(reader)) };
}

/** The type of a value. Throws a WasmError where it is none of those above. */
export function readValueType(reader: WasmReader): string {
  const from = reader.at;
  const type = VALUE_TYPES.get(reader.byte());
  if (type === undefined) throw new WasmError("a type of values is not handled", from);
  return type;
}

function readImports(reader: WasmReader | null): { readonly imports: WasmImport[]; readonly types: number[] } {
  const types: number[] = [];
  const imports = readAll(reader, (from) => {
    const module = from.name();
    const name = from.name();
    const at = from.at;
    const kind = IMPORT_KINDS[from.byte()];
    if (kind === "func") types.push(from.u32());
    else if (kind === "table" || kind === "memory") skipLimits(from, kind);
    else if (kind === "global") from.skip(2);
    else throw new WasmError("an import is neither function, table, memory nor global", at);
    return { module, name, kind };
  });
  return { imports, types };
}

function skipLimits(reader: WasmReader, kind: "table" | "memory"): void {
  if (kind === "table") reader.skip(1);
  const hasMax = (reader.byte() & 1) === 1;
  reader.skipLeb();
  if (hasMax) reader.skipLeb();
}

/** A global and, passed over, the constant it begins with. */
function readGlobal(reader: WasmReader): WasmGlobal {
  const type = readValueType(reader);
  const isMutable = reader.byte() === 1;
  const from = reader.at;
  const opcode = reader.byte();
  if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if ([0x23, 0x41, 0x42, 0xd0, 0xd2].includes(opcode)) reader.skipLeb();
  else throw new WasmError("a global begins with more than a constant", from);
  if (reader.byte() !== 0x0b) throw new WasmError("a global begins with more than a constant", from);
  return { type, isMutable };
}
