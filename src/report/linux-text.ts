// The report of a verified kernel trace, for people.
//
//   extra.trace.txt: undecided, 1 contradiction
//     events       739356 in 739368 lines: 236060 allocations, …
//     beside it    zoneinfo.before, buddyinfo.before, … in env/extra.trace/
//     losses       none, by the header and stats
//     complete     at least 99.61 % of allocated pages …
//     buddy core   44485 removals: all of free blocks, all at a block's head; …
//     legal, though odd
//       8913  frees of blocks not seen before (allocated before the recording, or before a gap)
//     not judged
//       outside-zones, crosses-zone: no zoneinfo was given
//
//  1. Findings come first, each with the event that would explain it and how sure it is.
//  2. Odd but legal things are a table with their causes, so that nobody has to take them for findings.
//  3. What limits the claim (losses, completeness, rules not judged) stands beside every verdict.

import type { FragmentationSample } from "../verify/linux-fragmentation.ts";
import type { LinuxHolder } from "../verify/linux-history.ts";
import type { LinuxFinding, LinuxResult } from "../verify/linux-result.ts";
import { noteLines, placeLine, titleLines } from "./diagnostic.ts";
import { completenessWords, exactWords, explainedBy, linuxEventWords, lossWords, seenWords } from "./linux-words.ts";
import { readingColumns, type Colours, type Look } from "./look.ts";
import { counted } from "./names.ts";
import { problemText } from "./problem-text.ts";
import { gutterFor, quoted } from "./quote.ts";
import { visible } from "./visible.ts";
import { hanging } from "./wrap.ts";

const HEADING_COLUMNS = 13;

