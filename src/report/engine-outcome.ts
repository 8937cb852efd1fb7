// What an exploration or a campaign found, as an outcome (outcome.ts), for reports that other programs read.
//
//  1. A campaign is one item. An exploration is one, too, with an item more for each property of the user's.
//  2. The steps of a counterexample are its calls and looks with their answers, all of them.
//  3. What was not judged or not exercised stands in the notes.

import { lawOf } from "../../model/invariants.ts";
import type { Command, Outcome as Answer } from "../../model/command.ts";
import type { Violation } from "../../model/violation.ts";
import type { SubjectResult } from "../explore/explore-subject.ts";
import type { ExploreResult } from "../explore/result.ts";
import type { PropertyResult } from "../explore/property.ts";
import type { CampaignFinding } from "../test/campaign.ts";
import { openingFor } from "../test/counterexample.ts";
import { exhibit } from "../test/exhibit.ts";
import type { Gaps } from "../test/gaps.ts";
import { Stage } from "../test/stage.ts";
import type { CampaignReport } from "./campaign-text.ts";
import { certificateWords, notJudgedWords, poolWords } from "./campaign-words.ts";
import { limitWords } from "./explore-text.ts";
import { counted } from "./names.ts";
import { answeredSteps } from "./notation-steps.ts";
import { inUsersNumbering } from "./numbering.ts";
import type { Context, Defect, Item, ItemVerdict, Outcome, Row } from "./outcome.ts";
import { allowedWords, faultWords } from "./words.ts";

/** What was explored: the target as it was named, the pool in words, and its first page. */
export interface ExploredItem {
  readonly name: string;
  readonly pool: string;
  readonly basePfn: number;
}

interface AnsweredStep {
  readonly command: Command;
  readonly outcome: Answer;
}

// ---------------------------------------------------------------- explorations

export function exploreOutcome(
  { name, pool, basePfn }: ExploredItem,
  result: ExploreResult | SubjectResult,
  context: Context,
): Outcome {
  const { counterexample, figures, limit, laws } = result;
  const [violation] = counterexample?.violations ?? [];
  const told =
    counterexample === null || violation === undefined
      ? []
      : [
          defectOf(violation, counterexample.steps, basePfn, [
            row("shortest", counterexample.isShortest ? "yes" : "not known"),
          ]),
        ];
  const states = counted(figures.states, "state");
  const stopped = limit === null ? "" : `, ${limitWords(limit).replace(/;$/u, "")}`;
  const untested = laws.filter(({ judged }) => judged === 0).map(({ law }) => law);
  const item: Item = {
    group: "",
    name,
    shows: "Every law holds in every state that is reached.",
    verdict: lawsVerdict(result),
    outcome: `${states} in ${pool}${stopped}`,
    defects: told,
    notes: untested.length === 0 ? [] : [`never put to the test: ${untested.join(", ")}`],
  };
  const properties = "properties" in result ? result.properties.map((each) => propertyItem(each, name, basePfn)) : [];
  return outcomeOf("explore", "every state that calls reach", [item, ...properties], context);
}

/** Of the laws alone: a property that was refuted ended the search. */
function lawsVerdict({ verdict, counterexample }: ExploreResult): ItemVerdict {
  switch (verdict) {
    case "holds":
      return "passed";
    case "violated":
      return counterexample === null ? "undecided" : "failed";
    case "undecided":
    case "vacuous":
      return verdict;
  }
}

function propertyItem({ kind, name, verdict, steps }: PropertyResult, group: string, basePfn: number): Item {
  const message = steps === null ? "no state has it" : "there is a way to a state that refutes it";
  const defect: Defect = {
    rule: "property",
    level: "error",
    place: null,
    message,
    rows: [row(kind, name)],
    steps: answeredSteps(steps ?? [], basePfn),
  };
  return {
    group,
    name,
    shows: `The property is ${kind}.`,
    verdict: verdict === "holds" ? "passed" : verdict === "violated" ? "failed" : "undecided",
    outcome: verdict,
    defects: verdict === "violated" ? [defect] : [],
    notes: [],
  };
}

// ---------------------------------------------------------------- campaigns

export function campaignOutcome(report: CampaignReport, context: Context): Outcome {
  const { options, covered, gaps, finding, rest } = report;
  const isVacuous = finding === null && rest === null && gaps.isVacuous;
  const item: Item = {
    group: "",
    name: options.target.name,
    shows: `The target obeys the laws under the profile ${options.profile.name}.`,
    verdict: finding !== null ? "failed" : rest !== null ? "undecided" : isVacuous ? "vacuous" : "passed",
    outcome: `${counted(covered.commands + covered.transitions, "command")}${rest === null ? "" : ", stopped"}`,
    defects: finding === null ? [] : [findingDefect(finding, report)],
    notes: finding === null ? gapNotes(gaps) : [],
  };
  return outcomeOf("test", "a target driven at random and through all states of small pools", [item], context);
}

function findingDefect({ counterexample }: CampaignFinding, { options }: CampaignReport): Defect {
  const { target, profile, eyes, laws } = options;
  const { law, script, certificate, pool } = counterexample;
  const rows = [row("pool", poolWords(pool.shape)), row("certificate", certificateWords(certificate, script.length))];
  const stage = new Stage(target, openingFor(counterexample, profile), eyes, laws);
  const shown = exhibit(stage, script);
  const { severity, statement } = lawOf(law);
  if (shown === null)
    return { rule: law, level: severity, place: null, message: statement.replace(/\.$/u, ""), rows, steps: [] };
  return defectOf(shown.violation, shown.steps, stage.opening.geometry.basePfn, rows);
}

function gapNotes({ calls, orders, misuses, laws, notJudged }: Gaps): readonly string[] {
  const gaps = [
    ["never called", calls],
    ["never served: order", orders],
    ["never misused", misuses],
    ["never judged", laws],
  ] as const;
  return [
    ...gaps.flatMap(([words, missing]) => (missing.length === 0 ? [] : [`${words} ${missing.join(", ")}`])),
    ...notJudged.map(({ law, why }) => `not checked: ${law}, ${notJudgedWords(why)}`),
  ];
}

// ---------------------------------------------------------------- both

function outcomeOf(name: string, summary: string, items: readonly Item[], context: Context): Outcome {
  return { context, name, sections: [{ name, summary, items, notes: [] }] };
}

function defectOf(recorded: Violation, steps: readonly AnsweredStep[], basePfn: number, more: readonly Row[]): Defect {
  const violation = inUsersNumbering(recorded, basePfn);
  const { law, fault, blame } = violation;
  const message = faultWords(fault, { basePfn, pageSize: 4096, event: "step" });
  const rows = [row("allowed", allowedWords(violation)), row("blame", blame), ...more];
  return { rule: law, level: lawOf(law).severity, place: null, message, rows, steps: answeredSteps(steps, basePfn) };
}

function row(heading: string, text: string): Row {
  return { heading, text };
}
