/*
 * Writes docs/profiles.md and the schemas of profiles, suites and cases in specs/schemas/: `npm run build`, then
 * `node docs/generate-profiles.mjs`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { STRICT_PROFILE } from "../dist/model/profile.js";
import { PROFILE_FIELDS } from "../dist/src/spec/profile-fields.js";
import { publishCaseSchema } from "../dist/src/spec/case.js";
import { publishProfileSchema } from "../dist/src/spec/profile.js";
import { publishSuiteSchema } from "../dist/src/spec/suite-schema.js";
import { profilesPage } from "./profiles-page.mjs";

const PROFILES = new URL("../specs/profiles/", import.meta.url);

const names = readdirSync(PROFILES).map((file) => file.replace(/\.yaml$/u, ""));
const profiles = names.sort().map((name) => {
  const text = readFileSync(new URL(`${name}.yaml`, PROFILES), "utf8");
  return { name, summary: /^summary: (.*)$/mu.exec(text)?.[1] ?? "" };
});

const strict = { ...STRICT_PROFILE, usableMaxOrder: "null" };
const page = await format(profilesPage(PROFILE_FIELDS, strict, profiles), { parser: "markdown", printWidth: 120 });
writeFileSync(new URL("profiles.md", import.meta.url), page);

const SCHEMAS = { profile: publishProfileSchema, suite: publishSuiteSchema, case: publishCaseSchema };
for (const [name, publish] of Object.entries(SCHEMAS)) {
  const schema = await format(JSON.stringify(publish()), { parser: "json", printWidth: 120 });
  writeFileSync(new URL(`../specs/schemas/${name}.schema.json`, import.meta.url), schema);
}