/** The whole report of one trace: problems, findings, summary. */
export function linuxReport(result: LinuxResult, look: Look): string {
  const paragraphs = [
    ...result.problems.map((problem) => problemText(problem, look)),
    ...result.findings.map((finding) => linuxFindingText(finding, result.file, look)),
    linuxSummary(result, look),
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function linuxFindingText(finding: LinuxFinding, file: string, look: Look): readonly string[] {
  const { rule, line, text, history, historyTotal, confidence } = finding;
  const gutter = gutterFor([line, ...history.map((earlier) => earlier.line)]);
  const isCertain = rule.certainty === "always";
  const paint = isCertain ? look.colours.red : look.colours.yellow;
  const { column, columns } = pfnIn(text);
  const explained = explainedBy(finding);
  function note(heading: string, words: string): readonly string[] {
    return noteLines({ kind: "sentence", heading, text: words }, gutter, look);
  }
  return [
    ...titleLines(`${isCertain ? "error" : "contradiction"}[${rule.id}]`, rule.statement, paint, look),
    placeLine({ file, line, column }, gutter, look),
    ...quoted({ line, text, column, columns, label: "" }, history, gutter, paint, look),
    ...note("seen", seenWords(finding)),
    ...note("meaning", isCertain ? "a bug, whatever is missing" : `a bug of the kernel, or ${explained}`),
    ...note("confidence", `${confidence.level}: ${confidence.reason}`),
    ...note("history", historyTotal === null ? "not known: the input was read only once" : shownOf(finding)),
  ];
}

function shownOf({ history, historyTotal }: LinuxFinding): string {
  if (historyTotal === 0) return "no earlier line names these frames";
  return `${history.length} of ${counted(historyTotal ?? 0, "earlier line")} about these frames shown above`;
}

/** Where the pfn stands in an event's line, or its first column. */
function pfnIn(text: string): { readonly column: number; readonly columns: number } {
  const pfn = /\bpfn=(?:0x)?[\da-f]+/i.exec(text);
  return pfn === null ? { column: 1, columns: 1 } : { column: pfn.index + 1, columns: pfn[0].length };
}

function linuxSummary(result: LinuxResult, look: Look): readonly string[] {
  const headline = `${look.colours.bold(visible(result.file))}: ${linuxVerdictWords(result, look.colours)}`;
  if (result.problems.length > 0) return [headline];
  return [
    headline,
    ...row("events", [linuxEventWords(result)], look),
    ...row("beside it", fileWords(result), look),
    ...row("findings", findingWords(result), look),
    ...row("losses", lossWords(result.losses, result.recorder), look),
    ...row("complete", [completenessWords(result.completeness)], look),
    ...row("buddy core", coreWords(result), look),
    ...classTable(result, look),
    ...unreadLines(result, look),
    ...unjudgedText(result, look),
  ];
}

function row(heading: string, sentences: readonly string[], look: Look): readonly string[] {
  return sentences.flatMap((text, index) =>
    hanging(`  ${(index === 0 ? heading : "").padEnd(HEADING_COLUMNS)}`, text, readingColumns(look)),
  );
}

/** The verdict in a few words. */
export function linuxVerdictWords({ verdict, findingCount, problems }: LinuxResult, colours: Colours): string {
  if (problems.length > 0) return colours.red(`not judged, ${counted(problems.length, "problem")} in the input`);
  switch (verdict) {
    case "holds":
      return colours.green("holds: nothing contradicts a correct allocator");
    case "violated":
      return colours.red(`violated, ${counted(findingCount, "finding")}`);
    case "undecided":
      return colours.yellow(
        findingCount === 0
          ? "undecided, no rule was seen broken"
          : `undecided, ${counted(findingCount, "contradiction")}: a bug or a missing event`,
      );
    case "vacuous":
      return colours.yellow("vacuous, there was no event to judge");
  }
}

/** The files beside the trace, with their folder where it is one. */
function fileWords({ environmentFiles: files }: LinuxResult): readonly string[] {
  const folders = new Set(files.map((file) => file.slice(0, file.lastIndexOf("/") + 1)));
  const [folder = ""] = folders;
  if (folders.size > 1 || folder === "") return files.length === 0 ? [] : [files.join(", ")];
  return [`${files.map((file) => file.slice(folder.length)).join(", ")} in ${visible(folder)}`];
}

function findingWords({ ruleCounts, findings, findingCount }: LinuxResult): readonly string[] {
  if (findingCount === 0) return [];
  const counts = ruleCounts.map(({ rule, count }) => `${rule.id} ${count}`).join(", ");
  return [findings.length < findingCount ? `${counts}; the first ${findings.length} are shown` : counts];
}

function coreWords({ exact }: LinuxResult): readonly string[] {
  switch (exact.kind) {
    case "not-asked":
      return ["not replayed: that needs kpageflags before and after"];
    case "impossible":
      return [`not replayed: ${exact.reason}`];
    case "replayed":
      return exactWords(exact);
  }
}

function classTable({ classes }: LinuxResult, look: Look): readonly string[] {
  if (classes.length === 0) return [];
  const wide = Math.max(...classes.map(({ count }) => String(count).length));
  const rows = classes.flatMap(({ count, class: { seen, cause } }) =>
    hanging(`    ${String(count).padStart(wide)}  `, `${seen} (${cause})`, readingColumns(look)),
  );
  return ["  legal, though odd", ...rows];
}

function unreadLines({ unexplained, unexplainedLines }: LinuxResult, look: Look): readonly string[] {
  if (unexplained === 0) return [];
  const rows = unexplainedLines.map(({ line, text }) => `    ${line} | ${visible(text)}`);
  return [
    ...row(
      "unread",
      [`${counted(unexplained, "line that looks", "lines that look")} like an event of ours, the first:`],
      look,
    ),
    ...rows,
  ];
}

function unjudgedText({ unjudged }: LinuxResult, look: Look): readonly string[] {
  if (unjudged.length === 0) return [];
  const byReason = new Map<string, string[]>();
  for (const { rule, reason } of unjudged) byReason.set(reason, [...(byReason.get(reason) ?? []), rule.id]);
  const rows = [...byReason].flatMap(([reason, ids]) =>
    hanging("    ", `${ids.join(", ")}: ${reason}`, readingColumns(look), 6),
  );
  return ["  not judged", ...rows];
}

/** Who holds frames at the end, those of most pages first. */
export function holdersTable(holders: readonly LinuxHolder[], rowsMax: number): string {
  const pages = holders.reduce((sum, holder) => sum + holder.pages, 0);
  const shown = holders.slice(0, rowsMax);
  const rows = shown.map(({ pages: held, blocks, order, task, gfpFlags }) =>
    `${String(held).padStart(8)} ${String(blocks).padStart(8)} ${String(order).padStart(5)}  ${visible(task)}  ${visible(gfpFlags)}`.trimEnd(),
  );
  const more = holders.length > shown.length ? [`  and ${holders.length - shown.length} more groups`] : [];
  const title = `${counted(pages, "page")} allocated during the recording and held at its end`;
  return `${[title, "   pages   blocks order  task  gfp flags", ...rows, ...more].join("\n")}\n`;
}

/** Unusable free space index per order over time: the share of free pages in blocks too small for the order. */
export function fragmentationTable(samples: readonly FragmentationSample[], rowsMax: number): string {
  const step = Math.max(1, Math.ceil(samples.length / rowsMax));
  const orders = (samples[0]?.unusable ?? []).map((_, order) => `order ${order}`.padStart(9)).join("");
  const rows = samples
    .filter((_, index) => index % step === 0 || index === samples.length - 1)
    .map(({ time, freePages, unusable }) => {
      const cells = unusable.map((index) => index.toFixed(3).padStart(9)).join("");
      return `${time.toFixed(6).padStart(14)} ${String(freePages).padStart(10)}${cells}`;
    });
  return `${[`${"time".padStart(14)} ${"free pages".padStart(10)}${orders}`, ...rows].join("\n")}\n`;
}
