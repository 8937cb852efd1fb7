// Bundles the viewer's page into one script and one style, which `buddycheck view` puts into the HTML files it writes.
import { defineConfig } from "vite";

export default defineConfig({
  logLevel: "warn",
  build: {
    target: "es2023",
    outDir: "dist/viewer",
    lib: { entry: "src/viewer/page/main.ts", formats: ["es"], fileName: () => "page.js", cssFileName: "page" },
  },
});
