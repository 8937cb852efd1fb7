import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createGeometry } from "../model/geometry.ts";
import { STRICT_PROFILE } from "../model/profile.ts";
import { UNLIMITED } from "../src/search/breadth-first.ts";
import { stripSpec } from "../src/explore/explore-spec.ts";
import { promelaOf } from "../src/report/spec-promela.ts";
import { SPEC_CASES, specPool } from "./spec-pools.ts";

const HAS_SPIN = spawnSync("spin", ["-V"]).status === 0 && spawnSync("cc", ["--version"]).status === 0;

/** Runs Spin on a model with all its assertions: what it counted. */
function spin(model: string): { readonly errors: number; readonly states: number; readonly transitions: number } {
  const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-spin-"));
  try {
    writeFileSync(path.join(folder, "buddy.pml"), model);
    run(folder, "spin", ["-DLAWS", "-a", "buddy.pml"]);
    run(folder, "cc", ["-O1", "-DSAFETY", "-DNOREDUCE", "-w", "-o", "pan", "pan.c"]);
    const said = run(folder, "./pan", ["-m1000000", "-n"]);
    const [errors, states, transitions] = [/errors: (\d+)/u, /(\d+) states, stored/u, /(\d+) transitions/u].map(
      (figure) => Number(figure.exec(said)?.[1]),
    ) as [number, number, number];
    return { errors, states, transitions };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(folder: string, program: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} exited with ${String(status)}: ${stdout}${stderr}`);
  return stdout;
}

describe.skipIf(!HAS_SPIN)("Spin, where it and a C compiler are installed,", () => {
  it.each(SPEC_CASES)("finds the states and steps of %j, %s, %s fit, and no assertion broken", (...words) => {
    const pool = specPool(words);
    const { states, transitions } = stripSpec(pool, UNLIMITED).figures;
    // Spin stores the state before everything was made free, and counts the step from there.
    expect(spin(promelaOf(pool))).toEqual({ errors: 0, states: states + 1, transitions: transitions + 2 });
  });

  it("notices a free that does not coalesce", () => {
    const geometry = createGeometry({ maxOrder: 2, pages: 4, basePfn: 0, reserved: [], zones: [] });
    const model = promelaOf({ geometry, profile: STRICT_PROFILE, counting: "raw" });
    expect(spin(model.replace(":: order < top &&", ":: false &&")).errors).toBe(1);
  });
});
