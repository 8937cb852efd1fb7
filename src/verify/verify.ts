// The trace verifier: asks the one relation about every event of a recording, and sorts what it answers.
//
//  1. Memory is the ledger (live blocks and touched frames) and the findings asked for, never the trace.
//  2. Each violation is a finding or a consequence of one (causes.ts). Findings beyond `findingsMax` are
//     counted, not kept.
//  3. The verdict is `violated` after any violation, `undecided` when events are missing, `vacuous`
//     without events, `holds` otherwise. What was not judged is listed with the reason.

import type { Command, Outcome } from "../../model/command.ts";
import { createGeometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import type { Problem } from "../problem.ts";
import type { Interval, TraceCursor, TraceHeader, TraceSink } from "../trace/event.ts";
import type { NotChecked, VerdictKind } from "../verdict.ts";
import { Causes } from "./causes.ts";
import { Crowd } from "./crowd.ts";
import { locate } from "./locate.ts";
import { notChecked } from "./not-checked.ts";
import { Reorder, type Standing, type Waiting } from "./reorder.ts";
import type { Consequence, Finding, Tally, TraceResult } from "./result.ts";

/** Consequences named per finding; the rest are counted. */
const CONSEQUENCES_KEPT = 5;
const TEXT_MAX = 400;

export interface VerifyOptions {
  readonly file: string;
  /** The profile to judge by, from the command line or from the header, or what is wrong with it. */
  readonly profileOf: (header: TraceHeader, line: number) => Profile | readonly Problem[];
  readonly laws: ReadonlySet<LawId>;
  /** Findings kept with their evidence; Infinity for all. */
  readonly findingsMax: number;
  /** Stop at the first violation: `wantsMore` turns false. */
  readonly failFast: boolean;
  /** Gather what reports show beside a violation; true if it is not said. */
  readonly evidence?: boolean;
}

type OpenFinding = Omit<Finding, "history" | "historyTotal" | "consequences" | "consequenceCount"> & {
  consequences: Consequence[];
  consequenceCount: number;
};

/** Judges one trace: feed it to a reader, then ask for the result. */
export class Verifier implements TraceSink {
  readonly #options: VerifyOptions;
  /** Set by whoever connects a reader; gives the text of the line being judged. */
  cursor: TraceCursor | null = null;
  #header: TraceHeader | null = null;
  #profile: Profile = STRICT_PROFILE;
  #ledger: Ledger | null = null;
  readonly #causes = new Causes();
  readonly #findings: OpenFinding[] = [];
  readonly #problems: Problem[] = [];
  readonly #tally: Tally = {
    served: 0,
    refused: 0,
    freed: 0,
    snapshots: 0,
    counts: 0,
    added: 0,
    removed: 0,
    died: 0,
    lost: 0,
    notes: 0,
  };
  /** Only in a concurrent history, from its first event with `t_end`. */
  #reorder: Reorder | null = null;
  readonly #crowd = new Crowd();
  #lastCalled = -Infinity;
  /** Events and losses seen so far. */
  #seen = 0;
  /** The number of the event being judged; of a concurrent history it is not the last one seen. */
  #judged = 0;
  #findingCount = 0;
  #violationCount = 0;
  #peakLiveBlocks = 0;
  #zeroedReported = false;
  /** Are events judged: is there a ledger, no problem yet, and more wanted? */
  #isOpen = false;
  #diedAt = 0;
  #eventsAfterDeath = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** False once nothing more can change the answer that was asked for. */
  get wantsMore(): boolean {
    return !(this.#options.failFast && this.#findingCount > 0);
  }

  header(header: TraceHeader, line: number): number {
    this.#header = header;
    const profile = this.#options.profileOf(header, line);
    if (Array.isArray(profile)) for (const problem of profile as readonly Problem[]) this.problem(problem);
    else this.#profile = profile as Profile;
    const base = this.#profile.alignment === "pool" ? 0 : header.shape.basePfn;
    const geometry = createGeometry({ ...header.shape, basePfn: base });
    this.#ledger = createLedger({ geometry, profile: this.#profile, start: header.start, laws: this.#options.laws });
    this.#ledger.gathersEvidence = this.#options.evidence ?? true;
    this.#isOpen = this.#problems.length === 0;
    return base;
  }

  event(command: Command, outcome: Outcome, line: number): void {
    this.#seen++;
    if (!this.#isOpen) return;
    const interval = this.cursor?.interval ?? null;
    if (interval === null && this.#reorder === null) {
      this.#judged = this.#seen;
      this.#judge(command, outcome, line, null);
    } else this.#wait(command, outcome, line, interval);
  }

  /** An event of a concurrent history: its turn comes when all that count before it have arrived. */
  #wait(command: Command, outcome: Outcome, line: number, interval: Interval | null): void {
    this.#reorder ??= new Reorder((event, standing, under) => this.#release(event, standing, under));
    if (interval !== null) this.#lastCalled = Math.max(this.#lastCalled, interval.called);
    this.#reorder.add({
      command: { ...command },
      outcome: { ...outcome },
      line,
      number: this.#seen,
      text: this.cursor?.lineText(TEXT_MAX) ?? "",
      interval: interval ?? { called: this.#lastCalled, returned: this.#lastCalled },
    });
  }

  #release(event: Waiting, standing: Standing, under: readonly Waiting[] | null): void {
    const { command, outcome, line, text } = event;
    const ledger = this.#ledger as Ledger;
    this.#judged = event.number;
    switch (standing) {
      case "alone":
        this.#crowd.note(ledger, event);
        this.#judge(command, outcome, line, text);
        return;
      case "overlapped": {
        ledger.now = line;
        this.#count(command, outcome, line);
        const judged = under === null || !isRequest(command) ? null : this.#crowd.judge(ledger, event, under);
        for (const violation of judged ?? []) this.#violated(violation, line, text);
        if ((judged ?? []).length === 0) ledger.undecide(lawOfInstant(command), "concurrent");
        return;
      }
      case "cut":
        this.#count(command, outcome, line);
        ledger.undecide("no-overlap", "cut");
        return;
      case "late":
        this.#count(command, outcome, line);
        ledger.undecide("no-overlap", "late");
        this.#crowd.note(ledger, event);
        step(ledger, command, outcome);
        return;
    }
  }

  #judge(command: Command, outcome: Outcome, line: number, text: string | null): void {
    const ledger = this.#ledger as Ledger;
    ledger.now = line;
    this.#count(command, outcome, line);
    const violations = step(ledger, command, outcome);
    if (ledger.liveBlocks > this.#peakLiveBlocks) this.#peakLiveBlocks = ledger.liveBlocks;
    if (violations.length > 0) {
      for (const violation of violations) if (this.#isDecidable(violation)) this.#violated(violation, line, text);
    } else if (command.kind === "snapshot") this.#causes.seenSound();
  }

  /** Which of the free blocks was chosen depends on the order of calls, which a concurrent history leaves open. */
  #isDecidable({ law }: Violation): boolean {
    if (this.#reorder === null || (law !== "best-fit" && law !== "placement")) return true;
    this.#ledger?.undecide(law, "concurrent");
    return false;
  }

  lost(_events: number | null, line: number): void {
    this.#seen++;
    if (this.#ledger === null) return;
    this.#reorder?.cut();
    this.#ledger.now = line;
    this.#tally.lost++;
    this.#ledger.forget();
    this.#causes.forget();
  }

  note(): void {
    this.#tally.notes++;
  }

  problem(problem: Problem): void {
    this.#problems.push(problem);
    this.#isOpen = false;
  }

  #count(command: Command, outcome: Outcome, line: number): void {
    const tally = this.#tally;
    if (this.#diedAt > 0) this.#eventsAfterDeath++;
    if (outcome.kind === "crashed") {
      tally.died++;
      if (this.#diedAt === 0) this.#diedAt = line;
      return;
    }
    switch (command.kind) {
      case "alloc":
      case "alloc-pages":
        if (outcome.kind === "block") {
          tally.served++;
          if (outcome.zeroed !== null) this.#zeroedReported = true;
        } else tally.refused++;
        return;
      case "free":
      case "free-order":
      case "free-pages":
        tally.freed++;
        return;
      case "snapshot":
        tally.snapshots++;
        return;
      case "counts":
        tally.counts++;
        return;
      case "add":
        tally.added++;
        return;
      case "remove":
        tally.removed++;
        return;
      case "unnamed":
        return;
    }
  }

  #violated(violation: Violation, line: number, recorded: string | null): void {
    this.#violationCount++;
    const cause = this.#causes.causeOf(violation);
    if (cause > 0) {
      this.#causes.spread(violation, cause);
      this.#consequence(cause, { line, law: violation.law });
      return;
    }
    const number = ++this.#findingCount;
    if (!this.wantsMore) this.#isOpen = false;
    this.#causes.begin(violation, number);
    if (number > this.#options.findingsMax) return;
    const text = recorded ?? this.cursor?.lineText(TEXT_MAX) ?? "";
    const base = this.#ledger?.geometry.basePfn ?? 0;
    this.#findings.push({
      number,
      violation,
      line,
      event: this.#judged,
      text,
      ...locate(text, violation, base),
      consequences: [],
      consequenceCount: 0,
    });
    if (number >= this.#options.findingsMax && this.#ledger !== null) this.#ledger.gathersEvidence = false;
  }

  #consequence(cause: number, consequence: Consequence): void {
    const finding = this.#findings[cause - 1];
    if (finding === undefined) return;
    finding.consequenceCount++;
    if (finding.consequences.length < CONSEQUENCES_KEPT) finding.consequences.push(consequence);
  }

  /** The answer, once the reader has ended. Histories are still empty (history.ts fills them). */
  result(lines: number): TraceResult {
    this.#reorder?.flush();
    const tally = { ...this.#tally };
    const events =
      tally.served +
      tally.refused +
      tally.freed +
      tally.snapshots +
      tally.counts +
      tally.added +
      tally.removed +
      tally.died;
    const unchecked = this.#notChecked();
    return {
      file: this.#options.file,
      verdict: this.#verdict(events, unchecked),
      header: this.#header,
      profileName: this.#profile.name,
      base: this.#ledger?.geometry.basePfn ?? 0,
      lines,
      events,
      tally,
      findings: this.#findings.map((finding) => ({ ...finding, history: [], historyTotal: null })),
      findingCount: this.#findingCount,
      violationCount: this.#violationCount,
      notChecked: unchecked,
      advice: [],
      peakLiveBlocks: this.#peakLiveBlocks,
      livePages: this.#ledger?.livePages ?? 0,
      problems: this.#problems,
    };
  }

  #notChecked(): NotChecked[] {
    const ledger = this.#ledger;
    if (ledger === null) return [];
    const startsInMidLife = this.#header?.start === "unknown";
    const found = notChecked(ledger, this.#tally, { startsInMidLife, zeroedReported: this.#zeroedReported });
    if (this.#eventsAfterDeath > 0) {
      const reason = `the allocator died at line ${this.#diedAt} and the recording goes on: nothing is known of its state`;
      found.push({ law: "no-overlap", cause: "incomplete", reason, events: this.#eventsAfterDeath });
    }
    return found;
  }

  #verdict(events: number, unchecked: readonly NotChecked[]): VerdictKind {
    if (this.#violationCount > 0) return "violated";
    if (this.#problems.length > 0) return "undecided";
    if (events === 0) return "vacuous";
    return unchecked.some((law) => law.cause === "incomplete") ? "undecided" : "holds";
  }
}

function isRequest({ kind }: Command): boolean {
  return kind === "alloc" || kind === "alloc-pages";
}

/** The law that an answer about one instant would decide. */
function lawOfInstant({ kind }: Command): LawId {
  switch (kind) {
    case "snapshot":
      return "partition";
    case "counts":
      return "conserved";
    case "free":
    case "free-order":
    case "free-pages":
      return "bad-free-refused";
    default:
      return "no-spurious-oom";
  }
}
