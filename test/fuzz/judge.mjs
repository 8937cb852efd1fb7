/*
 * Everything that `buddycheck` does with one trace, on bytes in memory, and what must be true of it whatever they hold:
 *
 * 1. Nothing throws, and a sink is called at most once for each line.
 * 2. With problems there is no verdict; without, a violation means "violated", and "holds" means none.
 * 3. Every problem and every finding has its place in the input; without problems every line is JSON.
 * 4. Reports can be written, and the JSON report is as its schema says.
 * 5. What is minimized shows the same violation, and no longer does without any one of its events.
 * 6. Converted to YAML and back, the trace says the same.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import picocolors from "picocolors";
import { z } from "zod";
import { LAW_IDS } from "../../dist/model/invariants.js";
import { profileChooser } from "../../dist/src/commands/profiles.js";
import { PROBLEMS } from "../../dist/src/problem.js";
import { jsonReport } from "../../dist/src/report/json.js";
import { quietReport, textReport } from "../../dist/src/report/text.js";
import { Converter } from "../../dist/src/trace/convert.js";
import { detectFormat } from "../../dist/src/trace/detect.js";
import { NativeReader } from "../../dist/src/trace/native.js";
import { YamlReader } from "../../dist/src/trace/yaml.js";
import { yamlToJsonLines } from "../../dist/src/trace/yaml-json.js";
import { alternatives } from "../../dist/src/verify/advice.js";
import { HistoryCollector } from "../../dist/src/verify/history.js";
import { Keeper } from "../../dist/src/verify/keep.js";
import { Minimizer, signatureOf } from "../../dist/src/verify/minimize.js";
import { Verifier } from "../../dist/src/verify/verify.js";

/** @typedef {import("../../dist/src/verify/result.js").TraceResult} TraceResult */
/** @typedef {import("../../dist/src/commands/read-trace.js").StoppableSink} StoppableSink */
/** @typedef {import("../../dist/model/profile.js").Profile} Profile */

const FILE = "fuzzed";
const FINDINGS_MAX = 10;
/** Events that a search for a smaller trace may judge: enough for the traces drawn here. */
const MINIMIZE_BUDGET = 20_000;
/** Lines beyond which removing each one by one would take too long. */
const MINIMAL_LINES_MAX = 24;

const chooser = profileChooser(undefined);
const look = { colours: picocolors.createColors(false), columns: 80, reproduce: () => "buddycheck verify fuzzed" };
const schema = z.fromJSONSchema(closedSchema());

/** The schema, made so strict that a field it does not name is an error. */
function closedSchema() {
  const text = readFileSync(new URL("../../specs/schemas/verify-report.schema.json", import.meta.url), "utf8");
  return /** @type {Parameters<typeof z.fromJSONSchema>[0]} */ (JSON.parse(text, closed));
}

/** @param {string} _key @param {unknown} value @returns {unknown} */
function closed(_key, value) {
  const hasFields = typeof value === "object" && value !== null && "properties" in value;
  return hasFields ? { ...value, additionalProperties: false } : value;
}

/**
 * Judges the trace and checks the promises above. Answers the result, or null where the bytes begin no trace.
 *
 * @param {Uint8Array} bytes
 * @param {number} choice decides the size of chunks and which costly promises are checked
 * @returns {TraceResult | null}
 */
export function judge(bytes, choice) {
  const format = detectFormat(bytes);
  if (format === null) return null;
  const result = verify(bytes, choice);
  expectConsistent(result);
  const whole = withHistory(result, bytes);
  expectReports(whole, choice);
  if (format === "jsonl" && whole.problems.length === 0) {
    expectJson(bytes);
    expectMinimal(whole, bytes);
    if (choice % 32 === 0) expectConverted(whole, bytes);
  }
  return whole;
}

/** @param {Uint8Array} bytes @param {number} choice @returns {TraceResult} */
function verify(bytes, choice) {
  const verifier = new Verifier({
    file: FILE,
    profileOf: (header, line) => chooser(header, line, FILE),
    laws: new Set(LAW_IDS),
    findingsMax: FINDINGS_MAX,
    failFast: false,
  });
  const lines = feed(bytes, verifier, choice);
  const { events, tally } = verifier.result(lines);
  const calls = events + tally.lost + tally.notes;
  assert.ok(calls < lines || calls === 0 || detectFormat(bytes) === "yaml", `${calls} calls for ${lines} lines`);
  return verifier.result(lines);
}

