// `--reporter name=path`: in which forms a command reports, and where each report goes.
//
//  1. The option may be repeated; without a path a report goes to standard output, where one has room.
//  2. `github` also appends a summary in Markdown to the file that $GITHUB_STEP_SUMMARY names.
//  3. Reports are written when all is done, each as a whole, so that no program finds half of one.

import { appendFileSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ctrfReport } from "../report/ctrf.ts";
import { githubReport } from "../report/github.ts";
import { junitReport } from "../report/junit.ts";
import { markdownReport } from "../report/markdown.ts";
import type { Context, Outcome } from "../report/outcome.ts";
import type { Look } from "../report/look.ts";
import { sarifReport } from "../report/sarif.ts";
import { tapReport } from "../report/tap.ts";
import { nearest } from "../spec/nearest.ts";
import { inputError } from "./input.ts";
import { outputLook, PLAIN, print } from "./output.ts";
import { packageVersion } from "./package-files.ts";

export const REPORTERS = ["text", "json", "junit", "tap", "sarif", "ctrf", "github", "markdown"] as const;
export type ReporterName = (typeof REPORTERS)[number];

export const REPORTER_HELP: string = `a report, repeatable: ${REPORTERS.join(", ")}; without a path to standard output`;

/** A report that is asked for; `path` is null for standard output. */
export interface Reporter {
  readonly name: ReporterName;
  readonly path: string | null;
}

/** What a command can say of itself: its own two reports, and the outcome that all others are written from. */
export interface Reportable {
  readonly text: (look: Look) => string;
  readonly json: () => string;
  readonly outcomes: () => readonly Outcome[];
}

/** One `--reporter`, added to those before it. */
export function parseReporter(text: string, previous: readonly Reporter[] = []): readonly Reporter[] {
  const at = text.indexOf("=");
  const named = at < 0 ? text : text.slice(0, at);
  const path = at < 0 ? null : text.slice(at + 1);
  const name = REPORTERS.find((each) => each === named);
  if (name === undefined) {
    const meant = nearest(named, REPORTERS);
    const expected =
      meant === null ? `one of ${REPORTERS.join(", ")}, with =path behind it` : `a reporter such as ${meant}`;
    throw inputError("OPTION_VALUE", "--reporter", expected, text);
  }
  if (path === "") throw inputError("OPTION_VALUE", "--reporter", `a path behind ${name}=`, text);
  const reporters = [...previous, { name, path }];
  const printed = reporters.filter((each) => each.path === null).map((each) => each.name);
  if (printed.length > 1)
    throw inputError(
      "OPTION_VALUE",
      "--reporter",
      `a path for ${name}, as in ${name}=report`,
      `${printed.join(" and ")} on standard output`,
    );
  return reporters;
}

/** Those asked for; `--json` is short for the one, and text is the default. */
export function reportersOf(flags: {
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
}): readonly Reporter[] {
  const asked = flags.reporter ?? [];
  if (flags.json) return parseReporter("json", asked);
  return asked.length === 0 ? [{ name: "text", path: null }] : asked;
}

/** When a command began; answers what reports say of it once it has ended. */
export function startContext(): () => Context {
  const start = new Date();
  return () => {
    const end = new Date();
    return {
      version: packageVersion(),
      started: start.getTime(),
      startedUtc: start.toISOString(),
      ended: end.getTime(),
      endedUtc: end.toISOString(),
    };
  };
}

/** Writes all reports. */
export function report(reporters: readonly Reporter[], reportable: Reportable): void {
  for (const { name, path } of reporters) {
    const text = rendered(name, reportable, path === null ? outputLook() : PLAIN);
    if (path !== null) writeWhole(path, text);
    else if (text !== "") print(text);
    if (name === "github") writeStepSummary(reportable);
  }
}

function rendered(name: ReporterName, { text, json, outcomes }: Reportable, look: Look): string {
  switch (name) {
    case "text":
      return text(look);
    case "json":
      return json();
    case "junit":
      return junitReport(outcomes());
    case "tap":
      return tapReport(outcomes());
    case "sarif":
      return sarifReport(outcomes());
    case "ctrf":
      return ctrfReport(outcomes());
    case "github":
      return githubReport(outcomes());
    case "markdown":
      return markdownReport(outcomes());
  }
}

/** Rule 3. A folder that is missing is made; what is no file, such as a pipe, is written to as it stands. */
function writeWhole(path: string, text: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      writeFileSync(path, text);
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw inputError(
      "OUTPUT_FAILED",
      path,
      "a file that can be written",
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** Rule 2. */
function writeStepSummary({ outcomes }: Reportable): void {
  const { GITHUB_STEP_SUMMARY: file } = process.env;
  if (file !== undefined && file !== "") appendFileSync(file, markdownReport(outcomes()));
}
