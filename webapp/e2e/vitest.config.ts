import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.e2e.ts"],
    // Every wait inside is bounded by 20 s; a step has a few of them.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // One server and one browser at a time: two cores are shared with whatever else runs.
    fileParallelism: false,
    // What is wrong with a page is told as a whole.
    chaiConfig: { truncateThreshold: 0 },
  },
});
