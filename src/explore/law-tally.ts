// How often each law was put to the test by an exploration: the guard against laws that had nothing to look at.
//
//  1. Which laws a step tests follows from its command and outcome (src/search/judged.ts), so it is asked once for
//     each kind of step and multiplied by how often that kind was seen.
//  2. With the lists in sight every state is looked at. A refusal, or a call that may change one block only, is
//     judged by its laws each time: it led to a state whose lists are exactly what they should be.

import type { Command, Outcome } from "../../model/command.ts";
import { OK } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { createLedger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Letter } from "../search/alphabet.ts";
import { lawsJudged } from "../search/judged.ts";
import type { Subject } from "../search/subject.ts";
import { ANSWERS, type Oracle } from "../search/subject-space.ts";
import type { LawTally } from "./result.ts";

export interface TallyOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly subject: Subject;
  readonly oracle: Oracle;
  readonly letters: readonly Letter[];
  /** As `SubjectSpace` counts them. */
  readonly answered: Float64Array;
  readonly looks: { readonly snapshots: number; readonly counts: number; readonly drained: number };
}

/** All laws, with the number of steps and looks that could have found them broken. */
export function tallyLaws(options: TallyOptions): readonly LawTally[] {
  const { profile, letters, answered, oracle, looks } = options;
  const counts = new Map<LawId, number>(LAW_IDS.map((law) => [law, 0]));
  function add(laws: readonly LawId[], times: number): void {
    for (const law of laws) counts.set(law, (counts.get(law) ?? 0) + times);
  }
  const ledger = seenLedger(options);
  letters.forEach(({ command }, letter) => {
    ANSWERS.forEach((answer, at) => {
      const times = answered[letter * ANSWERS.length + at] as number;
      if (times === 0) return;
      add(lawsJudged(ledger, command, outcomeOf(answer, profile)), times);
      if (oracle === "lists" && looks.snapshots > 0) add(lawsAroundOf(command, answer), times);
    });
  });
  const isEager = profile.coalescing === "eager" && profile.initialFreeSet === "canonical";
  add(["aligned", "in-bounds", "free-lists", "partition"], looks.snapshots);
  if (isEager) add(["no-free-buddies"], looks.snapshots + looks.counts);
  if (ledger.serving?.known === true) add(["placement"], looks.snapshots);
  add(["conserved"], looks.counts);
  if (isEager) add(["drained"], looks.drained);
  return LAW_IDS.map((law) => ({ law, judged: counts.get(law) ?? 0 }));
}

/** A ledger as it is in every state: with the lists in sight just before, or without. */
function seenLedger({ geometry, profile, subject, oracle }: TallyOptions): ReturnType<typeof createLedger> {
  const ledger = createLedger({ geometry, profile, start: "empty" });
  ledger.gathersEvidence = false;
  subject.reset();
  const lists = oracle === "lists" ? subject.snapshot() : null;
  if (lists?.kind === "snapshot") step(ledger, lists, OK);
  return ledger;
}

function outcomeOf(answer: (typeof ANSWERS)[number], { zeroed }: Profile): Outcome {
  switch (answer) {
    case "block":
      return { kind: "block", pfn: 0, zeroed: zeroed === "promised" ? true : null };
    case "crashed":
      return { kind: "crashed", how: "" };
    default:
      return { kind: answer };
  }
}

/** The laws about the lists before and after one call. */
function lawsAroundOf({ kind }: Command, answer: (typeof ANSWERS)[number]): readonly LawId[] {
  if (answer === "refused") return ["refused-unchanged"];
  if (answer === "crashed") return [];
  return kind === "alloc-pages" ? ["frame", "rounding"] : ["frame"];
}
