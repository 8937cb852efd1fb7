/*
 * docs/laws.md is generated (`npm run docs:generate`) from the laws and the reports of their examples, and compared here
 * byte for byte.
 */
import { readFileSync } from "node:fs";
import { format } from "prettier";
import { expect, it } from "vitest";
import { lawsPage } from "../src/report/laws-page.ts";

it("docs/laws.md tells the laws as they are", async () => {
  const page = readFileSync(new URL("../docs/laws.md", import.meta.url), "utf8");
  const current = await format(lawsPage(), { parser: "markdown", printWidth: 120 });
  expect(page, "run `npm run docs:generate`").toBe(current);
});
