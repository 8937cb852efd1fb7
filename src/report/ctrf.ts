// CTRF, the Common Test Report Format: one JSON document for all outcomes.
//
//  1. What is undecided or vacuous has the status `other`, with our own word as `rawStatus`; wrong input has failed.
//     A check that fails and is known is `skipped`.
//  2. A duration is demanded of every test, and single checks are not timed: it is 0. The summary's is the run's.
//
// Source: the schema of CTRF 0.0, ctrf.io.

import { defectLines, itemPath, type Item, type ItemVerdict, type Outcome, type Section } from "./outcome.ts";

type Status = "passed" | "failed" | "skipped" | "pending" | "other";

const STATUS: Readonly<Record<ItemVerdict, Status>> = {
  passed: "passed",
  failed: "failed",
  wrong: "failed",
  undecided: "other",
  vacuous: "other",
};

export function ctrfReport(outcomes: readonly Outcome[]): string {
  const tests = outcomes.flatMap((outcome) => outcome.sections.flatMap((section) => testsOf(outcome, section)));
  const started = Math.min(...outcomes.map(({ context }) => context.started));
  const ended = Math.max(...outcomes.map(({ context }) => context.ended));
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0, other: 0 };
  for (const { status } of tests) counts[status]++;
  const suites = outcomes.reduce((sum, { sections }) => sum + sections.length, 0);
  const summary = { tests: tests.length, ...counts, suites, start: started, stop: ended, duration: ended - started };
  const tool = { name: "buddycheck", version: outcomes[0]?.context.version ?? "" };
  const report = {
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    generatedBy: "buddycheck",
    results: { tool, summary, tests },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function testsOf({ name }: Outcome, section: Section): readonly (object & { readonly status: Status })[] {
  return section.items.map((item) => ({
    name: itemPath(item),
    status: statusOf(item),
    duration: 0,
    rawStatus: item.verdict,
    suite: name === section.name ? [name] : [name, section.name],
    ...messageOf(item),
    ...placeOf(item),
    ...(item.notes.length === 0 ? {} : { extra: { notes: item.notes } }),
  }));
}

function statusOf({ verdict, defects }: Item): Status {
  const isKnown = verdict === "passed" && defects.some(({ level }) => level === "known");
  return isKnown ? "skipped" : STATUS[verdict];
}

function messageOf({ defects, verdict, outcome }: Item): object {
  const [first] = defects;
  if (first === undefined) return verdict === "passed" ? {} : { message: outcome };
  return { message: first.message, trace: defects.map((defect) => defectLines(defect).join("\n")).join("\n\n") };
}

function placeOf({ defects }: Item): object {
  const place = defects.find((defect) => defect.place !== null)?.place ?? null;
  if (place === null || place.file === "") return {};
  return { filePath: place.file, ...(place.line > 0 ? { line: place.line } : {}) };
}
