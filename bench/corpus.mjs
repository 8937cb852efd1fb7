/*
 * How fast a corpus is run: 10 000 written cases, the mutants' over and over, in a folder of their own.
 *
 *   npm run build && node bench/corpus.mjs [--cases 10000] [--rounds 3]
 *
 * Processor seconds of the whole command, its start included, the best of the rounds; and of the same cases in a form
 * that only the parser of YAML reads.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { mutantCases } from "../dist/src/corpus/mutant-cases.js";

const { values: flags } = parseArgs({
  options: { cases: { type: "string", default: "10000" }, rounds: { type: "string", default: "3" } },
});
const CLI = new URL("../dist/src/cli.js", import.meta.url).pathname;

/**
 * Writes the cases, each as `form` has it.
 *
 * @param {string} folder
 * @param {(text: string) => string} form
 */
function writeCases(folder, form) {
  const files = mutantCases();
  for (let number = 0; number < Number(flags.cases); number++) {
    const { path: name, text } = files[number % files.length] ?? { path: "", text: "" };
    const file = path.join(folder, String(Math.floor(number / files.length)), name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, form(text));
  }
}

/**
 * Processor seconds of one run.
 *
 * @param {string} folder
 * @param {string} figures
 */
function secondsOf(folder, figures) {
  const command = ["-o", figures, "-f", "%U %S", "node", CLI, "corpus", "run", folder];
  const run = spawnSync("/usr/bin/time", command, { stdio: ["ignore", "ignore", "inherit"] });
  if (run.status !== 0) throw new Error(`the corpus did not pass: exit code ${run.status}`);
  const [user = 0, system = 0] = readFileSync(figures, "utf8").trim().split(" ").map(Number);
  return user + system;
}

const home = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));
try {
  const forms = /** @type {const} */ ([
    ["as buddycheck writes them", (/** @type {string} */ text) => text],
    ["with a comment below", (/** @type {string} */ text) => `${text}# A comment.\n`],
  ]);
  console.log(`${flags.cases} cases            CPU s  cases/s`);
  for (const [name, form] of forms) {
    const folder = path.join(home, name.replaceAll(" ", "-"));
    writeCases(folder, form);
    const runs = Array.from({ length: Number(flags.rounds) }, () => secondsOf(folder, path.join(home, "figures")));
    const best = Math.min(...runs);
    console.log(
      `${name.padEnd(26)} ${best.toFixed(2).padStart(5)} ${(Number(flags.cases) / best).toFixed(0).padStart(8)}`,
    );
  }
} finally {
  rmSync(home, { recursive: true });
}
