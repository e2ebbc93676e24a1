import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { LEASE_RESULTS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock, encodeBlock } from "#protocol/chip/codec.ts";
import { carryEnvelope, ENVELOPE_BYTES, type EnvelopeTerms, isFromPlatform, sealEnvelope } from "#protocol/chip/envelope.ts";
import { isAuthentic, seal } from "#protocol/chip/link.ts";
import { CHALLENGE_LIFE_MS, ENVELOPE, FLOORS, FULL_BUDGET, VAULT } from "#protocol/chip/vault.ts";
import { FORGETFUL, type MemoryStore, newMemory, RamStore } from "#simulator/chip/machine/memory.ts";
import { readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { BUDGET_KEY, type Rig, rig } from "#test/chip/rig.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const UID = new Uint8Array(12);
const NO_MAC = new Uint8Array(8);
const NO_FLOORS = {
  ...{ listFloor: 0, overlayFloor: 0, keysetFloor: 0, policyFloor: 0 },
  ...{ journalChain: 0, journalSeq: 0, journalHead: new Uint8Array(32) },
};

const booted = (store: MemoryStore = FORGETFUL, nonce = 1) =>
  rig({ bootNonce: new Uint8Array(8).fill(nonce) }, undefined, undefined, store);
const result = ({ chip }: Rig) => LEASE_RESULTS[LEASE_RESULTS.indexOf(chip.desk.result)];

function vault({ chip }: Rig) {
  const words = readRegisters(chip, VAULT.address, VAULT.words);
  if (typeof words === "number" || !isAuthentic(VAULT, words, chip.desk.secret)) throw new Error("no authentic vault");
  return decodeBlock(VAULT, words);
}

function raise(r: Rig, floors: Partial<typeof NO_FLOORS>) {
  const counter = r.chip.desk.counter + 1;
  writeRegisters(r.chip, FLOORS.address, seal(FLOORS, { ...NO_FLOORS, ...floors, counter, mac: NO_MAC }, r.chip.desk.secret));
  return result(r);
}

function terms(r: Rig, change: Partial<EnvelopeTerms> = {}): EnvelopeTerms {
  const floors = { listFloor: 0, overlayFloor: 0, keysetFloor: 0, policyFloor: 0, timeFloorS: 0 };
  return { challenge: vault(r).challenge, ...floors, ...FULL_BUDGET, unlockCalibration: 0, ...change };
}

/** As the module carries it: with its own counter and link MAC round what it cannot make. */
function carry(r: Rig, envelope: Uint8Array) {
  const block = carryEnvelope(envelope, r.chip.desk.counter + 1);
  if (!block) throw new Error("no envelope");
  writeRegisters(r.chip, ENVELOPE.address, seal(ENVELOPE, block, r.chip.desk.secret));
  return result(r);
}

describe("floors", () => {
  it("rise, never fall, and are kept over a power cut", () => {
    const store = new RamStore();
    const first = booted(store);
    expect(raise(first, { listFloor: 7, policyFloor: 3 })).toBe("accepted");
    expect(raise(first, { listFloor: 5, policyFloor: 4 })).toBe("accepted");
    expect(vault(booted(store, 2))).toMatchObject({ listFloor: 7, policyFloor: 4, overlayFloor: 0, keysetFloor: 0 });
  });

  it("rise no further than uptime explains: sixteen steps, and one a minute", () => {
    const r = booted();
    raise(r, { listFloor: 0xffff_ffff });
    expect(vault(r).listFloor).toBe(16);
    r.run(10 * MINUTE_MS);
    raise(r, { listFloor: 0xffff_ffff, overlayFloor: 20 });
    expect(vault(r)).toMatchObject({ listFloor: 26, overlayFloor: 20 });
  });

  it("carry the journal's head forward only: a later chain before a later sequence", () => {
    const r = booted();
    const head = (fill: number) => new Uint8Array(32).fill(fill);
    raise(r, { journalChain: 5, journalSeq: 100, journalHead: head(1) });
    raise(r, { journalChain: 5, journalSeq: 100, journalHead: head(2) });
    raise(r, { journalChain: 4, journalSeq: 900, journalHead: head(3) });
    expect(vault(r)).toMatchObject({ journalChain: 5, journalSeq: 100, journalHead: head(1) });
    raise(r, { journalChain: 6, journalSeq: 1, journalHead: head(4) });
    expect(vault(r)).toMatchObject({ journalChain: 6, journalSeq: 1, journalHead: head(4) });
  });
});

describe("the offline budget", () => {
  it("counts boots, powered hours over boots, and starts; a session that goes on is no new start", () => {
    const store = new RamStore();
    const first = booted(store);
    expect(vault(first)).toMatchObject({ poweredHoursLeft: 336, bootsLeft: 119, startsLeft: 200 });
    first.order({ session: 1 });
    first.run(9_000);
    first.order({ session: 1 });
    expect(vault(first).startsLeft).toBe(199);
    first.run(40 * MINUTE_MS);
    const second = booted(store, 2);
    second.order({ session: 1 });
    second.order({ session: 2 });
    second.run(40 * MINUTE_MS);
    expect(vault(second)).toMatchObject({ poweredHoursLeft: 335, bootsLeft: 118, startsLeft: 198 });
  });

  it("counts a session that was ended and begins again under its old number", () => {
    const r = booted();
    for (let start = 0; start < 5; start++) {
      r.order({ session: 9 });
      r.run(500);
      r.order({ session: 9, mode: "open" });
    }
    expect(vault(r).startsLeft).toBe(195);
  });

  /** A chip that has so little left, its boot counted. */
  const poor = (left: { poweredHoursLeft?: number; bootsLeft?: number; startsLeft?: number }) => {
    const store = new RamStore();
    const memory = newMemory();
    store.store({ ...memory, vault: { ...memory.vault, ...left } });
    return { store, r: booted(store) };
  };
  const refused = (r: Rig, session: number) => {
    const before = r.chip.contactor;
    r.order({ session });
    expect(result(r)).toBe("budgetSpent");
    expect(r.chip.contactor).toEqual(before);
  };

  it("with the last start spent: no other session begins, the running one goes on and may close again", () => {
    const { r } = poor({ startsLeft: 1 });
    r.order({ session: 1 });
    expect(vault(r).startsLeft).toBe(0);
    refused(r, 2);
    r.run(9_000);
    expect(r.chip.contactor.commandedClosed).toBe(false);
    r.order({ session: 1 });
    expect(r.chip.contactor.commandedClosed).toBe(true);
  });

  it("with the last hour spent the running session is not cut", () => {
    const { r } = poor({ poweredHoursLeft: 1 });
    r.order({ session: 1, sessionRemainingS: 65_535 });
    for (let second = 0; second < 3_600; second++, r.run(1_000)) r.order({ session: 1, sessionRemainingS: 65_535, mode: "stayClosed" });
    expect(vault(r).poweredHoursLeft).toBe(0);
    expect(r.chip.contactor.commandedClosed).toBe(true);
    refused(r, 2);
  });

  it("with the last boot spent a session from before the power cut goes on, and no other", () => {
    const { store, r } = poor({ bootsLeft: 2 });
    r.order({ session: 1 });
    r.run(1_000);
    const second = booted(store, 2);
    expect(vault(second).bootsLeft).toBe(0);
    refused(second, 2);
    second.order({ session: 1 });
    expect(second.chip.contactor.commandedClosed).toBe(true);
  });
});

describe("the platform's envelope", () => {
  it("refills the budget, raises floors and sets the time, which then runs with uptime", () => {
    const r = booted();
    r.order({ session: 1 });
    const envelope = sealEnvelope(terms(r, { starts: 50, listFloor: 9_000, timeFloorS: 1_795_000_000 }), BUDGET_KEY, UID);
    expect(envelope).toHaveLength(ENVELOPE_BYTES);
    expect(carry(r, envelope)).toBe("accepted");
    r.run(HOUR_MS);
    const { timeFloorS, ...rest } = vault(r);
    expect(rest).toMatchObject({ startsLeft: 50, bootsLeft: 120, listFloor: 9_000 });
    expect(timeFloorS).toBeGreaterThanOrEqual(1_795_000_000 + 3_599);
    expect(timeFloorS).toBeLessThanOrEqual(1_795_000_000 + 3_600);
    // Uptime explains steps above what the envelope said.
    raise(r, { listFloor: 0xffff_ffff });
    expect(vault(r).listFloor).toBe(9_000 + 16 + 60);
  });

  it("works once, for one boot, for ten minutes, for one chip", () => {
    const store = new RamStore();
    const r = booted(store);
    const used = sealEnvelope(terms(r), BUDGET_KEY, UID);
    expect(carry(r, used)).toBe("accepted");
    expect(carry(r, used)).toBe("badEnvelope");
    const old = sealEnvelope(terms(r), BUDGET_KEY, UID);
    r.run(CHALLENGE_LIFE_MS);
    expect(carry(r, old)).toBe("badEnvelope");
    expect(
      carry(
        r,
        sealEnvelope(
          terms(r),
          BUDGET_KEY,
          Uint8Array.from({ length: 12 }, () => 1),
        ),
      ),
    ).toBe("badEnvelope");
    expect(carry(r, sealEnvelope(terms(r), new Uint8Array(32), UID))).toBe("badEnvelope");
    const before = sealEnvelope(terms(r), BUDGET_KEY, UID);
    expect(carry(booted(store, 2), before)).toBe("badEnvelope");
  });

  it("never lowers a floor", () => {
    const r = booted();
    raise(r, { policyFloor: 5 });
    expect(carry(r, sealEnvelope(terms(r, { policyFloor: 2 }), BUDGET_KEY, UID))).toBe("accepted");
    expect(vault(r).policyFloor).toBe(5);
  });

  it("with any single bit flipped is refused, and openssl makes the same MAC of the specification's text", () => {
    const r = booted();
    const envelope = sealEnvelope(terms(r, { timeFloorS: 1_795_000_000 }), BUDGET_KEY, UID);
    const message = Buffer.concat([Buffer.from("arcgate-envelope/1"), UID, envelope.subarray(0, 36)]);
    const args = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${Buffer.from(BUDGET_KEY).toString("hex")}`, "-binary"];
    expect(execFileSync("openssl", args, { input: message }).subarray(0, 16).toString("hex")).toBe(
      Buffer.from(envelope.subarray(36)).toString("hex"),
    );
    for (let bit = 0; bit < ENVELOPE_BYTES * 8; bit++) {
      const flipped = Uint8Array.from(envelope);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const block = carryEnvelope(flipped, 1);
      expect(block && isFromPlatform(encodeBlock(ENVELOPE, block), BUDGET_KEY, UID), `bit ${bit}`).toBe(false);
    }
    expect(carryEnvelope(envelope.subarray(1), 1)).toBeUndefined();
  });
});
