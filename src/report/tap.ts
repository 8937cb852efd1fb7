// TAP version 14, a line for each item.
//
//  1. What is undecided is `not ok` and skipped, what fails and is known `not ok` and still to do: both directives
//     say that nothing was shown, and neither fails a TAP harness by itself. The exit code does.
//  2. A diagnostic block holds JSON values, which are YAML: nothing in a recording can break out of it.
//
// Source: the specification of TAP 14, testanything.org.

import { itemPath, type Defect, type Item, type Outcome } from "./outcome.ts";

export function tapReport(outcomes: readonly Outcome[]): string {
  const named = outcomes.flatMap(({ sections }) =>
    sections.flatMap(({ name, items }) => items.map((item) => [name, item] as const)),
  );
  const lines = named.flatMap(([section, item], at) => itemLines(`${section}/${itemPath(item)}`, item, at + 1));
  return `${["TAP version 14", `1..${named.length}`, ...lines].join("\n")}\n`;
}

function itemLines(name: string, item: Item, number: number): readonly string[] {
  const known = item.defects.filter(({ level }) => level === "known");
  const isOk = item.verdict === "passed" && known.length === 0;
  const line = `${isOk ? "ok" : "not ok"} ${number} - ${described(name)}${directive(item, known)}`;
  const details = item.defects.map(detail);
  const diagnostics = [
    ...(item.verdict === "passed" && details.length === 0 ? [] : [`outcome: ${JSON.stringify(item.outcome)}`]),
    ...(details.length === 0 ? [] : [`defects: ${JSON.stringify(details)}`]),
    ...(item.notes.length === 0 ? [] : [`notes: ${JSON.stringify(item.notes)}`]),
  ];
  return diagnostics.length === 0 ? [line] : [line, "  ---", ...diagnostics.map((each) => `  ${each}`), "  ..."];
}

/** Rule 1. */
function directive(item: Item, known: readonly Defect[]): string {
  if (item.verdict === "undecided") return ` # SKIP undecided: ${described(item.outcome)}`;
  if (item.verdict !== "passed" || known.length === 0) return "";
  const reasons = known.flatMap(({ rows }) =>
    rows.filter(({ heading }) => heading === "known").map(({ text }) => text),
  );
  return ` # TODO ${described(reasons.join("; "))}`;
}

/** A description on one line, in which `#` starts no directive. */
function described(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replaceAll("\\", "\\\\")
    .replaceAll("#", "\\#");
}

function detail({ rule, level, message, place, rows, steps }: Defect): object {
  return {
    rule,
    severity: level,
    message,
    ...(place === null ? {} : { at: place }),
    ...Object.fromEntries(rows.map(({ heading, text }) => [heading, text])),
    ...(steps.length === 0 ? {} : { steps: steps.map(({ text }) => text) }),
  };
}
