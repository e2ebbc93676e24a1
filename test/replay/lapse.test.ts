import { expect, test } from "vitest";
import { chanceOf } from "#scripts/recordings/random.ts";
import { Chip } from "#simulator/chip/machine/chip.ts";
import { FORGETFUL } from "#simulator/chip/machine/memory.ts";
import { Welder } from "#simulator/chip/plant/welder.ts";
import { CLOSE, DEVICE, STICK } from "#test/chip/rig.ts";

const MAKE = {
  ...{
    device: DEVICE,
    uid: new Uint8Array(12),
    linkKey: new Uint8Array(32),
    budgetKey: new Uint8Array(32),
    bootNonce: new Uint8Array(8),
    windowMs: 100,
    arcMinAmps: 15,
  },
  ...{ alternating: false, plantArcMinAmps: 15, plantAlternating: false, speed: 1 },
  sensor: { rangeAmps: 600, rangeVolts: 200, ampsStep: 0.1, voltsStep: 0.02, ampsOffset: 0, voltsOffset: 0 },
};

/** Booted and leased at any fraction of a millisecond; a deadline that is never reached would hang here. */
test("a lease lapses at its time, whatever the clock's fractions", () => {
  for (let seed = 0; seed < 300; seed++) {
    const chance = chanceOf(seed);
    const bootMs = decimal(chance.between(0, 5_000));
    const chip = new Chip(MAKE, new Welder(STICK, 7), FORGETFUL, bootMs);
    const leasedMs = decimal(bootMs + chance.between(100, 3_000));
    chip.advance(leasedMs);
    chip.obey({ ...CLOSE, leaseMs: 500 });
    chip.advance(leasedMs + 400);
    expect(chip.contactor.commandedClosed, `seed ${seed}`).toBe(true);
    chip.advance(leasedMs + 600);
    expect(chip.contactor.commandedClosed, `seed ${seed}`).toBe(false);
    expect(chip.contactor.openedBy, `seed ${seed}`).toBe("leaseLapsed");
  }
});

/** As `performance.now` gives it: not a sum of few powers of two. */
function decimal(ms: number): number {
  return Number(ms.toFixed(6));
}
