import { describe, expect, it } from "vitest";
import { failedChecks, partVerdict } from "../checks.ts";
import { readCase } from "../spec/case.ts";
import { NO_PROFILES } from "../spec/profile.ts";
import { YamlReader } from "../trace/yaml.ts";
import { WHOLE } from "../share.ts";
import { runCorpus, type CorpusWorld, type NamedCase } from "./run.ts";

/** A corpus of written cases: file names to what they say after their eight pages. */
type Written = Readonly<Record<string, string>>;

function casesOf(written: Written): readonly NamedCase[] {
  return Object.entries(written).map(([file, text]) => {
    const read = readCase(textOf(text), file, NO_PROFILES);
    if (read.kind === "wrong") throw new Error(JSON.stringify(read.problems));
    return { name: file, read: read.read };
  });
}

function textOf(text: string): string {
  return `buddytrace: 1\nmax_order: 3\npages: 8\nshows: A test.\nprovenance: here\n${text}`;
}

function worldOf(written: Written): CorpusWorld {
  return {
    feed: (file, verifier) => {
      const reader = new YamlReader(verifier, file);
      verifier.cursor = reader;
      reader.push(new TextEncoder().encode(textOf(written[file] ?? "")));
      reader.end();
      return Promise.resolve(reader.lines);
    },
    beside: (_, name) => name,
    today: "2026-11-30",
  };
}

/** What fails in a corpus, as `file: expected, but found`. */
async function failuresOf(written: Written): Promise<readonly string[]> {
  const part = await runCorpus(casesOf(written), worldOf(written), WHOLE);
  return failedChecks(part).flatMap(({ name, failures }) =>
    failures.map(({ expected, found }) => `${name}: ${expected}, but ${found}`),
  );
}

const HOLDS = "events: [a0=0 a0=1]\nexpect: [{ verdict: holds }]";
const TWICE =
  "events: [a0=0 a0=0]\ntwin: good\nexpect: [{ verdict: violated, line: 6, law: no-overlap, blame: allocator }]";

describe("a corpus", () => {
  it("passes when every verdict is as expected", async () => {
    expect(await failuresOf({ good: HOLDS, bad: TWICE })).toEqual([]);
  });

  it.each([
    [
      "a violation where none is expected",
      HOLDS.replace("a0=1", "a0=0"),
      "strict: holds, but violated at line 6: no-overlap, by the allocator",
    ],
    ["a verdict that claims more", HOLDS.replace("a0=1", "lost"), "strict: holds, but undecided"],
    ["a trace that cannot be read", HOLDS.replace("a0=1", "a0=x"), "NOTATION_SYNTAX"],
  ])("fails on %s", async (_, text, failure) => {
    expect((await failuresOf({ good: text }))[0]).toContain(failure);
  });

  it.each([
    ["line", TWICE.replace("line: 6", "line: 7")],
    ["law", TWICE.replace("law: no-overlap", "law: aligned")],
    ["blame", TWICE.replace("blame: allocator", "blame: client")],
  ])("fails on another %s than expected", async (_, text) => {
    const [failure] = await failuresOf({ good: HOLDS, bad: text });
    expect(failure).toContain("but violated at line 6: no-overlap, by the allocator");
  });

  it("fails on a rejected case without its accepted twin", async () => {
    expect(await failuresOf({ bad: TWICE })).toEqual(["bad: an accepted twin good, but no such case in this corpus"]);
    expect(await failuresOf({ good: TWICE })).toHaveLength(1);
  });

  it.each([
    ["before its day", "2026-12-01", []],
    [
      "from its day on",
      "2026-11-30",
      [
        "good: strict: holds, but violated at line 7: no-overlap, by the allocator",
        "good: to be mended by 2026-11-30: being mended, but the failure all the same",
      ],
    ],
  ])("puts up with a failure that is known, %s", async (_, until, failures) => {
    const known = `known: { reason: being mended, until: ${until} }\n${HOLDS.replace("a0=1", "a0=0")}`;
    expect(await failuresOf({ good: known })).toEqual(failures);
  });

  it("fails on a failure that is known and is not there", async () => {
    const known = `known: { reason: being mended, until: 2027-01-31 }\n${HOLDS}`;
    expect(await failuresOf({ good: known })).toEqual([
      "good: the failure that is known: being mended, but nothing wrong, so `known` is to be removed",
    ]);
  });

  it("is run in shares that make up the whole, and no further than there is time", async () => {
    const cases = casesOf({ a: HOLDS, b: HOLDS, c: HOLDS });
    const world = worldOf({ a: HOLDS, b: HOLDS, c: HOLDS });
    const first = await runCorpus(cases, world, { ...WHOLE, takes: (number) => number !== 1 });
    expect(first.checks.map(({ name }) => name)).toEqual(["a", "c"]);
    const late = await runCorpus(cases, world, { ...WHOLE, isOver: () => true });
    expect(late.checks.map(({ undecided }) => undecided)).toEqual(
      new Array(3).fill("the budget ran out before it was tried"),
    );
    expect(partVerdict(late)).toBe("undecided");
  });

  it("counts verdicts, events and the laws seen broken", async () => {
    const part = await runCorpus(casesOf({ good: HOLDS, bad: TWICE }), worldOf({ good: HOLDS, bad: TWICE }), WHOLE);
    expect(part.figures.map(({ name, count }) => `${count} ${name}`).join(", ")).toBe(
      "2 cases, 2 verdicts, 4 events, 0 snapshots",
    );
    expect([...part.laws]).toEqual([["no-overlap", 1]]);
  });

  it("without cases or events is vacuous", async () => {
    expect((await runCorpus([], worldOf({}), WHOLE)).vacuous).toBe("the folder holds no case");
    const empty = { none: "events: []\nexpect: [{ verdict: vacuous }]" };
    expect((await runCorpus(casesOf(empty), worldOf(empty), WHOLE)).vacuous).toBe("no case has an event");
  });
});
