import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.spec.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One browser serves all specs of a file; two cores are shared with whatever else runs.
    fileParallelism: false,
  },
});
