// What a process does to a campaign is that scripts come whole and answers late: so the targets here are the mutants,
// played a script at a time. How a real process is driven is src/targets/process.test.ts' business.

import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../model/mutants.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { Outcome } from "../../model/command.ts";
import type { Script } from "../targets/script.ts";
import type { Opening, ScriptRun, ScriptTarget, SessionTarget } from "../targets/target.ts";
import { openingFor } from "./counterexample.ts";
import { gapsOf } from "./gaps.ts";
import { ProcessCampaign, type ProcessOptions } from "./process-campaign.ts";
import { Stage } from "./stage.ts";

/** A target of this process that is given whole scripts. Like a process it answers one question after the other. */
function apart(target: SessionTarget): ScriptTarget {
  let isBusy = false;
  return {
    kind: "script",
    name: target.name,
    calls: () => Promise.resolve(new Set(["alloc", "alloc-pages", "free", "free-order", "free-pages"] as const)),
    run: async (opening, scripts) => {
      expect(isBusy).toBe(false);
      isBusy = true;
      await Promise.resolve();
      isBusy = false;
      return scripts.map((script) => runOf(target, opening, script));
    },
    close: () => Promise.resolve(),
  };
}

function runOf(target: SessionTarget, opening: Opening, script: Script): ScriptRun {
  const stage = new Stage(target, opening, "answers");
  const playing = stage.begin();
  const outcomes: (Outcome | null)[] = [];
  for (const move of script) {
    const outcome = playing.give(move);
    outcomes.push(outcome);
    if (outcome?.kind === "crashed") break;
  }
  return { outcomes, snapshot: stage.session.snapshot(), lastWords: "" };
}

async function done(
  target: SessionTarget,
  profile: Profile,
  options: Partial<ProcessOptions> = {},
): Promise<ProcessCampaign> {
  const campaign = new ProcessCampaign({
    target: apart(target),
    profile,
    eyes: null,
    full: null,
    scope: 3,
    seed: 1,
    commands: 60_000,
    from: 0,
    takesFractions: false,
    ...options,
  });
  while (!campaign.isDone) await campaign.advance();
  return campaign;
}

/** Mutants whose fault shows in a profile that serves any block, and without zones, half pages, joins and counts. */
const SHOWN = MUTANTS.filter(({ id, profile, shape }) => {
  const isPlain = profile.fit === "any" && profile.placement === "any" && profile.servedHalf === "any";
  const isRemote = /resiz|remove|add|isolated|count|overflows/u.test(id);
  return isPlain && shape.zones.length === 0 && !isRemote;
});

describe("a campaign against a program", () => {
  it.each(SHOWN)("finds $id, and its report plays what was recorded", { timeout: 30_000 }, async ({ id, profile }) => {
    const mutant = MUTANTS.find((each) => each.id === id);
    const campaign = await done(mutantTarget(mutant as (typeof MUTANTS)[number]), profile);
    const { finding, shown } = campaign;
    if (finding === null) throw new Error("not found");
    const stage = new Stage(shown.target, openingFor(finding.counterexample, profile), shown.eyes);
    expect(stage.lawBroken(finding.counterexample.script)).toBe(finding.counterexample.law);
  });

  it("finds nothing in the reference, and says what such a target cannot show", async () => {
    const { finding, covered } = await done(REFERENCE, STRICT_PROFILE);
    expect(finding).toBeNull();
    const { notJudged, laws, isVacuous } = gapsOf(covered, STRICT_PROFILE, 3);
    expect([laws, isVacuous]).toEqual([[], false]);
    expect(notJudged.filter(({ why }) => why === "ends-only").map(({ law }) => law)).toEqual([
      "conserved",
      "served-from-free",
      "frame",
      "refused-unchanged",
    ]);
  });

  it("that was stopped goes on to the same finding", async () => {
    const mutant = MUTANTS.find(({ id }) => id === "ignores-the-buddys-order") as (typeof MUTANTS)[number];
    const whole = await done(mutantTarget(mutant), mutant.profile);
    const job = whole.finding?.job.number ?? 0;
    const rest = await done(mutantTarget(mutant), mutant.profile, { from: job });
    expect(rest.finding?.counterexample).toEqual(whole.finding?.counterexample);
  });
});
