import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import createWabt from "wabt";
import { OK, type Outcome } from "../../model/command.ts";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { createLedger } from "../../model/ledger.ts";
import { formatStep, parseNotation } from "../../model/notation.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import { problemLine } from "../problem.ts";
import type { Session } from "./target.ts";
import { loadWasm } from "./wasm.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-wasm-"));
afterAll(() => rmSync(folder, { recursive: true }));
let wabt: Awaited<ReturnType<typeof createWabt>>;
beforeAll(async () => {
  wabt = await createWabt();
});

const EXAMPLE = "examples/c-wasm/page_alloc.wasm";

function open(file: string, shape: Partial<PoolShape> = {}): Session {
  const read = loadWasm(file);
  if (read.kind === "wrong") throw new Error(read.problems.map(problemLine).join("\n"));
  return read.target.open({ geometry: createGeometry({ ...SMALL_POOL, ...shape }), profile: STRICT_PROFILE });
}

/** A file with this module. */
function fileOf(wat: string): string {
  const parsed = wabt.parseWat("test.wat", `(module ${wat})`);
  const file = path.join(folder, "test.wasm");
  writeFileSync(file, parsed.toBinary({ write_debug_names: true }).buffer);
  parsed.destroy();
  return file;
}

const INIT = `(memory (export "memory") 1) (func (export "buddycheck_init") (param i32 i32 i32) (result i32) (i32.const 0))`;
const ALLOC = `(func (export "buddycheck_alloc") (param i32) (result i32) (i32.const 4))`;
const FREE = `(func (export "buddycheck_free") (param i32 i32) (result i32) (i32.const 1))`;

/** What the client sees of the commands in these words. */
function answers(session: Session, words: string): string {
  const { events } = parseNotation(words, 0);
  return events.map((event) => (event.kind === "step" ? shown(session.answer(event.command)) : "")).join(" ");
}

function shown(outcome: Outcome): string {
  if (outcome.kind === "block") return `=${outcome.pfn}`;
  return outcome.kind === "crashed" ? `#${outcome.how}` : outcome.kind;
}

function complaints(wat: string): string {
  const read = loadWasm(fileOf(wat));
  return read.kind === "target"
    ? "none"
    : read.problems.map(({ expected, found }) => `${expected}; ${found}`).join("\n");
}

describe("the example in C", () => {
  const shapes: readonly Partial<PoolShape>[] = [
    {},
    { maxOrder: 0, pages: 5 },
    {
      maxOrder: 3,
      pages: 29,
      basePfn: 13,
      reserved: [
        { start: 0, end: 2 },
        { start: 9, end: 10 },
      ],
    },
    { maxOrder: 10, pages: 5000, basePfn: 2 ** 31 - 64 },
  ];

  it.each(shapes)("breaks no law in a pool of %j", (shape) => {
    const session = open(EXAMPLE, shape);
    const geometry = createGeometry({ ...SMALL_POOL, ...shape });
    const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
    const live: (readonly [pfn: number, order: number])[] = [];
    let seed = 1;
    function below(limit: number): number {
      seed = (Math.imul(seed, 0x41c64e6d) + 12_345) >>> 0;
      return (seed >>> 8) % limit;
    }
    for (let n = 0; n < 3000; n++) {
      const order = below(geometry.maxOrder + 2);
      const [freed] = below(2) === 0 && live.length > 0 ? live.splice(below(live.length), 1) : [];
      const bad = { kind: "free-order", pfn: geometry.span.start + below(40) - 4, order } as const;
      const isBad = below(9) === 0 && !live.some(([pfn, named]) => pfn === bad.pfn && named === order);
      const command = isBad
        ? bad
        : freed === undefined
          ? ({ kind: "alloc", order, zone: null } as const)
          : ({ kind: "free-order", pfn: freed[0], order: freed[1] } as const);
      if (isBad && freed !== undefined) live.push(freed);
      const outcome = session.answer(command);
      if (outcome.kind === "block") live.push([outcome.pfn, order]);
      const snapshot = session.snapshot();
      const counts = session.counts();
      if (snapshot?.kind !== "snapshot" || counts?.kind !== "counts") throw new Error("it cannot show its lists");
      const broken = [
        [command, outcome],
        [snapshot, OK],
        [counts, OK],
      ].flatMap(([asked, came]) => step(ledger, asked as typeof command, came as Outcome));
      expect(
        broken.map(({ law }) => law),
        `${n}: ${formatStep(command, outcome)}`,
      ).toEqual([]);
    }
  });

  it("rounds page counts up, and refuses what is above its largest order", () =>
    expect(answers(open(EXAMPLE), "p3! p0! p9! a3! a4! f0:2 f0:2")).toBe(
      "=0 refused refused refused refused ok refused",
    ));

  it("saves and restores its whole state", () => {
    const session = open(EXAMPLE, { pages: 16 });
    const row = new Uint8Array(1000);
    const before = answers(session, "a0! a1! f0:0 a0!");
    session.memory?.save(row, 5);
    const lists = JSON.stringify(session.snapshot());
    answers(session, "a3! a0! a0!");
    session.memory?.restore(row, 5);
    expect(JSON.stringify(session.snapshot())).toBe(lists);
    session.reset();
    expect(answers(session, "a0! a1! f0:0 a0!")).toBe(before);
  });

  it("cannot be opened where page numbers do not fit, and says so", () => {
    const session = open(EXAMPLE, { basePfn: 2 ** 33 });
    expect([answers(session, "a0!"), session.lastWords]).toEqual([
      "#init",
      "page numbers up to 8589934600 do not fit into 32 bits",
    ]);
  });

  it("does not open a pool of several zones, which it does not know", () => {
    const zones = [
      { name: "a", start: 0, end: 4 },
      { name: "b", start: 4, end: 8 },
    ];
    const session = open(EXAMPLE, { zones });
    expect([session.takesZones, answers(session, "a0!"), session.lastWords]).toEqual([
      false,
      "#init",
      "it has no buddycheck_zone for several zones",
    ]);
  });
});

