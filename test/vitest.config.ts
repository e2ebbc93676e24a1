import { defineConfig } from "vitest/config";

/** Folders whose tests start programs, lines and brokers and wait for them: apart from those that take a whole core. */
const REAL_PARTS = [
  "agent",
  "bench",
  "chaos/kill",
  "chip",
  "commission/real",
  "discover",
  "link",
  "phone",
  "platform",
  "provision",
  "replay",
  "runtime",
  "scanner",
  "serial",
  "silicon",
  "sync",
  "workshop",
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "computed", include: ["test/**/*.test.ts"], exclude: REAL_PARTS, sequence: { groupOrder: 0 } },
      },
      // These wait for lines, leases and clocks most of the time.
      { extends: true, test: { name: "real parts", include: REAL_PARTS, maxWorkers: 3, sequence: { groupOrder: 1 } } },
    ],
  },
});
