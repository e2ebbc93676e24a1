import { describe, expect, it } from "vitest";
import type { LinkVault } from "#agent/core/link.ts";
import { isLow } from "#agent/core/vault/budget.ts";
import {
  initialKeeping,
  MIRROR_EVERY_MS,
  READ_EVERY_MS,
  REFILL_ANSWER_MS,
  REFILL_EVERY_MS,
  REFILL_FIRST_MS,
  REFILL_LONGEST_MS,
  RETRY_MS,
  type VaultInput,
  type VaultKeeping,
} from "#agent/core/vault/state.ts";
import { stepVault, vaultWakeMs } from "#agent/core/vault/transition.ts";

const FLOORS = { list: 7, overlay: 0, keyset: 0, policy: 0 };
const HEAD = { chain: 5, seq: 40, hash: "ab".repeat(32) };
const VAULT: LinkVault = {
  ...{ floors: FLOORS, timeFloorS: 1_795_000_000, journal: HEAD, challenge: "c0".repeat(8) },
  budget: { poweredHours: 336, boots: 119, starts: 200 },
};
const ENVELOPE = new Uint8Array(52);

/** The keeper's core on virtual time, with everything that it wanted to have done. */
class Keeping {
  nowMs = 1_000;
  done: string[] = [];
  keeping: VaultKeeping = initialKeeping(FLOORS, this.nowMs);

  take(...inputs: VaultInput[]): this {
    for (const input of inputs) {
      const { keeping, effects } = stepVault(this.keeping, input, { monoMs: this.nowMs, jitter: 0 });
      this.keeping = keeping;
      this.done.push(...effects.map((effect) => (effect.type === "job" ? effect.job.do : `ask ${effect.request.id}`)));
    }
    return this;
  }

  /** Time goes on to the next thing that is due, and it is met. */
  wake(): this {
    const at = vaultWakeMs(this.keeping);
    if (at === undefined) throw new Error("nothing is due");
    this.nowMs = Math.max(this.nowMs, at);
    return this.take({ type: "tick" });
  }

  since(): string[] {
    return this.done.splice(0);
  }
}

const seen = (vault: Partial<LinkVault> = {}, after: "read" | "raise" | "carry" = "read"): VaultInput => {
  return { type: "vault", vault: { ...VAULT, ...vault }, after };
};
const met = () => new Keeping().take({ type: "met" }, seen());

describe("the vault is read", () => {
  it("when the chip is met, every minute, and after each start", () => {
    const k = new Keeping().take({ type: "met" });
    expect(k.since()).toEqual(["read"]);
    k.take(seen(), { type: "started" });
    expect(k.since()).toEqual(["read"]);
    const from = k.nowMs;
    k.take(seen()).wake();
    expect([k.since(), k.nowMs - from]).toEqual([["read"], READ_EVERY_MS]);
  });

  it("not while the chip is lost, and again in five seconds when reading failed", () => {
    const k = new Keeping().take({ type: "met" }, { type: "failed", job: "read" });
    k.since();
    const from = k.nowMs;
    expect(k.wake().since()).toEqual(["read"]);
    expect(k.nowMs - from).toBe(RETRY_MS);
    k.take({ type: "failed", job: "read" }, { type: "lost" });
    expect(vaultWakeMs(k.keeping)).toBeUndefined();
    expect(k.take({ type: "met" }).since()).toEqual(["read"]);
  });
});

