/*
 * The worked integrations in examples/, built from source where the compilers are, and driven as they are documented.
 * On a machine without them only the committed binary of the C example is driven.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "../model/geometry.ts";
import { STRICT_PROFILE } from "../model/profile.ts";
import { NO_PROFILES, readProfile } from "../src/spec/profile.ts";
import { namedProfile } from "../src/commands/profiles.ts";
import { processTarget } from "../src/targets/process.ts";
import type { Script } from "../src/targets/script.ts";
import type { SessionTarget } from "../src/targets/target.ts";
import { loadWasm } from "../src/targets/wasm.ts";
import { firstScriptViolation, firstViolation, POOLS } from "./examples-client.ts";

const C_EXAMPLE = path.resolve("examples/c-wasm");
const COMMITTED = path.join(C_EXAMPLE, "page_alloc.wasm");
const CALLS = 20_000;

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

function has(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

const hasClang = has("clang") && has("wasm-ld");
const compilers = ["gcc", "clang"].filter(has);

function wasmOf(file: string): SessionTarget {
  const read = loadWasm(file);
  if (read.kind === "wrong") throw new Error(JSON.stringify(read.problems));
  return read.target;
}

/** Builds an example; answers the file. What the compiler says is an error: it should have nothing to say. */
function build(example: string, as: "wasm" | "process", mutant: number, compiler?: string): string {
  const OUT = path.join(folder, `${example}-${as}-${compiler ?? "default"}-${mutant}`);
  const env = { ...process.env, OUT, ...(compiler === undefined ? {} : { CC: compiler }) };
  const { stderr } = spawnSync("sh", ["build.sh", as, String(mutant)], {
    cwd: path.resolve("examples", example),
    env,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return OUT;
}

/** The mutants of an example, as its mutants.txt numbers them. */
function mutantsOf(example: string): readonly { readonly number: number; readonly what: string | undefined }[] {
  const lines = readFileSync(path.resolve("examples", example, "mutants.txt"), "utf8")
    .trim()
    .split("\n");
  const parts = lines.map((line) => /^(\d+) (.*)$/u.exec(line) ?? []);
  return parts.map(([, number, what]) => ({ number: Number(number), what }));
}

describe("the C example", () => {
  it("breaks no law as it was committed", () => expect(firstViolation(wasmOf(COMMITTED), CALLS)).toBe(null));

  describe.skipIf(!hasClang)("built with clang and wasm-ld (skipped without them)", () => {
    it("gives the same answers as the committed binary, and the same states", () => {
      const rebuilt = wasmOf(build("c-wasm", "wasm", 0));
      for (const shape of POOLS) {
        const opening = { geometry: createGeometry(shape), profile: STRICT_PROFILE };
        const [one, other] = [rebuilt.open(opening), wasmOf(COMMITTED).open(opening)];
        for (let n = 0; n < 2000; n++) {
          const drawn = Math.imul(n + 1, 0x9e3779b1) >>> 8;
          const order = drawn % 5;
          const pfn = shape.basePfn + (drawn % shape.pages);
          const command =
            n % 2 === 0
              ? ({ kind: "alloc", order, zone: null } as const)
              : ({ kind: "free-order", pfn, order } as const);
          expect(one.answer(command)).toEqual(other.answer(command));
          expect(one.snapshot()).toEqual(other.snapshot());
        }
      }
    });

    it.each(mutantsOf("c-wasm"))("has mutant $number, which $what, and is caught", ({ number }) => {
      expect(firstViolation(wasmOf(build("c-wasm", "wasm", number)), CALLS)).not.toBe(null);
    });
  });

  describe.each(compilers)("built with %s as a process (skipped without it)", (compiler) => {
    it("answers scripts as the committed binary answers commands", async () => {
      const target = processTarget([build("c-wasm", "process", 0, compiler)]);
      const opening = { geometry: createGeometry(POOLS[2] as PoolShape), profile: STRICT_PROFILE };
      const script: Script = [
        { kind: "request", id: 0, command: { kind: "alloc", order: 1, zone: null } },
        { kind: "request", id: 1, command: { kind: "alloc-pages", pages: 3, zone: null } },
        { kind: "give-back", id: 0, naming: "order" },
        { kind: "misuse", misuse: "double", id: 0, offset: 0, order: 1 },
        { kind: "literal", misuse: "reserved", command: { kind: "free-order", pfn: 17, order: 0 } },
      ];
      const [run] = await target.run(opening, [script]);
      await target.close();
      const session = wasmOf(COMMITTED).open(opening);
      const blocks = [
        session.answer({ kind: "alloc", order: 1, zone: null }),
        session.answer({ kind: "alloc-pages", pages: 3, zone: null }),
      ];
      expect(run?.outcomes.slice(0, 2)).toEqual(blocks);
      const [first] = blocks;
      if (first?.kind !== "block") throw new Error("the pool has room");
      session.answer({ kind: "free-order", pfn: first.pfn, order: 1 });
      expect(run?.outcomes.slice(2).map((outcome) => outcome?.kind)).toEqual(["ok", "refused", "refused"]);
      expect(run?.snapshot).toEqual(session.snapshot());
    });
  });
});

describe.skipIf(!hasClang)("the example with per-CPU lists, built with clang (skipped without it)", () => {
  const text = readFileSync("examples/c-pcp/profile.yaml", "utf8");
  const read = readProfile(text, "profile.yaml", NO_PROFILES);
  const profile = read.kind === "profile" ? read.profile : STRICT_PROFILE;

  it("breaks no law of its profile, and holds pages back", () => {
    expect(profile.cachedFrames).toBe("order-0");
    const target = wasmOf(build("c-pcp", "wasm", 0));
    expect(firstViolation(target, CALLS, profile)).toBe(null);
    expect(firstViolation(target, CALLS)).not.toBe(null);
  });

  it.each(mutantsOf("c-pcp"))("has mutant $number, which $what, and is caught", ({ number }) => {
    expect(firstViolation(wasmOf(build("c-pcp", "wasm", number)), CALLS, profile)).not.toBe(null);
  });
});

describe.skipIf(!has("python3"))("the Python of docs/targets.md (skipped without python3)", () => {
  const MINE = `
def open(max_order, pages, base):
    global lists, live
    lists, live = [set() for _ in range(max_order + 1)], {}
    for pfn in range(base, base + pages):
        give(pfn, 0)
    return True

def give(pfn, order):
    while order + 1 < len(lists) and pfn ^ (1 << order) in lists[order]:
        lists[order].remove(pfn ^ (1 << order))
        pfn, order = pfn & ~(1 << order), order + 1
    lists[order].add(pfn)

def alloc(order):
    for larger in range(order, len(lists)):
        if lists[larger]:
            pfn = min(lists[larger])
            lists[larger].remove(pfn)
            for half in range(order, larger):
                lists[half].add(pfn + (1 << half))
            live[pfn] = order
            return pfn

def free(pfn, order):
    if live.get(pfn) != order:
        return False
    del live[pfn]
    give(pfn, order)
    return True
`;

  it("speaks the protocol around an allocator", async () => {
    const page = readFileSync("docs/targets.md", "utf8");
    const code = /```python\n([^]*?)```/u.exec(page)?.[1] ?? "";
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(45);
    writeFileSync(path.join(folder, "target.py"), code);
    writeFileSync(path.join(folder, "mine.py"), MINE);
    const target = processTarget(["python3", path.join(folder, "target.py")]);
    const opening = { geometry: createGeometry(POOLS[0] as PoolShape), profile: STRICT_PROFILE };
    const script: Script = [
      { kind: "request", id: 0, command: { kind: "alloc", order: 3, zone: null } },
      { kind: "request", id: 1, command: { kind: "alloc", order: 4, zone: null } },
      { kind: "give-back", id: 0, naming: "order" },
      { kind: "give-back", id: 0, naming: "order" },
      { kind: "misuse", misuse: "interior", id: 0, offset: 1, order: 0 },
      { kind: "give-back", id: 1, naming: "order" },
      { kind: "literal", misuse: "out-of-range", command: { kind: "free-order", pfn: 99, order: 0 } },
    ];
    const [run] = await target.run(opening, [script]);
    await target.close();
    const said = run?.outcomes.map((outcome) => (outcome?.kind === "block" ? outcome.pfn : (outcome?.kind ?? "-")));
    expect([said, run?.lastWords]).toEqual([[0, "refused", "ok", "-", "refused", "-", "refused"], ""]);
  });
});

describe.skipIf(!has("cargo"))("the Rust example, built with cargo (skipped without it)", () => {
  const crate = path.resolve("examples/rust");
  const program = path.join(crate, "target/release/buddycheck-rust");

  it("builds", { timeout: 300_000 }, () => {
    const said = spawnSync("cargo", ["build", "--release", "--locked"], { cwd: crate, encoding: "utf8" });
    expect(said.status, said.stderr).toBe(0);
  });

  it.each([
    ["frames", { maxOrder: 4, pages: 29, basePfn: 16, reserved: [{ start: 5, end: 6 }], zones: [] }],
    ["buddy-alloc", { maxOrder: 4, pages: 16, basePfn: 0, reserved: [], zones: [] }],
    ["buddy-alloc", { maxOrder: 2, pages: 21, basePfn: 0, reserved: [{ start: 6, end: 9 }], zones: [] }],
  ] as const)("%s breaks no law of its profile in a pool of %j", async (name, shape) => {
    const target = processTarget([program, name]);
    const broken = await firstScriptViolation(target, shape, namedProfile(path.join(crate, `${name}.yaml`)), 400);
    await target.close();
    expect(broken).toBe(null);
  });

  it("dies of a double free, and the debug assertion's words are kept", async () => {
    const target = processTarget([program, "frames"]);
    const opening = { geometry: createGeometry(POOLS[0] as PoolShape), profile: STRICT_PROFILE };
    const script: Script = [
      { kind: "request", id: 0, command: { kind: "alloc-pages", pages: 4, zone: null } },
      { kind: "give-back", id: 0, naming: "pages" },
      { kind: "misuse", misuse: "double", id: 0, offset: 0, order: 2 },
    ];
    const [run] = await target.run(opening, [script]);
    await target.close();
    expect(run?.outcomes.at(-1)).toEqual({ kind: "crashed", how: "exit-101" });
    expect(run?.lastWords).toContain("attempt to subtract with overflow");
  });
});

/** What `buddycheck verify` says of a trace in a line. */
function verified(trace: string): string {
  const words = ["dist/src/cli.js", "verify", "--quiet", "-"];
  return spawnSync(process.execPath, words, { input: trace, encoding: "utf8" }).stdout;
}

function outputOf(file: string, ...words: readonly string[]): string {
  return spawnSync(file, words, { encoding: "utf8", timeout: 30_000, maxBuffer: 2 ** 26 }).stdout;
}

describe.each(compilers)("a recorder built with %s (skipped without it)", (compiler) => {
  const FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread", "-I", "include"];

  /** Builds a program of examples/recording around the C example, or around one of its mutants. */
  function recorder(name: string, mutant: number, ring: number = 4096): string {
    const file = path.join(folder, `${name}-${compiler}-${mutant}-${ring}`);
    const sources = [`examples/recording/${name}.c`, "examples/c-wasm/page_alloc.c"];
    const said = spawnSync(
      compiler,
      [...FLAGS, `-DMUTANT=${mutant}`, `-DBUDDYCHECK_RING=${ring}ul`, "-o", file, ...sources],
      { encoding: "utf8" },
    );
    expect(said.stderr).toBe("");
    return file;
  }

  it("records four CPUs at once, and nothing that a correct allocator could not have done", () => {
    const trace = outputOf(recorder("kernel", 0), "2000");
    expect(trace.split("\n").length).toBeGreaterThan(1000);
    expect(verified(trace)).toMatch(/holds|undecided, no law was seen broken/u);
  });

  it("drops what does not fit, says so, and goes on with what is sure", () => {
    const trace = outputOf(recorder("kernel", 0, 256), "4000");
    expect(trace).toContain('"op":"lost"');
    expect(verified(trace)).toMatch(/holds|undecided, no law was seen broken/u);
  });

  it("records a wrong allocator, too", () => {
    const trace = path.join(folder, `wrong-${compiler}.jsonl`);
    outputOf(recorder("process", 1), trace);
    expect(verified(readFileSync(trace, "utf8"))).toContain("violated");
  });

  it("writes to a file as its ring fills up, and at the end", () => {
    const trace = path.join(folder, `whole-${compiler}.jsonl`);
    outputOf(recorder("process", 0), trace);
    expect(verified(readFileSync(trace, "utf8"))).toContain("holds, 30050 events");
  });

  it("keeps the call that the allocator dies in", () => {
    const trace = path.join(folder, `died-${compiler}.jsonl`);
    outputOf(recorder("process", 0), trace, "overrun");
    const text = readFileSync(trace, "utf8");
    expect(text).toMatch(
      /"a client writes over the lists"\}\n\{"op":"died","how":"segv","in":\{"op":"alloc","order":1\}\}\n$/u,
    );
    expect(verified(text)).toContain("(returns)");
  });
});

describe("the C header", () => {
  const roles = [
    "",
    "-DBUDDYCHECK_TARGET -DBUDDYCHECK_LISTS -DBUDDYCHECK_COUNTS -DBUDDYCHECK_RESIZE",
    "-DBUDDYCHECK_TARGET -DBUDDYCHECK_ALLOC_PAGES -DBUDDYCHECK_FREE_PAGES -DBUDDYCHECK_ZONES -DBUDDYCHECK_NO_SIZE",
    "-DBUDDYCHECK_TARGET -DBUDDYCHECK_NO_ORDERS -DBUDDYCHECK_ALLOC_PAGES -DBUDDYCHECK_FREE_PAGES",
    "-DBUDDYCHECK_RECORDER",
    "-DBUDDYCHECK_RECORDER -DBUDDYCHECK_FREESTANDING -DBUDDYCHECK_CONCURRENT -DBUDDYCHECK_CPU()=0",
  ];
  const languages = compilers.flatMap((compiler) => [
    [compiler, "c", "c11"],
    [compiler.replace("gcc", "g++").replace("clang", "clang++"), "c++", "c++11"],
  ]);

  it.each(languages)(
    "compiles without a warning in every role under %s -x %s -std=%s",
    (program, language, standard) => {
      for (const role of roles) {
        const flags = [
          "-x",
          language,
          `-std=${standard}`,
          "-Wall",
          "-Wextra",
          "-Wpedantic",
          "-Werror",
          "-fsyntax-only",
        ];
        const words = [...flags, "-I", "include", ...role.split(" ").filter((word) => word !== ""), "-"];
        const said = spawnSync(program, words, { input: '#include "buddycheck.h"\n', encoding: "utf8" });
        expect(`${role}: ${said.status} ${said.stderr}`).toBe(`${role}: 0 `);
      }
    },
  );
});
