import { describe, expect, it } from "vitest";
import { SilenceTable } from "#agent/shell/serial/silence.ts";

const LEASE_MS = 8_000;
const TIMEOUT_MS = 100;

describe("a machine that missed two polls", () => {
  it("is asked again by a poll that comes before its lease has lapsed", () => {
    const table = new SilenceTable();
    const renewedMs = 0;
    let askedMs: number | null = null;
    for (let pollMs = 1_000; pollMs < 20_000 && askedMs === null; pollMs += 1_000) {
      if (table.waitMs(1, "routine", pollMs) > 0) continue;
      if (pollMs <= 2_000) table.missed(1, pollMs + TIMEOUT_MS);
      else askedMs = pollMs;
    }
    expect(askedMs).not.toBeNull();
    expect((askedMs ?? 0) - renewedMs).toBeLessThan(LEASE_MS);
  });

  it("is asked at every poll as long as its lease may run, and then once in five seconds", () => {
    const table = new SilenceTable();
    const askedMs: number[] = [];
    for (let pollMs = 1_000; pollMs <= 30_000; pollMs += 1_000) {
      if (table.waitMs(1, "routine", pollMs) > 0) continue;
      askedMs.push(pollMs);
      table.missed(1, pollMs);
    }
    expect(askedMs).toEqual([...Array.from({ length: 16 }, (_, index) => 1_000 * (index + 1)), 21_000, 26_000]);
    table.answered(1);
    expect(table.waitMs(1, "routine", 30_500)).toBe(0);
  });
});
