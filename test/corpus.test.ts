/*
 * The regression corpus in traces/: every case gets exactly the verdict it expects, and the corpus as a whole is what
 * traces/README.md says of it.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { LAW_IDS } from "../model/invariants.ts";
import { corpusFiles, readCorpus } from "../src/commands/corpus-files.ts";
import { runCorpus } from "../src/corpus/run.ts";
import { WHOLE } from "../src/share.ts";
import { isRejected } from "../src/spec/case.ts";

const FOLDER = "traces";
const RECORDING = /\.(?:jsonl(?:\.gz|\.zst)?|log\.txt)$/u;

// A trace does not show the boot allocator; the suite boots machines for this law.
const UNTRACEABLE = ["handover"];

const cases = readCorpus(FOLDER);
const corpus = await runCorpus(cases, corpusFiles(), WHOLE);

describe("the case", () => {
  it.each(corpus.checks)("$group/$name gets the verdict it expects", ({ failures }) => expect(failures).toEqual([]));
});

describe("the corpus", () => {
  it.each(cases)("keeps $name where its verdict belongs", ({ name, read }) => {
    expect(name.split("/")[1]).toBe(isRejected(read) ? "rejected" : "accepted");
  });

  it.each(cases.filter(({ read }) => read.twin !== null))("has a twin of the same allocator for $name", ({ read }) => {
    const twin = path.join(path.dirname(read.file), read.twin as string);
    expect(path.dirname(path.dirname(twin))).toBe(path.dirname(path.dirname(read.file)));
  });

  it("breaks every law that a trace can show", () => {
    const broken = cases
      .filter(({ read }) => isRejected(read))
      .flatMap(({ read }) => read.expectations.map(({ expected }) => expected.kind === "violated" && expected.law));
    expect(LAW_IDS.filter((law) => !broken.includes(law))).toEqual(UNTRACEABLE);
  });

  it("has a case for every recording", () => {
    const recordings = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
      RECORDING.test(name),
    );
    const judged = cases.flatMap(({ read }) =>
      read.recording === null ? [] : [path.join(path.dirname(read.file), read.recording)],
    );
    expect(recordings.map((name) => path.join(FOLDER, name)).sort()).toEqual([...judged].sort());
  });
});
