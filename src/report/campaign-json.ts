// The report of a campaign for machines: JSON whose fields are a promise (docs/test.md).
//
//  1. `schemaVersion` counts up when a field goes or changes its meaning; new fields come without notice.
//     specs/schemas/test-report.schema.json describes them all, and a test holds the two together.
//  2. pfns count from the pool's first page, as in the notation. Ranges are half-open.
//  3. The counterexample stands there as notation and as the moves it was shrunk to.

import { lawOf, LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { PoolShape } from "../../model/geometry.ts";
import type { Fault, Piece } from "../../model/violation.ts";
import type { Script } from "../targets/script.ts";
import type { CampaignFinding } from "../test/campaign.ts";
import { openingFor, type Certificate, type Placed } from "../test/counterexample.ts";
import { exhibit } from "../test/exhibit.ts";
import type { Gaps } from "../test/gaps.ts";
import type { Found } from "../test/shortest.ts";
import { Stage } from "../test/stage.ts";
import { servedIn } from "../test/tally.ts";
import type { CampaignReport } from "./campaign-text.ts";
import { certificateWords, stepsInNotation } from "./campaign-words.ts";
import { inUsersNumbering } from "./numbering.ts";
import { faultWords } from "./words.ts";

export interface TestReport {
  readonly schemaVersion: 1;
  readonly kind: "buddycheck-test";
  readonly target: string;
  readonly profile: string;
  readonly pool: PoolShape | null;
  readonly seed: number;
  readonly verdict: "violated" | "holds" | "vacuous" | "interrupted";
  readonly finding: ReportedFinding | null;
  readonly covered: ReportedCover;
  readonly gaps: Gaps;
  /** What a later campaign must be given to go on: null where this one is done. */
  readonly resume: { readonly from: number; readonly commands: number | null } | null;
}

export interface ReportedFinding {
  readonly law: LawId;
  readonly severity: "error" | "warning";
  readonly words: { readonly law: string; readonly seen: string; readonly certificate: string };
  readonly certificate: Certificate;
  readonly counterexample: ReportedScript;
  readonly lifted: ReportedScript | null;
  readonly found: { readonly job: number; readonly kind: string; readonly commands: number; readonly length: number };
  readonly fault: Fault | null;
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
  readonly savedAs: string | null;
}

export interface ReportedScript {
  readonly pool: PoolShape;
  readonly length: number;
  /** The steps with their answers; a look at the end, where the fault shows in it. */
  readonly notation: readonly string[];
  readonly moves: Script;
}

export interface ReportedCover {
  readonly commands: number;
  readonly transitions: number;
  readonly shortRuns: number;
  readonly longRuns: number;
  readonly eyes: string | null;
  readonly calls: Readonly<Record<string, number>>;
  readonly served: readonly number[];
  readonly servedTotal: number;
  readonly refused: number;
  readonly freed: number;
  readonly misuse: Readonly<Record<string, number>>;
  readonly resized: number;
  readonly looks: number;
  readonly laws: Readonly<Record<LawId, number>>;
  readonly searched: readonly ReportedSearch[];
  readonly unopened: readonly PoolShape[];
}

export interface ReportedSearch {
  readonly pool: PoolShape;
  readonly outcome: "all-states" | "cut-short" | "not-searchable" | "broken";
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** The report as JSON text, indented, with a line end. */
export function campaignJson(report: CampaignReport): string {
  return `${JSON.stringify(testReport(report), null, 2)}\n`;
}

/** The report as data. */
export function testReport(report: CampaignReport): TestReport {
  const { options, finding, gaps, rest } = report;
  const verdict = finding !== null ? "violated" : rest !== null ? "interrupted" : gaps.isVacuous ? "vacuous" : "holds";
  return {
    schemaVersion: 1,
    kind: "buddycheck-test",
    target: options.target.name,
    profile: options.profile.name,
    pool: options.full,
    seed: options.seed,
    verdict,
    finding: finding === null ? null : reportedFinding(finding, report),
    covered: reportedCover(report),
    gaps,
    resume: rest === null ? null : { from: rest.from, commands: Number.isFinite(rest.commands) ? rest.commands : null },
  };
}

function reportedFinding({ job, commands, counterexample }: CampaignFinding, report: CampaignReport): ReportedFinding {
  const { law, certificate, script, lifted, found } = counterexample;
  const { options } = report;
  const stage = new Stage(options.target, openingFor(counterexample, options.profile), options.eyes, options.laws);
  const shown = exhibit(stage, script);
  const { basePfn } = stage.opening.geometry;
  const naming = { basePfn, pageSize: 1, event: "step" } as const;
  const violation = shown === null ? null : inUsersNumbering(shown.violation, basePfn);
  const after = shown === null ? null : inUsersNumbering({ ...shown.violation, around: shown.after }, basePfn);
  return {
    law,
    severity: lawOf(law).severity,
    words: {
      law: lawOf(law).statement,
      seen: violation === null ? "" : faultWords(violation.fault, naming),
      certificate: certificateWords(certificate, script.length),
    },
    certificate,
    counterexample: reportedScript(counterexample, report),
    lifted: lifted === null ? null : reportedScript(lifted, report),
    found: { job: job.number, kind: job.kind, commands, length: found.script.length },
    fault: violation?.fault ?? null,
    before: violation?.around ?? [],
    after: after?.around ?? [],
    savedAs: report.savedAs,
  };
}

function reportedScript(placed: Placed, { options }: CampaignReport): ReportedScript {
  const stage = new Stage(options.target, openingFor(placed, options.profile), options.eyes, options.laws);
  const shown = exhibit(stage, placed.script);
  const notation = shown === null ? [] : stepsInNotation(shown.steps, stage.opening.geometry.basePfn);
  return { pool: placed.pool.shape, length: placed.script.length, notation, moves: placed.script };
}

function reportedCover({ covered }: CampaignReport): ReportedCover {
  const { tally, laws, searched, unopened, commands, transitions, probes, runs, eyes } = covered;
  return {
    commands,
    transitions,
    shortRuns: probes,
    longRuns: runs,
    eyes,
    calls: Object.fromEntries(tally.calls),
    served: tally.served,
    servedTotal: servedIn(tally),
    refused: tally.refused,
    freed: tally.freed,
    misuse: Object.fromEntries(tally.misuse),
    resized: tally.resized,
    looks: tally.looks,
    laws: Object.fromEntries(LAW_IDS.map((law) => [law, laws.get(law) ?? 0])) as Record<LawId, number>,
    searched: searched.map(({ pool, found, states, transitions: given, depth }) => ({
      pool: pool.shape,
      outcome: outcomeOf(found),
      states,
      transitions: given,
      depth,
    })),
    unopened: unopened.map(({ shape }) => shape),
  };
}

function outcomeOf(found: Found): ReportedSearch["outcome"] {
  if (found.kind === "none") return "all-states";
  if (found.kind === "script") return "broken";
  return found.why === "budget" ? "cut-short" : "not-searchable";
}
