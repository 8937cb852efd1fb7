import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Outcome } from "../../model/command.ts";
import { createGeometry } from "../../model/geometry.ts";
import { parseNotation } from "../../model/notation.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { problemLine } from "../problem.ts";
import { loadModule, modulePool, moduleTarget, type ModuleAllocator } from "./module.ts";
import type { Session } from "./target.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

function open(allocator: ModuleAllocator | (() => unknown)): Session {
  const target = moduleTarget("module", typeof allocator === "function" ? allocator : () => allocator);
  return target.open({ geometry: createGeometry(SMALL_POOL), profile: STRICT_PROFILE });
}

/** What the client sees of the commands in these words. */
function answers(session: Session, words: string): string {
  const { events } = parseNotation(words, 0);
  return events.map((event) => (event.kind === "step" ? shown(session.answer(event.command)) : "")).join(" ");
}

function shown(outcome: Outcome): string {
  if (outcome.kind === "block") return `=${outcome.pfn}`;
  return outcome.kind === "crashed" ? `#${outcome.how}` : outcome.kind;
}

async function load(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  const read = await loadModule(file);
  return read.kind === "target" ? read.target.kind : read.problems.map(problemLine).join("\n").replaceAll(folder, "");
}

describe("a module", () => {
  it("is asked in orders or pages, and answers with pfns, null, true, false or nothing", () => {
    const session = open({
      alloc: (order) => (order > 3 ? null : 4),
      allocPages: (pages) => pages,
      free: (pfn, order) => (order === undefined ? undefined : pfn === 4),
      freePages: () => true,
    });
    expect(answers(session, "a2! a4! p3! f4 f4:2 f5:0 f4*3")).toBe("=4 refused =3 unsaid ok refused ok");
  });

  it("says by its functions what it can be asked", () => {
    expect([...open({ alloc: () => null, free: () => true, add: () => true }).calls].sort().join()).toBe(
      "add,alloc,free,free-order",
    );
  });

  it("is asked for zones if its requests have a second parameter", () => {
    const [one, both] = [open({ alloc: () => 0 }), open({ alloc: (_order, zone) => (zone === "a" ? 1 : 0) })];
    expect([one.takesZones, both.takesZones, answers(both, "a0@a! a0!")]).toEqual([false, true, "=1 =0"]);
  });

  it.each([
    [undefined, "undefined"],
    [-1, "-1"],
    [0.5, "0.5"],
    [Number.NaN, "NaN"],
    ["4", '"4"'],
    [{}, "an object"],
  ])("that serves %s serves garbage, and it is told what", (value, told) => {
    const session = open({ alloc: () => value });
    expect([answers(session, "a0!"), session.lastWords]).toEqual(["#garbage", `alloc answered ${told}`]);
  });

  it("that throws has crashed with the error's name, and its stack is kept", () => {
    const session = open({
      free: () => {
        throw new RangeError("no such page");
      },
    });
    expect(answers(session, "f0:0")).toBe("#RangeError");
    expect(session.lastWords).toMatch(/^RangeError: no such page\n +at /u);
  });

  it("that cannot be opened crashes in every command, and before the first", () => {
    const session = open(() => null);
    expect([answers(session, "a0! f0"), session.snapshot()]).toEqual(["#init #init", { kind: "crashed", how: "init" }]);
    expect(session.lastWords).toContain("open answered null");
  });

  it("is told of its pool in absolute pfns, holes among the reserved", () => {
    const zones = [
      { name: "low", start: 0, end: 4 },
      { name: "high", start: 5, end: 8 },
    ];
    const shape = { ...SMALL_POOL, basePfn: 16, reserved: [{ start: 2, end: 3 }], zones };
    expect(modulePool(createGeometry(shape))).toEqual({
      pages: 8,
      maxOrder: 3,
      basePfn: 16,
      reserved: [
        [18, 19],
        [20, 21],
      ],
      zones: [
        { name: "low", start: 16, end: 20 },
        { name: "high", start: 21, end: 24 },
      ],
    });
  });
});

describe("what a module shows of its lists", () => {
  const cases = [
    [[[1], [2]], { kind: "snapshot", lists: [[1], [2]], cached: [] }],
    [
      { lists: [[1]], cached: [3] },
      { kind: "snapshot", lists: [[1]], cached: [3] },
    ],
    [[1], { kind: "crashed", how: "garbage" }],
    [
      { lists: [[1]], cached: 3 },
      { kind: "crashed", how: "garbage" },
    ],
    [null, { kind: "crashed", how: "garbage" }],
  ] as const;
  it.each(cases)("%j is read as such", (lists, expected) =>
    expect(open({ freeLists: () => lists }).snapshot()).toEqual(expected),
  );

  it("is nothing where it has no function for it", () => {
    const session = open({ counts: () => [0, 0, 0, 1] });
    expect([session.snapshot(), session.counts()?.kind]).toEqual([null, "counts"]);
  });
});

describe("a module's state", () => {
  it("is what it saves, longer or shorter, and comes back whole", () => {
    let taken: number[] = [];
    const session = open({
      alloc: () => taken.push(taken.length) - 1,
      save: () => Uint8Array.from(taken),
      restore: (bytes) => void (taken = [...bytes]),
    });
    const row = new Uint8Array(16);
    answers(session, "a0! a0!");
    expect(session.memory?.byteLength).toBe(6);
    session.memory?.save(row, 1);
    expect(answers(session, "a0! a0!")).toBe("=2 =3");
    expect(session.memory?.byteLength).toBe(8);
    session.memory?.restore(row, 1);
    expect(answers(session, "a0!")).toBe("=2");
  });

  it("that cannot be saved or restored is a crash of the module", () => {
    const session = open({ alloc: () => 0, save: () => "state", restore: () => expect.fail() });
    expect([session.memory?.byteLength, answers(session, "a0!")]).toEqual([4, "#save"]);
    session.memory?.restore(new Uint8Array(4), 0);
    expect(answers(session, "a0!")).toBe("#restore");
    session.reset();
    expect(answers(session, "a0!")).toBe("=0");
  });
});

describe("a file that is named as a module", () => {
  it("is a target if it exports open", async () =>
    expect(await load("good.mjs", "export function open() { return {}; }")).toBe("session"));
  it("is told what it exports instead", async () =>
    expect(await load("other.mjs", "export const close = 1, opens = 2;")).toBe(
      "/other.mjs: TARGET_MODULE: expected an export `open`, a function, found exports close, opens",
    ));
  it("is told why it cannot be loaded", async () =>
    expect(await load("throws.mjs", "throw new Error('no memory');")).toBe(
      "/throws.mjs: TARGET_MODULE: expected a module that can be loaded, found no memory",
    ));
  it("may be TypeScript where Node runs that, and is told so where it does not", async () => {
    const said = await load("good.ts", "export function open(): object { return {}; }");
    // Vitest itself strips types, so that only the check before it is seen here.
    expect(said).toMatch(/^session$|^\/good\.ts: TARGET_TYPESCRIPT: expected JavaScript, or a Node from 22\.18 on/u);
  });
});
