// `buddycheck view`: a trace as one HTML file that shows memory over time.
//
//  1. The trace is read twice or more: it is judged, then filmed. So it must be a file, not a pipe.
//  2. A film has at most `--events` events. Of a longer trace those are shown that lead up to the first finding,
//     or the first of all; `--from` chooses. What is left out is said on the page and on standard error.
//  3. Of a pool too large to show, the part is shown that the trace names.
//  4. The exit code is 0 where a page was written, whatever the verdict: it is on the page.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { Option, type Command } from "commander";
import picocolors from "picocolors";
import { lawOf } from "../../model/invariants.ts";
import type { FrameRange } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { findingText } from "../report/finding-text.ts";
import type { Naming } from "../report/names.ts";
import { inUsersNumbering } from "../report/numbering.ts";
import type { TraceHeader } from "../trace/event.ts";
import { EXIT } from "../verdict.ts";
import type { Finding, TraceResult } from "../verify/result.ts";
import { Camera, PAGES_MAX } from "../viewer/camera.ts";
import type { FilmFacts, FilmFinding } from "../viewer/facts.ts";
import { viewerHtml } from "../viewer/html.ts";
import { Scout } from "../viewer/scout.ts";
import { namedDialect, type NamedDialect } from "./dialects.ts";
import { canReadAgain, inputError } from "./input.ts";
import { rangeIn, wholeNumber } from "./options.ts";
import { fail, warn } from "./output.ts";
import { packageRoot } from "./package-files.ts";
import { profileChooser } from "./profiles.ts";
import { openTrace, readTrace, type LogReading } from "./read-trace.ts";
import { traceJudge } from "./verify-trace.ts";

interface ViewFlags {
  readonly output?: string;
  readonly profile?: string;
  readonly dialect?: NamedDialect;
  readonly events: number;
  readonly from?: number;
  readonly pages?: FrameRange;
}

const EVENTS_DEFAULT = 200_000;
/** Findings told on the page; the others are counted. */
const FINDINGS_MAX = 200;
/** Of a long trace, the share of its events shown before the first finding. */
const LEAD = 0.9;
const REPORT_COLUMNS = 92;

async function runView(file: string, flags: ViewFlags): Promise<void> {
  if (!(await canReadAgain(file)))
    throw inputError("OPTION_VALUE", "view", "a file, which can be read more than once", file);
  const log: LogReading | null =
    flags.dialect === undefined ? null : { dialect: flags.dialect.dialect, told: () => {} };
  const trace = await openTrace(file, log);
  if (trace.format === "linux-text" || trace.format === "trace-dat") {
    const expected = "a trace of calls and answers (`buddycheck convert` makes one of a kernel trace)";
    throw inputError("INPUT_FORMAT", file, expected, "a kernel trace");
  }
  const named = flags.profile === undefined ? {} : { profile: flags.profile };
  const judge = traceJudge({ ...named, maxViolations: FINDINGS_MAX, failFast: false, advice: false });
  const result = await judge(trace);
  if (result.problems.length > 0 || result.header === null) {
    fail(result.problems);
    return;
  }
  const pages = flags.pages ?? (await pagesToFilm(file, result.header, log));
  if (pages.end - pages.start > PAGES_MAX || pages.end > result.header.shape.pages) {
    const expected = `at most ${PAGES_MAX} pages of the ${result.header.shape.pages} in the pool`;
    throw inputError("OPTION_VALUE", "--pages", expected, `${pages.start}-${pages.end}`);
  }
  const fromLine = flags.from ?? firstLine(result, flags.events);
  // The verifier has accepted the profile, so it is one.
  const profile = profileChooser(flags.profile)(result.header, 1, file) as Profile;
  const camera = new Camera({ profile, pages, fromLine, eventsMax: flags.events });
  await readTrace(file, camera, log);
  const output = flags.output ?? `${baseName(file)}.html`;
  writePage(output, camera, factsOf(result, result.header, camera, pages));
  warn(`${output}: ${sizeWords(camera)}`);
  process.exitCode = EXIT.holds;
}

/** All pages of the pool, or those that the trace names where there are too many. */
async function pagesToFilm(file: string, { shape }: TraceHeader, log: LogReading | null): Promise<FrameRange> {
  if (shape.pages <= PAGES_MAX) return { start: 0, end: shape.pages };
  const scout = new Scout();
  await readTrace(file, scout, log);
  return scout.range();
}

/** The line that the film begins with, so that the first finding is in it. */
function firstLine({ events, findings }: TraceResult, eventsMax: number): number {
  const first = findings[0]?.line ?? 0;
  return events <= eventsMax ? 0 : Math.max(0, first - Math.floor(eventsMax * LEAD));
}

