/*
 * docs/problems.md as src/problem.ts has it: `npm run docs:generate` writes the page, test/rules/problem-table.test.ts
 * compares it.
 */

/**
 * The page of input-error codes, one row each, in the order they are declared.
 *
 * @param {Readonly<Record<string, string>>} problems
 * @returns {string}
 */
export function problemsPage(problems) {
  const rows = Object.entries(problems).map(([code, sentence]) => `| \`${code}\` | ${cell(sentence)} |`);
  return [
    "<!-- Generated from src/problem.ts by `npm run docs:generate`. -->",
    "",
    "# What can be wrong with an input",
    "",
    "Every refusal of an input carries one of these codes, the place, what was expected there and what was found.",
    "",
    "| code | meaning |",
    "| --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/**
 * A sentence as a cell of a Markdown table, where a bar would end the cell.
 *
 * @param {string} text
 * @returns {string}
 */
function cell(text) {
  return text.replaceAll("|", "\\|");
}
