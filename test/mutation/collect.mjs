/*
 * What the tests get for "vitest" under mutation: `describe`, `it` and `expect` that only collect, so that a test can be
 * run again and again without loading its file again.
 *
 * 1. A test's id is its file's name, the names around it, its own, and its number among the file's tests.
 * 2. `expect` is vitest's own, from the package it comes from.
 */
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from "@vitest/expect";

/** @typedef {() => unknown} Body */
/** @typedef {{ readonly id: string, readonly fileName: string, readonly body: Body }} Test */
/** @typedef {(...values: unknown[]) => unknown} RowBody */

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** @type {Test[]} */
let tests = [];
/** @type {string[]} */
let around = [];
let fileName = "";

/**
 * The tests of files that `load` imports one by one.
 *
 * @param {readonly string[]} files
 * @param {(file: string) => Promise<unknown>} load
 * @returns {Promise<readonly Test[]>}
 */
export async function collect(files, load) {
  tests = [];
  for (const file of files) {
    around = [];
    fileName = file;
    await load(file);
  }
  return tests;
}

/** @type {import("@vitest/expect").ExpectStatic} */
export const expect = Object.assign((/** @type {unknown} */ value, /** @type {string} */ message) => {
  setState({ assertionCalls: 0 }, expect);
  return chai.expect(value, message);
}, /** @type {import("@vitest/expect").ExpectStatic} */ (/** @type {unknown} */ (chai.expect)));

/**
 * @param {string} name
 * @param {Body} body
 */
export function it(name, body) {
  const id = [fileName, ...around, name, `#${tests.length}`].join(" ");
  tests.push({ id, fileName, body });
}
it.each = eachOf(it);

/**
 * @param {string} name
 * @param {Body} body
 */
export function describe(name, body) {
  around.push(name);
  body();
  around.pop();
}
describe.each = eachOf(describe);

/**
 * @param {(name: string, body: Body) => void} declare
 * @returns {(rows: readonly unknown[]) => (name: string, body: RowBody) => void}
 */
function eachOf(declare) {
  return (rows) => (name, body) => {
    for (const row of rows) declare(name, () => body(.../** @type {unknown[]} */ (Array.isArray(row) ? row : [row])));
  };
}
