import { describe, expect, it } from "vitest";
import { isRejected, readCase } from "./case.ts";
import { NO_PROFILES, type ProfileLibrary } from "./profile.ts";

const LIBRARY: ProfileLibrary = {
  names: ["helios"],
  find: (name) => (name === "helios" ? { file: "helios.yaml", text: "fit: best" } : null),
};

const HEAD = "recording: a.jsonl\nshows: A test.\nprovenance: here\n";

/** The problems of a case, as `line:column code: expected, found`. */
function problemsOf(text: string): readonly string[] {
  const read = readCase(text, "a.case.yaml", LIBRARY);
  if (read.kind === "case") return [];
  return read.problems.map(
    ({ code, place, expected, found }) => `${place.line}:${place.column} ${code}: ${expected}, found ${found}`,
  );
}

describe("a case", () => {
  it("has a recording and a verdict for each profile", () => {
    const text = `${HEAD}expect:
  - { profile: strict, verdict: violated, line: 3, law: aligned, blame: allocator }
  - { profile: helios, verdict: holds }
  - { profile: { alignment: pool }, verdict: undecided }`;
    const read = readCase(text, "a.case.yaml", LIBRARY);
    expect(read).toMatchObject({ kind: "case", read: { recording: "a.jsonl", twin: null } });
    if (read.kind === "wrong") return;
    expect(read.read.expectations.map(({ profileWords }) => profileWords)).toEqual([
      "strict",
      "helios",
      "{alignment: pool}",
    ]);
    expect(read.read.expectations.map(({ profile }) => `${profile.alignment} ${profile.fit}`)).toEqual([
      "absolute any",
      "absolute best",
      "pool any",
    ]);
    expect(isRejected(read.read)).toBe(false);
  });

  it("may be a trace itself", () => {
    const text =
      "buddytrace: 1\nmax_order: 3\npages: 8\nevents: [a0=0]\nshows: A.\nprovenance: B\nexpect: [{ verdict: holds }]";
    expect(readCase(text, "a.case.yaml", NO_PROFILES)).toMatchObject({ kind: "case", read: { recording: null } });
  });

  it.each([
    [
      "neither recording nor events",
      "shows: A\nprovenance: B\nexpect: [{ verdict: holds }]",
      "1:1 CASE_EXPECTATION: either a `recording` or `events`, found neither",
    ],
    [
      "both of them",
      `${HEAD}events: []\nexpect: [{ verdict: holds }]`,
      "1:12 CASE_EXPECTATION: either a `recording` or `events`, found both",
    ],
    ["no verdict", HEAD, "1:1 CASE_EXPECTATION: a list of verdicts, found nothing"],
    ["an empty list of verdicts", `${HEAD}expect: []`, "4:9 CASE_EXPECTATION: at least one verdict, found []"],
    [
      "a verdict that is none",
      `${HEAD}expect: [{ verdict: hold }]`,
      '4:21 CASE_EXPECTATION: a verdict: holds, violated, undecided, vacuous, perhaps `holds`, found "hold"',
    ],
    [
      "no line",
      `${HEAD}expect: [{ verdict: violated, law: aligned, blame: client }]`,
      "4:10 CASE_EXPECTATION: the `line` of the first violation, found none",
    ],
    [
      "no law",
      `${HEAD}expect: [{ verdict: violated, line: 2, blame: client }]`,
      "4:10 CASE_EXPECTATION: the `law` that is broken first, found none",
    ],
    [
      "nobody to blame",
      `${HEAD}expect: [{ verdict: violated, line: 2, law: aligned }]`,
      "4:10 CASE_EXPECTATION: whom to `blame`: allocator or client, found nobody",
    ],
    [
      "a line where nothing is violated",
      `${HEAD}expect: [{ verdict: holds, line: 2 }]`,
      "4:34 CASE_EXPECTATION: no `line` beside holds, found 2",
    ],
    [
      "an unknown law",
      `${HEAD}expect: [{ verdict: violated, line: 2, law: alinged, blame: client }]`,
      '4:45 LAW_UNKNOWN: a law, perhaps `aligned`, found "alinged"',
    ],
    [
      "an unknown field",
      `${HEAD}expext: 1\nexpect: [{ verdict: holds }]`,
      "4:1 CASE_EXPECTATION: perhaps `expect`, found `expext`",
    ],
    [
      "an unknown field of a verdict",
      `${HEAD}expect: [{ verdict: holds, profil: strict }]`,
      "4:28 CASE_EXPECTATION: perhaps `profile`, found `profil`",
    ],
    [
      "an unknown profile",
      `${HEAD}expect: [{ verdict: holds, profile: helois }]`,
      '4:37 PROFILE_UNKNOWN: a profile, perhaps `helios`, found "helois"',
    ],
    [
      "a rejected case without twin",
      `${HEAD}expect: [{ verdict: violated, line: 2, law: aligned, blame: client }]`,
      "1:1 CASE_EXPECTATION: a `twin`, since the case is always violated, found none",
    ],
    [
      "an accepted case with one",
      `${HEAD}twin: b\nexpect: [{ verdict: holds }]`,
      '4:7 CASE_EXPECTATION: no `twin`, since the case is not always violated, found "b"',
    ],
    ["what is no YAML", "a: [", "1:5 YAML_SYNTAX"],
  ])("with %s is refused", (_, text, problem) => expect(problemsOf(text)[0]).toContain(problem));

  it("collects what is wrong", () => {
    expect(problemsOf(`${HEAD}expect: [{ verdict: violated }, { verdict: holds, law: aligned }]`)).toHaveLength(2);
  });
});
