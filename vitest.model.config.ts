// The theory's own tests, which must run through all of it: `npm run coverage:model` fails at less than every branch.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["model/**/*.test.ts", "test/evidence.test.ts"],
    setupFiles: ["test/seed.ts"],
    testTimeout: 60_000,
    coverage: {
      include: ["model/**/*.ts"],
      exclude: ["**/*.test.ts"],
      reporter: ["text-summary", ["text", { skipFull: true }], "json"],
      thresholds: { 100: true },
    },
  },
});
