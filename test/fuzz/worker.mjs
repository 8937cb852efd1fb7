/*
 * Runs one part of the fuzzer (fuzz.mjs) and tells how it ended. Before each case it leaves the case's index where the
 * main thread can see it.
 */
import { parentPort, workerData } from "node:worker_threads";
import * as fc from "fast-check";
import { KNOWN } from "./known.mjs";
import { PARTS } from "./parts.mjs";

/** @typedef {{ readonly name: string, readonly seed: number, readonly runs: number, readonly path?: string, readonly index: Int32Array }} Job */
/**
 * @typedef {{ readonly kind: "passed", readonly cases: number, readonly known: Readonly<Record<string, number>> }
 *   | { readonly kind: "failed", readonly path: string, readonly error: string }} Told
 */

const { name, seed, runs, path, index } = /** @type {Job} */ (workerData);
const part = PARTS.find((one) => one.name === name);
if (part === undefined)
  throw new Error(`no part is called ${name}: there are ${PARTS.map((one) => one.name).join(", ")}`);

/** @type {Record<string, number>} */
const known = {};

/** Throws where the case fails in a way that nobody knows of. @param {unknown} value */
async function check(value) {
  Atomics.add(index, 0, 1);
  try {
    await part?.check(value);
  } catch (error) {
    const text = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    const bug = KNOWN.find(({ sign }) => sign.test(text));
    if (bug === undefined) throw error;
    known[bug.what] = (known[bug.what] ?? 0) + 1;
  }
}

const parameters = { seed, numRuns: runs, ...(path === undefined ? {} : { path, endOnFailure: true }) };
Atomics.store(index, 0, -1);
const ended = await fc.check(fc.asyncProperty(part.values, check), parameters);
const { failed, errorInstance } = ended;
const error = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
/** @type {Told} */
const told = failed
  ? { kind: "failed", path: ended.counterexamplePath ?? "", error }
  : { kind: "passed", cases: ended.numRuns, known };
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
parentPort?.postMessage(told);
