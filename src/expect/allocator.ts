// The campaign behind `expect(target).toKeepTheLaws(options)`: what `buddycheck test` does, with its report as the message.
//
//  1. An allocator that is given as its `open` is driven in this process, at once. One that is named in the words of the
//     command line may be a program, so it has to be waited for.
//  2. No clock ends a campaign here: equal options give equal messages.
//  3. A campaign in which nothing was served and freed decides nothing, so it fails whatever was expected.

import type { PoolShape } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { PLAIN } from "../commands/output.ts";
import { namesShape, readOpening, readSubject, shapeOf, type PoolFlags } from "../commands/target-options.ts";
import { replay, replayOf } from "../commands/test-replay.ts";
import { inputError } from "../commands/input.ts";
import { testReport, type TestReport } from "../report/campaign-json.ts";
import { campaignText } from "../report/campaign-text.ts";
import { expectation } from "../report/recall.ts";
import { moduleTarget, patiently, type ModulePool } from "../targets/module.ts";
import type { ScriptTarget, SessionTarget } from "../targets/target.ts";
import {
  Campaign,
  CAMPAIGN_DEFAULTS,
  type CampaignFinding,
  type CampaignOptions,
  type Covered,
} from "../test/campaign.ts";
import { gapsOf } from "../test/gaps.ts";
import { ProcessCampaign } from "../test/process-campaign.ts";
import { loadProfile, type ProfileSource } from "./load-profile.ts";

/** How an allocator is to be tried. A pool is drawn for each long run where nothing is said of its shape. */
export interface KeepOptions extends Partial<PoolShape> {
  /** What the allocator promises; the strict laws if nothing is said. */
  readonly profile?: ProfileSource;
  /** What all random choices follow from; 1 if nothing is said. */
  readonly seed?: number;
  /** Commands of the long runs; 100 000 if nothing is said. */
  readonly commands?: number;
  /** The largest order of the small pools that are searched, 0 for none; 4 if nothing is said. */
  readonly scope?: number;
  /** The first job of the campaign; 0 if nothing is said. */
  readonly from?: number;
  /** These steps, in notation, instead of a campaign. */
  readonly replay?: string;
}

/** What came of a campaign, as data and as what `buddycheck test` prints. */
export interface Tested {
  readonly report: TestReport;
  readonly text: string;
}

/** Did the target keep the laws, and the report that says so. */
export interface Kept {
  readonly pass: boolean;
  readonly text: string;
}

/** An allocator's `open`, as a module exports it (docs/targets.md). */
export type Open = (pool: ModulePool) => unknown;

const MATCHER = "toKeepTheLaws";
/** A pool is drawn where none is described, so this shape only fills in what a description leaves out. */
const EIGHT_PAGES: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };
/** The largest order that a campaign without a described pool owes to have served. */
const ORDER_OWED = 3;

/**
 * Drives the allocator that `open` answers, until it breaks a law or the campaign is done. Throws an error whose `problems`
 * say what is wrong with the options.
 */
export function testAllocator(open: Open, given: KeepOptions = {}): Tested {
  return drive(moduleTarget("allocator", open), optionsOf(given, null), given);
}

/** Drives a target in the words of the command line: one word, or a program and its arguments. */
export async function testTarget(words: string | readonly string[], given: KeepOptions = {}): Promise<Tested> {
  const isProgram = typeof words !== "string";
  const subject = await readSubject(isProgram ? words : [words], isProgram ? words : [], "no-spec");
  if (subject.kind === "spec") throw inputError("TARGET_UNKNOWN", "target", "an implementation", "spec");
  const { target } = subject;
  const options = optionsOf(given, subject.kind === "mutant" ? subject.mutant.profile : null);
  if (target.kind === "session") return drive(target, options, given);
  try {
    return await driveProgram(target, options, given);
  } finally {
    await target.close();
  }
}

function optionsOf(given: KeepOptions, own: Profile | null): Omit<CampaignOptions, "target"> {
  const flags = flagsOf(given);
  const profile = given.profile === undefined && own !== null ? own : loadProfile(given.profile);
  const opening = readOpening(flags, { shape: EIGHT_PAGES, profile });
  return {
    profile,
    eyes: null,
    full: namesShape(flags) ? shapeOf(opening.geometry) : null,
    scope: given.scope ?? CAMPAIGN_DEFAULTS.scope,
    seed: given.seed ?? CAMPAIGN_DEFAULTS.seed,
    commands: given.commands ?? CAMPAIGN_DEFAULTS.commands,
    from: given.from ?? 0,
    takesFractions: false,
  };
}

/** The pool as the command line writes it, where what is wrong with it is found. */
function flagsOf({ maxOrder, pages, basePfn, reserved, zones }: KeepOptions): PoolFlags {
  return {
    ...(maxOrder === undefined ? {} : { maxOrder: String(maxOrder) }),
    ...(pages === undefined ? {} : { pages: String(pages) }),
    ...(basePfn === undefined ? {} : { basePfn: String(basePfn) }),
    ...(reserved === undefined ? {} : { reserved: reserved.map(({ start, end }) => `${start}-${end}`) }),
    ...(zones === undefined ? {} : { zone: zones.map(({ name, start, end }) => `${name}=${start}-${end}`) }),
  };
}

function drive(target: SessionTarget, rest: Omit<CampaignOptions, "target">, given: KeepOptions): Tested {
  const options = { ...rest, target };
  return patiently(
    target,
    () => {
      if (given.replay !== undefined)
        return judged(options, replay(replayOf(given.replay, options, "replay"), options), given);
      const campaign = new Campaign(options);
      while (!campaign.isDone) campaign.advance();
      return judged(options, campaign, given);
    },
    () => {
      throw new Error("interrupted");
    },
  );
}

async function driveProgram(
  target: ScriptTarget,
  rest: Omit<CampaignOptions, "target">,
  given: KeepOptions,
): Promise<Tested> {
  const options = { ...rest, target };
  const campaign = new ProcessCampaign(options);
  if (given.replay !== undefined) await campaign.play(replayOf(given.replay, options, "replay"));
  else while (!campaign.isDone) await campaign.advance();
  return judged(campaign.shown, campaign, given);
}

function judged(
  options: CampaignOptions,
  { covered, finding }: { readonly covered: Covered; readonly finding: CampaignFinding | null },
  { profile }: KeepOptions,
): Tested {
  const gaps = gapsOf(covered, options.profile, options.full?.maxOrder ?? ORDER_OWED);
  const recall = expectation(MATCHER, profile === undefined ? [] : [`profile: ${JSON.stringify(profile)}`]);
  const report = { options, covered, gaps, finding, recall, savedAs: null, rest: null };
  return { report: testReport(report), text: campaignText(report, { ...PLAIN, unitTest: null }) };
}

/** Rule 3. Steps that were given decide what they decide. */
export function keptBy({ report, text }: Tested, given: KeepOptions = {}): Kept {
  if (report.verdict === "vacuous" && given.replay === undefined) throw new Error(text);
  return { pass: report.finding === null, text };
}
