/*
 * A target explored on several threads: the same counts, verdicts and counterexamples as on one.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "../model/geometry.ts";
import { MUTANTS } from "../model/mutants.ts";
import { SMALL_POOL } from "../model/play.ts";
import { STRICT_PROFILE } from "../model/profile.ts";
import { exploreSubject, type SubjectOptions, type SubjectResult } from "../src/explore/explore-subject.ts";
import { UNLIMITED } from "../src/search/breadth-first.ts";
import { loadModule } from "../src/targets/module.ts";
import { mutantTarget, REFERENCE } from "../src/targets/reference.ts";
import type { SessionTarget } from "../src/targets/target.ts";
import { loadWasm } from "../src/targets/wasm.ts";

type OnThreads = typeof import("../src/scale/explore-subject.ts");

// Threads run what is built, as users do.
const { exploreSubjectOn } = (await import(
  pathToFileURL(path.resolve("dist/src/scale/explore-subject.js")).href
)) as OnThreads;

const WASM = "examples/c-wasm/page_alloc.wasm";
const MODULE = "test/one-page.mjs";

async function targetNamed(name: string): Promise<SessionTarget> {
  const mutant = MUTANTS.find(({ id }) => name === `mutant:${id}`);
  if (mutant !== undefined) return mutantTarget(mutant);
  if (name === "reference") return REFERENCE;
  const read = name === WASM ? loadWasm(name) : await loadModule(name);
  if (read.kind === "wrong" || read.target.kind !== "session") throw new Error(JSON.stringify(read));
  return read.target;
}

interface Case {
  readonly name: string;
  readonly shape?: Partial<PoolShape>;
  readonly options?: Partial<SubjectOptions>;
}

async function optionsOf({ name, shape = {}, options = {} }: Case): Promise<SubjectOptions> {
  const target = await targetNamed(name);
  const geometry = createGeometry({ ...SMALL_POOL, ...shape });
  const profile = MUTANTS.find(({ id }) => name === `mutant:${id}`)?.profile ?? STRICT_PROFILE;
  const session = target.open({ geometry, profile });
  const common = { oracle: "lists", resizes: [], takesFractions: true, properties: [], limits: UNLIMITED } as const;
  return { geometry, profile, session, ...common, mode: { kind: "breadth" }, ...options };
}

/** All that is reported but for the memory taken, which is another one. */
function reported({ figures, ...rest }: SubjectResult): unknown {
  return { ...rest, figures: { ...figures, bytes: 0 } };
}

describe("a target on several threads", () => {
  it.each<Case & { readonly jobs: number }>([
    { name: "reference", shape: { pages: 6 }, options: { oracle: "api" }, jobs: 2 },
    { name: "reference", shape: { pages: 4 }, options: { resizes: [{ start: 2, end: 4 }] }, jobs: 3 },
    { name: WASM, jobs: 2 },
    { name: WASM, options: { limits: { ...UNLIMITED, statesMax: 300 } }, jobs: 3 },
    { name: WASM, options: { limits: { ...UNLIMITED, depthMax: 4 } }, jobs: 2 },
    { name: "mutant:cuts-the-list", options: { oracle: "api" }, jobs: 2 },
    { name: "mutant:leaks-on-late-failure", jobs: 2 },
    { name: MODULE, shape: { maxOrder: 0, pages: 1 }, jobs: 2 },
  ])("is explored as on one: $name, $jobs threads, $shape", async ({ jobs, ...which }) => {
    const alone = exploreSubject(await optionsOf(which));
    const together = await exploreSubjectOn(jobs, which.name, await optionsOf(which), exploreSubject);
    expect(reported(together)).toEqual(reported(alone));
  });
  it("is left to one thread where a call does not return", async () => {
    const name = "test/never-returns.mjs";
    const options = await optionsOf({ name, shape: { maxOrder: 0, pages: 1 }, options: { oracle: "api" } });
    await expect(exploreSubjectOn(2, name, options, beginAgain, 500)).rejects.toThrow("one thread begins again");
  });
});

function beginAgain(): never {
  throw new Error("one thread begins again");
}
