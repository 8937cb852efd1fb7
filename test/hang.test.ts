/*
 * Modules that never return, on the command line as users run them: the call is found, named and shrunk, at any of the
 * places where a module is called, and Ctrl-C means what it does elsewhere.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { interrupted } from "./interrupted.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-hang-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An allocator of single pages, remembered in a mask, which does this as it opens, and at the third request. */
function module(name: string, atThird: string, asOpened: string = ""): string {
  const file = path.join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `export function open({ pages, basePfn }) {
  let mask = 0;
  ${asOpened}
  return {
    alloc(order) {
      if (order > 0) return null;
      const page = [...Array(pages).keys()].find((each) => (mask & (1 << each)) === 0);
      if (page === undefined) return null;
      if (mask === 3) { ${atThird} }
      mask |= 1 << page;
      return basePfn + page;
    },
    free(pfn, order = 0) {
      const bit = 1 << (pfn - basePfn);
      if (order !== 0 || pfn < basePfn || pfn >= basePfn + pages || (mask & bit) === 0) return false;
      mask &= ~bit;
      return true;
    },
    save: () => new Uint8Array([mask]),
    restore: ([byte]) => { mask = byte; },
  };
}
`,
  );
  return file;
}

const POOL = ["--max-order", "0", "--pages", "4"];
const HANGS = module("hangs", "for (;;);");

function buddycheck(...words: readonly string[]): { readonly code: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/src/cli.js", ...words], { encoding: "utf8" });
  return { code: status, out: stdout + stderr };
}

describe.skipIf(process.platform === "win32")("a module that never returns", () => {
  it.each([
    ["test", ["--scope", "0", "--commands", "200"]],
    ["explore", []],
  ])("is found out by %s, with the steps that lead there", (command, more) => {
    const { code, out } = buddycheck(command, HANGS, ...POOL, ...more);
    expect(out).toContain("a0=0 a0=1 a0#hang");
    expect(out).toContain("never returned from a legal call (hang)");
    expect(code).toBe(1);
  });

  it("is found out where it opens its pool", () => {
    const { code, out } = buddycheck("test", module("opens", "", "for (;;);"), ...POOL);
    expect([code, out.includes("error[returns]")]).toEqual([1, true]);
  });

  it("breaks no law, if it is only slow and comes back at last", () => {
    const slow = module("slow", "", "const end = Date.now() + 20; while (Date.now() < end);");
    const { code, out } = buddycheck("test", slow, ...POOL, "--scope", "2", "--commands", "200");
    expect([code, out]).toEqual([0, expect.stringContaining("no law broken in what was tried")]);
  });

  it("can be left by Ctrl-C, with the command that goes on", async () => {
    const { code, out } = await interrupted("test", module("fine", ""), ...POOL, "--budget", "1h");
    expect([code, out]).toEqual([130, expect.stringContaining("resume")]);
  });
});