/**
 * Feeds a sink as the command line does. Answers the number of lines.
 *
 * @param {Uint8Array} bytes
 * @param {StoppableSink} sink
 * @param {number} choice
 */
function feed(bytes, sink, choice) {
  const reader = detectFormat(bytes) === "yaml" ? new YamlReader(sink, FILE) : new NativeReader(sink, FILE);
  sink.cursor = reader;
  const chunkBytes = [1 << 20, 64, 7, 1000][choice % 4] ?? 1;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    if (!reader.push(bytes.subarray(at, at + chunkBytes)) || !sink.wantsMore) return reader.lines;
  }
  reader.end();
  return reader.lines;
}

/** @param {TraceResult} result */
function expectConsistent(result) {
  const { problems, findings, findingCount, violationCount, verdict, lines } = result;
  assert.equal(verdict === "violated", violationCount > 0, `${verdict} with ${violationCount} violations`);
  assert.equal(findingCount > 0, violationCount > 0, "violations have findings");
  assert.equal(findings.length, Math.min(findingCount, FINDINGS_MAX));
  if (verdict === "holds") assert.equal(problems.length, 0);
  for (const { code, place, source, expected, found } of problems) {
    assert.ok(Object.hasOwn(PROBLEMS, code) && expected !== "" && found !== "", code);
    assert.ok(
      place.line >= 0 && place.line <= lines && place.column >= 0 && source.length <= 400,
      JSON.stringify(place),
    );
  }
  for (const { line, column, columns, text, violation } of findings) {
    assert.ok(line >= 1 && line <= lines && column >= 1 && columns >= 1, `${line}:${column}+${columns}`);
    assert.ok(column + columns - 1 <= Math.max(text.length, 1), `${column}+${columns} in ${text.length}`);
    for (const { start, end } of violation.frames) assert.ok(start < end, `frames ${start}..${end}`);
  }
}

/** @param {Uint8Array} bytes */
function expectJson(bytes) {
  for (const line of Buffer.from(bytes).toString().split("\n")) if (line.trim() !== "") JSON.parse(line);
}

/** @param {TraceResult} result @param {Uint8Array} bytes @returns {TraceResult} */
function withHistory(result, bytes) {
  if (result.header === null || result.findings.length === 0) return result;
  const profile = profileFor(result);
  const collector = new HistoryCollector(result.findings, profile.rounding, result.base);
  feed(bytes, collector, 0);
  const findings = collector.complete(result.findings);
  for (const finding of findings) {
    assert.ok((finding.historyTotal ?? 0) >= finding.history.length);
    assert.ok(finding.history.every(({ line }) => line < finding.line));
    for (const { profile: changed } of alternatives(profile, finding)) assert.notDeepEqual(changed, profile);
  }
  return { ...result, findings };
}

/** @param {TraceResult} result @returns {Profile} */
function profileFor(result) {
  assert.ok(result.header !== null);
  const profile = chooser(result.header, 1, FILE);
  assert.ok("name" in profile, "a trace with findings has a profile");
  return profile;
}

/** @param {TraceResult} result @param {number} choice */
function expectReports(result, choice) {
  assert.notEqual(quietReport([result], look), "");
  assert.notEqual(textReport([result], look), "");
  const json = /** @type {{ traces: [{ verdict: string | null }] }} */ (JSON.parse(jsonReport([result]), countable));
  assert.equal(json.traces[0].verdict, result.problems.length > 0 ? null : result.verdict);
  if (choice % 8 !== 0) return;
  const checked = schema.safeParse(json);
  assert.ok(checked.success, JSON.stringify(checked.error?.issues ?? []).slice(0, 4000));
}

/** An order of 63 stands for 2^63 pages: a whole number to JSON Schema, but not to zod. @param {string} _key @param {unknown} value */
function countable(_key, value) {
  return typeof value === "number" ? Math.min(value, Number.MAX_SAFE_INTEGER) : value;
}

