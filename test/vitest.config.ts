import { defineConfig } from "vitest/config";

/** Folders whose tests start programs, lines and brokers and wait for them: apart from those that take a whole core. */
const REAL_PARTS = [
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
/** Whole agents with leases of real time: a computer that others keep from them would fail them. */
const STORIES = ["test/agent/**/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "computed", include: ["test/**/*.test.ts"], exclude: [...REAL_PARTS, ...STORIES], sequence: { groupOrder: 0 } },
      },
      // These wait for lines, leases and clocks most of the time.
      { extends: true, test: { name: "real parts", include: REAL_PARTS, maxWorkers: 3, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: "stories", include: STORIES, sequence: { groupOrder: 2 } } },
    ],
  },
});
