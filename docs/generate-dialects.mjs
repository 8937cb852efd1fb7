/*
 * Writes specs/schemas/dialect.schema.json: `npm run build`, then `node docs/generate-dialects.mjs`.
 */
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { publishDialectSchema } from "../dist/src/spec/dialect.js";

const schema = await format(JSON.stringify(publishDialectSchema()), { parser: "json", printWidth: 120 });
writeFileSync(new URL("../specs/schemas/dialect.schema.json", import.meta.url), schema);
