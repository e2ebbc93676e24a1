import type { RecordingSpec } from "#scripts/recordings/generate.ts";

/** The recordings kept in test/recordings: every process at every rate, and the incidents that each is prone to. */
export const CATALOGUE: Readonly<Record<string, RecordingSpec>> = {
  "mma-9": { process: "mma", rowsPerSecond: 9, seconds: 90, seed: 101, jitter: 0.15, incidents: ["stuck", "broken", "hole"] },
  "mma-42": {
    process: "mma",
    rowsPerSecond: 42,
    seconds: 60,
    seed: 102,
    jitter: 0.3,
    incidents: ["stuck", "lostArc", "dudStrike", "blink"],
  },
  "mma-1000": { process: "mma", rowsPerSecond: 1000, seconds: 12, seed: 103, jitter: 0.4, incidents: ["dropout", "broken"] },
  "mma-42-frozen": { process: "mma", rowsPerSecond: 42, seconds: 60, seed: 104, jitter: 0.2, incidents: ["frozen", "stillButShort"] },
  "mag-9": { process: "mag", rowsPerSecond: 9, seconds: 90, seed: 111, jitter: 0.1, incidents: ["broken", "hole"] },
  "mag-42": { process: "mag", rowsPerSecond: 42, seconds: 60, seed: 112, jitter: 0.3, incidents: ["dropout", "lostArc", "hole"] },
  "mag-1000": { process: "mag", rowsPerSecond: 1000, seconds: 12, seed: 113, jitter: 0.4, incidents: ["dudStrike", "broken"] },
  "mag-9-frozen": { process: "mag", rowsPerSecond: 9, seconds: 60, seed: 114, jitter: 0.1, incidents: ["frozen"] },
  "pulse-9": { process: "pulse", rowsPerSecond: 9, seconds: 60, seed: 121, jitter: 0.2, incidents: ["broken", "blink"] },
  "pulse-42": { process: "pulse", rowsPerSecond: 42, seconds: 60, seed: 122, jitter: 0.3, incidents: ["dropout", "hole"] },
  "pulse-1000": { process: "pulse", rowsPerSecond: 1000, seconds: 12, seed: 123, jitter: 0.3, incidents: ["broken", "hole"] },
  "tig-9": { process: "tig", rowsPerSecond: 9, seconds: 60, seed: 131, jitter: 0.1, incidents: ["lostArc"] },
  "tig-42": { process: "tig", rowsPerSecond: 42, seconds: 60, seed: 132, jitter: 0.3, incidents: ["lostArc", "dudStrike", "hole"] },
  "tig-1000": { process: "tig", rowsPerSecond: 1000, seconds: 12, seed: 133, jitter: 0.4, incidents: ["dropout"] },
  "ac-9": { process: "ac", rowsPerSecond: 9, seconds: 60, seed: 141, jitter: 0.1, incidents: ["stuck", "broken"] },
  "ac-42": { process: "ac", rowsPerSecond: 42, seconds: 60, seed: 142, jitter: 0.3, incidents: ["dropout", "lostArc", "hole"] },
  "ac-1000": { process: "ac", rowsPerSecond: 1000, seconds: 12, seed: 143, jitter: 0.2, incidents: ["dropout", "broken"] },
};