describe("floors and head", () => {
  it("go in when they are newer, a second apart at least, and never when the vault is ahead", () => {
    const k = met();
    k.since();
    expect(k.take({ type: "wanted", floors: { ...FLOORS, list: 6 }, head: { ...HEAD, seq: 39 } }).since()).toEqual([]);
    expect(k.take({ type: "wanted", floors: FLOORS, head: { ...HEAD, seq: 41 } }).since()).toEqual(["raise"]);
    k.take(seen({ journal: { ...HEAD, seq: 41 } }, "raise"));
    expect(k.take({ type: "wanted", floors: FLOORS, head: { ...HEAD, seq: 42 } }).since()).toEqual([]);
    const from = k.nowMs;
    expect(k.wake().since()).toEqual(["raise"]);
    expect(k.nowMs - from).toBe(MIRROR_EVERY_MS);
    k.take(seen({ journal: { ...HEAD, seq: 42 } }, "raise"));
    k.nowMs += MIRROR_EVERY_MS;
    expect(k.take({ type: "wanted", floors: FLOORS, head: { chain: 6, seq: 1, hash: HEAD.hash } }).since()).toEqual(["raise"]);
  });

  it("that uptime does not explain are tried once a minute, and asked of the platform at once", () => {
    const k = met().take({ type: "online" }, { type: "envelope", id: "envelope-1", envelope: ENVELOPE }, seen({}, "carry"));
    k.since();
    k.take({ type: "wanted", floors: { ...FLOORS, list: 900 }, head: null });
    expect(k.since()).toEqual(["raise"]);
    k.take(seen({ floors: { ...FLOORS, list: 23 } }, "raise"));
    expect(k.since()).toEqual(["ask envelope-2"]);
    const from = k.nowMs;
    k.take({ type: "envelope", id: "envelope-2", envelope: null }).wake();
    expect(k.nowMs - from).toBeLessThanOrEqual(READ_EVERY_MS);
  });
});

describe("the budget is refilled", () => {
  it("when on line, and every six hours", () => {
    const k = met();
    expect(k.take({ type: "online" }).since()).toEqual(["read", "ask envelope-1"]);
    expect(k.take({ type: "envelope", id: "envelope-1", envelope: ENVELOPE }).since()).toEqual(["carry"]);
    const from = k.nowMs;
    k.take(seen({}, "carry"));
    while (k.keeping.refill.at === "due") k.wake().take(seen());
    expect(k.nowMs - from).toBeGreaterThanOrEqual(REFILL_EVERY_MS * 0.9);
    expect(k.nowMs - from).toBeLessThanOrEqual(REFILL_EVERY_MS);
  });

  it("sooner when half is spent: within ten minutes, and at once when a connection comes", () => {
    const k = met().take({ type: "online" }, { type: "envelope", id: "envelope-1", envelope: ENVELOPE }, seen({}, "carry"));
    const low = { budget: { poweredHours: 336, boots: 119, starts: 100 } };
    expect(isLow(low.budget)).toBe(true);
    const from = k.nowMs;
    k.take({ type: "started" }, seen(low));
    k.since();
    while (k.keeping.refill.at === "due") k.wake().take(seen(low));
    expect(k.nowMs - from).toBe(REFILL_LONGEST_MS);
    k.take({ type: "envelope", id: "envelope-2", envelope: ENVELOPE }, seen(low, "carry"), { type: "offline" });
    k.since();
    expect(k.take({ type: "online" }).since()).toEqual(["ask envelope-3"]);
  });

  it("again and again with longer waits while nobody answers, refuses, or the chip does not take it", () => {
    const k = met().take({ type: "online" });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      const asked = k.nowMs;
      if (attempt % 3 === 0) k.take({ type: "envelope", id: `envelope-${attempt}`, envelope: null });
      else if (attempt % 3 === 1)
        k.take({ type: "envelope", id: `envelope-${attempt}`, envelope: ENVELOPE }, { type: "failed", job: "carry" }, seen());
      while (k.keeping.refill.at !== "due") k.wake().take(seen());
      while (k.keeping.refill.at === "due") k.wake().take(seen());
      waits.push(k.nowMs - asked);
    }
    expect(waits.every((wait, index) => index === 0 || wait >= (waits[index - 1] ?? 0) - REFILL_ANSWER_MS)).toBe(true);
    expect(waits[0]).toBeLessThanOrEqual(REFILL_FIRST_MS + REFILL_ANSWER_MS);
    expect(waits.at(-1)).toBeLessThanOrEqual(REFILL_LONGEST_MS + REFILL_ANSWER_MS);
  });

  it("never by an answer to an older question, or for a chip that has booted since", () => {
    const k = met().take({ type: "online" });
    k.since();
    expect(k.take({ type: "envelope", id: "envelope-0", envelope: ENVELOPE }).since()).toEqual([]);
    k.take({ type: "lost" }, { type: "met" });
    expect(k.take({ type: "envelope", id: "envelope-1", envelope: ENVELOPE }).since()).toEqual(["read"]);
    expect(k.take(seen({ challenge: "d0".repeat(8) })).since()).toEqual(["ask envelope-2"]);
  });
});
