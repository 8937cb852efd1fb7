/*
 * Tries the mutants of the files of the theory that have tests of their own, each group of files with its own tests only.
 *
 * 1. The rest of the configuration is that of the judges. Few tests make a mutant cheap, above all one that never ends: it
 *    is waited for as long as all tests that reach it take.
 * 2. A group's report is `.stryker/NAME.json`. A group whose score is too low does not keep the next one from running.
 *
 * Usage: node test/mutation/units.mjs [NAME...]
 */
import { readFileSync } from "node:fs";
import { Stryker } from "@stryker-mutator/core";

/** @typedef {{ readonly files: readonly string[], readonly tests: readonly string[] }} Group */

/** Names without folder are those of model/. @type {Readonly<Record<string, Group>>} */
const GROUPS = {
  geometry: { files: ["geometry"], tests: ["geometry", "memory-map", "zone", "allocator"] },
  order: {
    files: ["free-order", "frame-map", "numbers", "profile", "assert", "command", "stepping", "play"],
    tests: "free-order frame-map numbers profile assert step stepped-allocator play test/profiles-page".split(" "),
  },
  laws: { files: ["invariants"], tests: ["invariants", "notation", "test/laws-page"] },
  notation: { files: ["notation"], tests: ["notation"] },
  boot: { files: ["bootmem", "memory-map", "page-api"], tests: ["bootmem", "memory-map", "page-api"] },
  ledger: { files: ["ledger"], tests: ["ledger", "step", "evidence", "test/evidence"] },
  zone: { files: ["zone"], tests: ["zone", "allocator", "saved"] },
  allocator: {
    files: ["buddy-system", "allocator"],
    tests: ["allocator", "saved", "reference", "stepped-allocator", "numbers"],
  },
};

const base = /** @type {object} */ (JSON.parse(readFileSync("stryker.judges.config.json", "utf8")));
const asked = process.argv.slice(2);

for (const [name, { files, tests }] of Object.entries(GROUPS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`mutants of ${files.join(", ")}`);
  await new Stryker({
    ...base,
    inProcess: { tests: tests.map((test) => `${pathOf(test)}.test.ts`), except: [] },
    mutate: files.map((file) => `${pathOf(file)}.ts`),
    ignorePatterns: ["traces", "dist", "bench", "coverage", ".stryker"],
    jsonReporter: { fileName: `.stryker/${name}.json` },
    timeoutMS: 1500,
  }).runMutationTest();
}

/**
 * @param {string} name
 * @returns {string}
 */
function pathOf(name) {
  return name.includes("/") ? name : `model/${name}`;
}
