import { describe, expect, it } from "vitest";
import { IDENTITY, LEASE_RESULTS, SETTINGS, STATUS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { encodeLease, seal } from "#protocol/chip/link.ts";
import { EXCEPTION, readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { CLOSE, rig } from "#test/chip/rig.ts";

const result = (page: { header: { leaseResult: number } }) => LEASE_RESULTS[page.header.leaseResult];

function identity(chip: Parameters<typeof readRegisters>[0]) {
  const words = readRegisters(chip, IDENTITY.address, IDENTITY.words);
  if (typeof words === "number") throw new Error(`exception ${words}`);
  return decodeBlock(IDENTITY, words);
}

describe("an authenticated lease", () => {
  it("closes, and lapses after its 8 s with every window told", () => {
    const { chip, order, run, page } = rig();
    expect(order().header.status & (STATUS.commandedClosed | STATUS.mirrorClosed | STATUS.leaseHeld)).toBe(
      STATUS.commandedClosed | STATUS.mirrorClosed | STATUS.leaseHeld,
    );
    run(7_990);
    expect(chip.contactor.commandedClosed).toBe(true);
    run(10);
    expect(chip.contactor).toMatchObject({ commandedClosed: false, openedBy: "leaseLapsed" });
    expect(chip.contact.openings).toMatchObject([{ by: "leaseLapsed", atMs: 8_000 }]);
    expect(page().header.nextSeq).toBe(80);
  });

  it("meets its deadline on time even when the simulator was late", () => {
    const { chip, order } = rig();
    order();
    chip.advance(1_000 + 25_000);
    expect(chip.contact.openings).toMatchObject([{ by: "leaseLapsed", atMs: 8_000 }]);
    const closed = chip.ring.read(0, 10).windows.filter((window) => window.closed);
    expect(closed.reduce((sum, { run }) => sum + run, 0)).toBe(80);
  });

  it("keeps real time at any speed", () => {
    const { chip, order, run } = rig({ speed: 60 });
    order();
    run(7_990);
    expect(chip.contactor.commandedClosed).toBe(true);
    expect(chip.plantMs).toBe(7_990 * 60);
    run(20);
    expect(chip.contactor.commandedClosed).toBe(false);
  });

  it.each([
    ["another key", { key: new Uint8Array(32) }, {}],
    ["another boot's nonce", { bootNonce: new Uint8Array(8) }, {}],
  ])("moves nothing under %s", (_, secret, change) => {
    const { chip, order } = rig();
    const page = order({ readFrom: 5, ...change }, secret);
    expect(result(page)).toBe("badMac");
    expect(chip.desk).toMatchObject({ counter: 0, readFrom: 0 });
    expect(chip.contactor.commandedClosed).toBe(false);
  });

  it("is refused when any single bit was changed on the way", () => {
    const { chip } = rig();
    const words = encodeLease(CLOSE, chip.desk.secret);
    for (let bit = 0; bit < words.length * 16; bit++) {
      const changed = Uint16Array.from(words);
      changed[bit >> 4] = (changed[bit >> 4] ?? 0) ^ (1 << (bit & 15));
      expect(writeRegisters(chip, 0x80, changed)).toBeUndefined();
      expect(chip.desk.result).toBe("badMac");
    }
    expect(chip.contactor.commandedClosed).toBe(false);
  });

  it("cannot be replayed", () => {
    const { chip, order, run } = rig();
    expect(result(order({ counter: 5 }))).toBe("accepted");
    expect(result(order({ counter: 6, mode: "open" }))).toBe("accepted");
    expect(result(order({ counter: 5 }))).toBe("staleCounter");
    expect(result(order({ counter: 6 }))).toBe("staleCounter");
    expect(chip.contactor.commandedClosed).toBe(false);
    expect(result(order({ counter: 7 }))).toBe("accepted");
    run(10);
    expect(identity(chip)).toMatchObject({ leaseCounter: 7, session: 42 });
  });

  it("uses its counter up when it is refused: it is of no use to anybody later", () => {
    const { chip, order } = rig();
    chip.happen({ type: "eStop", on: true });
    expect(result(order({ counter: 9 }))).toBe("refused");
    chip.happen({ type: "eStop", on: false });
    expect(result(order({ counter: 9 }))).toBe("staleCounter");
    expect(chip.contactor.commandedClosed).toBe(false);
  });

  it.each([
    ["more than 8 s", { leaseMs: 8_001 }],
    ["no lease", { leaseMs: 0 }],
    ["no session", { session: 0 }],
  ])("has sensible values: %s", (_, change) => {
    const { chip, order } = rig();
    expect(result(order(change))).toBe("badValue");
    expect(chip.contactor.commandedClosed).toBe(false);
  });

  it("hands windows out under an e-stop too", () => {
    const { chip, order, run } = rig();
    run(500);
    chip.happen({ type: "eStop", on: true });
    const page = order({ confirmedBelow: 3, readFrom: 3 });
    expect(result(page)).toBe("refused");
    expect(page.windows[0]).toMatchObject({ seq: 3, run: 2 });
    expect(chip.ring.read(0, 1).firstSeq).toBe(3);
  });
});

describe("settings", () => {
  const write = (chip: Parameters<typeof readRegisters>[0], values: { arcMinAmps: number; alternating: number; counter: number }) => {
    writeRegisters(chip, SETTINGS.address, seal(SETTINGS, { ...values, mac: new Uint8Array(8) }, chip.desk.secret));
    return chip.desk.result;
  };

  it("are taken with a MAC and a fresh counter only", () => {
    const { chip } = rig();
    expect(write(chip, { arcMinAmps: 5, alternating: 1, counter: 1 })).toBe("accepted");
    expect(identity(chip)).toMatchObject({ arcMinAmps: 5, alternating: 1, leaseCounter: 1 });
    expect(write(chip, { arcMinAmps: 15, alternating: 0, counter: 1 })).toBe("staleCounter");
    expect(write(chip, { arcMinAmps: 0, alternating: 0, counter: 2 })).toBe("badValue");
    expect(writeRegisters(chip, SETTINGS.address, new Uint16Array(SETTINGS.words))).toBeUndefined();
    expect(chip.desk.result).toBe("badMac");
    expect(identity(chip)).toMatchObject({ arcMinAmps: 5, alternating: 1 });
  });
});

describe("registers", () => {
  it.each([
    ["beyond the identity", 0x20, 40],
    ["between blocks", 0x50, 2],
    ["of write-only blocks", 0x80, 18],
    ["beyond the page", 0x100, 124],
    ["beyond the vault", 0x200, 43],
  ])("have no value %s", (_, address, count) => {
    expect(readRegisters(rig().chip, address, count)).toBe(EXCEPTION.illegalAddress);
  });

  it.each([
    ["a part of the lease", 0x80, 17],
    ["the identity", 0, 1],
    ["the page", 0x100, 1],
  ])("do not let %s be written", (_, address, count) => {
    expect(writeRegisters(rig().chip, address, new Uint16Array(count))).toBe(EXCEPTION.illegalAddress);
  });

  it("blink without a MAC, 60 s at most", () => {
    const { chip, run } = rig();
    expect(writeRegisters(chip, 0xff, Uint16Array.of(61))).toBe(EXCEPTION.illegalValue);
    expect(writeRegisters(chip, 0xff, Uint16Array.of(2))).toBeUndefined();
    expect(chip.panel.isBlinking(chip.nowMs)).toBe(true);
    run(2_000);
    expect(chip.panel.isBlinking(chip.nowMs)).toBe(false);
  });

  it("answer any read of the page with a whole number of records", () => {
    const { chip, run, order } = rig();
    order();
    run(50);
    for (let count = 1; count <= 123; count++) {
      const words = readRegisters(chip, 0x100, count);
      expect(typeof words === "number" ? words : words.length).toBe(count);
    }
  });
});
