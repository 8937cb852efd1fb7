/*
 * Writes the mutants' cases into the corpus, traces/mutants/: `npm run docs:generate`, which builds dist/ first.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mutantCases } from "../dist/src/corpus/mutant-cases.js";

const CORPUS = new URL("../traces/", import.meta.url);

rmSync(new URL("mutants/", CORPUS), { recursive: true, force: true });
for (const folder of ["accepted", "rejected"]) mkdirSync(new URL(`mutants/${folder}/`, CORPUS), { recursive: true });
for (const { path, text } of mutantCases()) writeFileSync(new URL(path, CORPUS), text);
