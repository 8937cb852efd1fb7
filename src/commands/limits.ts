// `--shard i/n` and `--budget 5m`: which share of a suite's checks a run takes, and how long it may take.
//
//  1. `--shard auto` asks the job runner which share it is: GitLab, CircleCI, Buildkite, Semaphore, Bitbucket, Azure
//     Pipelines, AWS Batch, Kubernetes and Slurm say so in the environment. It has to be asked for: GitLab also numbers
//     the jobs of a matrix, and a run that silently checked a part only would be worse than one that checks all of it
//     in every job.
//  2. The budget is shared by the parts: each gets an equal part of the time that is left when it begins. A check
//     that has begun is ended, so the budget is passed by at most one check; explorations and campaigns, which would
//     have no end, each get an equal part of the time that is left to theirs. A part may have a budget of its own.

import { shardOf, type Shard, type Share } from "../share.ts";
import { millisecondsIn } from "../spec/duration.ts";
import { inputError } from "./input.ts";

/** The variables that say which of several jobs this is: its number, from `first`, and how many there are. */
const RUNNERS = [
  // GitLab, CircleCI, Buildkite.
  { index: "CI_NODE_INDEX", of: "CI_NODE_TOTAL", first: 1 },
  { index: "CIRCLE_NODE_INDEX", of: "CIRCLE_NODE_TOTAL", first: 0 },
  { index: "BUILDKITE_PARALLEL_JOB", of: "BUILDKITE_PARALLEL_JOB_COUNT", first: 0 },
  // Semaphore: a job with `parallelism: 3` gets 1, 2 and 3 (semaphoreio/semaphore, JobMatrix.ParallelismHandler).
  { index: "SEMAPHORE_JOB_INDEX", of: "SEMAPHORE_JOB_COUNT", first: 1 },
  // Bitbucket: a zero-based index within the group (support.atlassian.com, "Set up or run parallel steps").
  { index: "BITBUCKET_PARALLEL_STEP", of: "BITBUCKET_PARALLEL_STEP_COUNT", first: 0 },
  // Azure Pipelines: System.JobPositionInPhase as a variable of the environment, from 1, of as many as `parallel` says
  // (learn.microsoft.com, "Run tests in parallel for any test runner", whose samples slice from it).
  { index: "SYSTEM_JOBPOSITIONINPHASE", of: "SYSTEM_TOTALJOBSINPHASE", first: 1 },
  // Kubernetes' indexed jobs, whose number of completions the job's template has to pass on; Slurm; AWS Batch.
  { index: "JOB_COMPLETION_INDEX", of: "JOB_COMPLETIONS", first: 0 },
  { index: "SLURM_ARRAY_TASK_ID", of: "SLURM_ARRAY_TASK_COUNT", first: null },
  { index: "AWS_BATCH_JOB_ARRAY_INDEX", of: "AWS_BATCH_JOB_ARRAY_SIZE", first: 0 },
] as const;

/** All checks: the one share of one. */
const WHOLE_SHARD: Shard = { index: 1, of: 1 };

/** `2/8`, or `auto`, which is all of it where the environment names no share. */
export function parseShard(text: string): Shard {
  if (text === "auto") return shardOfEnvironment(process.env) ?? WHOLE_SHARD;
  const [, index, of] = /^(\d+)\/(\d+)$/u.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (index === undefined || shard.index < 1 || shard.index > shard.of)
    throw inputError("OPTION_VALUE", "--shard", "i/n, as in 2/8, with i from 1 to n, or auto", text);
  return shard;
}

/** `90s`, `5m`, `1h`, `250ms`, in milliseconds. */
export function parseBudget(text: string): number {
  const milliseconds = millisecondsIn(text);
  if (milliseconds === null) throw inputError("OPTION_VALUE", "--budget", "a time such as 90s, 5m or 1h", text);
  return milliseconds;
}

/** Which job of how many this is; null where there is one only. */
function shardOfEnvironment(env: NodeJS.ProcessEnv): Shard | null {
  for (const { index, of, first } of RUNNERS) {
    const [number, total] = [env[index], env[of]];
    if (number === undefined || total === undefined || !/^\d+$/u.test(number) || !/^\d+$/u.test(total)) continue;
    const from = first ?? Number(env["SLURM_ARRAY_TASK_MIN"] ?? 0);
    const shard = { index: Number(number) - from + 1, of: Number(total) };
    if (shard.of > 1 && shard.index >= 1 && shard.index <= shard.of) return shard;
  }
  return null;
}

/** Deals out checks and time. `now` is a clock in milliseconds. */
export class Dealer {
  readonly #shard: Shard | null;
  readonly #now: () => number;
  readonly #end: number;

  constructor(shard: Shard | null, budget: number, now: () => number) {
    this.#shard = shard;
    this.#now = now;
    this.#end = now() + budget;
  }

  /** The share of the part that begins now, of so many that are left; `budget` is the part's own, in milliseconds. */
  deal(partsLeft: number, budget: number = Infinity): Share {
    const now = this.#now();
    const [dealt, own] = [now + (this.#end - now) / partsLeft, now + budget];
    return this.#share(Math.min(dealt, own), dealt < own);
  }

  #share(end: number, isCut: boolean): Share {
    const shard = this.#shard;
    return {
      takes: (number) => shard === null || shardOf(number, shard.of) === shard.index,
      isOver: () => this.#now() > end,
      isCut,
      slice: (checksLeft) => this.#share(this.#now() + (end - this.#now()) / checksLeft, isCut),
    };
  }
}
