import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** The same seeds each time: `npm run simulate` plays others. */
const SEED = Number(process.env.ARCGATE_SEED ?? 1);
const SEEDS = 500;

function simulate(...args: string[]): { status: number | null; said: string; last: unknown } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "test/simulation/main.ts", ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  return { status, said: `${stderr}\n${stdout.slice(-2_000)}`, last: status === 2 ? null : JSON.parse(last) };
}

describe("the whole agent in virtual time", () => {
  it(`breaks no law in ${SEEDS} runs from seed ${SEED} on`, { timeout: 600_000 }, () => {
    const { status, said, last } = simulate("--seeds", `${SEEDS}`, "--from", `${SEED}`);
    expect(status, said).toBe(0);
    expect(last).toMatchObject({ seeds: SEEDS, violations: 0 });
  });

  it("plays a seed again to the bit", () => {
    const [once, again, other] = ["7", "7", "8"].map((seed) => simulate("--trace", "--from", seed).last);
    expect(once).toEqual({ seed: 7, digest: expect.stringMatching(/^[0-9a-f]{64}$/), violations: [], virtualMs: expect.any(Number) });
    expect(again).toEqual(once);
    expect(other).not.toMatchObject({ digest: (once as { digest: string }).digest });
  });

  it("says what it did not understand", () => {
    const { status, said } = simulate("--seeds", "0");
    expect([status, said]).toEqual([2, expect.stringContaining("--seeds is a whole number from 1 on, not 0")]);
  });
});
