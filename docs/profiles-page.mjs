/*
 * docs/profiles.md as src/spec/profile-fields.ts and specs/profiles/ have it: docs/generate-profiles.mjs writes the
 * page, test/profiles-page.test.ts compares it.
 */

const INTRODUCTION = `# What an allocator promises: profiles

Buddy allocators differ without being wrong: one serves the head of a list, the next the lowest address; one merges at
once, the next sometime. A profile says what the allocator at hand promises. It decides two things: which of the laws
can be judged, and what counts as a violation. Without one, the strict laws hold: whatever follows from being a buddy
allocator, and nothing about policy.

## Using one

- \`buddycheck verify --profile xv6 TRACE\` takes a profile by name, \`--profile ./mine.yaml\` from a file.
- The header of a trace may name one, \`"profile":"xv6"\`, or hold its fields, \`"profile":{"extends":"xv6","fit":"any"}\`.

The command line outranks the header.

## Writing one

\`\`\`yaml
# yaml-language-server: $schema=../schemas/profile.schema.json
name: mine
summary: Our allocator, which keeps its lists as stacks.
extends: strict
fit: best
placement: lifo
\`\`\`

Every field may be left out. What is left out is taken from the profile that \`extends\` names, by default from
\`strict\`. Fields are spelled as below, and nothing else is a field. A violation that one setting would explain is
reported with that setting: look there before you loosen anything.
`;

/**
 * The page: how to use profiles, those that come along, and every field with its values.
 *
 * @typedef {{ meaning: string, laws: readonly string[], values: Readonly<Record<string, string>> }} Field
 * @param {Readonly<Record<string, Field>>} fields
 * @param {Readonly<Record<string, string>>} strict the value of each field under the strict laws
 * @param {readonly { name: string, summary: string }[]} profiles
 * @returns {string}
 */
export function profilesPage(fields, strict, profiles) {
  const rows = profiles.map(({ name, summary }) => [`[\`${name}\`](../specs/profiles/${name}.yaml)`, summary]);
  const sections = Object.entries(fields).map(([name, field]) => fieldSection(name, field, strict[name] ?? "null"));
  const head = "<!-- Generated from src/spec/profile-fields.ts and specs/profiles/ by docs/generate-profiles.mjs. -->";
  const come = `## Profiles that come along\n\n${table([["name", "whose"], ...rows])}`;
  return `${[head, INTRODUCTION.trimEnd(), come, "## Fields", ...sections].join("\n\n")}\n`;
}

/**
 * @param {string} name
 * @param {Field} field
 * @param {string} strict
 * @returns {string}
 */
function fieldSection(name, field, strict) {
  const laws = field.laws.map((law) => `\`${law}\``).join(", ");
  const rows = Object.entries(field.values).map(([value, sentence]) => {
    const mark = value === strict ? " (strict)" : "";
    return [`\`${value}\`${mark}`, sentence];
  });
  const values = table([["value", "of the allocator"], ...rows]);
  return [`### \`${name}\``, `${field.meaning} Takes part in ${laws}.`, values].join("\n\n");
}

/**
 * A table of two columns; the formatter pads it. The first row is its head.
 *
 * @param {readonly (readonly string[])[]} rows
 * @returns {string}
 */
function table(rows) {
  const [head, ...body] = rows.map((row) => `| ${row.join(" | ")} |`);
  return [head, "| --- | --- |", ...body].join("\n");
}
