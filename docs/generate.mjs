/*
 * Writes the pages of docs/ that come from the code: `npm run docs:generate`, which builds dist/ first, since Node 20
 * does not run TypeScript.
 */
import { writeFileSync } from "node:fs";
import { PROBLEMS } from "../dist/src/problem.js";
import { problemsPage } from "./problems-page.mjs";

writeFileSync(new URL("problems.md", import.meta.url), problemsPage(PROBLEMS));
