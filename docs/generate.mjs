/*
 * Writes the pages of docs/ that come from the code: `npm run docs:generate`, which builds dist/ first, since Node 20
 * does not run TypeScript.
 */
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { PROBLEMS } from "../dist/src/problem.js";
import { lawsPage } from "../dist/src/report/laws-page.js";
import { problemsPage } from "./problems-page.mjs";

writeFileSync(new URL("problems.md", import.meta.url), problemsPage(PROBLEMS));
const laws = await format(lawsPage(), { parser: "markdown", printWidth: 120 });
writeFileSync(new URL("laws.md", import.meta.url), laws);

await import("./generate-profiles.mjs");
await import("./generate-dialects.mjs");
await import("./generate-mutant-cases.mjs");
