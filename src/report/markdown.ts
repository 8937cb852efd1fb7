// A report in Markdown: for a pull request, a wiki, or the summary that GitHub shows of a job.
//
//  1. First what came out, then a table of the sections, then every item that did not pass, told in full.
//  2. Text that is not ours stands in code spans and blocks, where Markdown and HTML mean nothing.

import {
  countVerdicts,
  ITEM_VERDICTS,
  itemPath,
  placeWords,
  ruleWords,
  type Defect,
  type Item,
  type Outcome,
  type Section,
} from "./outcome.ts";
import { visible } from "./visible.ts";

const TOLD_MAX = 50;

export function markdownReport(outcomes: readonly Outcome[]): string {
  const blocks = outcomes.flatMap((outcome) => outcomeBlocks(outcome));
  return `${blocks.join("\n\n")}\n`;
}

function outcomeBlocks({ name, sections, context }: Outcome): readonly string[] {
  const items = sections.flatMap((section) => section.items);
  const told = items.filter((item) => item.verdict !== "passed" || item.defects.length > 0);
  const more = told.length - TOLD_MAX;
  return [
    `## ${code(name)}: ${verdictWords(items)}`,
    sectionTable(sections),
    ...told.slice(0, TOLD_MAX).flatMap(itemBlocks),
    ...(more > 0 ? [`${more} more are not shown.`] : []),
    `buddycheck ${context.version}, ${((context.ended - context.started) / 1000).toFixed(1)} s`,
  ];
}

/** `3 failed, 1 undecided, 348 passed`. */
function verdictWords(items: readonly Item[]): string {
  const counts = countVerdicts(items);
  const parts = ITEM_VERDICTS.flatMap((verdict) => (counts[verdict] > 0 ? [`${counts[verdict]} ${verdict}`] : []));
  return parts.length === 0 ? "nothing checked" : parts.join(", ");
}

function sectionTable(sections: readonly Section[]): string {
  const rows = sections.map(
    ({ name, summary, items }) => `| ${plain(name)} | ${plain(summary)} | ${verdictWords(items)} |`,
  );
  return ["| part | what it does | result |", "| --- | --- | --- |", ...rows].join("\n");
}

function itemBlocks(item: Item): readonly string[] {
  const notes = item.notes.map((note) => `- ${visible(note)}`).join("\n");
  return [
    `### ${code(itemPath(item))}: ${item.verdict}`,
    `${plain(item.shows)} ${code(item.outcome)}`,
    ...item.defects.map(defectBlock),
    ...(notes === "" ? [] : [notes]),
  ];
}

function defectBlock({ rule, level, place, message, rows, steps }: Defect): string {
  const at = place === null ? "" : ` at ${code(placeWords(place))}`;
  const lines = [
    `- **${level}** ${code(rule)}${at}: ${plain(ruleWords(rule))}`,
    `  - found: ${code(message)}`,
    ...rows.map(({ heading, text }) => `  - ${heading}: ${code(text)}`),
  ];
  if (steps.length === 0) return lines.join("\n");
  const shown = steps.map(({ text, words }) => `  ${visible(text)}${words === "" ? "" : `   ${visible(words)}`}`);
  return [...lines, "", "  ````text", ...shown, "  ````"].join("\n");
}

/** Text as it stands, in a code span: longer than any run of backticks in it. */
function code(text: string): string {
  const shown = visible(text);
  const runs = [...shown.matchAll(/`+/gu)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(0, ...runs) + 1);
  const space = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return shown === "" ? "" : `${fence}${space}${shown}${space}${fence}`;
}

/** A sentence of ours. */
function plain(text: string): string {
  return visible(text).replaceAll(/[<>*_|\\]/gu, String.raw`\$&`);
}
