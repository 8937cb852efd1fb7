// The report of a campaign for people: the counterexample first, if there is one, then what was exercised.
//
//  1. The counterexample is told like a finding of `verify`, with its steps in notation as the quoted line. Below
//     stand the pages just after, the certificate, and the commands that show it again.
//  2. What was tried is said in numbers, and what was not tried is named: a campaign without a finding proves no
//     more than that.
//  3. Text in, text out: no clock, no file, and equal campaigns give equal bytes.

import type { Profile } from "../../model/profile.ts";
import type { CampaignFinding, CampaignOptions, Covered } from "../test/campaign.ts";
import { openingFor, type Placed } from "../test/counterexample.ts";
import { exhibit, type Exhibit } from "../test/exhibit.ts";
import type { Gaps } from "../test/gaps.ts";
import type { Pool } from "../test/pools.ts";
import { Stage } from "../test/stage.ts";
import { misuseIn, servedIn } from "../test/tally.ts";
import { certificateWords, jobWords, notJudgedWords, poolWords, stepsInNotation } from "./campaign-words.ts";
import { noteLines, type Note } from "./diagnostic.ts";
import { exhibitText } from "./exhibit-text.ts";
import { readingColumns, type Look } from "./look.ts";
import { counted } from "./names.ts";
import { gutterFor } from "./quote.ts";
import type { Recall } from "./recall.ts";
import { unitTest, type TestLanguage } from "./unit-test.ts";
import { visible } from "./visible.ts";
import { hanging } from "./wrap.ts";

/** What a report is about. */
export interface CampaignReport {
  readonly options: CampaignOptions;
  readonly covered: Covered;
  readonly gaps: Gaps;
  readonly finding: CampaignFinding | null;
  /** How it is run again. */
  readonly recall: Recall;
  /** Where the counterexample was saved, or null. */
  readonly savedAs: string | null;
  /** Of a campaign that was stopped: the job and the commands with which it goes on; null for one that is done. */
  readonly rest: { readonly from: number; readonly commands: number } | null;
}

export interface CampaignLook extends Look {
  readonly unitTest: TestLanguage | null;
}

const HEADING_COLUMNS = 14;

/** The whole report. */
export function campaignText(report: CampaignReport, look: CampaignLook): string {
  const found = report.finding === null ? [] : findingParts(report, report.finding, look);
  return `${[...found, summary(report, look)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

// ---------------------------------------------------------------- the counterexample

function findingParts(
  report: CampaignReport,
  finding: CampaignFinding,
  look: CampaignLook,
): readonly (readonly string[])[] {
  const { options } = report;
  const { counterexample } = finding;
  const stage = new Stage(options.target, openingFor(counterexample, options.profile), options.eyes, options.laws);
  const shown = exhibit(stage, counterexample.script);
  if (shown === null) return [notRepeated(report, finding, look)];
  const { basePfn } = stage.opening.geometry;
  const test = look.unitTest === null ? [] : [testLines(shown, finding, look.unitTest, stage)];
  return [
    [...exhibitText(shown, options.target.name, basePfn, look), ...notes(shown, finding, report, basePfn, look)],
    ...test,
  ];
}

function notes(
  shown: Exhibit,
  { job, commands, counterexample }: CampaignFinding,
  report: CampaignReport,
  basePfn: number,
  look: Look,
): readonly string[] {
  const { pool, script, certificate, lifted, law } = counterexample;
  const said: readonly Note[] = [
    sentence("counterexample", `${counted(script.length, "command")} in ${poolWords(pool.shape)}`),
    sentence("certificate", certificateWords(certificate, script.length)),
    sentence("at full size", fullSizeWords(lifted, pool, report)),
    sentence("found", `${jobWords(job, counterexample)}, after ${counted(commands, "command")} in all`),
    sentence("saved", report.savedAs ?? ""),
    command("help", `run \`buddycheck explain ${law}\``),
    command("replay", replayCommand(shown, counterexample, report, basePfn)),
    ...(job.kind === "replay" ? [] : [command("find again", findAgain(report, job.number))]),
  ];
  return said.flatMap((note) => noteLines(note, gutterFor([1]), look));
}

function sentence(heading: string, text: string): Note {
  return { kind: "sentence", heading, text };
}

function command(heading: string, text: string): Note {
  return { kind: "command", heading, text: visible(text) };
}

/** The steps in the larger pool, or that they show nothing in the one that was named. */
function fullSizeWords(lifted: Placed | null, { name }: Pool, report: CampaignReport): string {
  const { full } = report.options;
  if (lifted !== null) return `${liftedSteps(lifted, report)} in ${poolWords(lifted.pool.shape)}`;
  if (full === null || name === "named") return "";
  return `in ${poolWords(full)} the same steps break nothing, neither lifted nor as they are`;
}

function liftedSteps(lifted: Placed, { options }: CampaignReport): string {
  const stage = new Stage(options.target, openingFor(lifted, options.profile), options.eyes, options.laws);
  const shown = exhibit(stage, lifted.script);
  const words = shown === null ? [] : stepsInNotation(shown.steps, stage.opening.geometry.basePfn);
  return words.filter((word) => !/^(?:free|counts)\b/u.test(word)).join(" ") || "no command at all";
}

