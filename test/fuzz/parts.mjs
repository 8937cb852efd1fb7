/*
 * The parts of the fuzzer: what is drawn, how it becomes bytes, and what must be true of it.
 */
import * as fc from "fast-check";
import { decompressed } from "../../dist/src/commands/decompress.js";
import { judge } from "./judge.mjs";
import { wreckage, wrecks } from "./mutations.mjs";
import { expectAgreement, live, lives } from "./sequences.mjs";

/**
 * @template Value
 * @typedef {object} Part
 * @property {string} name
 * @property {number} share of all cases, in hundredths
 * @property {fc.Arbitrary<Value>} values
 * @property {(value: Value) => Uint8Array} bytesOf the input to keep of a case that failed
 * @property {(value: Value) => Promise<void>} check throws where a promise is broken
 */

const HEADER = Buffer.from('{"buddytrace":1,"max_order":3,"pages":8}\n');

/** Brackets of all kinds, deeper than any stack: a worker's is four times the main thread's. */
const nested = fc
  .array(fc.constantFrom(...'{ } [ ] , : " \\ \r 1 "a": {"a" {"a": ], ],"b": },"b": - --- &a *a'.split(" ")), {
    minLength: 1,
    maxLength: 6,
  })
  .map((pieces) => Buffer.from(`{"op":${pieces.join("").repeat(40_000)}\n`));

const byteValues = fc.record({
  isTrace: fc.boolean(),
  bytes: fc.oneof(
    {
      weight: 199,
      arbitrary: fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(0x10ffff), { maxLength: 100 }).map((points) => Buffer.from(String.fromCodePoint(...points))),
        fc.json({ maxDepth: 3 }).map((text) => Buffer.from(`${text}\n${text}`)),
        fc
          .array(fc.constantFrom(..."{}[]:,\"0123456789 \n\r\t\\abuop-#%'&*|>?".split("")), { maxLength: 120 })
          .map((text) => Buffer.from(text.join(""))),
      ),
    },
    { weight: 1, arbitrary: nested },
  ),
  choice: fc.nat(1000),
});

/** @type {Part<{ isTrace: boolean, bytes: Uint8Array, choice: number }>} */
const bytes = {
  name: "bytes",
  share: 40,
  values: byteValues,
  bytesOf: ({ isTrace, bytes: drawn }) => (isTrace ? Buffer.concat([HEADER, drawn]) : drawn),
  check: (value) => judgeBytes(bytes.bytesOf(value), value.choice),
};

/** @type {Part<{ wreck: import("./mutations.mjs").Wreck, choice: number }>} */
const recordings = {
  name: "recordings",
  share: 35,
  values: fc.record({ wreck: wrecks, choice: fc.nat(1000) }),
  bytesOf: ({ wreck }) => wreckage(wreck),
  check: ({ wreck, choice }) => judgeBytes(wreckage(wreck), choice),
};

/** @type {Part<{ life: import("./sequences.mjs").Life, choice: number }>} */
const sequences = {
  name: "sequences",
  share: 25,
  values: fc.record({ life: lives, choice: fc.nat(1000) }),
  bytesOf: ({ life }) => Buffer.from(live(life).text),
  check: ({ life, choice }) => {
    const { text, violations, thrown } = live(life);
    if (thrown !== null) throw thrown;
    expectAgreement(violations, judge(Buffer.from(text), choice));
    return Promise.resolve();
  },
};

/** Decompresses what needs it, as the command line does, and judges what comes out. @param {Uint8Array} input @param {number} choice */
async function judgeBytes(input, choice) {
  const chunks = [];
  let isDamaged = false;
  try {
    for await (const chunk of decompressed(one(input), (code) => new Damage(code))) chunks.push(chunk);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    isDamaged = true;
  }
  judge(chunks.length === 1 && !isDamaged ? (chunks[0] ?? input) : Buffer.concat(chunks), choice);
}

class Damage extends Error {}

/** @param {Uint8Array} input */
async function* one(input) {
  yield await Promise.resolve(input);
}

/** @type {readonly Part<any>[]} */
export const PARTS = [bytes, recordings, sequences];