describe("a WebAssembly target", () => {
  it.each([
    ["traps", "(unreachable)", "#abort"],
    ["reads outside its memory", "(i32.load (i32.const 65536))", "#segv"],
    ["never returns", "(loop (br 0)) (i32.const 0)", "#hang"],
    ["calls itself for ever", "(call $alloc (local.get 0))", "#stack-overflow"],
    ["divides by zero", "(i32.div_u (i32.const 1) (local.get 0))", "#trap"],
    ["refuses", "(i32.const -1)", "refused"],
    ["serves a page above 2^31", "(i32.const 0x80000001)", "=2147483649"],
  ])("that %s is answered for", (_what, body, answer) => {
    const session = open(
      fileOf(`${INIT} ${FREE} (func $alloc (export "buddycheck_alloc") (param i32) (result i32) ${body})`),
    );
    expect(answers(session, "a0!")).toBe(answer);
    expect(answers(session, "f4:0")).toBe("ok");
  });

  it("that hangs does so after the same number of turns each time", () => {
    const session = open(
      fileOf(`${INIT} ${FREE} (global $n (mut i32) (i32.const 0)) (func (export "buddycheck_alloc") (param i32) (result i32)
      (if (i32.eq (local.get 0) (i32.const 1)) (then (return (global.get $n)))) (global.set $n (i32.const 0))
      (loop (global.set $n (i32.add (global.get $n) (i32.const 1))) (br 0)) (i32.const 0))`),
    );
    const [first, second] = [answers(session, "a0! a1!"), answers(session, "a0! a1!")];
    expect([first, second]).toEqual(["#hang =1179648", "#hang =1179648"]);
  });

  it.each([
    ["(param i32 i32) (result i32)", "(i32.const 0)", "free-order refused"],
    ["(param i32 i32) (result i32)", "(i32.const -1)", "free-order unsaid"],
    ["(param i32) (result i32)", "(i32.const 1)", "free ok"],
    ["(param i32)", "", "free unsaid"],
    ["(param i32)", "(loop (br 0))", "free #hang"],
    ["(param i32 i32) (result i32)", "(i32.const 2)", "free-order #garbage"],
  ])("frees by %s %s", (type, body, expected) => {
    const session = open(fileOf(`${INIT} ${ALLOC} (func (export "buddycheck_free") ${type} ${body})`));
    const call = [...session.calls].find((one) => one.startsWith("free")) ?? "";
    expect(`${call} ${answers(session, call === "free" ? "f4" : "f4:0")}`).toBe(expected);
  });

  it("may say why it panics", () => {
    const session = open(
      fileOf(`(import "buddycheck" "buddycheck_log" (func $log (param i32 i32))) ${INIT} ${FREE} (data (i32.const 8) "list is broken")
      (func $panic (call $log (i32.const 8) (i32.const 14)) (unreachable)) (func (export "buddycheck_alloc") (param i32) (result i32) (call $panic) (i32.const 0))`),
    );
    expect(answers(session, "a0!")).toBe("#abort");
    expect(session.lastWords).toMatch(/^list is broken\nunreachable\n.*panic/u);
  });

  it("that cannot open its pool crashes in every command", () => {
    const session = open(
      fileOf(
        `(memory (export "memory") 1) (func (export "buddycheck_init") (param i32 i32 i32) (result i32) (local.get 1)) ${ALLOC} ${FREE}`,
      ),
    );
    expect([answers(session, "a0! f0:0"), session.memory, session.lastWords]).toEqual([
      "#init #init",
      null,
      "buddycheck_init answered 3",
    ]);
  });

  it("is told reserved pages and zones first, and asked by the zone's number", () => {
    const session = open(
      fileOf(`(memory (export "memory") 1) (global $sum (mut i32) (i32.const 0)) ${FREE}
        (func $add (param i32 i32) (global.set $sum (i32.add (i32.mul (global.get $sum) (i32.const 10)) (i32.add (local.get 0) (local.get 1)))))
        (export "buddycheck_reserve" (func $add)) (export "buddycheck_zone" (func $add))
        (func (export "buddycheck_init") (param i32 i32 i32) (result i32) (i32.const 0))
        (func (export "buddycheck_alloc") (param i32 i32) (result i32) (i32.add (global.get $sum) (local.get 1)))`),
      {
        pages: 4,
        reserved: [{ start: 0, end: 1 }],
        zones: [
          { name: "b", start: 2, end: 4 },
          { name: "a", start: 0, end: 2 },
        ],
      },
    );
    expect([session.takesZones, answers(session, "a0! a0@a! a0@b!")]).toEqual([true, "=125 =126 =127"]);
  });

  it("with a cycle in its lists shows more blocks than there are pages, and goes on", () => {
    const session = open(
      fileOf(`(import "buddycheck" "buddycheck_listed" (func $listed (param i32 i32))) ${INIT} ${ALLOC} ${FREE}
      (global $stack (mut i32) (i32.const 100)) (func (export "buddycheck_lists") (global.set $stack (i32.const 50)) (loop (call $listed (i32.const 1) (i32.const 6)) (br 0)))`),
    );
    const row = new Uint8Array(70_000);
    session.memory?.save(row, 0);
    const seen = session.snapshot();
    expect(seen?.kind === "snapshot" ? seen.lists[1]?.length : seen).toBe(32);
    const after = new Uint8Array(70_000);
    session.memory?.save(after, 0);
    expect(Buffer.compare(row, after)).toBe(0);
  });
});

