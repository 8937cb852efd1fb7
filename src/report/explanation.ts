// What `buddycheck explain` says: of a law, of a problem's code, and of all laws at once.
//
//  1. A law is explained by what it says, why, and a trace that breaks it with the report it gets: the
//     report is made by running the example, never written down.
//  2. The settings of a profile that bear on a law are those that src/spec names for it.

import { LAWS, type Law } from "../../model/invariants.ts";
import { PROBLEMS, type ProblemCode } from "../problem.ts";
import { PROFILE_FIELDS } from "../spec/profile-fields.ts";
import { EXAMPLE_NAMING, exampleOf, type Example } from "./example.ts";
import { findingText } from "./finding-text.ts";
import { readingColumns, type Look } from "./look.ts";
import { orderName } from "./names.ts";
import { PROBLEM_HELP } from "./problem-help.ts";
import { hanging, wrapped } from "./wrap.ts";

const HEADING_COLUMNS = 11;

const SEVERITIES = {
  error: "error: memory is lost or corrupted",
  warning: "warning: a promise of policy is broken",
} as const;

/** Said where a law has no example: recordings do not show the boot allocator. */
export const NO_EXAMPLE = "No trace can show it broken; `buddycheck run` judges it.";

/** All that is to be said about a law. */
export function lawExplanation(law: Law, look: Look): string {
  const { bold } = look.colours;
  const rows = [
    ...row("why", law.reason, look),
    ...row("severity", SEVERITIES[law.severity], look),
    ...row("source", law.source, look),
    ...row("judged in", `model/${law.judgedIn}`, look),
    ...fieldRows(law, look),
  ];
  const title = hanging(`${law.id}: `, law.statement, readingColumns(look), 2);
  return `${[...title.map((line) => bold(line)), "", ...rows, "", ...exampleText(law, look)].join("\n")}\n`;
}

/** A field of a profile that bears on a law, and what it decides. */
export interface LawField {
  readonly field: string;
  readonly meaning: string;
}

/** The settings of a profile that take part in deciding a law. */
export function fieldsOf(law: Law): readonly LawField[] {
  return Object.entries(PROFILE_FIELDS).flatMap(([field, { meaning, laws }]) =>
    laws.includes(law.id) ? [{ field, meaning }] : [],
  );
}

function row(heading: string, text: string, look: Look): readonly string[] {
  return hanging(`  ${heading.padEnd(HEADING_COLUMNS)}`, text, readingColumns(look));
}

/** The fields one below the other, the heading beside the first. */
function fieldRows(law: Law, look: Look): readonly string[] {
  const fields = fieldsOf(law);
  if (fields.length === 0) return row("profile", "no setting bears on it", look);
  const wide = Math.max(...fields.map(({ field }) => field.length));
  return fields.flatMap(({ field, meaning }, at) => {
    const heading = `  ${(at === 0 ? "profile" : "").padEnd(HEADING_COLUMNS)}${field.padEnd(wide)}  `;
    return hanging(heading, meaning, readingColumns(look));
  });
}

function exampleText(law: Law, look: Look): readonly string[] {
  const example = exampleOf(law);
  if (example === null) return [NO_EXAMPLE];
  const wide = Math.max(...example.steps.map(({ notation }) => notation.length));
  const steps = example.steps.flatMap(({ notation, words }) =>
    hanging(`  ${look.colours.bold(notation.padEnd(wide))}  `, words, Infinity),
  );
  const setting = { file: "example", naming: EXAMPLE_NAMING, look, notes: [] };
  return [
    ...wrapped(introduction(example), readingColumns(look)),
    "",
    ...steps,
    "",
    ...findingText(example.finding, setting),
  ];
}

/** "A trace that breaks it, on a pool of 8 pages whose largest order is 3 (8 pages):" */
function introduction({ pages, maxOrder, settings }: Example): string {
  const under = settings.length === 0 ? "" : `, under \`${settings.join(", ")}\``;
  return `A trace that breaks it, on a pool of ${pages} pages with blocks up to ${orderName(maxOrder)}${under}:`;
}

/** What a problem's code means and what to do about it. */
export function problemExplanation(code: ProblemCode, look: Look): string {
  const title = hanging(`${code}: `, PROBLEMS[code], readingColumns(look), 2);
  const lines = [
    ...title.map((line) => look.colours.bold(line)),
    "",
    ...wrapped(PROBLEM_HELP[code], readingColumns(look)),
  ];
  return `${lines.join("\n")}\n`;
}

/** All laws with what they say. */
export function lawTable(look: Look): string {
  const wide = Math.max(...LAWS.map(({ id }) => id.length));
  const rows = LAWS.flatMap(({ id, severity, statement }) => {
    const [first, ...rest] = hanging(
      `${id.padEnd(wide)}  ${severity.padEnd("severity".length)}  `,
      statement,
      look.columns,
    );
    return [look.colours.bold(id) + (first as string).slice(id.length), ...rest];
  });
  const heading = look.colours.bold(`${"law".padEnd(wide)}  severity  statement`);
  const codes = "The codes of problems in the input (TRACE_SYNTAX and others) are explained in the same way.";
  const learn = `\`buddycheck explain LAW\` tells why a law holds and shows a trace that breaks it. ${codes}`;
  return `${[heading, ...rows, "", ...wrapped(learn, readingColumns(look))].join("\n")}\n`;
}
