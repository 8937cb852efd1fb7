// Which files beside a kernel trace belong to it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environmentFor, type EnvironmentFlags } from "./linux-environment-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "buddycheck-beside-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const STATS = "entries: 1\noverrun: 0\ncommit overrun: 0\nbytes: 28\ndropped events: 0\nread events: 0\n";

function write(...names: readonly string[]): void {
  for (const name of names) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, STATS);
  }
}

/** The files that belong to a trace, by their names in the folder. */
async function beside(trace: string, flags: EnvironmentFlags = {}): Promise<string> {
  const { environment } = await environmentFor(join(folder, trace), flags);
  return environment.files.map((file) => file.slice(folder.length + 1)).join(" ");
}

describe("the files beside a trace", () => {
  it("are those of its own folder in env", async () => {
    write("a.trace.txt.gz", "b.trace.txt", "env/a.trace/stats.cpu0", "env/b.trace/stats.cpu0", "stats.cpu1");
    expect(await beside("a.trace.txt.gz")).toBe("env/a.trace/stats.cpu0");
    expect(await beside("b.trace.txt")).toBe("env/b.trace/stats.cpu0");
  });

  it("are those in the trace's folder, if no other trace lies there", async () => {
    write("trace.txt", "stats.cpu0", "stats.cpu1", "meminfo.after");
    expect(await beside("trace.txt")).toBe("stats.cpu0 stats.cpu1");
    write("other.txt");
    expect(await beside("trace.txt")).toBe("");
  });

  it("are outranked by what an option names", async () => {
    write("trace.txt", "stats.cpu0", "elsewhere/cpu0");
    expect(await beside("trace.txt", { stats: join(folder, "elsewhere/cpu0") })).toBe("elsewhere/cpu0");
  });
});
