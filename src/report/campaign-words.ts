// Wording of campaigns: certificates, pools, jobs, and what was not exercised.

import type { PoolShape } from "../../model/geometry.ts";
import { formatStep } from "../../model/notation.ts";
import type { Certificate, Counterexample } from "../test/counterexample.ts";
import type { Job } from "../test/campaign.ts";
import type { NotJudged } from "../test/gaps.ts";
import type { Answered } from "../test/scripts.ts";
import { counted } from "./names.ts";

/** `8 pages, largest order 3`, and what is odd about them. */
export function poolWords({ pages, maxOrder, basePfn, reserved, zones }: PoolShape): string {
  const parts = [`${counted(pages, "page")}, largest order ${maxOrder}`];
  if (basePfn > 0) parts.push(`from pfn ${basePfn}`);
  for (const { start, end } of reserved) parts.push(`reserved ${start}-${end}`);
  for (const { name, start, end } of zones) parts.push(`zone ${name} ${start}-${end}`);
  return parts.join(", ");
}

/** The options that name a pool on the command line. */
export function poolFlags({ pages, maxOrder, basePfn, reserved, zones }: PoolShape): string {
  return [
    `--max-order ${maxOrder}`,
    `--pages ${pages}`,
    ...(basePfn > 0 ? [`--base-pfn ${basePfn}`] : []),
    ...reserved.map(({ start, end }) => `--reserved ${start}-${end}`),
    ...zones.map(({ name, start, end }) => `--zone ${name}=${start}-${end}`),
  ].join(" ");
}

/** How short a counterexample is known to be. */
export function certificateWords(certificate: Certificate, length: number): string {
  switch (certificate.kind) {
    case "proved-shortest":
      return length <= 1 ? "shortest: nothing is shorter" : "proved shortest: every shorter sequence was tried";
    case "lifted":
      return `shortest at scale ${certificate.scale}, lifted: it breaks the same law with largest order ${certificate.maxOrder}`;
    case "locally-minimal":
      return `locally minimal: no single change makes it shorter; ${MINIMAL_WORDS[certificate.why]}`;
    case "not-repeated":
      return "not repeated: played again, it broke nothing, so the target is not deterministic; not shrunk";
  }
}

const MINIMAL_WORDS = {
  budget: "there are too many shorter sequences to try them all",
  "not-searchable": "the states of this target, or of a pool this large, cannot be searched",
  "other-law": "what is shorter breaks a promise of policy only",
} as const;

/** Where a counterexample was found. */
export function jobWords({ kind, number }: Job, { found }: Counterexample): string {
  const where = `in ${poolWords(found.pool.shape)}`;
  if (kind === "replay") return `by playing ${counted(found.script.length, "command")}, ${where}`;
  if (kind === "search") return `by searching all states, ${where}`;
  return `by a ${kind === "probe" ? "short" : "long"} run (job ${number}) of ${counted(found.script.length, "command")}, ${where}`;
}

/** Steps in notation. Half a page has no written form there, but is shown. */
export function stepsInNotation(steps: readonly Answered[], basePfn: number): readonly string[] {
  return steps.map(({ command, outcome }) => {
    const written = formatStep(command, outcome, basePfn);
    if (written !== null) return written;
    return "pfn" in command ? `${command.kind} ${command.pfn - basePfn}` : command.kind;
  });
}

/** Why a law was not judged. */
export function notJudgedWords(why: NotJudged["why"]): string {
  switch (why) {
    case "boot-allocator":
      return "no boot allocator takes part; `buddycheck run` judges it";
    case "lists-hidden":
      return "the target does not show its free lists";
    case "counts-hidden":
      return "the target shows neither free lists nor counts";
    case "ends-only":
      return "a program shows its free lists only after the last call of a script, and no counts";
    case "profile-silent":
      return "the profile makes no such promise";
    case "zeroes-unsaid":
      return "the target does not say whether pages are zero";
    case "no-page-counts":
      return "the target takes no page counts";
    case "no-misuse":
      return "the profile does not have misuse refused";
  }
}
