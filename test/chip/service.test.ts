import { describe, expect, it } from "vitest";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { carryEnvelope, sealEnvelope } from "#protocol/chip/envelope.ts";
import { isAuthentic, seal } from "#protocol/chip/link.ts";
import { BOOTLOADER_WAIT_MS, CALIBRATION, UPDATE, UPDATE_ENTRY } from "#protocol/chip/service.ts";
import { ENVELOPE, FULL_BUDGET } from "#protocol/chip/vault.ts";
import { RamStore } from "#simulator/chip/machine/memory.ts";
import { FIRMWARE, readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { BUDGET_KEY, JOB, type Rig, rig } from "#test/chip/rig.ts";

const NO_MAC = new Uint8Array(8);
const STRAIGHT = {
  ...{ currentGain: 1, currentOffsetAmps: 0, currentReversed: 0, voltageGain: 1, voltageOffsetVolts: 0, voltageReversed: 0 },
  lock: 0,
};

function calibrate({ chip }: Rig, change: Partial<typeof STRAIGHT>) {
  const values = { ...STRAIGHT, ...change, counter: chip.desk.counter + 1, mac: NO_MAC };
  expect(writeRegisters(chip, CALIBRATION.address, seal(CALIBRATION, values, chip.desk.secret))).toBeUndefined();
  return chip.desk.result;
}

function calibration({ chip }: Rig) {
  const words = readRegisters(chip, CALIBRATION.address, CALIBRATION.words);
  if (typeof words === "number" || !isAuthentic(CALIBRATION, words, chip.desk.secret)) throw new Error("no authentic calibration");
  return decodeBlock(CALIBRATION, words);
}

function unlock({ chip }: Rig) {
  const floors = { listFloor: 0, overlayFloor: 0, keysetFloor: 0, policyFloor: 0, timeFloorS: 0 };
  const terms = { challenge: chip.vault.challengeAt(chip.uptimeMs), ...floors, ...FULL_BUDGET, unlockCalibration: 1 };
  const block = carryEnvelope(sealEnvelope(terms, BUDGET_KEY, chip.make.uid), chip.desk.counter + 1);
  if (!block) throw new Error("no envelope");
  writeRegisters(chip, ENVELOPE.address, seal(ENVELOPE, block, chip.desk.secret));
}

/** Mean current and voltage of a window in the middle of a rod. */
function burnt(r: Rig) {
  r.welder.weld({ ...JOB, rodMs: 10_000 });
  r.order();
  r.run(5_000);
  return { amps: r.chip.ampsNow, volts: r.chip.voltsNow };
}

describe("calibration", () => {
  it("corrects offset, gain and a sensor that is mounted the other way, and is kept over a power cut", () => {
    const store = new RamStore();
    const shifted = { rangeAmps: 600, rangeVolts: 200, ampsStep: 0.1, voltsStep: 0.02, ampsOffset: 12, voltsOffset: -3 };
    const plain = burnt(rig());
    const raw = burnt(rig({ sensor: shifted }));
    expect(raw.amps - plain.amps).toBeCloseTo(12, 0);
    const first = rig({ sensor: shifted }, undefined, undefined, store);
    expect(calibrate(first, { currentGain: 1.5, currentOffsetAmps: 12, currentReversed: 1, voltageOffsetVolts: -3 })).toBe("accepted");
    const second = rig({ sensor: shifted, bootNonce: new Uint8Array(8) }, undefined, undefined, store);
    expect(calibration(second)).toMatchObject({ currentGain: 1.5, currentOffsetAmps: 12, currentReversed: 1, lock: 0 });
    const corrected = burnt(second);
    expect(corrected.amps).toBeCloseTo(-1.5 * plain.amps, 0);
    expect(corrected.volts).toBeCloseTo(plain.volts, 0);
  });

  it("locked takes no further write, until an envelope unlocks it for this boot", () => {
    const store = new RamStore();
    const first = rig({}, undefined, undefined, store);
    expect(calibrate(first, { currentGain: 1.1, lock: 1 })).toBe("accepted");
    expect(calibrate(first, { currentGain: 0.5 })).toBe("refused");
    unlock(first);
    expect(calibration(first).lock).toBe(0);
    const second = rig({ bootNonce: new Uint8Array(8) }, undefined, undefined, store);
    expect(calibrate(second, { currentGain: 0.5 })).toBe("refused");
    unlock(second);
    expect(calibrate(second, { currentGain: 1.2, lock: 1 })).toBe("accepted");
    expect(calibrate(second, {})).toBe("refused");
    expect(calibration(second)).toMatchObject({ currentGain: 1.2, lock: 1 });
  });

  it.each([{ currentGain: 0.49 }, { voltageGain: 2.01 }, { currentReversed: 2 }, { lock: 2 }])("%j has no meaning", (change) => {
    const r = rig();
    expect(calibrate(r, change)).toBe("badValue");
    expect(calibration(r)).toMatchObject(STRAIGHT);
  });
});

describe("the update entry", () => {
  function enter({ chip }: Rig, change: { entry?: number; firmware?: number } = {}) {
    const values = { entry: UPDATE_ENTRY, firmware: FIRMWARE, ...change, counter: chip.desk.counter + 1, mac: NO_MAC };
    writeRegisters(chip, UPDATE.address, seal(UPDATE, values, chip.desk.secret));
    return chip.desk.result;
  }

  it("leaves the application, and boots it again when nobody speaks to the bootloader", () => {
    const r = rig();
    expect(enter(r)).toBe("accepted");
    expect(r.chip.presence.answers).toBe(false);
    r.run(BOOTLOADER_WAIT_MS - 10);
    expect(r.chip.presence.isBootDue(r.chip.nowMs)).toBe(false);
    r.run(10);
    expect(r.chip.presence.isBootDue(r.chip.nowMs)).toBe(true);
  });

  it("is refused for older firmware, under a closed contactor and under a bypassed one", () => {
    const r = rig();
    expect(enter(r, { firmware: FIRMWARE - 1 })).toBe("refused");
    expect(enter(r, { entry: 1 })).toBe("badValue");
    r.order();
    expect(enter(r)).toBe("refused");
    const bypassed = rig();
    bypassed.chip.contact.bypassed = true;
    expect(enter(bypassed)).toBe("refused");
    expect(bypassed.chip.presence.answers).toBe(true);
  });
});
