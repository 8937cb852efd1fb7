// How large is the page of a long trace, and how fast does it go anywhere?
//
//   node bench/view.mjs [--events N] [--pages N]
//
// A client fills, stirs and drains the reference allocator (the same bytes every time); `buddycheck view` writes the
// page, and the page's own playback, run here without a browser, loads the film and jumps about in it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { inflateRawSync } from "node:zlib";
import { createGeometry, eventLine, headerLine, STRICT_PROFILE } from "../dist/src/index.js";
import { REFERENCE } from "../dist/src/targets/reference.js";
import { Client } from "../dist/src/test/client.js";
import { answerOf } from "../dist/model/numbers.js";
import { createRandom } from "../dist/src/test/random.js";
import { Stage } from "../dist/src/test/stage.js";
import { readFilm } from "../dist/src/viewer/film.js";
import { Playback } from "../dist/src/viewer/playback.js";

const SEEKS = 2000;

const { values } = parseArgs({
  options: { events: { type: "string", default: "200000" }, pages: { type: "string", default: "65536" } },
});
const events = Number(values.events);
const pages = Number(values.pages);
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-view-"));
try {
  const trace = path.join(folder, "trace.jsonl");
  const page = path.join(folder, "page.html");
  writeFileSync(trace, traceText());
  const cli = path.join(import.meta.dirname, "..", "dist", "src", "cli.js");
  execFileSync(process.execPath, [cli, "view", trace, "-o", page, "--events", String(events)], { stdio: "inherit" });
  console.log(`trace   ${kibibytes(trace)} KiB, ${events} events, ${pages} pages`);
  console.log(`page    ${kibibytes(page)} KiB`);
  measure(readFileSync(page, "utf8"));
} finally {
  rmSync(folder, { recursive: true });
}

function traceText() {
  const shape = { maxOrder: 10, pages, basePfn: 0, reserved: [], zones: [] };
  const stage = new Stage(REFERENCE, { geometry: createGeometry(shape), profile: STRICT_PROFILE }, "answers");
  const playing = stage.begin();
  const speech = { ...stage.session, takesFractions: true };
  const client = new Client(stage.opening, playing.freePages, createRandom(1), speech);
  /** @type {import("../dist/src/index.js").TraceHeader} */
  const header = { allocator: "reference", profile: "strict", pageSize: 4096, shape, start: "empty" };
  const lines = [headerLine(header)];
  while (lines.length <= events) {
    client.draw();
    const move = client.move();
    if (move.kind === "misuse" || move.kind === "literal") continue;
    const outcome = playing.give(move);
    if (outcome === null) continue;
    client.answered(answerOf(outcome));
    const { command } = /** @type {import("../dist/src/test/stage.js").Taken} */ (playing.steps.at(-1));
    lines.push(eventLine(command, outcome, 0));
  }
  return `${lines.join("\n")}\n`;
}

/** @param {string} html */
function measure(html) {
  const film = /<script type="text\/plain" id="film">([^<]*)</u.exec(html)?.[1] ?? "";
  const started = performance.now();
  const playback = new Playback(readFilm(inflateRawSync(Buffer.from(film, "base64")), pages, events));
  console.log(`load    ${(performance.now() - started).toFixed(0)} ms`);
  const random = createRandom(2);
  const times = Array.from({ length: SEEKS }, () => {
    const to = random.below(events + 1);
    const before = performance.now();
    playback.seek(to);
    return performance.now() - before;
  }).sort((a, b) => a - b);
  console.log(`seek    median ${(times[SEEKS / 2] ?? 0).toFixed(2)} ms, slowest ${(times.at(-1) ?? 0).toFixed(2)} ms`);
}

/** @param {string} file */
function kibibytes(file) {
  return Math.round(statSync(file).size / 1024);
}
