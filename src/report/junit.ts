// JUnit XML, which every continuous integration reads in a dialect of its own: only what all of them know is used.
//
//  1. A section is a test suite, an item a test case; its `classname` is section and group.
//  2. What failed is a `failure`, wrong input and a part that exercised nothing an `error`. What is undecided is
//     `skipped` with the reason: JUnit has no word for it, and the exit code says that the run is not a success.
//  3. A failure that only warns or is known stands in `system-out`.
//  4. Times are left out but for the whole run's: single checks are not timed.

import { countVerdicts, defectLines, itemPath, type Defect, type Item, type Outcome, type Section } from "./outcome.ts";
import { xmlAttributes, xmlText } from "./xml.ts";

export function junitReport(outcomes: readonly Outcome[]): string {
  const sections = outcomes.flatMap(({ name, sections: own }) => own.map((section) => [name, section] as const));
  const seconds = outcomes.reduce((sum, { context }) => sum + (context.ended - context.started), 0) / 1000;
  const counts = countsOf(sections.flatMap(([, { items }]) => items));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: "buddycheck", ...counts, time: seconds.toFixed(3) })}>`,
    ...sections.flatMap(([name, section]) => suiteLines(name, section)),
    "</testsuites>",
    "",
  ].join("\n");
}

function countsOf(items: readonly Item[]): Readonly<Record<"tests" | "failures" | "errors" | "skipped", number>> {
  const { failed, wrong, vacuous, undecided } = countVerdicts(items);
  return { tests: items.length, failures: failed, errors: wrong + vacuous, skipped: undecided };
}

function suiteLines(outcome: string, { name, items, notes }: Section): readonly string[] {
  const suite = outcome === name ? name : `${outcome} ${name}`;
  return [
    `  <testsuite${xmlAttributes({ name: suite, ...countsOf(items) })}>`,
    ...items.flatMap((item) => caseLines(suite, item)),
    ...(notes.length === 0 ? [] : [`    <system-out>${xmlText(notes.join("\n"))}</system-out>`]),
    "  </testsuite>",
  ];
}

function caseLines(suite: string, item: Item): readonly string[] {
  const place = item.defects.find((defect) => defect.place !== null)?.place ?? null;
  const { group, name } = item;
  const classname = group === "" ? suite : `${suite}.${group}`;
  const attributes = {
    classname,
    name,
    file: place?.file ?? null,
    line: place === null ? null : Math.max(place.line, 1),
  };
  const inner = [...resultLines(item), ...outLines(item)];
  if (inner.length === 0) return [`    <testcase${xmlAttributes(attributes)} />`];
  return [`    <testcase${xmlAttributes(attributes)}>`, ...inner, "    </testcase>"];
}

function resultLines(item: Item): readonly string[] {
  switch (item.verdict) {
    case "passed":
      return [];
    case "undecided":
      return [`      <skipped${xmlAttributes({ message: `undecided: ${item.outcome}` })} />`];
    case "vacuous":
      return [`      <error${xmlAttributes({ type: "vacuous", message: item.outcome })} />`];
    case "failed":
    case "wrong": {
      const tag = item.verdict === "failed" ? "failure" : "error";
      const counting = item.defects.filter(({ level }) => item.verdict === "wrong" || level !== "known");
      return counting.map((defect) => defectElement(tag, defect));
    }
  }
}

function defectElement(tag: string, defect: Defect): string {
  const { rule, message } = defect;
  return `      <${tag}${xmlAttributes({ type: rule, message })}>${xmlText(defectLines(defect).join("\n"))}</${tag}>`;
}

/** Rule 3, and what was not checked. */
function outLines(item: Item): readonly string[] {
  const mild = item.defects.filter(
    ({ level }) => level === "known" || (level === "warning" && item.verdict !== "failed"),
  );
  const told = mild.map((defect) => `${defect.level}: ${defectLines(defect).join("\n  ")}`);
  const lines = [...told, ...item.notes];
  return lines.length === 0 ? [] : [`      <system-out>${xmlText([itemPath(item), ...lines].join("\n"))}</system-out>`];
}
