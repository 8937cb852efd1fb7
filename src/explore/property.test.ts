import { describe, expect, it } from "vitest";
import { createGeometry } from "../../model/geometry.ts";
import { commandsOf } from "../../model/mutant.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { formatState, formatStep } from "../../model/notation.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { UNLIMITED } from "../search/breadth-first.ts";
import { readProperties } from "../spec/properties.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { SessionTarget } from "../targets/target.ts";
import { exploreSubject, type SubjectResult } from "./explore-subject.ts";
import { viewOf, type Property } from "./property.ts";
import { measured } from "./quantities.ts";

const geometry = createGeometry(SMALL_POOL);

function explored(
  properties: readonly Property[],
  target: SessionTarget = REFERENCE,
  depthMax = Infinity,
): SubjectResult {
  const profile = STRICT_PROFILE;
  const session = target.open({ geometry, profile });
  return exploreSubject({
    geometry,
    profile,
    session,
    oracle: "api",
    resizes: [],
    takesFractions: false,
    limits: { ...UNLIMITED, depthMax },
    mode: { kind: "breadth" },
    properties,
  });
}

/** How a property that is written so fares, and by which calls. */
function fate(text: string, target?: SessionTarget, depthMax?: number): string {
  const read = readProperties(`properties: 1\n${text}\n`, "p.yaml");
  if (read.kind === "wrong") throw new Error(JSON.stringify(read.problems));
  const { properties, verdict } = explored(read.properties.map(measured), target, depthMax);
  const [first] = properties;
  const steps = (first?.steps ?? []).map(({ command, outcome }) => formatStep(command, outcome)).join(" ");
  return `${verdict}: ${first?.verdict} ${steps}`.trimEnd();
}

describe("a property of an allocator's states", () => {
  it.each([
    ["always: [live_pages <= 8]", "holds: holds"],
    ["always: [live_blocks <= 2]", "violated: violated a0=0z a0=1z a0=2z"],
    ["always: [largest_free >= 2]", "violated: violated a3=0z"],
    ["reachable: [live_blocks == 8]", "holds: holds"],
    ["reachable: [live_pages == 8 and free_pages > 0]", "violated: violated"],
    ["recoverable: [live_blocks == 0]", "holds: holds"],
    ["recoverable: [largest_free == max_order]", "holds: holds"],
    ["recoverable: [live_blocks > 8]", "violated: violated"],
  ])("of the reference, %s: %s", (text, said) => {
    expect(fate(text)).toBe(said);
  });
  it("is undecided, unless it was seen, where the search was stopped", () => {
    expect(fate("always: [live_blocks <= 8]", REFERENCE, 3)).toBe("undecided: undecided");
    expect(fate("reachable: [live_blocks == 2]", REFERENCE, 3)).toBe("undecided: holds");
    expect(fate("reachable: [live_blocks == 8]", REFERENCE, 3)).toBe("undecided: undecided");
  });
  it("finds a state from which there is no way back", () => {
    const mutant = MUTANTS.find(({ id }) => id === "never-coalesces");
    if (mutant === undefined) throw new Error("no such mutant");
    expect(commandsOf(mutant).length).toBeGreaterThan(0);
    const target = mutantTarget(mutant);
    // Its laws are broken first, so the property is left undecided.
    expect(fate("recoverable: [live_blocks == 0]", target)).toMatch(/^violated: undecided/u);
  });
  it("sees what is held and what is free, by address", () => {
    const { live, free } = viewOf(geometry, [
      [4, 1],
      [0, 2],
    ]);
    expect(formatState(live, free)).toBe("live 0:1 4:0 free 2:1 5:0 6:1");
  });
});
