import { defineConfig } from "vitest/config";

/** Folders whose tests start programs, lines and brokers and wait for them: one file at a time, so that none takes the computer from another. */
const REAL_PARTS = ["agent", "bench", "chip", "link", "phone", "platform", "replay", "runtime", "scanner", "serial", "sync"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    projects: [
      {
        extends: true,
        test: { name: "computed", include: ["test/**/*.test.ts"], exclude: REAL_PARTS, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { name: "real parts", include: REAL_PARTS, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
