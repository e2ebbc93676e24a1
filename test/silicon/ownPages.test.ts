/** What makes a chip a device's own, in the last two pages of its flash: whole or not at all, whenever the power goes. */
import { describe, expect, it } from "vitest";
import { encodeProvision } from "#protocol/chip/provision.ts";
import { FORGETFUL } from "#simulator/chip/machine/memory.ts";
import { NO_CALIBRATION } from "#simulator/chip/sensing/calibration.ts";
import { FlashMemory, type Keep } from "#simulator/chip/silicon/flash.ts";
import { OwnPages } from "#simulator/chip/silicon/ownPages.ts";
import { PartMemory } from "#simulator/chip/silicon/partMemory.ts";
import { ORDER } from "#test/silicon/provisioned.ts";

const UID = new Uint8Array(12);
const BLOCK = encodeProvision(ORDER);

/** Flash that keeps each write, so that it can be cut off at any half-word of any of them. */
class Recorded implements Keep {
  readonly writes: { at: number; bytes: Uint8Array }[] = [];
  #kept: Uint8Array | null;

  constructor(kept: Uint8Array | null) {
    this.#kept = kept;
  }

  read(): Uint8Array | null {
    return this.#kept ? Uint8Array.from(this.#kept) : null;
  }

  write(at: number, bytes: Uint8Array): void {
    this.writes.push({ at, bytes: Uint8Array.from(bytes) });
  }
}

const imageOf = (flash: FlashMemory) => Uint8Array.from([...flash.flash, ...flash.options]);
const booted = (image: Uint8Array | null) => {
  const keep = new Recorded(image);
  return { keep, flash: new FlashMemory("f030", UID, keep) };
};
const fresh = () => imageOf(booted(null).flash);

/** What is found after `act` was cut off, for each instant at which that can be. */
function* cuts(before: Uint8Array, act: (flash: FlashMemory) => void): Generator<FlashMemory> {
  const { keep, flash } = booted(before);
  act(flash);
  const image = Uint8Array.from(before);
  for (const { at, bytes } of keep.writes) {
    for (let done = 0; done <= bytes.length; done += 2) {
      const cut = Uint8Array.from(image);
      cut.set(bytes.subarray(0, done), at);
      yield booted(cut).flash;
    }
    image.set(bytes, at);
  }
}

describe("power that goes at any half-word", () => {
  it("of provisioning leaves a bare chip or a whole device", () => {
    const seen = new Set<string>();
    for (const flash of cuts(fresh(), (whole) => new PartMemory(whole, FORGETFUL).take(BLOCK))) {
      seen.add(new OwnPages(flash).read()?.provision.deviceCode ?? "bare");
    }
    expect([...seen]).toEqual(["bare", ORDER.deviceCode]);
  });

  it("of a new calibration leaves the old one or the new one, and the device in both", () => {
    const { flash } = booted(fresh());
    new PartMemory(flash, FORGETFUL).take(BLOCK);
    let image = imageOf(flash);
    for (const currentGain of [1.1, 1.2, 1.3]) {
      const seen = new Set<string>();
      const calibrate = (whole: FlashMemory) =>
        new OwnPages(whole).write({ block: BLOCK, calibration: { ...NO_CALIBRATION, currentGain }, isLocked: false });
      for (const cut of cuts(image, calibrate)) {
        const own = new OwnPages(cut).read();
        seen.add(`${own?.provision.deviceCode} ${own?.calibration.currentGain}`);
      }
      expect(seen.size).toBe(2);
      const { flash: next } = booted(image);
      calibrate(next);
      image = imageOf(next);
      expect(new OwnPages(next).read()).toMatchObject({ provision: ORDER, calibration: { currentGain } });
    }
  });

  it("between the lock and the silicon's protection is made good by the next boot", () => {
    const { flash } = booted(fresh());
    new PartMemory(flash, FORGETFUL).take(BLOCK);
    new OwnPages(flash).write({ block: BLOCK, calibration: NO_CALIBRATION, isLocked: true });
    expect(flash.isReadProtected).toBe(false);
    expect(new PartMemory(flash, FORGETFUL).load()?.vault.calibrationLocked).toBe(true);
    expect(flash.isReadProtected).toBe(true);
  });
});

it("what is the same is not written again, and flash that takes nothing is told", () => {
  const { keep, flash } = booted(fresh());
  const pages = new OwnPages(flash);
  const own = { block: BLOCK, calibration: NO_CALIBRATION, isLocked: false };
  pages.write(own);
  const writes = keep.writes.length;
  pages.write(own);
  expect(keep.writes.length).toBe(writes);
  flash.protectWriting(Array.from({ length: 32 }, (_, bit) => bit));
  expect(() => pages.write({ ...own, isLocked: true })).toThrow("chip.badMemory");
});
