import { beforeAll, describe, expect, it } from "vitest";
import createWabt from "wabt";
import { FUEL, LIMIT, globalName, meter } from "./wasm-fuel.ts";
import { readWasm } from "./wasm-module.ts";
import { compile, instantiate, type GlobalVariable } from "./web-assembly.ts";

type Exports = Readonly<Record<string, (...values: unknown[]) => unknown>>;

const FEATURES = { tail_call: true, simd: true, threads: true, exceptions: true, multi_memory: true };
let wabt: Awaited<ReturnType<typeof createWabt>>;
beforeAll(async () => {
  wabt = await createWabt();
});

function binaryOf(wat: string): Uint8Array<ArrayBuffer> {
  const parsed = wabt.parseWat("test.wat", `(module ${wat})`, FEATURES);
  const bytes = new Uint8Array(parsed.toBinary({ write_debug_names: true }).buffer);
  parsed.destroy();
  return bytes;
}

function plain(wat: string): Exports {
  return instantiate(compile(binaryOf(wat)), {}) as Exports;
}

/** The metered module's exports, with so much fuel for each call. */
function metered(wat: string, limit: number): Exports & Readonly<Record<string, GlobalVariable>> {
  const exports = instantiate(compile(meter(readWasm(binaryOf(wat))).bytes), {}) as ReturnType<typeof metered>;
  (exports[LIMIT] as GlobalVariable).value = limit;
  return exports;
}

/** How much fuel a call takes. */
function burnt(exports: ReturnType<typeof metered>, name: string, ...values: unknown[]): number {
  exports[name]?.(...values);
  return Number((exports[LIMIT] as GlobalVariable).value) - Number((exports[FUEL] as GlobalVariable).value);
}

const LOOP = `(func (export "turns") (param i32) (result i32) (local i32)
  (block (br_if 0 (i32.eqz (local.get 0)))
    (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (local.get 1))`;

describe("a metered call", () => {
  it("burns one fuel for each turn of a loop, and computes the same", () => {
    const exports = metered(LOOP, 100);
    expect([burnt(exports, "turns", 0), burnt(exports, "turns", 7), burnt(exports, "turns", 100)]).toEqual([0, 7, 100]);
    expect([exports["turns"]?.(10), plain(LOOP)["turns"]?.(10)]).toEqual([55, 55]);
  });

  it("traps when the fuel is used up, and the next call has all of it again", () => {
    const exports = metered(LOOP, 100);
    expect(() => exports["turns"]?.(101)).toThrow("unreachable");
    expect((exports[FUEL] as GlobalVariable).value).toBe(0);
    expect(exports["turns"]?.(100)).toBe(5050);
  });

  it("that calls itself for ever traps, too", () => {
    const wat = `(func $f (export "f") (param i32) (result i32) (i32.add (call $g (local.get 0)) (call $g (local.get 0))))
      (func $g (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))`;
    const exports = metered(wat, 10_000);
    expect([exports["f"]?.(3), plain(wat)["f"]?.(3)]).toEqual([16, 16]);
    expect(() => exports["f"]?.(60)).toThrow("unreachable");
  });

  it("does not take fuel from the call that exports one function under two names", () => {
    const exports = metered(
      `(func $f (loop (br_if 0 (i32.const 0)))) (export "a" (func $f)) (export "b" (func $f))`,
      5,
    );
    expect([burnt(exports, "a"), burnt(exports, "b")]).toEqual([1, 1]);
  });

  it("has fuel in a start function, before anybody could fill it up", () => {
    const wat = `(global $g (mut i32) (i32.const 0)) (func $s (loop (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (br_if 0 (i32.lt_u (global.get $g) (i32.const 9))))) (start $s)
      (func (export "g") (result i32) (global.get $g))`;
    expect(metered(wat, 0)["g"]?.()).toBe(9);
  });
});

it("globals that can change are exported, behind the fuel, and keep their numbers", () => {
  const wat = `(global (mut i32) (i32.const 7)) (global i32 (i32.const 1)) (global (mut i64) (i64.const -1))
    (func (export "set") (global.set 0 (i32.const 8)))`;
  const { bytes, globals } = meter(readWasm(binaryOf(wat)));
  const exports = instantiate(compile(bytes), {}) as ReturnType<typeof metered>;
  exports["set"]?.();
  expect(globals).toEqual([globalName(0), globalName(2)]);
  expect(globals.map((name) => exports[name]?.value)).toEqual([8, -1n]);
});

