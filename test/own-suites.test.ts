/*
 * A user's own suite, in a folder that has nothing but the packed package, vitest and fast-check: what is expected and
 * holds passes, what does not fails with the whole story, and vitest's exit code says so. The types are the package's own.
 */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPacked } from "./packed.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-suite-"));
afterAll(() => rmSync(folder, { recursive: true }));

const RIGHT = /^\/\/ my-allocator\.js\n[^]*?^\}\n/mu.exec(readFileSync("docs/vitest.md", "utf8"))?.[0] ?? "";
const WRONG = RIGHT.replace("live.delete(pfn);", "");
const TYPES = `export declare function open(pool: import("buddycheck").ModulePool): import("buddycheck").ModuleAllocator;\n`;

const SUITE = `
import "buddycheck/vitest";
import * as fc from "fast-check";
import { keepsTheLaws, type LawId } from "buddycheck";
import { expect, it } from "vitest";
import { open as right } from "./right.js";
import { open as wrong } from "./wrong.js";

const POOL = { maxOrder: 3, pages: 8 };
const ALL = [{ start: 0, end: 1 }];
const TRACE = (answer: string) => \`buddytrace: 1\\nmax_order: 1\\npages: 2\\nevents: [a0=0 a0=\${answer}]\\n\`;
const without: LawId[] = ["no-overlap", "served-from-free"];

it("passes: right", () => expect(right).toKeepTheLaws({ ...POOL, commands: 500 }));
it("fails: wrong", () => expect(wrong).toKeepTheLaws({ ...POOL, commands: 500 }));
it("passes: wrong, as expected", () => expect(wrong).not.toKeepTheLaws({ ...POOL, commands: 500 }));
it("fails: right, unexpectedly", () => expect(right).not.toKeepTheLaws({ ...POOL, commands: 500 }));
it("fails: nothing was served", () => expect(right).not.toKeepTheLaws({ pages: 1, reserved: ALL, scope: 0, commands: 9 }));
it("fails: steps", () => expect(wrong).toKeepTheLaws({ maxOrder: 0, pages: 1, replay: "a0=0 f0:0+ f0+" }));
it("passes: steps", () => expect(right).toKeepTheLaws({ maxOrder: 0, pages: 1, replay: "a0=0 f0:0+ f0+" }));
it("passes: a mutant", async () => await expect("mutant:never-coalesces").not.toKeepTheLaws({ commands: 100 }));
it("fails: no such target", async () => await expect("mutant:never-coalesce").not.toKeepTheLaws());
it("fails: no such profile", () => expect(right).not.toKeepTheLaws({ profile: "linx" }));
it("passes: a trace", () => expect(TRACE("1")).toHold());
it("fails: a trace", () => expect(new TextEncoder().encode(TRACE("0"))).toHold());
it("passes: a trace without these laws", () => expect(TRACE("0")).toHold({ profile: { zeroed: "no" }, without }));
it("fails: no trace", () => expect("once upon a time").not.toHold());
it("passes: fast-check", () => fc.assert(keepsTheLaws(right, { maxLength: 30 }), { numRuns: 50 }));
it("fails: fast-check", () => fc.assert(keepsTheLaws(wrong), { seed: 1, numRuns: 500 }));

export async function types(): Promise<void> {
  const answered: void = expect(right).toKeepTheLaws();
  const awaited: Promise<void> = expect("reference").toKeepTheLaws();
  // @ts-expect-error No such option.
  expect(right).toKeepTheLaws({ order: 3 });
  // @ts-expect-error No such law.
  expect("").toHold({ without: ["no-overlaps"] });
  return answered ?? awaited;
}
`;

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly Assertion[] }[];
}

interface Assertion {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

let run: SpawnSyncReturns<string>;
let assertions: readonly Assertion[] = [];

/** What a test of the suite failed with. */
function message(title: string): string {
  return assertions.find((assertion) => assertion.title === title)?.failureMessages.join("\n") ?? "";
}

beforeAll(() => {
  installPacked(folder, ["vitest"]);
  const files = {
    "package.json": `{ "type": "module" }`,
    "right.js": RIGHT,
    "wrong.js": WRONG,
    ...Object.fromEntries(["right", "wrong"].map((name) => [`${name}.d.ts`, TYPES])),
    "own.test.ts": SUITE,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const words = ["node_modules/vitest/vitest.mjs", "run", "--reporter=json"];
  run = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  assertions = (JSON.parse(run.stdout) as Report).testResults.flatMap(({ assertionResults }) => assertionResults);
});

describe("a suite of a user's own", () => {
  it("passes where the laws are kept, and fails where they are not", () => {
    expect(WRONG).not.toBe(RIGHT);
    expect(assertions).toHaveLength(16);
    const strange = assertions.filter(({ title, status }) => !title.startsWith(status === "passed" ? "pass" : "fail"));
    expect(strange).toEqual([]);
    expect(run.status).toBe(1);
  });

  it("is told the law, the steps, memory, the certificate and how to see it again", () => {
    const told = message("fails: wrong");
    for (const part of [
      "error[bad-free-refused]: A double, misaligned,",
      " 1 | a0=0 f0:0+ f0+\n   |            ^^^ free already\n",
      "= seen: accepted a double free of page 0",
      "= pages just before:\n       0\n",
      "= counterexample: 3 commands in 1 page, largest order 0",
      "= certificate: locally minimal",
      "= at full size: a3=0 f0:3+ f0+ in 8 pages, largest order 3",
      `= replay: toKeepTheLaws({ maxOrder: 0, pages: 1, replay: "a0=0 f0:0+ f0+" })`,
      "= find again: toKeepTheLaws({ maxOrder: 3, pages: 8, seed: 1, from: ",
    ])
      expect(told).toContain(part);
    expect(message("fails: steps")).toContain(" 1 | a0=0 f0:0+ f0+\n");
  });

  it("never passes for want of a decision", () => {
    expect(message("fails: right, unexpectedly")).toContain("no law broken in what was tried");
    expect(message("fails: nothing was served")).toContain("allocator: vacuous, nothing was served and freed");
    expect(message("fails: no trace")).toMatch(/^Error: error\[/u);
    expect(message("fails: no such target")).toContain("perhaps mutant:never-coalesces");
    expect(message("fails: no such profile")).toContain("perhaps `linux`");
  });

  it("is shown a trace's findings, and fast-check's case as pool and steps", () => {
    expect(message("fails: a trace")).toContain("error[no-overlap]");
    expect(message("fails: fast-check")).toMatch(
      /Counterexample: \[\d+ pages?, largest order \d+.*: a\d=\d+ f\d+\S* f\d+\S*\]/u,
    );
  });

  it("has the types of the matchers", () => {
    const config = { compilerOptions: { noEmit: true, strict: true, module: "nodenext", target: "es2023", types: [] } };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ ...config, include: ["own.test.ts"] }));
    const { status, stdout } = spawnSync("npx", ["--no-install", "tsc", "-p", folder], { encoding: "utf8" });
    expect(`${stdout}exit ${status}`).toBe("exit 0");
  });

  it("is not needed by whoever uses the package without vitest", () => {
    rmSync(path.join(folder, "node_modules", "vitest"));
    const words = ["--input-type=module", "-e", `import { LAW_IDS } from "buddycheck"; console.log(LAW_IDS.length)`];
    const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
    expect(stdout + stderr).toBe("20\n");
  });
});
