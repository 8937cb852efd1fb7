/*
 * docs/profiles.md is generated (`node docs/generate-profiles.mjs`) from the fields of a profile and the profiles in
 * specs/, and compared here byte for byte.
 */
import { readdirSync, readFileSync } from "node:fs";
import { format } from "prettier";
import { expect, it } from "vitest";
import { profilesPage } from "../docs/profiles-page.mjs";
import { STRICT_PROFILE } from "../model/profile.ts";
import { PROFILE_FIELDS } from "../src/spec/profile-fields.ts";

const PROFILES = new URL("../specs/profiles/", import.meta.url);

it("docs/profiles.md tells every field, every value and every profile that comes along", async () => {
  const names = readdirSync(PROFILES).map((file) => file.replace(/\.yaml$/u, ""));
  const profiles = names.sort().map((name) => {
    const text = readFileSync(new URL(`${name}.yaml`, PROFILES), "utf8");
    return { name, summary: /^summary: (.*)$/mu.exec(text)?.[1] ?? "" };
  });
  const strict = { ...STRICT_PROFILE, usableMaxOrder: "null" };
  const current = await format(profilesPage(PROFILE_FIELDS, strict, profiles), { parser: "markdown", printWidth: 120 });
  const page = readFileSync(new URL("../docs/profiles.md", import.meta.url), "utf8");
  expect(page, "run `npm run build && node docs/generate-profiles.mjs`").toBe(current);
});
