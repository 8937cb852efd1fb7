// Runs a search over strips on several threads.
//
//  1. The bitsets lie in shared memory. Within a depth each thread takes strips that no other has taken; all of them
//     wait for each other before the next depth, so what is found at which depth is the same as on one thread.
//  2. A thread that fails fails the search.

import { Worker } from "node:worker_threads";
import { bytesOf, createSets, type GoesOn, type StripResult } from "../explore/strip-run.ts";
import { StripSearch, type StripTally } from "../explore/strip-search.ts";
import type { StripSpace } from "../explore/strip-space.ts";
import type { StripJob, StripReply, StripRequest } from "./strip-messages.ts";

/** Visits every state that can be reached, on `jobs` threads. */
export async function runStripsOn(jobs: number, space: StripSpace, goesOn: GoesOn): Promise<StripResult> {
  const sets = createSets(space, (bytes) => new SharedArrayBuffer(bytes));
  const tasksLeft = new Int32Array(new SharedArrayBuffer(4));
  const search = new StripSearch(space, sets);
  search.start();
  const threads = Array.from({ length: jobs }, () => new Thread({ space, sets, tasksLeft }));
  try {
    const statesPerDepth: number[] = [];
    for (;;) {
      tasksLeft[0] = search.taskCount;
      const found = sum(await askAll(threads, { kind: "sweep", depth: statesPerDepth.length }));
      if (found === 0) break;
      statesPerDepth.push(found);
      if (!goesOn(statesPerDepth)) break;
    }
    const tallies = await Promise.all(threads.map((thread) => thread.tally()));
    return { ...tallies.reduce(added), statesPerDepth, bytes: bytesOf(space) };
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

async function askAll(threads: readonly Thread[], request: StripRequest): Promise<number[]> {
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

/** One worker, asked one thing at a time. */
class Thread {
  readonly #worker: Worker;

  constructor(job: StripJob) {
    this.#worker = new Worker(new URL("strip-worker.js", import.meta.url), { workerData: job });
  }

  ask(request: StripRequest): Promise<StripReply> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker;
      function replied(reply: StripReply): void {
        worker.off("error", failed);
        resolve(reply);
      }
      function failed(error: unknown): void {
        worker.off("message", replied);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      worker.once("message", replied);
      worker.once("error", failed);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(request);
    });
  }

  async tally(): Promise<StripTally> {
    const reply = await this.ask({ kind: "tally" });
    return reply.kind === "tally" ? reply.tally : { steps: new Float64Array(0), degreeMin: Infinity, degreeMax: 0 };
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
