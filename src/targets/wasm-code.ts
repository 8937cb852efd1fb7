// Walks the instructions of a WebAssembly function, to find where its loops begin, where it writes, and whether it
// calls.
//
//  1. Every instruction of version 2.0 but the vector ones (SIMD) is known, and tail calls, too. Any other is
//     refused by its opcode and offset: an immediate that was misjudged would make the rest of the code garbage.
//  2. A loop begins behind its block type: that is where a branch to it lands.
//  3. Stores write to memory, and so do `memory.init`, `memory.copy` and `memory.fill`; `global.set` writes to a global.
//     Nothing else changes what another call can see, but `memory.grow`.
//
// Source: WebAssembly Core Specification 2.0, 5.4 (instructions) and the table in its appendix.

import { WasmError, type WasmReader } from "./wasm-bytes.ts";
import { readValueType } from "./wasm-module.ts";

/** What the body of a function holds. Offsets are into the whole binary. */
export interface Body {
  /** The first instruction, behind the locals. */
  readonly start: number;
  readonly end: number;
  /** The first instruction of each loop, in order. */
  readonly loops: readonly number[];
  /** The instructions that write to memory or to a global, in order. */
  readonly writes: readonly number[];
  readonly calls: boolean;
  readonly growsMemory: boolean;
}

const LOOP = 0x03;
const BR_TABLE = 0x0e;
const SELECT_TYPED = 0x1c;
const FIRST_ACCESS = 0x28;
const GLOBAL_SET = 0x24;
const FIRST_STORE = 0x36;
const LAST_ACCESS = 0x3e;
const MEMORY_GROW = 0x40;
const F32_CONST = 0x43;
const F64_CONST = 0x44;
const PREFIXED = 0xfc;
const WRITES_PREFIXED: ReadonlySet<number> = new Set([8, 10, 11]);
const CALLS: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0x13]);

/** How many LEB128 numbers follow each opcode; UNKNOWN, and SPECIAL for what has immediates of another kind. */
const UNKNOWN = -1;
const SPECIAL = -2;
const IMMEDIATES: Int8Array = tableOfImmediates();

/** How many follow behind 0xfc, from truncations that saturate (0) to `table.fill` (17). */
const PREFIXED_IMMEDIATES: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

function tableOfImmediates(): Int8Array {
  const table = new Int8Array(256).fill(UNKNOWN);
  function set(first: number, last: number, count: number): void {
    table.fill(count, first, last + 1);
  }
  set(0x00, 0x01, 0); // unreachable, nop
  set(0x02, 0x04, 1); // block, loop, if: a block type is one signed number
  set(0x05, 0x05, 0); // else
  set(0x0b, 0x0b, 0); // end
  set(0x0c, 0x0d, 1); // br, br_if
  set(BR_TABLE, BR_TABLE, SPECIAL);
  set(0x0f, 0x0f, 0); // return
  set(0x10, 0x10, 1); // call
  set(0x11, 0x11, 2); // call_indirect: type, table
  set(0x12, 0x12, 1); // return_call
  set(0x13, 0x13, 2); // return_call_indirect
  set(0x1a, 0x1b, 0); // drop, select
  set(SELECT_TYPED, SELECT_TYPED, SPECIAL);
  set(0x20, 0x26, 1); // local.get to table.set
  set(FIRST_ACCESS, LAST_ACCESS, SPECIAL);
  set(0x3f, MEMORY_GROW, 1); // memory.size, memory.grow
  set(0x41, 0x42, 1); // i32.const, i64.const
  set(F32_CONST, F64_CONST, SPECIAL);
  set(0x45, 0xc4, 0); // all that only computes, sign extensions at the end
  set(0xd0, 0xd0, 1); // ref.null
  set(0xd1, 0xd1, 0); // ref.is_null
  set(0xd2, 0xd2, 1); // ref.func
  set(PREFIXED, PREFIXED, SPECIAL);
  return table;
}

/** Reads the body that begins at the reader, its length included, and leaves the reader behind it. */
export function readBody(reader: WasmReader): Body {
  const length = reader.u32();
  const end = reader.at + length;
  reader.vector(() => {
    reader.skipLeb();
    readValueType(reader);
  });
  const start = reader.at;
  const loops: number[] = [];
  const writes: number[] = [];
  let calls = false;
  let growsMemory = false;
  while (reader.at < end) {
    const from = reader.at;
    const opcode = skipInstruction(reader);
    if (isWrite(reader.bytes, from, opcode)) writes.push(from);
    if (opcode === LOOP) loops.push(reader.at);
    calls ||= CALLS.has(opcode);
    growsMemory ||= opcode === MEMORY_GROW;
  }
  if (reader.at !== end) throw new WasmError("a function's code does not end where it should", end);
  return { start, end, loops, writes, calls, growsMemory };
}

/** Rule 3. What stands behind 0xfc is less than 128, so one byte. */
function isWrite(bytes: Uint8Array, from: number, opcode: number): boolean {
  if (opcode === PREFIXED) return WRITES_PREFIXED.has(bytes[from + 1] as number);
  return opcode === GLOBAL_SET || (opcode >= FIRST_STORE && opcode <= LAST_ACCESS);
}

/** Passes over one instruction and answers its opcode. */
function skipInstruction(reader: WasmReader): number {
  const from = reader.at;
  const opcode = reader.byte();
  const count = IMMEDIATES[opcode] as number;
  if (count === UNKNOWN) throw unknownOpcode(hex(opcode), from);
  if (count === SPECIAL) skipSpecial(reader, opcode, from);
  for (let left = count; left > 0; left--) reader.skipLeb();
  return opcode;
}

function skipSpecial(reader: WasmReader, opcode: number, from: number): void {
  if (opcode === F32_CONST) reader.skip(4);
  else if (opcode === F64_CONST) reader.skip(8);
  else if (opcode === SELECT_TYPED) reader.vector(() => readValueType(reader));
  else if (opcode >= FIRST_ACCESS && opcode <= LAST_ACCESS) skipAccess(reader, from);
  else if (opcode === BR_TABLE) {
    reader.vector(() => reader.skipLeb());
    reader.skipLeb();
  } else {
    const second = reader.u32();
    const count = PREFIXED_IMMEDIATES[second];
    if (count === undefined) throw unknownOpcode(`${hex(opcode)} ${hex(second)}`, from);
    for (let left = count; left > 0; left--) reader.skipLeb();
  }
}

/** Alignment and offset of a load or store. Bit 6 of the alignment says that a memory's number follows. */
function skipAccess(reader: WasmReader, from: number): void {
  if (reader.u32() >= 0x40) throw new WasmError("a second memory is not handled", from);
  reader.skipLeb();
}

function unknownOpcode(opcode: string, at: number): WasmError {
  return new WasmError(`instruction ${opcode} is not handled; vectors, threads and exceptions are not`, at);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}
