import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{model,src,test}/**/*.test.ts"],
    globalSetup: "test/build-once.ts",
    setupFiles: ["test/seed.ts"],
    coverage: { include: ["model/**/*.ts", "src/**/*.ts"], exclude: ["**/*.test.ts"] },
  },
});