/** What plays exactly this sequence. Half a page cannot be written, so then the job is named. */
function replayCommand(
  shown: Exhibit,
  { pool, script }: CampaignFinding["counterexample"],
  { recall }: CampaignReport,
  basePfn: number,
): string {
  const words = stepsInNotation(shown.steps.slice(0, script.length), basePfn);
  const steps = words.filter((word) => !/^(?:free|counts)\b/u.test(word)).join(" ");
  return recall.replay(pool.shape, steps);
}

function resumeCommand(report: CampaignReport, { from, commands }: NonNullable<CampaignReport["rest"]>): string {
  return report.recall.resume(report.options, from, Number.isFinite(commands) ? commands : null);
}

function findAgain({ options, recall }: CampaignReport, job: number): string {
  return recall.resume(options, job, null);
}

function notRepeated(report: CampaignReport, finding: CampaignFinding, look: Look): readonly string[] {
  const { law, certificate, script, pool } = finding.counterexample;
  return [
    `${look.colours.red(`error[${law}]`)}: ${certificateWords(certificate, script.length)}`,
    `  found by ${jobWords(finding.job, finding.counterexample)}; ${counted(script.length, "command")} in ${poolWords(pool.shape)}`,
    `  find again: ${findAgain(report, finding.job.number)}`,
  ];
}

function testLines(
  shown: Exhibit,
  { counterexample }: CampaignFinding,
  language: TestLanguage,
  { session, opening }: Stage,
): readonly string[] {
  const { steps, violation, expected } = shown;
  const { basePfn } = opening.geometry;
  const { takesZones } = session;
  return unitTest(language, { shape: counterexample.pool.shape, steps, violation, expected, basePfn, takesZones });
}

// ---------------------------------------------------------------- what was exercised

function summary(report: CampaignReport, look: Look): readonly string[] {
  const { options, covered, gaps, finding } = report;
  const { colours } = look;
  const verdict =
    finding !== null
      ? colours.red("violated, 1 counterexample")
      : report.rest !== null
        ? colours.yellow("stopped, no law broken so far")
        : gaps.isVacuous
          ? colours.yellow("vacuous, nothing was served and freed")
          : colours.green("no law broken in what was tried");
  const seen = { answers: "answers only", counts: "answers and counts", lists: "answers, free lists and counts" };
  return [
    `${colours.bold(visible(options.target.name))}: ${verdict}`,
    ...row("tried", triedWords(covered), look),
    ...row("searched", searchedWords(covered), look),
    ...row("not opened", covered.unopened.map(({ shape }) => poolWords(shape)).join("; "), look),
    ...row("seen", covered.eyes === null ? "" : seen[covered.eyes], look),
    ...row("profile", profileWords(options.profile), look),
    ...(finding === null ? gapRows(gaps, look) : []),
    ...(report.rest === null ? [] : [`  ${"resume".padEnd(HEADING_COLUMNS)}${resumeCommand(report, report.rest)}`]),
  ];
}

function row(heading: string, text: string, look: Look): readonly string[] {
  return text === "" ? [] : hanging(`  ${heading.padEnd(HEADING_COLUMNS)}`, text, readingColumns(look));
}

function profileWords({ name }: Profile): string {
  return visible(name);
}

function triedWords({ tally, commands, probes, runs }: Covered): string {
  const { refused, freed, resized, looks } = tally;
  const kinds = `${servedIn(tally)} served, ${refused} refused, ${freed} freed, ${misuseIn(tally)} wrong frees, ${resized} resized, ${counted(looks, "look")}`;
  return `${counted(commands, "command")} in ${counted(probes, "short run")} and ${counted(runs, "long run")}: ${kinds}`;
}

function searchedWords({ searched, transitions }: Covered): string {
  if (searched.length === 0) return "";
  const all = searched.filter(({ found }) => found.kind === "none").length;
  const states = searched.reduce((sum, pool) => sum + pool.states, 0);
  const unsearchable = searched.filter(
    ({ found }) => found.kind === "unknown" && found.why === "not-searchable",
  ).length;
  const cut = searched.length - all - unsearchable;
  const parts = [
    `${counted(states, "state")} of ${counted(searched.length, "small pool")} by ${counted(transitions, "command")}: all states of ${all}`,
    ...(cut > 0 ? [`${cut} cut short`] : []),
    ...(unsearchable > 0 ? [`${unsearchable} not at all, since the target's state cannot be saved`] : []),
  ];
  return parts.join(", ");
}

function gapRows({ calls, orders, misuses, laws, notJudged }: Gaps, look: Look): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { law, why } of notJudged) {
    const words = notJudgedWords(why);
    byReason.set(words, [...(byReason.get(words) ?? []), law]);
  }
  return [
    ...row("never called", calls.join(", "), look),
    ...row("never served", orders.length === 0 ? "" : `order ${orders.join(", ")}`, look),
    ...row("never misused", misuses.join(", "), look),
    ...row("never judged", laws.join(", "), look),
    ...(byReason.size === 0 ? [] : ["  not checked"]),
    ...[...byReason].flatMap(([words, ids]) => hanging("    ", `${ids.join(", ")}: ${words}`, readingColumns(look), 6)),
  ];
}
