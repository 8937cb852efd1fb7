// What Stryker runs for every mutant of the theory: the theory's own tests, and no build.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["model/**/*.test.ts"], setupFiles: ["test/seed.ts"], testTimeout: 60_000 },
});