describe("the state of a WebAssembly target", () => {
  const counter = `(func (export "buddycheck_alloc") (param i32) (result i32)
    (i32.store (i32.const 600) (i32.add (i32.load (i32.const 600)) (i32.const 1))) (i32.load (i32.const 600)))`;

  it("is all of its memory where it declares nothing", () => {
    const session = open(fileOf(`${INIT} ${counter} ${FREE}`));
    const row = new Uint8Array(session.memory?.byteLength ?? 0);
    expect(row.length).toBe(65_536);
    answers(session, "a0! a0!");
    session.memory?.save(row, 0);
    expect(answers(session, "a0!")).toBe("=3");
    session.memory?.restore(row, 0);
    expect(answers(session, "a0!")).toBe("=3");
    session.reset();
    expect(answers(session, "a0!")).toBe("=1");
  });

  it("is what it declares, and a byte that it did not declare is found out", () => {
    const init = `(import "buddycheck" "buddycheck_state" (func $state (param i32 i32))) (memory (export "memory") 1)
      (global (export "__data_end") i32 (i32.const 1024)) (global (export "__global_base") i32 (i32.const 512))
      (func (export "buddycheck_init") (param i32 i32 i32) (result i32) (call $state (i32.const 512) (i32.const 16)) (i32.const 0))`;
    const session = open(fileOf(`${init} ${counter} ${FREE}`));
    expect([session.memory?.byteLength, answers(session, "a0!")]).toEqual([16, "=1"]);
    session.reset();
    expect(answers(session, "a0!")).toBe("#undeclared-state");
    expect(session.lastWords).toBe("the byte at 600 has changed, which buddycheck_state did not declare");
  });

  it("has its size, too, where its memory can grow, and grows back from a new instance", () => {
    const session = open(
      fileOf(`${INIT} ${FREE} (func (export "buddycheck_alloc") (param i32) (result i32)
      (drop (memory.grow (local.get 0))) (i32.store (i32.const 600) (memory.size)) (i32.load (i32.const 600)))`),
    );
    const small = new Uint8Array(session.memory?.byteLength ?? 0);
    session.memory?.save(small, 0);
    expect(answers(session, "a2! a0!")).toBe("=3 =3");
    const large = new Uint8Array(session.memory?.byteLength ?? 0);
    session.memory?.save(large, 0);
    expect([small.length, large.length]).toEqual([65_540, 3 * 65_536 + 4]);
    session.memory?.restore(small, 0);
    expect(answers(session, "a1!")).toBe("=2");
    session.memory?.restore(large, 0);
    expect(answers(session, "a1!")).toBe("=4");
    session.reset();
    expect(answers(session, "a0!")).toBe("=1");
  });
});

