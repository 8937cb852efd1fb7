import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-init-"));
afterAll(() => rmSync(folder, { recursive: true }));

function buddycheck(...words: readonly string[]): string {
  const said = spawnSync(process.execPath, [path.resolve("dist/src/cli.js"), ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return `${said.stdout}${said.stderr}exit ${said.status}`;
}

describe("buddycheck init", () => {
  it.each([
    ["wasm", "buddycheck.h build.sh target.c"],
    ["process", "buddycheck.h build.sh target.c"],
    ["module", "allocator.mjs"],
    ["recorder", "buddycheck.h build.sh recorded.c"],
  ])("--as %s writes %s and says what to run next", (kind, files) => {
    const said = buddycheck("init", `as-${kind}`, "--as", kind);
    expect(said).toMatch(/\n\nRun next:\n {2}cd as-\w+\n {2}\S.*\n {2}buddycheck \w+ .*\nexit 0$/u);
    expect(
      readdirSync(path.join(folder, `as-${kind}`))
        .sort()
        .join(" "),
    ).toBe(files);
  });

  it("overwrites nothing, and then writes nothing at all, unless it is told to", () => {
    const file = path.join(folder, "taken", "build.sh");
    buddycheck("init", "taken", "--as", "wasm");
    writeFileSync(file, "mine");
    rmSync(path.join(folder, "taken", "target.c"));
    expect(buddycheck("init", "taken")).toMatch(/error\[INIT_EXISTS\][^]*taken\/build\.sh[^]*exit 2$/u);
    expect([readFileSync(file, "utf8"), readdirSync(path.join(folder, "taken")).length]).toEqual(["mine", 2]);
    expect(buddycheck("init", "taken", "--force")).toMatch(/exit 0$/u);
    expect(readFileSync(file, "utf8")).toContain("wasm-ld");
  });

  it("writes a module in which the first counterexample is found before anything is changed", () => {
    buddycheck("init", "first", "--as", "module");
    expect(buddycheck("explore", "first/allocator.mjs", "--max-order", "3")).toMatch(
      /error\[no-free-buddies\][^]*exit 1$/u,
    );
  });
});