function writePage(output: string, camera: Camera, facts: FilmFacts): void {
  const bundle = join(packageRoot(), "dist", "viewer");
  const html = viewerHtml({
    facts,
    film: packed(camera.bytes()),
    words: packed(Buffer.from(camera.words.join("\n"))),
    script: readFileSync(join(bundle, "page.js"), "utf8"),
    style: readFileSync(join(bundle, "page.css"), "utf8"),
  });
  try {
    writeFileSync(output, html);
  } catch (error) {
    throw inputError("OPTION_VALUE", "--output", "a file to write", error instanceof Error ? error.message : output);
  }
}

function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}

function factsOf(result: TraceResult, header: TraceHeader, camera: Camera, filmed: FrameRange): FilmFacts {
  const { file, profileName, verdict, findings, findingCount, notChecked } = result;
  const { allocator, pageSize, shape } = header;
  return {
    schemaVersion: 1,
    file,
    allocator,
    profile: profileName,
    verdict,
    pages: filmed.end - filmed.start,
    firstPage: filmed.start,
    pageSizeBytes: pageSize,
    maxOrder: shape.maxOrder,
    basePfn: result.base + filmed.start,
    zones: shape.zones.map(({ name, start, end }) => ({ name, ...within({ start, end }, filmed) })),
    events: camera.words.length,
    eventsBefore: camera.eventsBefore,
    eventsAfter: camera.eventsAfter,
    findings: findings.map((finding) => filmFinding(finding, result, { pageSize, filmed })),
    findingCount,
    notChecked: notChecked.map(({ law, reason }) => `${law}: ${reason}`),
  };
}

/** A range counted from the first page filmed, cut to the pages filmed. */
function within({ start, end }: FrameRange, filmed: FrameRange): FrameRange {
  const last = filmed.end - filmed.start;
  return { start: Math.max(0, start - filmed.start), end: Math.min(last, end - filmed.start) };
}

function filmFinding(
  finding: Finding,
  { file, base }: TraceResult,
  { pageSize, filmed }: { readonly pageSize: number; readonly filmed: FrameRange },
): FilmFinding {
  const naming: Naming = { basePfn: base, pageSize, event: "line" };
  const { law, blame, frames } = inUsersNumbering(finding.violation, base);
  const { statement, severity } = lawOf(law);
  const look = { colours: picocolors.createColors(false), columns: REPORT_COLUMNS };
  const report = findingText(finding, { file, naming, look, notes: [] }).join("\n");
  const { number, line } = finding;
  const shown = frames.map((range) => within(range, filmed)).filter(({ start, end }) => start < end);
  return { number, law, statement, severity, blame, line, frames: shown, report };
}

function sizeWords({ words, eventsBefore, eventsAfter }: Camera): string {
  const left = eventsBefore + eventsAfter;
  return left === 0
    ? `all ${words.length} events`
    : `${words.length} of ${words.length + left} events (--events, --from)`;
}

/** `traces/a.jsonl.gz` gives `a`. */
function baseName(file: string): string {
  const name = file.split(/[/\\]/u).at(-1) as string;
  return name.replace(/\.(?:gz|zst)$/u, "").replace(/\.(?:case\.yaml|jsonl|ya?ml|txt|log)$/u, "");
}

/** Adds `view` to the command line. */
export function registerView(program: Command): void {
  program
    .command("view")
    .summary("write a page that shows a trace: memory over time, and its findings")
    .description("Writes one HTML file that shows memory over time. It needs no other file and no network.")
    .argument("<trace>", "a trace of calls and answers, in any form that verify reads")
    .option("-o, --output <file>", "the page to write; by default named like the trace, in this folder")
    .option("--profile <name|file>", "what the allocator promises; outranks the header's profile")
    .option("--dialect <name|file>", "the input is a log, read by this dialect (docs/dialects.md)", namedDialect)
    .addOption(
      new Option("--events <n>", "events shown at most")
        .argParser(wholeNumber("--events", 1, 999_999_999))
        .default(EVENTS_DEFAULT),
    )
    .option("--from <line>", "the line of the trace to begin with", wholeNumber("--from", 1, 999_999_999))
    .option("--pages <start-end>", "the pages shown; by default all, or those that the trace names", pageRange)
    .addHelpText("after", EXAMPLES)
    .action(runView);
}

function pageRange(text: string): FrameRange {
  const range = rangeIn(text);
  if (range !== null && range.start < range.end) return range;
  throw inputError("OPTION_VALUE", "--pages", "two numbers, the first page and the one after the last: 0-4096", text);
}

const EXAMPLES = `
Examples:
  buddycheck view boot.jsonl                              writes boot.html
  buddycheck view long.jsonl.gz --from 90000 -o part.html 200 000 events from line 90000 on
  buddycheck convert trace.txt --to jsonl -o k.jsonl && buddycheck view k.jsonl
Exit codes: 0 the page is written, 2 input error.`;
