// The TLA+ that `buddycheck export` writes, checked by TLC itself.
//
//  1. TLC counts each state that it generates, also one that it has: the first, and one for each of our transitions.
//  2. Its depth counts the states of a path, ours the steps.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { UNLIMITED } from "../src/search/breadth-first.ts";
import { stripSpec } from "../src/explore/explore-spec.ts";
import { tlaOf, tlcConfigOf } from "../src/report/spec-tla.ts";
import { SPEC_CASES, specPool } from "./spec-pools.ts";

/** TLC looks at some hundred of these states a second. */
const CASES = SPEC_CASES.filter(([{ pages }]) => pages !== undefined && pages <= 8);

/** The path of tla2tools.jar. */
const JAR = process.env["TLA2TOOLS"] ?? "";
const HAS_TLC = JAR !== "" && spawnSync("java", ["-version"]).status === 0;

/** What TLC says of a module. */
function tlc(module: string, config: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-tlc-"));
  try {
    writeFileSync(path.join(folder, "Buddy.tla"), module);
    writeFileSync(path.join(folder, "Buddy.cfg"), config);
    const words = ["-XX:+UseSerialGC", "-cp", JAR, "tlc2.TLC", "-workers", "1", "Buddy.tla"];
    return spawnSync("java", words, { cwd: folder, encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!HAS_TLC)("TLC, where TLA2TOOLS names its jar,", () => {
  it.each(CASES)("finds the states and steps of %j, %s, %s fit, and no invariant broken", (...words) => {
    const pool = specPool(words);
    const { states, transitions, statesPerDepth } = stripSpec(pool, UNLIMITED).figures;
    const said = tlc(tlaOf(pool), tlcConfigOf(pool));
    expect(said).toContain("No error has been found");
    expect(said).toContain(`${transitions + 1} states generated, ${states} distinct states found, 0 states left`);
    expect(said).toContain(`The depth of the complete state graph search is ${statesPerDepth.length}.`);
  });

  it("notices blocks that overlap", () => {
    const pool = specPool([{ maxOrder: 1, pages: 2 }, "raw", "any"]);
    const anywhere = tlaOf(pool).replace("IsFree(b) == Frames(b) \\subseteq Free", "IsFree(b) == b.head \\in Free");
    expect(tlc(anywhere, tlcConfigOf(pool))).toMatch(/Invariant (?:NoOverlap|Partition) is violated/u);
  });
});
