import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{model,src,test}/**/*.test.ts"],
    globalSetup: "test/build-once.ts",
    setupFiles: ["test/seed.ts"],
    // One more than vitest takes by itself: most tests wait for a process that they have started.
    maxWorkers: "100%",
    // A bound for what hangs, generous for machines that are busy.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: { include: ["model/**/*.ts", "src/**/*.ts"], exclude: ["**/*.test.ts"] },
  },
});
