import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { problemLine } from "../problem.ts";
import { PROFILE_FIELDS } from "./profile-fields.ts";
import { NO_PROFILES, publishProfileSchema, readInlineProfile, readProfile, resolveProfile } from "./profile.ts";
import type { ProfileLibrary, ProfileRead } from "./profile.ts";

const SPECS = new URL("../../specs/", import.meta.url);
const GENERATE = "run `npm run build && node docs/generate-profiles.mjs`";
const HEADER = { file: "t.jsonl", line: 1, column: 40 };

function textOf(path: string): string {
  return readFileSync(new URL(path, SPECS), "utf8");
}

const NAMES = readdirSync(new URL("profiles/", SPECS))
  .map((file) => file.replace(/\.yaml$/u, ""))
  .sort();

/** The profiles that the package brings along. */
const LIBRARY: ProfileLibrary = {
  names: NAMES,
  find: (name) => (NAMES.includes(name) ? { file: `${name}.yaml`, text: textOf(`profiles/${name}.yaml`) } : null),
};

/** A library of texts by name. */
function library(texts: Readonly<Record<string, string>>): ProfileLibrary {
  return {
    names: Object.keys(texts),
    find: (name) => {
      const text = texts[name];
      return text === undefined ? null : { file: `${name}.yaml`, text };
    },
  };
}

function profileIn(read: ProfileRead): Profile {
  if (read.kind === "wrong") throw new Error(read.problems.map(problemLine).join("\n"));
  return read.profile;
}

function problemsIn(read: ProfileRead): readonly string[] {
  return read.kind === "wrong" ? read.problems.map(problemLine) : [];
}

describe("a profile file", () => {
  it("says only in what it differs from the strict laws", () => {
    const profile = profileIn(readProfile("name: tidy\nfit: best\nusableMaxOrder: 9\n", "tidy.yaml", NO_PROFILES));
    expect(profile).toEqual({ ...STRICT_PROFILE, name: "tidy", fit: "best", usableMaxOrder: 9 });
  });

  it("may start from another one, and is called as its file where it has no name", () => {
    const from = library({ a: "fit: best\nplacement: fifo\n", b: "extends: a\nplacement: lifo\n" });
    const read = readProfile("extends: b\n", "mine.yaml", from);
    expect(profileIn(read)).toEqual({ ...STRICT_PROFILE, name: "mine.yaml", fit: "best", placement: "lifo" });
    expect(profileIn(resolveProfile("b", HEADER, from)).name).toBe("b");
  });

  it.each([
    ["roundign: exact", "p.yaml:1:1: PROFILE_FIELD: expected perhaps `rounding`, found `roundign`"],
    ["\nusable-max-order: 9", "p.yaml:2:1: PROFILE_FIELD: expected perhaps `usableMaxOrder`"],
    ["speed: high", "p.yaml:1:1: PROFILE_FIELD: expected a field of a profile: name, summary, extends, usableMaxOrder"],
    ["fit: bets", 'p.yaml:1:6: PROFILE_FIELD: expected `fit`: best or any, perhaps best, found "bets"'],
    ["fit: [best]", 'p.yaml:1:6: PROFILE_FIELD: expected `fit`: best or any, found ["best"]'],
    [
      "usableMaxOrder: 31",
      "p.yaml:1:17: PROFILE_FIELD: expected `usableMaxOrder`: a whole number from 0 to 30, or null",
    ],
    ["usableMaxOrder: 99999999999999999999", "found 99999999999999999999"],
    ["name: 7", "p.yaml:1:7: PROFILE_FIELD: expected `name`: a text, found 7"],
    ["extends: helio", 'p.yaml:1:10: PROFILE_UNKNOWN: expected a profile, perhaps `helios`, found "helio"'],
    ["fit: best\nfit: any", "p.yaml:2:1: YAML_SYNTAX: expected valid YAML, found Map keys must be unique"],
    ["- fit", "p.yaml:1:1: YAML_SHAPE"],
    ["", "p.yaml:1:1: YAML_SHAPE"],
  ])("that says %j is refused with the place", (text, problem) => {
    expect(problemsIn(readProfile(text, "p.yaml", LIBRARY))).toEqual([expect.stringContaining(problem)]);
  });

  it("has all its mistakes reported at once", () => {
    expect(problemsIn(readProfile("fit: x\nplacment: lifo\nmisuse: y\n", "p.yaml", LIBRARY))).toHaveLength(3);
  });

  it("may not start from itself", () => {
    const ring = library({ a: "extends: b", b: "extends: a" });
    expect(problemsIn(resolveProfile("a", HEADER, ring))).toEqual([
      'b.yaml:1:10: PROFILE_FIELD: expected a profile that does not lead back to itself, found "a"',
    ]);
  });
});