/** Functions that between them use every kind of instruction, each with what it is called with. */
const SAMPLES: readonly (readonly [what: string, wat: string, values: readonly unknown[]])[] = [
  [
    "blocks with several results",
    `(func (export "f") (param i32) (result i32)
    (loop $l (param) (result i32 i32) (block (result i32 i32) (i32.const 3) (i32.const 4))) (i32.sub) (local.get 0) (i32.add))`,
    [5],
  ],
  [
    "a loop with parameters",
    `(func (export "f") (param i32) (result i32)
    (i32.const 0) (loop $l (param i32) (result i32) (i32.const 1) (i32.add) (local.tee 0) (local.get 0) (i32.const 9) (i32.lt_s) (br_if $l)))`,
    [0],
  ],
  [
    "a table of branches",
    `(func (export "f") (param i32) (result i32) (block (block (block
    (br_table 0 1 2 (local.get 0))) (return (i32.const 10))) (return (i32.const 20))) (i32.const 30))`,
    [1],
  ],
  [
    "an indirect call",
    `(type $t (func (param i32) (result i32))) (table funcref (elem $a $b))
    (func $a (type $t) (i32.const 1)) (func $b (type $t) (loop (result i32) (i32.mul (local.get 0) (i32.const 2))))
    (func (export "f") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 1)))`,
    [21],
  ],
  [
    "tail calls",
    `(func $g (param i32) (result i32) (local.get 0)) (table funcref (elem $g)) (type $t (func (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (if (local.get 0) (then (return_call $g (i32.const 5))))
    (return_call_indirect (type $t) (i32.const 7) (i32.const 0)))`,
    [0],
  ],
  [
    "bulk memory",
    `(memory 1) (data $d "abcdef") (func (export "f") (param i32) (result i32)
    (memory.init $d (i32.const 0) (i32.const 1) (i32.const 4)) (data.drop $d)
    (memory.copy (i32.const 8) (i32.const 0) (i32.const 4)) (memory.fill (i32.const 9) (i32.const 65) (i32.const 1))
    (i32.load offset=8 align=1 (local.get 0)))`,
    [0],
  ],
  [
    "tables",
    `(table $t 3 funcref) (elem $e func $g) (func $g (result i32) (i32.const 6)) (func (export "f") (param i32) (result i32)
    (table.init $e (i32.const 1) (i32.const 0) (i32.const 1)) (elem.drop $e) (table.copy (i32.const 0) (i32.const 1) (i32.const 1))
    (table.set (i32.const 2) (table.get (i32.const 0))) (table.fill (i32.const 1) (ref.null func) (i32.const 1))
    (drop (table.grow (ref.func $g) (i32.const 2))) (i32.add (table.size) (call_indirect (result i32) (local.get 0))))`,
    [2],
  ],
  [
    "references",
    `(func $g) (elem declare func $g) (func (export "f") (param i32) (result i32)
    (i32.add (ref.is_null (ref.null extern)) (ref.is_null (select (result funcref) (ref.func $g) (ref.null func) (local.get 0)))))`,
    [0],
  ],
  [
    "memory that grows",
    `(memory 1) (func (export "f") (param i32) (result i32)
    (i32.add (memory.grow (local.get 0)) (memory.size)))`,
    [2],
  ],
  [
    "constants of every type",
    `(func (export "f") (param i32) (result i32) (i32.add (i32.add (i32.const -2147483648)
    (i32.wrap_i64 (i64.const -9223372036854775808))) (i32.add (i32.trunc_f32_s (f32.const 1e9)) (i32.trunc_f64_u (f64.const 4e9)))))`,
    [0],
  ],
  [
    "truncations that saturate",
    `(func (export "f") (param i32) (result i32) (i32.add
    (i32.add (i32.trunc_sat_f32_s (f32.const 1e20)) (i32.trunc_sat_f32_u (f32.const 1e20)))
    (i32.add (i32.trunc_sat_f64_s (f64.const nan)) (i32.wrap_i64 (i64.add (i64.add (i64.trunc_sat_f32_s (f32.const 7.5))
    (i64.trunc_sat_f32_u (f32.const 7.5))) (i64.add (i64.trunc_sat_f64_s (f64.const -7.5)) (i64.trunc_sat_f64_u (f64.const 7.5))))))))`,
    [0],
  ],
  [
    "locals of every type",
    `(func (export "f") (param i32) (result i32) (local i64 f32 f64 funcref externref) (local.set 1 (i64.const 4))
    (i32.wrap_i64 (local.get 1)))`,
    [0],
  ],
];

