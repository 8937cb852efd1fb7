// A worker thread: sweeps strips of one depth after the other, as long as there are tasks that no other thread took.

import { parentPort, workerData } from "node:worker_threads";
import { StripSearch } from "../explore/strip-search.ts";
import type { StripJob, StripReply, StripRequest } from "./strip-messages.ts";

const { space, sets, tasksLeft } = workerData as StripJob;
const search = new StripSearch(space, sets);

function answer(request: StripRequest): StripReply {
  if (request.kind === "tally") return { kind: "tally", tally: search.tally() };
  let states = 0;
  for (let task = take(); task >= 0; task = take()) states += search.sweep(request.depth, task);
  return { kind: "swept", states };
}

/** The next task, from the last to number 0; negative if none is left. */
function take(): number {
  return Atomics.sub(tasksLeft, 0, 1) - 1;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
parentPort?.on("message", (request: StripRequest) => parentPort?.postMessage(answer(request)));
