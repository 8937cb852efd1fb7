// Explores a target on several threads, each with an instance of its own, and finds what one thread finds.
//
//  1. The states are numbered, counted and kept here, in the order of one thread (src/search/gathered-search.ts). The
//     others give commands and judge.
//  2. What they find broken, or cannot explore, one thread finds again from the start, and tells: so a counterexample is
//     the same as ever. If it finds nothing, the target keeps something out of its states.
//  3. A thread whose module never returns cannot be asked any more. When no thread comes to the end of a state for a
//     while, they are all ended, and one thread begins again, which has patience with such calls.

import { concluded, lettersOf, spaceOf, type SubjectOptions, type SubjectResult } from "../explore/explore-subject.ts";
import type { Expansion, ExpansionTask } from "../search/expansion.ts";
import { gatherStates } from "../search/gathered-search.ts";
import type { SubjectJob } from "./subject-messages.ts";
import { Thread } from "./thread.ts";

type SubjectThread = Thread<ExpansionTask, Expansion>;

const WORKER = new URL("subject-worker.js", import.meta.url);

/** Explores with one thread, as rules 2 and 3 have it. */
export type ExploreAlone = (options: SubjectOptions) => SubjectResult;

/** Time without the end of any state: plenty, and no verdict. */
const STILL_MS = 5000;
/** Looks at the threads in that time. */
const LOOKS = 10;

/** Explores breadth first on `jobs` threads; `name` is how the user named the target. Properties are not looked at. */
export async function exploreSubjectOn(
  jobs: number,
  name: string,
  options: SubjectOptions,
  alone: ExploreAlone,
  stillMs: number = STILL_MS,
): Promise<SubjectResult> {
  const { geometry, profile, oracle, laws, resizes, takesFractions, limits } = options;
  const letters = lettersOf(options);
  const space = spaceOf(options, letters, "plain");
  space.start();
  const first = {
    side: space.row.slice(0, space.side),
    words: space.row.slice(space.side),
    commandCount: letters.length,
  };
  const ended = new Int32Array(new SharedArrayBuffer(4));
  const job: SubjectJob = { name, geometry, profile, oracle, laws, resizes, takesFractions, ended };
  const threads = Array.from({ length: jobs }, (): SubjectThread => new Thread(WORKER, job));
  const watch = watchStill(threads, ended, stillMs);
  try {
    const gathered = gatherStates(first, jobs, (task) => askIdlest(threads, task), limits);
    const found = await Promise.race([gathered, watch.still]);
    if (found === null) return alone(options);
    if (found.ending.kind === "broken") return foundAgain(options, alone);
    return { ...concluded({ ...found, errorProbability: null }, letters, options), properties: [] };
  } finally {
    watch.end();
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** Is answered by null once threads that have something to do come to the end of nothing (rule 3). */
function watchStill(
  threads: readonly SubjectThread[],
  ended: Int32Array,
  stillMs: number,
): { readonly still: Promise<null>; readonly end: () => void } {
  let last = -1;
  let unchanged = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const still = new Promise<null>((resolve) => {
    timer = setInterval(() => {
      const now = Atomics.load(ended, 0);
      unchanged = now === last && threads.some(({ load }) => load > 0) ? unchanged + 1 : 0;
      last = now;
      if (unchanged >= LOOKS) resolve(null);
    }, stillMs / LOOKS);
  });
  return { still, end: () => clearInterval(timer) };
}

function askIdlest(threads: readonly SubjectThread[], task: ExpansionTask): Promise<Expansion> {
  const idlest = threads.reduce((one, other) => (other.load < one.load ? other : one));
  return idlest.ask(task, [task.rows.buffer as ArrayBuffer]);
}

/** Rule 2. What was seen broken is looked for as long as it takes. */
function foundAgain(options: SubjectOptions, alone: ExploreAlone): SubjectResult {
  const { statesMax, depthMax } = options.limits;
  const found = alone({ ...options, limits: { statesMax, depthMax, goesOn: () => true } });
  const isExplained = found.trouble !== null || found.counterexample !== null || found.limit !== null;
  if (isExplained) return found;
  return { ...found, verdict: "undecided", trouble: { kind: "not-replayed", command: null, steps: [] } };
}