/** Gives commands, each from the state before the first, and tells which words each changed, and puts them back. */
function changes(session: Session, words: string): string[] {
  const state = session.memory?.words;
  if (state === null || state === undefined) return ["none are shown"];
  const before = new Uint8Array(session.memory?.byteLength ?? 0);
  session.memory?.save(before, 0);
  const since = new Int32Array(before.buffer);
  const places = new Int32Array(state.count);
  return words.split(" ").map((word) => {
    const outcome = answers(session, word);
    const count = state.differences(since, places);
    const told = [...places.subarray(0, count)].map((place) => `${place}:${since[place]}->${state.at(place)}`);
    state.write(since, places, count);
    const after = new Uint8Array(before.length);
    session.memory?.save(after, 0);
    expect(after).toEqual(before);
    return [outcome, ...told].join(" ");
  });
}

describe("the words of a WebAssembly target's state", () => {
  it("are told where a call wrote to memory or to a global, and put back", () => {
    const file = fileOf(`
      (memory (export "memory") 1)
      (global $small (mut i32) (i32.const 7)) (global $large (mut i64) (i64.const -1))
      (global (export "__data_end") i32 (i32.const 16))
      (func (export "buddycheck_init") (param i32 i32 i32) (result i32) (i32.const 0))
      (func (export "buddycheck_alloc") (param i32) (result i32)
        (if (i32.eq (local.get 0) (i32.const 1)) (then (global.set $small (i32.const 8))))
        (if (i32.eq (local.get 0) (i32.const 2)) (then (global.set $large (i64.const 0x200000001))))
        (if (i32.eq (local.get 0) (i32.const 3)) (then (i64.store (i32.const 4) (i64.const 0x300000009))))
        (i32.const 4))
      (func (export "buddycheck_free") (param i32 i32) (result i32)
        (memory.fill (i32.const 12) (local.get 0) (i32.const 2)) (i32.const 1))`);
    expect(changes(open(file), "a0! a1! a2! a3! f1 a0!")).toEqual([
      "=4",
      "=4 0:7->8",
      "=4 2:-1->1 3:-1->2",
      "=4 5:0->9 6:0->3",
      "ok 7:0->257",
      "=4",
    ]);
  });
  it("are those of the bytes that it saves, in every state of the example's first steps", () => {
    const session = open(EXAMPLE);
    expect(changes(session, "f1 a9!")).toEqual(["refused", "refused"]);
    for (const word of "a0! a1! f0 a0! a2!".split(" ")) {
      expect(
        changes(session, "a0! f0 f2 a1! f2:1 a2!").every((told) => told === "refused" || told.includes("->")),
      ).toBe(true);
      answers(session, word);
    }
  });
  it("are not shown where its memory can grow, or where ranges are not of whole words", () => {
    const growing = `${INIT} ${ALLOC} (func (export "buddycheck_free") (param i32 i32) (result i32) (memory.grow (i32.const 1)))`;
    expect(changes(open(fileOf(growing)), "a0!")).toEqual(["none are shown"]);
    const odd = `${INIT} ${ALLOC} ${FREE} (global (export "__data_end") i32 (i32.const 10))`;
    expect(changes(open(fileOf(odd)), "a0!")).toEqual(["none are shown"]);
  });
});

describe("a .wasm file", () => {
  it("is told what it lacks", () =>
    expect(complaints(`(func (export "alloc"))`)).toBe(
      [
        "an export buddycheck_init; exports alloc",
        "an export buddycheck_alloc or buddycheck_alloc_pages; exports alloc",
        "an export buddycheck_free or buddycheck_free_pages; exports alloc",
        "its memory exported as `memory`; exports alloc",
      ].join("\n"),
    ));
  it("is told which function has another type", () =>
    expect(
      complaints(`${INIT} ${FREE} (func (export "buddycheck_alloc") (param i64) (result i64) (local.get 0))`),
    ).toBe("buddycheck_alloc(i32) or (i32, i32) returning i32; (i64) returning i64"));
  it("is told what it may import", () =>
    expect(complaints(`(import "env" "printf" (func (param i32))) ${INIT} ${ALLOC} ${FREE}`)).toContain(
      "; env.printf",
    ));
  it("that is not there, or no WebAssembly, is a problem of the input", () => {
    const text = path.join(folder, "text.wasm");
    writeFileSync(text, "hello");
    const [lost, other] = [loadWasm("lost.wasm"), loadWasm(text)];
    expect(lost.kind === "wrong" && lost.problems[0]?.found).toContain("ENOENT");
    expect(other.kind === "wrong" && other.problems[0]?.found).toBe("this is no WebAssembly binary at byte 0");
  });
});
