// The part `test`: a campaign against each target, and the shortest sequence of calls that breaks a law.
//
//  1. A check is a target with all seeds; it stops at the first that finds something.
//  2. `commands` bounds the long runs of each seed, the part's budget the whole part. A part that names no commands
//     asks for as much as fits into its budget: that it was used up is no lack. Whatever else ends a campaign early
//     leaves it undecided.
//  3. A target that served or freed nothing fails its check.

import type { LawId } from "../../model/invariants.ts";
import type { PartResult } from "../checks.ts";
import { addCounts } from "../search/judged.ts";
import type { Share } from "../share.ts";
import type { TestPart } from "../spec/suite.ts";
import { REFERENCE } from "../targets/reference.ts";
import {
  Campaign,
  CAMPAIGN_DEFAULTS,
  type CampaignFinding,
  type CampaignOptions,
  type Covered,
} from "../test/campaign.ts";
import { openingFor, type Certificate } from "../test/counterexample.ts";
import { exhibit } from "../test/exhibit.ts";
import { gapsOf } from "../test/gaps.ts";
import { ProcessCampaign } from "../test/process-campaign.ts";
import { Stage } from "../test/stage.ts";
import { misuseIn, servedIn } from "../test/tally.ts";
import { counted, runTrials, type JudgedLaws, type Subject, type Trial, type TrialWorld, type Tried } from "./trial.ts";

/** The largest order that a campaign without a named pool owes to have served. */
const ORDER_OWED = 3;

const FIGURES = ["commands", "served", "refused", "freed", "bad frees", "states searched"] as const;

/** What all campaigns did so far. */
interface Totals {
  readonly figures: Map<(typeof FIGURES)[number], number>;
  readonly laws: Map<LawId, number>;
}

export async function runTest(part: TestPart, laws: JudgedLaws, share: Share, world: TrialWorld): Promise<PartResult> {
  const totals: Totals = { figures: new Map(FIGURES.map((name) => [name, 0])), laws: new Map() };
  const checks = await runTrials(part, laws, share, world, (trial, judged, slice) =>
    testTarget(trial, part, judged, slice, totals),
  );
  return {
    kind: "test",
    name: part.name,
    summary: "targets driven at random and through all states of small pools",
    checks,
    figures: FIGURES.map((name) => ({ name, count: totals.figures.get(name) ?? 0 })),
    laws: totals.laws,
    vacuous: totals.figures.get("commands") === 0 ? "no command was given" : null,
  };
}

/** Rule 1. */
async function testTarget(
  trial: Trial,
  part: TestPart,
  laws: ReadonlySet<LawId>,
  share: Share,
  totals: Totals,
): Promise<Tried> {
  let commands = 0;
  for (let seed = 1; seed <= part.seeds; seed++) {
    const slice = share.slice(part.seeds - seed + 1);
    const { options, covered, finding, isDone } = await campaign(trial, part, seed, laws, slice);
    add(totals, covered);
    commands += covered.commands + covered.transitions;
    if (finding !== null) return brokenBy(finding, options);
    const isMeant = part.commands === null && !slice.isCut;
    if (!isDone && !isMeant)
      return { kind: "undecided", why: `the budget ran out after ${counted(commands, "command")}` };
    const { isVacuous } = gapsOf(covered, trial.profile, options.full?.maxOrder ?? ORDER_OWED);
    if (isVacuous) return { kind: "wrong", expected: "blocks to be served and freed", found: "none was" };
  }
  return { kind: "holds", outcome: `no law broken by ${counted(commands, "command")}` };
}

/** One campaign, at its end. */
interface Campaigned {
  readonly options: CampaignOptions;
  readonly covered: Covered;
  readonly finding: CampaignFinding | null;
  readonly isDone: boolean;
}

async function campaign(
  { subject, profile, pool }: Trial,
  { oracle, scope, commands }: TestPart,
  seed: number,
  laws: ReadonlySet<LawId>,
  share: Share,
): Promise<Campaigned> {
  const { target } = subject as Exclude<Subject, { kind: "spec" }>;
  const options: Omit<CampaignOptions, "target"> = {
    profile,
    eyes: oracle === "auto" ? null : oracle,
    full: pool?.shape ?? null,
    scope: scope ?? CAMPAIGN_DEFAULTS.scope,
    seed,
    commands: commands ?? Infinity,
    from: 0,
    // Whoever stands behind a border of whole numbers is never told half a page.
    takesFractions: subject.kind === "mutant" || target === REFERENCE,
    laws,
  };
  if (target.kind === "session") {
    const running = new Campaign({ ...options, target });
    while (!running.isDone && !share.isOver()) running.advance();
    const { covered, finding, isDone } = running;
    return { options: { ...options, target }, covered, finding, isDone };
  }
  const running = new ProcessCampaign({ ...options, target });
  while (!running.isDone && !share.isOver()) await running.advance();
  const { covered, finding, isDone } = running;
  return { options: running.shown, covered, finding, isDone };
}

function brokenBy({ counterexample }: CampaignFinding, { target, profile, eyes, laws }: CampaignOptions): Tried {
  const opening = openingFor(counterexample, profile);
  const stage = new Stage(target, opening, eyes, laws);
  const shown = exhibit(stage, counterexample.script);
  const violation = shown?.violation ?? ({ law: counterexample.law, blame: "allocator" } as const);
  return {
    kind: "broken",
    violation,
    opening,
    steps: shown?.steps ?? [],
    played: stage.play(counterexample.script).steps,
    howShort: certificateWords(counterexample.certificate),
  };
}

function certificateWords(certificate: Certificate): string {
  switch (certificate.kind) {
    case "proved-shortest":
      return "no shorter sequence breaks a law";
    case "lifted":
      return `shortest at scale ${certificate.scale}, and the same with largest order ${certificate.maxOrder}`;
    case "locally-minimal":
      return "no single change makes it shorter";
    case "not-repeated":
      return "played again it broke nothing, so the target is not deterministic";
  }
}

function add({ figures, laws }: Totals, { tally, laws: counts, commands, transitions, searched }: Covered): void {
  const done: Readonly<Record<(typeof FIGURES)[number], number>> = {
    commands: commands + transitions,
    served: servedIn(tally),
    refused: tally.refused,
    freed: tally.freed,
    "bad frees": misuseIn(tally),
    "states searched": searched.reduce((sum, { states }) => sum + states, 0),
  };
  for (const name of FIGURES) figures.set(name, (figures.get(name) ?? 0) + done[name]);
  addCounts(laws, counts);
}
