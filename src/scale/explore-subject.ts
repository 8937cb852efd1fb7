// Explores a target on several threads, each with an instance of its own, and finds what one thread finds.
//
//  1. The states are numbered, counted and kept here, in the order of one thread (src/search/gathered-search.ts). The
//     others give commands and judge.
//  2. What they find broken, or cannot explore, one thread finds again from the start, and tells: so a counterexample is
//     the same as ever. If it finds nothing, the target keeps something out of its states.

import {
  concluded,
  exploreSubject,
  lettersOf,
  spaceOf,
  type SubjectOptions,
  type SubjectResult,
} from "../explore/explore-subject.ts";
import type { Expansion, ExpansionTask } from "../search/expansion.ts";
import { gatherStates } from "../search/gathered-search.ts";
import type { SubjectJob } from "./subject-messages.ts";
import { Thread } from "./thread.ts";

type SubjectThread = Thread<ExpansionTask, Expansion>;

const WORKER = new URL("subject-worker.js", import.meta.url);

/** Explores breadth first on `jobs` threads; `name` is how the user named the target. Properties are not looked at. */
export async function exploreSubjectOn(jobs: number, name: string, options: SubjectOptions): Promise<SubjectResult> {
  const { geometry, profile, oracle, laws, resizes, takesFractions, limits } = options;
  const letters = lettersOf(options);
  const space = spaceOf(options, letters, "plain");
  space.start();
  const first = {
    side: space.row.slice(0, space.side),
    words: space.row.slice(space.side),
    commandCount: letters.length,
  };
  const job: SubjectJob = { name, geometry, profile, oracle, laws, resizes, takesFractions };
  const threads = Array.from({ length: jobs }, (): SubjectThread => new Thread(WORKER, job));
  try {
    const found = await gatherStates(first, jobs, (task) => askIdlest(threads, task), limits);
    if (found.ending.kind === "broken") return foundAgain(options);
    return { ...concluded({ ...found, errorProbability: null }, letters, options), properties: [] };
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

function askIdlest(threads: readonly SubjectThread[], task: ExpansionTask): Promise<Expansion> {
  const idlest = threads.reduce((one, other) => (other.load < one.load ? other : one));
  return idlest.ask(task, [task.rows.buffer as ArrayBuffer]);
}

/** Rule 2. What was seen broken is looked for as long as it takes. */
function foundAgain(options: SubjectOptions): SubjectResult {
  const { statesMax, depthMax } = options.limits;
  const found = exploreSubject({ ...options, limits: { statesMax, depthMax, goesOn: () => true } });
  const isExplained = found.trouble !== null || found.counterexample !== null || found.limit !== null;
  if (isExplained) return found;
  return { ...found, verdict: "undecided", trouble: { kind: "not-replayed", command: null, steps: [] } };
}
