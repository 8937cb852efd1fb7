// docs/laws.md: every law as `buddycheck explain` tells it, on one page.
//
//  1. docs/generate.mjs formats and writes the page, test/laws-page.test.ts compares it.
//  2. The reports on it are those that the examples get now, in 100 columns and without colour.

import picocolors from "picocolors";
import { LAWS, type Law } from "../../model/invariants.ts";
import { EXAMPLE_NAMING, exampleOf, type Example } from "./example.ts";
import { fieldsOf, NO_EXAMPLE } from "./explanation.ts";
import { findingText } from "./finding-text.ts";

const INTRODUCTION = `# What is a buddy allocator held to?

To the laws on this page. Each has an id for ever, one sentence, and one definition in the code, which all engines share.
An error loses or corrupts memory; a warning breaks a promise of policy, and is judged only where a profile makes that
promise ([profiles.md](profiles.md)). \`buddycheck explain ID\` prints the same; \`--without ID\` switches a law off, and what
is switched off is reported as not checked.

The examples run on a pool of 8 pages with blocks up to order 3. They are written in the short notation: \`a2=4\` asks for
order 2 and is served page 4, \`a2!\` is refused, \`p3=4\` asks for 3 pages, \`f4\` frees page 4, \`f4:2\` frees it naming order 2,
and \`free 0:2 4:2\` is what the free lists hold.
`;

const LOOK = { colours: picocolors.createColors(false), columns: 100 };

/** The page as Markdown, before it is formatted. */
export function lawsPage(): string {
  const contents = LAWS.map(({ id, statement }) => `- [\`${id}\`](#${id}): ${statement}`);
  return [GENERATED, INTRODUCTION, contents.join("\n"), ...LAWS.map(section)].join("\n\n");
}

const GENERATED = "<!-- Generated from model/invariants.ts by `npm run docs:generate`. -->";

function section(law: Law): string {
  const fields = fieldsOf(law).map(({ field }) => `\`${field}\``);
  const facts = [
    `- Severity: ${law.severity}`,
    `- Source: ${law.source}`,
    `- Judged in: \`model/${law.judgedIn}\``,
    `- Settings of a profile that bear on it: ${fields.length === 0 ? "none" : fields.join(", ")}`,
  ];
  return [`## \`${law.id}\``, law.statement, law.reason, facts.join("\n"), exampleSection(exampleOf(law))].join("\n\n");
}

function exampleSection(example: Example | null): string {
  if (example === null) return NO_EXAMPLE;
  const { settings, steps, finding } = example;
  const under = settings.length === 0 ? "" : `, under \`${settings.join(", ")}\``;
  const list = steps.map(({ notation, words }) => `- \`${notation}\`: ${words}`);
  const report = findingText(finding, { file: "example", naming: EXAMPLE_NAMING, look: LOOK, notes: [] });
  return [`A trace that breaks it${under}:`, list.join("\n"), `\`\`\`text\n${report.join("\n")}\n\`\`\``].join("\n\n");
}
