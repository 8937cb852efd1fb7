// What is said about a trace as a whole: its verdict, what it exercised, and what was not checked.
//
//   boot.jsonl: violated, 1 finding
//     events       128 in 130 lines: 66 served, 3 refused, 58 freed, 1 snapshot
//     live blocks  32 at most; 120 pages at the end
//     profile      strict; allocator "helios", 4096 pages, largest order 10
//     not checked
//       zeroed: the recording does not say whether frames were zero
//
//  1. A verdict never stands alone: beside it stands what it rests on and what it leaves open.
//  2. Laws left unchecked for one reason are named together; what weakens the verdict comes first.

import type { TraceHeader } from "../trace/event.ts";
import type { NotChecked } from "../verdict.ts";
import type { Tally, TraceResult } from "../verify/result.ts";
import { readingColumns, type Colours, type Look } from "./look.ts";
import { counted } from "./names.ts";
import { visible } from "./visible.ts";
import { notCheckedWords } from "./words.ts";
import { hanging } from "./wrap.ts";

const HEADING_COLUMNS = 13;

/** The summary of one trace, line by line. */
export function summaryText(result: TraceResult, look: Look): readonly string[] {
  const headline = `${look.colours.bold(visible(result.file))}: ${verdictWords(result, look.colours)}`;
  if (result.problems.length > 0) return [headline];
  return [
    headline,
    ...row("events", eventWords(result), look),
    ...row("live blocks", liveWords(result), look),
    ...row("profile", profileWords(result), look),
    ...row("violations", violationWords(result), look),
    ...row("advice", adviceWords(result), look),
    ...notCheckedText(result.notChecked, look),
  ];
}

function row(heading: string, text: string, look: Look): readonly string[] {
  return text === "" ? [] : hanging(`  ${heading.padEnd(HEADING_COLUMNS)}`, text, readingColumns(look));
}

/** The verdict in a word or two, with the number of findings. */
export function verdictWords({ verdict, problems, findingCount }: TraceResult, colours: Colours): string {
  if (problems.length > 0) return colours.red(`not judged, ${counted(problems.length, "problem")} in the input`);
  switch (verdict) {
    case "holds":
      return colours.green("holds");
    case "violated":
      return colours.red(`violated, ${counted(findingCount, "finding")}`);
    case "undecided":
      return colours.yellow("undecided, no law was seen broken");
    case "vacuous":
      return colours.yellow("vacuous, there was no event to judge");
  }
}

function eventWords({ events, lines, tally }: TraceResult): string {
  const kinds = tallyWords(tally);
  const total = `${events} in ${counted(lines, "line")}`;
  return kinds === "" ? total : `${total}: ${kinds}`;
}

/** Each kind of event that occurred, with its number. */
function tallyWords(tally: Tally): string {
  const { served, refused, freed, snapshots, counts, added, removed, died, lost, notes } = tally;
  const kinds: readonly (readonly [number, string])[] = [
    [served, `${served} served`],
    [refused, `${refused} refused`],
    [freed, `${freed} freed`],
    [snapshots, counted(snapshots, "snapshot")],
    [counts, `${counts} of counts`],
    [added, `${added} added`],
    [removed, `${removed} removed`],
    [died, `${died} died`],
    [lost, counted(lost, "gap of lost events", "gaps of lost events")],
    [notes, counted(notes, "note")],
  ];
  return kinds.flatMap(([count, words]) => (count > 0 ? [words] : [])).join(", ");
}

function liveWords({ peakLiveBlocks, livePages, events }: TraceResult): string {
  return events === 0 ? "" : `${peakLiveBlocks} at most; ${counted(livePages, "page")} at the end`;
}

function profileWords({ profileName, header }: TraceResult): string {
  return header === null ? "" : `${visible(profileName)}; ${poolWords(header)}`;
}

function poolWords({ allocator, pageSize, shape, start }: TraceHeader): string {
  const name = allocator === "" ? "" : `allocator "${visible(allocator)}", `;
  const base = shape.basePfn === 0 ? "" : ` from pfn ${shape.basePfn}`;
  const since = start === "unknown" ? ", recorded from mid-life" : "";
  return `${name}${counted(shape.pages, "page")} of ${pageSize} bytes${base}, largest order ${shape.maxOrder}${since}`;
}

/** Violations that are not findings of their own, and findings that are not shown. */
function violationWords({ violationCount, findingCount, findings }: TraceResult): string {
  const following = violationCount - findingCount;
  const hidden = findingCount - findings.length;
  const parts = [
    following > 0 ? `${violationCount} in all, ${following} of them caused by the findings` : "",
    hidden > 0 ? `${findings.length} of ${findingCount} findings shown, all with --max-violations 0` : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function adviceWords({ advice }: TraceResult): string {
  return advice.map((setting) => `the trace would hold under \`${setting}\``).join("; ");
}

const CAUSES: readonly NotChecked["cause"][] = ["incomplete", "switched-off", "profile", "recording"];

/** The laws that were not judged, those with one reason together. */
export function notCheckedText(notChecked: readonly NotChecked[], look: Look): readonly string[] {
  const laws = new Map<string, Set<string>>();
  for (const cause of CAUSES) {
    for (const each of notChecked) {
      if (each.cause !== cause) continue;
      const reason = notCheckedWords(each);
      laws.set(reason, (laws.get(reason) ?? new Set()).add(each.law));
    }
  }
  if (laws.size === 0) return [];
  const rows = [...laws].flatMap(([reason, ids]) =>
    hanging("    ", `${[...ids].join(", ")}: ${reason}`, readingColumns(look), 6),
  );
  return ["  not checked", ...rows];
}
