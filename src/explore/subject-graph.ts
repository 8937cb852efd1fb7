// The state graph of a target in a small pool: what the client holds, and the lists in their order.
//
// States that look the same may differ in what only the target sees, such as fields that are left over; then they are
// told apart by a number behind the name.

import type { Letter } from "../search/alphabet.ts";
import { OK } from "../../model/command.ts";
import { formatState, formatStep } from "../../model/notation.ts";
import { lettersOf, spaceOf, type SubjectOptions } from "./explore-subject.ts";
import { viewOf } from "./property.ts";
import { graphOf, type StateGraph } from "./state-graph.ts";

/** The graph of a target, or null if it has more than `statesMax` states. */
export function subjectGraph(name: string, options: SubjectOptions, statesMax: number): StateGraph | null {
  const { geometry, session } = options;
  const { span, maxOrder, basePfn } = geometry;
  const letters = lettersOf(options);
  const space = spaceOf(options, letters, "coded");
  const times = new Map<string, number>();
  function stateName(): string {
    const { live, free } = viewOf(geometry, space.held());
    const seen = session.snapshot();
    if (seen?.kind !== "snapshot") return formatState(live, free, basePfn);
    const isEmpty = seen.cached.length === 0 && seen.lists.every((list) => list.length === 0);
    const listed = isEmpty ? "" : (formatStep(seen, OK, basePfn) ?? "");
    return `${formatState(live, [], basePfn)} ${listed}`.trim();
  }
  return graphOf(
    space,
    {
      title: `${name}, ${span.end - span.start} pages up to order ${maxOrder}`,
      state() {
        const found = stateName();
        const before = times.get(found) ?? 0;
        times.set(found, before + 1);
        return before === 0 ? found : `${found} (${before + 1})`;
      },
      step: (command) => formatStep((letters[command] as Letter).command, space.outcome, basePfn) ?? "?",
    },
    statesMax,
  );
}
