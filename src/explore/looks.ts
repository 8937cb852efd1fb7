// What is seen of a target between its calls: its lists and its counts, or the death in looking at them.

import { OK } from "../../model/command.ts";
import type { Session } from "../targets/target.ts";
import type { ExploredStep } from "./result.ts";

/** The looks that a target allows, each as a step. */
export function looksAt(session: Session): readonly ExploredStep[] {
  const lists = session.snapshot();
  const counts = session.counts();
  return [
    ...(lists === null ? [] : [seen(lists, { kind: "snapshot", lists: [], cached: [] })]),
    ...(counts === null ? [] : [seen(counts, { kind: "counts", free: [], zone: null })]),
  ];
}

type Look = NonNullable<ReturnType<Session["snapshot"]> | ReturnType<Session["counts"]>>;

function seen(look: Look, unseen: ExploredStep["command"]): ExploredStep {
  return look.kind === "crashed" ? { command: unseen, outcome: look } : { command: look, outcome: OK };
}
