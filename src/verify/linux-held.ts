// Findings that are not yet sure: a later line can take them back.
//
//  1. A marker of lost events says that a gap began after that CPU's previous event. What an open-world rule
//     found since then rests on events that are missing, and is withdrawn.
//  2. `always` rules need no history: their findings stay.
//  3. At the end of a recording with gaps the same holds of what follows the last event of any CPU: its next
//     event might have carried a marker.
//
// A flood (a trace without free events) must not fill memory: from `HELD_MAX` on findings are counted only.

import { LINUX_RULES } from "./linux-rules.ts";

const HELD_MAX = 2 ** 18;
/** Findings whose line is kept as text, so that it can be shown without a second reading. */
const TEXTS_MAX = 2 ** 12;

/** An event that broke a rule; `before` is the byte of linux-frames.ts that spoke against it. */
export interface HeldFinding {
  readonly rule: number;
  readonly pfn: number;
  readonly order: number;
  readonly cpu: number;
  readonly line: number;
  readonly before: number;
  readonly text: string;
}

/** Collects findings in file order. */
export class HeldFindings {
  #held: HeldFinding[] = [];
  readonly #more: number[] = LINUX_RULES.map(() => 0);
  withdrawn = 0;

  add(finding: Omit<HeldFinding, "text">, text: () => string): void {
    if (this.#held.length >= HELD_MAX) this.#more[finding.rule] = (this.#more[finding.rule] as number) + 1;
    else this.#held.push({ ...finding, text: this.#held.length < TEXTS_MAX ? text() : "" });
  }

  /** Takes back what rests on events after this line; answers how many findings that were. */
  withdrawAfter(line: number): number {
    let from = this.#held.length;
    while (from > 0 && (this.#held[from - 1] as HeldFinding).line > line) from--;
    const tail = this.#held.splice(from);
    const kept = tail.filter(({ rule }) => isCertain(rule));
    this.#held.push(...kept);
    this.withdrawn += tail.length - kept.length;
    return tail.length - kept.length;
  }

  /** Takes back findings that turned out to be legal, by their lines; all of them are recent. */
  drop(rule: number, lines: ReadonlySet<number>, since: number): void {
    let from = this.#held.length;
    while (from > 0 && (this.#held[from - 1] as HeldFinding).line >= since) from--;
    const tail = this.#held.splice(from);
    this.#held.push(...tail.filter((finding) => finding.rule !== rule || !lines.has(finding.line)));
  }

  /** The recording begins anew: only what needs no history stays. */
  restart(): void {
    this.#held = this.#held.filter(({ rule }) => isCertain(rule));
    for (let rule = 0; rule < this.#more.length; rule++) if (!isCertain(rule)) this.#more[rule] = 0;
  }

  /** Findings that stand, of the rules that `isJudged`, and how many there are of each rule. */
  standing(isJudged: (rule: number) => boolean): { findings: readonly HeldFinding[]; counts: readonly number[] } {
    const findings = this.#held.filter(({ rule }) => isJudged(rule));
    const counts = this.#more.map((more, rule) => (isJudged(rule) ? more : 0));
    for (const { rule } of findings) counts[rule] = (counts[rule] as number) + 1;
    return { findings, counts };
  }
}

function isCertain(rule: number): boolean {
  return LINUX_RULES[rule]?.certainty === "always";
}
