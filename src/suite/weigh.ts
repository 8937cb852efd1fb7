// What a failure weighs: by its law, and by whether it is known.
//
//  1. A failure that breaks a law of which the suite only wants to be warned is a warning.
//  2. A failure that an entry of `known` fits is known, up to the day that the entry names.
//  3. An entry that fits nothing, or whose day has come, is a failed check of its own: what hides failures must not
//     outlive its reason. Whether it fits nothing is said only where all checks have run.

import { checkVerdict, ERROR, type Check, type CheckFailure, type PartResult, type Weight } from "../checks.ts";
import type { KnownFailure, Suite } from "../spec/suite.ts";

/** The part with its failures weighed. */
export function weigh(part: PartResult, suite: Suite, today: string): PartResult {
  const checks = part.checks.map((check) => ({
    ...check,
    failures: check.failures.map((failure) => ({ ...failure, weight: weightOf(failure, check, suite, today) })),
  }));
  return { ...part, checks };
}

function weightOf(failure: CheckFailure, check: Check, { laws, known }: Suite, today: string): Weight {
  if (failure.weight.kind === "known") return failure.weight;
  const entry = known.find((each) => today < each.until && fits(each, failure, check));
  if (entry !== undefined) return { kind: "known", reason: `${entry.reason} (until ${entry.until})` };
  return failure.law !== null && laws.get(failure.law) === "warning" ? { kind: "warning" } : failure.weight;
}

function fits({ law, check: pattern }: KnownFailure, failure: CheckFailure, check: Check): boolean {
  return (law === null || law === failure.law) && matches(pattern, `${check.group}/${check.name}`);
}

/** Does the text have the pattern's pieces, between its `*`, in their order? */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

/** Rule 3: a check for each entry of `known`. */
export function knownPart({ known }: Suite, results: readonly PartResult[], today: string): PartResult {
  const all = results.flatMap(({ checks }) => checks);
  const checks = known.map((entry): Check => {
    const covered = all.filter((check) => check.failures.some((failure) => fits(entry, failure, check)));
    const undecided = all.some((check) => checkVerdict(check) === "undecided");
    return {
      group: "known",
      name: [...(entry.law === null ? [] : [entry.law]), entry.check].join(" in "),
      shows: entry.reason,
      outcome: `${covered.length} failures, until ${entry.until}`,
      failures: complaintOf(entry, covered.length, undecided, today),
      undecided: null,
    };
  });
  const summary = "failures that are put up with, each for a reason and a time";
  return { kind: "known", name: "known", summary, checks, figures: [], laws: new Map(), vacuous: null };
}

function complaintOf(
  { reason, until, place }: KnownFailure,
  covered: number,
  undecided: boolean,
  today: string,
): readonly CheckFailure[] {
  const failure = { trace: "", law: null, place, weight: ERROR };
  if (covered > 0 && today >= until)
    return [{ ...failure, expected: `to be mended by ${until}: ${reason}`, found: `${covered} failures all the same` }];
  if (covered === 0 && !undecided)
    return [{ ...failure, expected: `a failure: ${reason}`, found: "none, so the entry of `known` is to be removed" }];
  return [];
}
