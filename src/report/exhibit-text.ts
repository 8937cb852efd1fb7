// A counterexample that was played, told like a finding of `verify`: the steps in notation are the quoted line, and what
// changed stands below, as the pages just after.

import type { Exhibit } from "../test/exhibit.ts";
import type { Finding } from "../verify/result.ts";
import { stepsInNotation } from "./campaign-words.ts";
import { noteRows } from "./diagnostic.ts";
import { drawing } from "./drawing.ts";
import { findingText } from "./finding-text.ts";
import type { Look } from "./look.ts";
import type { Naming } from "./names.ts";
import { inUsersNumbering } from "./numbering.ts";
import { gutterFor } from "./quote.ts";

/** The exhibit, line by line; `name` is the target's. */
export function exhibitText(shown: Exhibit, name: string, basePfn: number, look: Look): readonly string[] {
  const naming: Naming = { basePfn, pageSize: 1, event: "step" };
  const lines = findingText(asFinding(shown, basePfn), { file: name, naming, look, notes: [] });
  const violation = inUsersNumbering({ ...shown.violation, around: shown.after }, basePfn);
  const before = drawing(inUsersNumbering(shown.violation, basePfn), naming);
  const after = drawing(violation, naming);
  const isChanged = after.join("\n") !== before.join("\n");
  return [...lines, ...noteRows("pages just after", isChanged ? after : [], gutterFor([1]), look)];
}

/** The steps as one quoted line, with carets under the last. */
function asFinding({ steps, violation }: Exhibit, basePfn: number): Finding {
  const words = stepsInNotation(steps, basePfn);
  const last = words.at(-1) ?? "";
  const text = words.join(" ");
  return {
    number: 1,
    violation,
    line: 1,
    event: words.length,
    text,
    column: text.length - last.length + 1,
    columns: Math.max(last.length, 1),
    history: [],
    historyTotal: 0,
    consequences: [],
    consequenceCount: 0,
  };
}
