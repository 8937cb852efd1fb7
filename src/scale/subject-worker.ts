// A worker thread: expands a target's states, in an instance of the target of its own.

import { parentPort, workerData } from "node:worker_threads";
import { MUTANTS } from "../../model/mutants.ts";
import { lettersOf, spaceOf } from "../explore/explore-subject.ts";
import { UNLIMITED } from "../search/breadth-first.ts";
import { expand, type ExpansionTask } from "../search/expansion.ts";
import { loadModule } from "../targets/module.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { TargetRead } from "../targets/target-problem.ts";
import type { SessionTarget } from "../targets/target.ts";
import { loadWasm } from "../targets/wasm.ts";
import type { SubjectJob } from "./subject-messages.ts";

const MUTANT = "mutant:";

const job = workerData as SubjectJob;
const session = (await targetNamed(job.name)).open(job);
const breadth = { limits: UNLIMITED, mode: { kind: "breadth" }, properties: [] } as const;
const space = spaceOf({ ...job, session }, lettersOf({ ...job, ...breadth, session }), "plain");

async function targetNamed(name: string): Promise<SessionTarget> {
  if (name === REFERENCE.name) return REFERENCE;
  const mutant = MUTANTS.find(({ id }) => name === `${MUTANT}${id}`);
  if (mutant !== undefined) return mutantTarget(mutant);
  return loaded(name.endsWith(".wasm") ? loadWasm(name) : await loadModule(name));
}

/** It was loaded by the thread that started this one. */
function loaded(read: TargetRead): SessionTarget {
  if (read.kind === "target" && read.target.kind === "session") return read.target;
  throw new Error(`${job.name} can be loaded once only`);
}

parentPort?.on("message", (task: ExpansionTask) => {
  const expansion = expand(space, task, () => {
    Atomics.add(job.ended, 0, 1);
  });
  parentPort?.postMessage(expansion, [expansion.records.buffer as ArrayBuffer]);
});