/** @param {TraceResult} result @param {Uint8Array} bytes */
function expectMinimal(result, bytes) {
  const [finding] = result.findings;
  // Events of a concurrent history are judged in another order than they stand.
  if (finding === undefined || result.header === null || Buffer.from(bytes).includes('"t_end"')) return;
  const keeper = new Keeper(finding.event, finding.violation.frames, result.base);
  feed(bytes, keeper, 0);
  const signature = signatureOf(finding.violation);
  const minimizer = new Minimizer(result.header, profileFor(result), signature, MINIMIZE_BUDGET);
  const minimized = minimizer.minimize(keeper.candidates());
  assert.ok(minimized !== null, "the whole trace shows its violation, so some part does");
  const texts = Buffer.from(bytes).toString("latin1").split("\n");
  const headerAt = texts.findIndex((text) => text.trim() !== "");
  const header = texts[headerAt] ?? "";
  const lines = linesOfEvents(bytes, result.base);
  const kept = minimized.numbers.map((number) => texts[(lines[number - 1] ?? 0) - 1] ?? "");
  assert.equal(shown(header, kept), signature, "the minimized trace shows the same violation");
  if (!minimized.oneMinimal || kept.length > MINIMAL_LINES_MAX) return;
  for (let without = 0; without < kept.length - 1; without++) {
    const fewer = kept.filter((_, index) => index !== without);
    assert.notEqual(shown(header, fewer), signature, `event ${minimized.numbers[without]} is not needed`);
  }
}

/**
 * In which line each event, and each loss, of a trace stands.
 * @param {Uint8Array} bytes
 * @param {number} base
 */
function linesOfEvents(bytes, base) {
  /** @type {number[]} */
  const lines = [];
  const sink = {
    cursor: null,
    wantsMore: true,
    header: () => base,
    event: (/** @type {unknown} */ _command, /** @type {unknown} */ _outcome, /** @type {number} */ line) =>
      void lines.push(line),
    lost: (/** @type {unknown} */ _events, /** @type {number} */ line) => void lines.push(line),
    note: () => undefined,
    problem: () => undefined,
  };
  feed(bytes, sink, 0);
  return lines;
}

/**
 * The first violation of a trace of these lines, if it is at the last of them.
 *
 * @param {string} header
 * @param {readonly string[]} events
 */
function shown(header, events) {
  const { findings } = verify(Buffer.from([header, ...events, ""].join("\n"), "latin1"), 0);
  const [first] = findings;
  return first === undefined || first.line !== events.length + 1 ? null : signatureOf(first.violation);
}

/** @param {TraceResult} result @param {Uint8Array} bytes */
function expectConverted(result, bytes) {
  const yaml = converted(bytes, "yaml");
  if (yaml === null) return;
  const lines = [...yamlToJsonLines(yaml)].map((line) => (line.kind === "json" ? line.json : `lossy: ${line.found}`));
  const again = verify(Buffer.from(lines.map((line) => `${line}\n`).join("")), 0);
  assert.deepEqual(told(again), told(result), "YAML and back says the same");
  assert.deepEqual(told(verify(Buffer.from(yaml), 0)), told(result), "the YAML itself says the same");
  const words = converted(bytes, "notation");
  if (words !== null) assert.deepEqual(told(verify(Buffer.from(words), 0)), told(result), "and so do its words");
}

/** The trace in another form, or null where that cannot hold it. @param {Uint8Array} bytes @param {"yaml" | "notation"} to */
function converted(bytes, to) {
  const converter = new Converter(to, () => ({ place: { file: FILE, line: 0, column: 0 }, source: "" }));
  const reader = new NativeReader(converter, FILE);
  converter.cursor = reader;
  reader.push(bytes);
  reader.end();
  converter.end();
  return converter.problems.length > 0 ? null : converter.take();
}

/** What a trace shows, apart from places. @param {TraceResult} result */
function told({ verdict, tally, findings, violationCount, problems }) {
  const faults = findings.map(({ violation }) => signatureOf(violation));
  return { verdict, tally, faults, violationCount, problems };
}
