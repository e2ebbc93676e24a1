import { describe, expect, it } from "vitest";
import { CHIP_FAULTS, STATUS, TOTALS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { isAuthentic } from "#protocol/chip/link.ts";
import type { Window } from "#protocol/chip/window.ts";
import { readRegisters } from "#simulator/chip/machine/registers.ts";
import { JOB, type Rig, rig } from "#test/chip/rig.ts";

/** Renews every second of real time. */
function weldFor(r: Rig, seconds: number, session = 42): void {
  for (let second = 0; second < seconds; second++) {
    r.order({ session, readFrom: 0, confirmedBelow: 0 });
    r.run(1_000);
  }
}

function allWindows({ chip }: Rig): Window[] {
  return chip.ring.read(0, 100_000).windows;
}

function totals({ chip }: Rig) {
  const words = readRegisters(chip, TOTALS.address, TOTALS.words);
  if (typeof words === "number") throw new Error(`exception ${words}`);
  expect(isAuthentic(TOTALS, words, chip.desk.secret)).toBe(true);
  return decodeBlock(TOTALS, words);
}

const fault = (r: Rig) => CHIP_FAULTS[r.page().header.fault];

describe("the totals of a session", () => {
  it("are what an agent finds that saw every window", () => {
    const r = rig();
    r.welder.weld({ ...JOB, rods: 2, rodMs: 3_000, changeMs: 1_000, shortsPerS: 5 });
    weldFor(r, 12);
    r.order({ mode: "open" });
    expect(totals(r)).toMatchObject({ session: 42, closed: 0 });
    r.run(100);
    const seen = allWindows(r).filter((window) => window.closed);
    const sum = (field: "arcMs" | "shortMs" | "strikes" | "shorts") =>
      seen.reduce((total, window) => total + window[field] * window.run, 0);
    const counted = totals(r);
    expect(counted).toMatchObject({
      session: 42,
      closed: 1,
      strikes: sum("strikes"),
      shorts: sum("shorts"),
      closedMs: 12_000,
      bootCount: 1,
    });
    // Records carry half milliseconds.
    expect(Math.abs(counted.arcMs - sum("arcMs"))).toBeLessThanOrEqual(0.25 * seen.length);
    expect(Math.abs(counted.shortMs - sum("shortMs"))).toBeLessThanOrEqual(0.25 * seen.length);
    expect(counted.arcMs).toBeGreaterThan(5_500);
    const charge = seen.reduce((total, { currentMeanAmps, run }) => total + currentMeanAmps * 0.1 * run, 0);
    expect(counted.chargeAmpereSeconds / charge).toBeCloseTo(1, 2);
  });

  it("go on when the same session closes again, and start anew with another", () => {
    const r = rig();
    r.welder.weld({ ...JOB, rods: 3, rodMs: 60_000 });
    weldFor(r, 3);
    r.run(9_000);
    expect(r.chip.contactor.openedBy).toBe("leaseLapsed");
    const before = totals(r);
    expect(before).toMatchObject({ closed: 0 });
    weldFor(r, 3);
    expect(totals(r).arcMs).toBeGreaterThan(before.arcMs + 2_000);
    weldFor(r, 1, 43);
    expect(totals(r)).toMatchObject({ session: 43, closedMs: 1_000 });
  });
});

describe("without power", () => {
  it("no current flows, and welding goes on when power comes", () => {
    const r = rig();
    r.welder.weld({ ...JOB, rodMs: 3_000 });
    r.run(5_000);
    expect(r.chip.truth()).toMatchObject({ arcs: 0, strikes: 0, currentArcMs: 0 });
    expect(allWindows(r).every(({ currentPeakAmps }) => Math.abs(currentPeakAmps) < 1)).toBe(true);
    weldFor(r, 7);
    expect(r.chip.truth()).toMatchObject({ arcs: 1 });
  });

  it("the output fades as an inverter's does", () => {
    const r = rig();
    weldFor(r, 1);
    const closedVolts = r.chip.voltsNow;
    r.order({ mode: "open" });
    r.run(3_000);
    expect(closedVolts).toBeGreaterThan(60);
    expect(r.chip.voltsNow / closedVolts).toBeCloseTo(Math.exp(-1), 1);
  });

  it("a soft end waits for the arc and opens 2 s after it", () => {
    const r = rig();
    r.welder.weld({ ...JOB, rodMs: 4_000, shortsPerS: 0 });
    weldFor(r, 2);
    for (let second = 0; second < 8; second++) {
      r.order({ mode: "closedUntilArcOff" });
      r.run(1_000);
    }
    expect(r.chip.contact.openings).toMatchObject([{ by: "arcOff", arcing: false }]);
    expect(r.chip.truth()).toMatchObject({ arcs: 1 });
    expect(r.chip.truth().arcMs).toBeGreaterThanOrEqual(4_000);
  });
});

describe("what goes wrong on demand", () => {
  it("a welded contact keeps the machine on, shows in the mirror and latches a fault", () => {
    const r = rig();
    weldFor(r, 1);
    r.chip.contact.weld(true);
    r.order({ mode: "open" });
    r.run(490);
    expect(fault(r)).toBe("none");
    expect(r.page().header.status & (STATUS.commandedClosed | STATUS.mirrorClosed)).toBe(STATUS.mirrorClosed);
    expect(r.chip.contact.powers).toBe(true);
    r.run(30);
    expect(fault(r)).toBe("weldedContact");
    r.chip.contact.weld(false);
    r.run(1_000);
    expect(fault(r)).toBe("weldedContact");
    r.chip.happen({ type: "clearFault" });
    expect(fault(r)).toBe("none");
    expect(r.chip.contact.powers).toBe(false);
  });

  it("a bypassed contactor: current while open is latched within 2 s, and no lease is had", () => {
    const r = rig();
    r.chip.contact.bypassed = true;
    r.welder.weld({ ...JOB, rodMs: 5_000 });
    r.run(2_000);
    expect(fault(r)).toBe("currentWhileOpen");
    r.order();
    expect(r.chip.desk.result).toBe("refused");
    expect(allWindows(r).some(({ closed, arcMs }) => !closed && arcMs > 0)).toBe(true);
    expect(totals(r)).toMatchObject({ session: 0, arcMs: 0 });
  });

  it("a mirror that disagrees opens the contactor", () => {
    const r = rig();
    weldFor(r, 1);
    r.chip.contact.mirrorStuckOpen = true;
    r.run(520);
    expect(fault(r)).toBe("mirrorDisagrees");
    expect(r.chip.contact.openings).toMatchObject([{ by: "fault" }]);
  });

  it("an unplugged sensor reads zero, says so, opens, and is over when it is back", () => {
    const r = rig();
    r.welder.weld({ ...JOB, rodMs: 20_000 });
    weldFor(r, 2);
    r.chip.sensor.unplugged = true;
    r.run(1_000);
    const page = r.page().header;
    expect(page).toMatchObject({ voltageVolts: 0, currentAmps: 0 });
    expect(page.status & STATUS.sensorMissing).toBe(STATUS.sensorMissing);
    expect(CHIP_FAULTS[page.fault]).toBe("sensorMissing");
    expect(allWindows(r).some(({ sensorMissing, currentPeakAmps }) => sensorMissing && currentPeakAmps === 0)).toBe(true);
    r.chip.sensor.unplugged = false;
    r.run(100);
    expect(fault(r)).toBe("none");
  });

  it("a frozen channel repeats itself exactly, and the truth goes on", () => {
    const r = rig();
    r.welder.weld({ ...JOB, rodMs: 20_000 });
    weldFor(r, 2);
    r.chip.sensor.freeze("current", true);
    weldFor(r, 3);
    const [first, ...rest] = allWindows(r).slice(-25);
    expect(new Set(rest.map(({ currentMeanAmps }) => currentMeanAmps.toFixed(6)))).toEqual(new Set([first?.currentMeanAmps.toFixed(6)]));
    expect(new Set(rest.map(({ voltageMeanVolts }) => voltageMeanVolts)).size).toBeGreaterThan(20);
    expect(r.chip.truth().currentArcMs).toBeGreaterThan(4_000);
  });

  it("each press of the start button counts, and shows for a moment", () => {
    const r = rig();
    r.chip.panel.pressStart(r.chip.nowMs);
    expect(r.page().header).toMatchObject({ startPresses: 1 });
    expect(r.page().header.status & STATUS.startButton).toBe(STATUS.startButton);
    r.run(300);
    expect(r.page().header.status & STATUS.startButton).toBe(0);
  });
});

describe("the ring of a chip", () => {
  it("holds a minute of welding without any agent, at any speed", () => {
    for (const speed of [1, 60]) {
      const r = rig({ speed });
      r.chip.contact.bypassed = true;
      r.welder.weld({ ...JOB, rods: 1, rodMs: 10_000_000 });
      r.run(60_000);
      expect(r.chip.ring.lostWindows).toBe(0);
      expect(r.chip.ring.read(0, 1).firstSeq).toBe(0);
    }
  });

  it("follows a change of speed while it runs", () => {
    const r = rig();
    r.chip.setSpeed(60);
    r.run(1_000);
    expect(r.chip.ring.nextSeq).toBe(600);
    expect(r.chip.ring.depth).toBeGreaterThanOrEqual(36_000);
  });
});