describe("a metered module", () => {
  it.each(SAMPLES)("with %s computes what it did", (_what, wat, values) => {
    const got = metered(wat, 1000)["f"]?.(...values);
    expect(got).toBe(plain(wat)["f"]?.(...values));
    expect(got).toBeTypeOf("number");
  });

  it("may use any instruction that only computes, loads or stores", () => {
    const names = computing();
    expect(names.length).toBe(0xc4 - 0x45 + 1 + 23);
    const body = names.map(([name, params, results]) => {
      const call = `(${name} ${params.map((type) => `(${type}.const 8)`).join(" ")})`;
      return results === 1 ? `(drop ${call})` : call;
    });
    const wat = `(memory 1) (func (export "f") (result i32) (loop ${body.join("\n")}) (i32.load (i32.const 8)))`;
    expect(metered(wat, 10)["f"]?.()).toBe(plain(wat)["f"]?.());
  });

  it.each([
    ["vectors", `(func (drop (v128.const i32x4 0 0 0 0)))`, "instruction 0xfd is not handled"],
    ["threads", `(memory 1 1 shared) (func (atomic.fence))`, "instruction 0xfe is not handled"],
    ["exceptions", `(tag) (func (throw 0))`, "section 13 is not handled"],
    [
      "a second memory",
      `(memory 1) (memory 1) (func (drop (i32.load 1 (i32.const 0))))`,
      "a second memory is not handled",
    ],
    ["a global that cannot be saved", `(global (mut f64) (f64.const 0))`, "a global of type f64"],
  ])("may not use %s, and is told where it does", (_what, wat, words) => {
    expect(() => meter(readWasm(binaryOf(wat)))).toThrow(words);
  });

  it.each([
    ["no binary", [1, 2, 3, 4], "this is no WebAssembly binary"],
    ["a later version", [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], "the binary is not of version 1"],
    ["a section that is cut off", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9, 0], "the binary ends in the middle"],
    [
      "a number without an end",
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255],
      "longer than 32 bits",
    ],
  ])("is not %s", (_what, bytes, words) => expect(() => readWasm(Uint8Array.from(bytes))).toThrow(words));
});

type Instruction = readonly [name: string, params: readonly string[], results: number];

const INT_PAIRS =
  "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const FLOAT_PAIRS = "eq ne lt gt le ge add sub mul div min max copysign";

/** Instructions by the type in front of their names: what they take, and their names. */
const COMPUTING: readonly (readonly [types: string, params: string, names: string])[] = [
  ["i32 i64", "own", "eqz clz ctz popcnt extend8_s extend16_s"],
  ["i32 i64", "own own", INT_PAIRS],
  ["i32 i64", "f32", "trunc_f32_s trunc_f32_u"],
  ["i32 i64", "f64", "trunc_f64_s trunc_f64_u"],
  ["i32 i64", "i32", "load load8_s load8_u load16_s load16_u"],
  ["i32 i64", "i32 own", "store store8 store16"],
  ["f32 f64", "own", "abs neg ceil floor trunc nearest sqrt"],
  ["f32 f64", "own own", FLOAT_PAIRS],
  ["f32 f64", "i32", "convert_i32_s convert_i32_u load"],
  ["f32 f64", "i64", "convert_i64_s convert_i64_u"],
  ["f32 f64", "i32 own", "store"],
  ["i64", "own", "extend32_s"],
  ["i64", "i32", "extend_i32_s extend_i32_u load32_s load32_u"],
  ["i64", "i32 own", "store32"],
  ["i64", "f64", "reinterpret_f64"],
  ["i32", "i64", "wrap_i64"],
  ["i32", "f32", "reinterpret_f32"],
  ["f32", "f64", "demote_f64"],
  ["f32", "i32", "reinterpret_i32"],
  ["f64", "f32", "promote_f32"],
  ["f64", "i64", "reinterpret_i64"],
];

/** Every instruction from i32.eqz to i64.extend32_s, and every load and store. */
function computing(): readonly Instruction[] {
  return COMPUTING.flatMap(([types, params, names]) =>
    types.split(" ").flatMap((type) =>
      names.split(" ").map((name): Instruction => {
        const taken = params.split(" ").map((one) => (one === "own" ? type : one));
        return [`${type}.${name}`, taken, name.startsWith("store") ? 0 : 1];
      }),
    ),
  );
}
