/*
 * Compares what survived, in Stryker's reports, with what test/mutation/survivors.md explains.
 *
 * 1. A survivor is known by its file, the text of its line, and what was put in place of what.
 * 2. One that is not explained is told, and so is an explanation of one that does not survive any more in a file that
 *    a report is about. Either fails the run.
 * 3. With `--list` what is not explained is written as the page wants it.
 *
 * Usage: node test/mutation/survivors.mjs [--list] [REPORT...]; without one, all that are in .stryker/
 */
import { readdirSync, readFileSync } from "node:fs";

/** @typedef {{ readonly line: number, readonly column: number }} Place */
/**
 * @typedef {object} Mutant
 * @property {string} status
 * @property {string} mutatorName
 * @property {string} replacement
 * @property {{ readonly start: Place, readonly end: Place }} location
 */
/** @typedef {{ readonly files: Readonly<Record<string, { readonly source: string, readonly mutants: readonly Mutant[] }>> }} Report */

const PAGE = "test/mutation/survivors.md";
const FOLDER = ".stryker";

const options = process.argv.slice(2);
const named = options.filter((option) => !option.startsWith("--"));
const reports = named.length > 0 ? named : readdirSync(FOLDER).flatMap(reportIn);
const files = Object.fromEntries(reports.flatMap((report) => Object.entries(filesOf(report))));
const survivors = Object.entries(files).flatMap(([file, { source, mutants }]) => survivorsIn(file, source, mutants));
const explained = readFileSync(PAGE, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("- `"))
  .map((line) => line.slice(2));

const unexplained = survivors.filter((survivor) => !explained.includes(survivor));
const stale = explained.filter((line) => !survivors.includes(line) && fileOf(line) in files);
if (options.includes("--list")) for (const survivor of unexplained) console.log(`- ${survivor}`);
else {
  for (const survivor of unexplained) console.log(`not explained in ${PAGE}: ${survivor}`);
  for (const line of stale) console.log(`explained in ${PAGE}, but killed: ${line}`);
  console.log(
    `${survivors.length} survivors, ${unexplained.length} not explained, ${stale.length} explained but killed`,
  );
  process.exitCode = unexplained.length + stale.length === 0 ? 0 : 1;
}

/**
 * @param {string} name
 * @returns {readonly string[]}
 */
function reportIn(name) {
  return name.endsWith(".json") ? [`${FOLDER}/${name}`] : [];
}

/**
 * @param {string} report
 * @returns {Report["files"]}
 */
function filesOf(report) {
  return /** @type {Report} */ (JSON.parse(readFileSync(report, "utf8"))).files;
}

/**
 * @param {string} file
 * @param {string} source
 * @param {readonly Mutant[]} mutants
 * @returns {readonly string[]}
 */
function survivorsIn(file, source, mutants) {
  const lines = source.split("\n");
  return mutants
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .map(({ location: { start, end }, replacement }) => {
      const line = lines[start.line - 1] ?? "";
      const before =
        start.line === end.line ? line.slice(start.column - 1, end.column - 1) : `${line.slice(start.column - 1)} …`;
      return [file, oneLine(line.trim()), `${oneLine(before)} -> ${oneLine(replacement)}`]
        .map((text) => `\`${text}\``)
        .join(" ");
    });
}

/**
 * @param {string} text
 * @returns {string}
 */
function oneLine(text) {
  return text.replaceAll("`", "'").replaceAll(/\s+/gu, " ");
}

/**
 * @param {string} line
 * @returns {string}
 */
function fileOf(line) {
  return line.slice(1, line.indexOf("`", 1));
}
