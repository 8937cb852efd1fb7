// Runs a search over strips on several threads.
//
//  1. The bitsets lie in shared memory. Within a depth each thread takes strips that no other has taken; all of them
//     wait for each other before the next depth, so what is found at which depth is the same as on one thread.
//  2. A thread that fails fails the search.

import { bytesOf, createSets, type GoesOn, type IsInTime, type StripResult } from "../explore/strip-run.ts";
import { StripSearch, type StripTally } from "../explore/strip-search.ts";
import type { StripSpace } from "../explore/strip-space.ts";
import type { StripJob, StripReply, StripRequest } from "./strip-messages.ts";
import { Thread } from "./thread.ts";

type StripThread = Thread<StripRequest, StripReply>;

const WATCH_EVERY_MS = 50;

const WORKER = new URL("strip-worker.js", import.meta.url);

/** Visits every state that can be reached, on `jobs` threads. */
export async function runStripsOn(
  jobs: number,
  space: StripSpace,
  goesOn: GoesOn,
  isInTime: IsInTime = () => true,
): Promise<StripResult> {
  const sets = createSets(space, (bytes) => new SharedArrayBuffer(bytes));
  const tasksLeft = new Int32Array(new SharedArrayBuffer(4));
  const search = new StripSearch(space, sets);
  search.start();
  const job: StripJob = { space, sets, tasksLeft };
  // Within a depth the clock is looked at here; when time is up, there are no tasks left to take.
  const watch = setInterval(() => {
    if (!isInTime()) Atomics.store(tasksLeft, 0, 0);
  }, WATCH_EVERY_MS);
  const threads = Array.from({ length: jobs }, (): StripThread => new Thread(WORKER, job));
  try {
    const statesPerDepth: number[] = [];
    for (;;) {
      tasksLeft[0] = search.taskCount;
      const found = sum(await askAll(threads, { kind: "sweep", depth: statesPerDepth.length }));
      if (found === 0) break;
      statesPerDepth.push(found);
      if (!goesOn(statesPerDepth)) break;
    }
    const tallies = await Promise.all(threads.map(tallyOf));
    return { ...tallies.reduce(added), statesPerDepth, bytes: bytesOf(space) };
  } finally {
    clearInterval(watch);
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

async function askAll(threads: readonly StripThread[], request: StripRequest): Promise<number[]> {
  const replies = await Promise.all(threads.map((thread) => thread.ask(request)));
  return replies.map((reply) => (reply.kind === "swept" ? reply.states : 0));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function added(one: StripTally, other: StripTally): StripTally {
  return {
    steps: one.steps.map((steps, label) => steps + (other.steps[label] as number)),
    degreeMin: Math.min(one.degreeMin, other.degreeMin),
    degreeMax: Math.max(one.degreeMax, other.degreeMax),
  };
}

async function tallyOf(thread: StripThread): Promise<StripTally> {
  const reply = await thread.ask({ kind: "tally" });
  return reply.kind === "tally" ? reply.tally : { steps: new Float64Array(0), degreeMin: Infinity, degreeMax: 0 };
}