describe("the profile of a trace's header", () => {
  it("is strict where the header is silent", () => {
    expect(profileIn(readInlineProfile(null, HEADER, NO_PROFILES))).toBe(STRICT_PROFILE);
    expect(profileIn(readInlineProfile("strict", HEADER, NO_PROFILES))).toBe(STRICT_PROFILE);
  });

  it("may be a name or fields", () => {
    expect(profileIn(readInlineProfile("xv6", HEADER, LIBRARY)).placement).toBe("lifo");
    const inline = profileIn(readInlineProfile({ extends: "xv6", fit: "any" }, HEADER, LIBRARY));
    expect([inline.name, inline.fit, inline.placement]).toEqual(["inline", "any", "lifo"]);
  });

  it.each<[unknown, string]>([
    ["xv66", "t.jsonl:1:40: PROFILE_UNKNOWN: expected a profile, perhaps `xv6`"],
    ["anything", "t.jsonl:1:40: PROFILE_UNKNOWN: expected a profile: strict, "],
    [{ fit: "worst" }, "t.jsonl:1:40: PROFILE_FIELD: expected `fit`: best or any"],
    [7, "t.jsonl:1:40: PROFILE_FIELD: expected the name of a profile, or its fields, found 7"],
  ])("that is %j is refused at its place", (value, problem) => {
    expect(problemsIn(readInlineProfile(value, HEADER, LIBRARY))).toEqual([expect.stringContaining(problem)]);
  });
});

describe("the profiles in specs/", () => {
  it("contain the strict laws, in full", () => {
    const text = textOf("profiles/strict.yaml");
    expect(profileIn(readProfile(text, "strict.yaml", NO_PROFILES))).toEqual(STRICT_PROFILE);
    for (const field of Object.keys(STRICT_PROFILE)) expect(text).toMatch(new RegExp(`^${field}: `, "mu"));
  });

  it.each(NAMES)("%s is named as its file and says why it is so", (name) => {
    const text = textOf(`profiles/${name}.yaml`);
    const read = readProfile(text, `${name}.yaml`, LIBRARY);
    expect(profileIn(read).name).toBe(name);
    expect(text.startsWith("# ")).toBe(true);
    expect(text).toMatch(/^summary: \S/mu);
  });

  it.each(NAMES.filter((name) => name !== "strict"))("%s says only in what it differs", (name) => {
    const text = textOf(`profiles/${name}.yaml`);
    const own = profileIn(readProfile(text, name, LIBRARY));
    const base = /^extends: (.*)$/mu.exec(text)?.[1] ?? "strict";
    const from = profileIn(resolveProfile(base, HEADER, LIBRARY));
    for (const field of Object.keys(STRICT_PROFILE) as (keyof Profile)[]) {
      expect([field, new RegExp(`^${field}: `, "mu").test(text)]).toEqual([field, own[field] !== from[field]]);
    }
  });
});

describe("the published schema", () => {
  it("is the one in specs/schemas", () => {
    const published: unknown = JSON.parse(textOf("schemas/profile.schema.json"));
    expect(published, GENERATE).toEqual(publishProfileSchema());
  });

  it("has every field of a profile", () => {
    const fields = ["name", ...Object.keys(PROFILE_FIELDS)];
    expect(Object.keys(STRICT_PROFILE).toSorted()).toEqual(fields.toSorted());
  });
});
