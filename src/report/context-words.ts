// Wording of what surrounds a finding: the lines before it and the violations after it.
//
//  1. What is shown is part of a whole, and the size of the whole is always said.
//  2. Consequences are grouped by law, in the order in which the laws were broken first.

import type { Consequence, Finding } from "../verify/result.ts";
import { counted } from "./names.ts";

/** How many earlier lines there were and which of them are shown; "" if there were none. */
export function historyWords({ history, historyTotal }: Finding): string {
  if (historyTotal === null) return "not known, because this input can be read only once";
  if (historyTotal === 0) return "";
  if (historyTotal > history.length) {
    return `the lines above are the last ${history.length} of ${historyTotal} that named these pages`;
  }
  return historyTotal === 1 ? "the line above named these pages" : `the ${historyTotal} lines above named these pages`;
}

/** What followed from this violation: `41 later violations: no-overlap at lines 57, 60, and 39 more`. */
export function consequenceWords({ consequences, consequenceCount }: Finding): string {
  if (consequenceCount === 0) return "";
  const more = consequenceCount - consequences.length;
  const groups = [...groupedByLaw(consequences), ...(more > 0 ? [`${more} more`] : [])];
  return `${counted(consequenceCount, "later violation")}: ${groups.join("; ")}`;
}

function groupedByLaw(consequences: readonly Consequence[]): readonly string[] {
  const lines = new Map<string, number[]>();
  for (const { law, line } of consequences) lines.set(law, [...(lines.get(law) ?? []), line]);
  return [...lines].map(([law, at]) => `${law} at ${at.length === 1 ? "line" : "lines"} ${at.join(", ")}`);
}
