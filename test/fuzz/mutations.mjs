/*
 * Recordings from traces/ and what damage makes of them: bits flipped, lines dropped, doubled, swapped or spliced in
 * from another, numbers and keys changed, ends cut off, and all that in compressed form.
 */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";

/** Lines of a recording that a case begins with, at most. */
const LINES_MAX = 60;

/** @type {readonly string[][]} */
const recordings = readdirSync(new URL("../../traces/", import.meta.url), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.jsonl(?:\.gz)?$/u.test(name))
  .sort()
  .map((name) => {
    const bytes = readFileSync(new URL(`../../traces/${name}`, import.meta.url));
    const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
    return text.split("\n", LINES_MAX).filter((line) => line.length < 4000);
  });

/** @typedef {{ readonly what: number, readonly a: number, readonly b: number, readonly text: string }} Damage */
/** @typedef {{ readonly recording: number, readonly from: number, readonly damages: readonly Damage[], readonly packing: number, readonly flips: readonly number[] }} Wreck */

const words = fc.constantFrom(
  ...'0 1 -1 1.5 1e3 1e999 null true "x" [] {} [[]] 4503599627370497 9007199254740993 "0x7" "0xfffffffffffff"'.split(
    " ",
  ),
  ..."order pages pfn addr zone zeroed ok free cached op t t_end __proto__ buddytrace max_order".split(" "),
  '{"op":"lost","events":3}',
  '{"op":"died","how":"abort","in":{}}',
  '{"op":"note","text":"é"}',
  '{"op":"snapshot","free":[[],[],[]]}',
  '{"op":"counts","free":[1,2,3]}',
  "",
);

/** @type {fc.Arbitrary<Wreck>} */
export const wrecks = fc.record({
  recording: fc.nat(recordings.length - 1),
  from: fc.nat(LINES_MAX),
  damages: fc.array(fc.record({ what: fc.nat(9), a: fc.nat(2 ** 20), b: fc.nat(2 ** 20), text: words }), {
    maxLength: 5,
  }),
  packing: fc.nat(19),
  flips: fc.array(fc.nat(2 ** 20), { maxLength: 2 }),
});

/** What is left of a recording; bytes, perhaps compressed. @param {Wreck} wreck */
export function wreckage({ recording, from, damages, packing, flips }) {
  const [header = "", ...events] = recordings[recording] ?? [];
  const lines = damages.reduce(struck, [header, ...events.slice((from % (events.length + 1)) >> 1)]);
  const bytes = Buffer.from(`${lines.join("\n")}\n`, "latin1");
  return flipped(packed(bytes, packing), flips);
}

/** @param {readonly string[]} lines @param {Damage} damage @returns {string[]} */
function struck(lines, { what, a, b, text }) {
  if (lines.length === 0) return [text];
  const at = a % lines.length;
  const line = lines[at] ?? "";
  switch (what) {
    case 0:
      return lines.toSpliced(at, 1);
    case 1:
      return lines.toSpliced(at, 0, line);
    case 2:
      return lines.toSpliced(at, 1, lines[b % lines.length] ?? "");
    case 3:
      return lines.toSpliced(at, 0, text);
    case 4:
      return lines.with(at, line.slice(0, b % (line.length + 1)));
    case 5:
      return lines.with(at, changed(line, /-?\d+/gu, b, text));
    case 6:
      return lines.with(at, changed(line, /"\w+"(?=:)/gu, b, JSON.stringify(text)));
    case 7:
      return lines.with(at, changed(line, /[{}[\]:,"]/gu, b, text.slice(0, 1)));
    case 8:
      return lines.with(at, changed(line, /\d+/gu, b, String(b % 64)));
    default:
      return [...lines.slice(0, at), ...(recordings[b % recordings.length] ?? []).slice(1)];
  }
}

/** The line with one match, the `choice`-th, replaced. @param {string} line @param {RegExp} pattern @param {number} choice @param {string} text */
function changed(line, pattern, choice, text) {
  const matches = [...line.matchAll(pattern)];
  const match = matches[choice % matches.length];
  if (match === undefined) return line;
  return line.slice(0, match.index) + text + line.slice(match.index + match[0].length);
}

/** @param {Buffer} bytes @param {number} packing */
function packed(bytes, packing) {
  if (packing === 0) return gzipSync(bytes, { level: 1 });
  return packing === 1 ? zstdStored(bytes) : bytes;
}

/** A zstd frame that stores the bytes in one block, without a checksum. @param {Buffer} bytes */
function zstdStored(bytes) {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE(bytes.length * 8 + 1, 9, 3);
  return Buffer.concat([head, bytes]);
}

/** The bytes with these bits flipped, the last of each 8 apart, so that text stays text more often. @param {Buffer} bytes @param {readonly number[]} flips */
function flipped(bytes, flips) {
  const copy = Buffer.from(bytes);
  for (const flip of flips) {
    const at = (flip >> 3) % Math.max(copy.length, 1);
    if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << (flip & 7));
  }
  return copy;
}
