// The result of a verified kernel trace, from what the verifier gathered.
//
//  1. Rules whose events the trace never has are not judged: what they found is void.
//  2. In a recording with gaps, what follows the last event of any CPU is withdrawn as well.
//  3. Contradictions that one kind of missing event explains share one confidence.
//  4. The verdict: wrong input decides nothing; what is certain or of high confidence violates; any other contradiction,
//     a known loss, a line that could not be read or a replay that differs leaves it undecided.

import { KIND_NAMES } from "../trace/linux-event.ts";
import type { Problem } from "../problem.ts";
import type { VerdictKind } from "../verdict.ts";
import {
  completenessOf,
  confidences,
  knownLoss,
  type Confidence,
  type Confidences,
  type TracedPages,
} from "./linux-completeness.ts";
import { replayAgrees, type ExactReport } from "./linux-exact.ts";
import { IN_CORE, LIVE, FREED, TAIL, TAKEN } from "./linux-frames.ts";
import type { HeldFinding, HeldFindings } from "./linux-held.ts";
import type { LinuxLosses, LossReport } from "./linux-losses.ts";
import type { LinuxVerifyOptions } from "./linux-options.ts";
import type { FrameWas, LinuxFinding, LinuxResult, UnjudgedRule } from "./linux-result.ts";
import {
  ALLOC_OF_LIVE,
  DRAINED_LIVE,
  LINUX_CLASSES,
  LINUX_RULES,
  REMOVED_LIVE,
  REMOVED_NOT_FREE,
  type LinuxRule,
} from "./linux-rules.ts";
import type { HistoryLine } from "./result.ts";

/** What the verifier gathered. */
export interface Gathered {
  readonly options: LinuxVerifyOptions;
  readonly lines: number;
  readonly tally: readonly number[];
  readonly classes: readonly number[];
  readonly others: number;
  /** Of these, lines before the first event. */
  readonly headerLines: number;
  readonly unexplained: number;
  readonly unexplainedLines: readonly HistoryLine[];
  readonly held: HeldFindings;
  readonly losses: LinuxLosses;
  readonly pages: TracedPages;
  readonly exact: ExactReport;
  readonly problems: readonly Problem[];
}

/** Contradictions that one missing free explains. */
const LIVE_RULES: readonly number[] = [ALLOC_OF_LIVE, REMOVED_LIVE, DRAINED_LIVE];

const CERTAIN: Confidence = { level: "certain", reason: "no missing event makes this one possible" };

export function summedUp(gathered: Gathered): LinuxResult {
  const { options, tally, held, losses } = gathered;
  if (losses.hasMarkers) held.withdrawAfter(losses.quietLine());
  const report = reportOf(gathered);
  const loss = knownLoss(report, options.recorder);
  const exact = possibleExact(gathered.exact, loss, losses);
  const unjudged = unjudgedRules(gathered, exact, report);
  const { findings, counts } = held.standing((rule) => unjudged.every((each) => each.rule !== LINUX_RULES[rule]));
  const events = sumOf(tally);
  const completeness = completenessOf(options.environment.vmstat, gathered.pages);
  const contradictions = sumOf(counts.filter((_, rule) => LINUX_RULES[rule]?.certainty === "open-world"));
  const confidence = confidences(sumOf(LIVE_RULES.map((rule) => counts[rule] ?? 0)), loss, completeness);
  const isSure = sumOf(counts) > contradictions || confidence.ofLive.level === "high";
  const isOpen =
    contradictions > 0 ||
    loss !== null ||
    gathered.unexplained > 0 ||
    gathered.problems.length > 0 ||
    !replayAgrees(exact);
  return {
    file: options.file,
    verdict: verdictOf(events, isSure, isOpen),
    recorder: options.recorder,
    environmentFiles: options.environment.files,
    maxOrder: options.environment.maxOrder,
    lines: gathered.lines,
    tally,
    events,
    others: gathered.others,
    unexplained: gathered.unexplained,
    unexplainedLines: gathered.unexplainedLines,
    findings: findings.slice(0, options.findingsMax).map((finding, at) => findingOf(finding, at + 1, confidence)),
    findingCount: sumOf(counts),
    ruleCounts: LINUX_RULES.flatMap((rule, at) => ((counts[at] ?? 0) > 0 ? [{ rule, count: counts[at] ?? 0 }] : [])),
    unjudged,
    classes: LINUX_CLASSES.flatMap((each, at) => {
      const count = gathered.classes[at] ?? 0;
      return count > 0 ? [{ class: each, count }] : [];
    }),
    losses: report,
    completeness,
    exact,
    problems: gathered.problems,
  };
}

function reportOf({ options, tally, held, losses, unexplained, others, headerLines }: Gathered): LossReport {
  const entries = sumOf(tally) + unexplained + others - headerLines;
  return losses.report(options.environment.stats, held.withdrawn, entries);
}

function verdictOf(events: number, isSure: boolean, isOpen: boolean): VerdictKind {
  if (isSure) return "violated";
  if (events === 0) return "vacuous";
  return isOpen ? "undecided" : "holds";
}

/** The replay needs every event. */
function possibleExact(exact: ExactReport, loss: string | null, { start }: LinuxLosses): ExactReport {
  if (exact.kind !== "replayed") return exact;
  if (loss !== null) return { kind: "impossible", reason: loss };
  return start === null ? exact : { kind: "impossible", reason: "the oldest events were overwritten" };
}

const OF_ONE_CPU = "each recording in the file is of one CPU (per_cpu), and what one frees another allocates";

function unjudgedRules({ tally, options }: Gathered, exact: ExactReport, { isPerCpu }: LossReport): UnjudgedRule[] {
  return LINUX_RULES.flatMap((rule, at) => {
    const reason =
      at === REMOVED_NOT_FREE
        ? unreplayedReason(exact)
        : isPerCpu && rule.certainty === "open-world"
          ? OF_ONE_CPU
          : unjudgedReason(rule, tally, options.environment.zones !== null);
    return reason === null ? [] : [{ rule, reason }];
  });
}

/** Why the replay judged nothing; where none was asked for, its rule is not missed. */
function unreplayedReason(exact: ExactReport): string | null {
  return exact.kind === "impossible" ? `the buddy core was not replayed: ${exact.reason}` : null;
}

function unjudgedReason(rule: LinuxRule, tally: readonly number[], hasZones: boolean): string | null {
  if ((rule.id === "outside-zones" || rule.id === "crosses-zone") && !hasZones) return "no zoneinfo was given";
  const missing = rule.needs.find((kinds) => kinds.every((kind) => tally[kind] === 0));
  if (missing === undefined) return null;
  return `the trace has no ${missing.map((kind) => KIND_NAMES[kind]).join(" or ")}`;
}

function findingOf(held: HeldFinding, number: number, { ofLive, others }: Confidences): LinuxFinding {
  const { rule, pfn, order, cpu, line, text, before } = held;
  const kind = LINUX_RULES[rule] as LinuxRule;
  const wasOrder = before === 0 || (before & 15) === TAIL ? -1 : before & 15;
  const confidence = kind.certainty === "always" ? CERTAIN : LIVE_RULES.includes(rule) ? ofLive : others;
  const story = { history: [], historyTotal: null };
  return { number, rule: kind, line, text, pfn, order, cpu, was: wasOf(before >> 4), wasOrder, confidence, ...story };
}

function wasOf(state: number): FrameWas {
  switch (state) {
    case LIVE:
      return "live";
    case FREED:
      return "freed";
    case TAKEN:
      return "taken";
    case IN_CORE:
      return "in-core";
    default:
      return "unknown";
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
