import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../model/mutants.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import { Campaign, type CampaignOptions } from "./campaign.ts";
import { openingFor } from "./counterexample.ts";
import { gapsOf } from "./gaps.ts";
import { Stage } from "./stage.ts";

const DEFAULTS: CampaignOptions = {
  target: REFERENCE,
  profile: STRICT_PROFILE,
  eyes: null,
  full: null,
  scope: 4,
  seed: 1,
  commands: 100_000,
  from: 0,
  takesFractions: true,
};

function done(options: Partial<CampaignOptions>): Campaign {
  const campaign = new Campaign({ ...DEFAULTS, ...options });
  while (!campaign.isDone) campaign.advance();
  return campaign;
}

function mutantNamed(id: string): Partial<CampaignOptions> {
  const mutant = MUTANTS.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return { target: mutantTarget(mutant), profile: mutant.profile };
}

describe("a campaign with default settings", () => {
  it.each(MUTANTS)("finds $id, and what it hands back breaks the law", { timeout: 60_000 }, (mutant) => {
    const target = mutantTarget(mutant);
    const { finding } = done({ target, profile: mutant.profile });
    const counterexample = finding?.counterexample;
    if (counterexample === undefined) throw new Error("not found");
    const stage = new Stage(target, openingFor(counterexample, mutant.profile), null);
    expect(stage.lawBroken(counterexample.script)).toBe(counterexample.law);
    for (let gone = 0; gone < counterexample.script.length; gone++) {
      const without = counterexample.script.filter((_, at) => at !== gone);
      expect(stage.lawBroken(without)).not.toBe(counterexample.law);
    }
  });

  it("finds nothing in the reference allocator, and leaves no gap", { timeout: 60_000 }, () => {
    const { finding, covered } = done({ scope: 3, commands: 30_000 });
    expect(finding).toBeNull();
    const { notJudged, ...gaps } = gapsOf(covered, STRICT_PROFILE, 3);
    expect(gaps).toEqual({ calls: [], orders: [], misuses: [], laws: [], isVacuous: false });
    expect(notJudged.map(({ law }) => law)).toEqual(["best-fit", "placement", "handover"]);
  });
});

describe("a campaign", () => {
  const wrong = mutantNamed("cuts-the-list");

  it("is the same for the same options", () => expect(done(wrong).finding).toEqual(done(wrong).finding));

  it("that was stopped goes on to the same finding", () => {
    const whole = done({ ...wrong, scope: 3 });
    const stopped = new Campaign({ ...DEFAULTS, ...wrong, scope: 3 });
    for (let job = 0; job < 5; job++) stopped.advance();
    expect(stopped.finding).toBeNull();
    const rest = done({ ...wrong, scope: 3, ...stopped.rest });
    expect(rest.finding?.counterexample).toEqual(whole.finding?.counterexample);
    expect(rest.finding?.job).toEqual(whole.finding?.job);
  });

  it("keeps to a named pool, and shows there what it found in a small one", () => {
    const full = { maxOrder: 7, pages: 300, basePfn: 0, reserved: [], zones: [] };
    const finding = done({ ...mutantNamed("never-coalesces"), full }).finding;
    expect(finding?.counterexample.lifted?.pool.shape).toEqual(full);
    expect(finding?.counterexample.certificate).toEqual({ kind: "lifted", scale: 1, maxOrder: 7 });
  });

  it("without commands and small pools is vacuous", () => {
    const { covered } = done({ scope: 0, commands: 0 });
    expect(gapsOf(covered, STRICT_PROFILE, 3).isVacuous).toBe(true);
  });
});

describe("a target that does not do the same twice", () => {
  const moody = { count: 0 };
  const target: CampaignOptions["target"] = {
    kind: "session",
    name: "moody",
    open: (opening) => {
      const session = REFERENCE.open(opening);
      return {
        ...session,
        memory: null,
        numbers: null,
        answer: (command) => (++moody.count === 40 ? { kind: "crashed", how: "abort" } : session.answer(command)),
      };
    },
  };
  it("is reported as such, with what was seen", () => {
    const finding = done({ target }).finding;
    expect(finding?.counterexample.certificate).toEqual({ kind: "not-repeated" });
    expect(finding?.counterexample.law).toBe("returns");
  });
});
