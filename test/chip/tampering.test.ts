/** What somebody does to the sensor's leads and to the machine's inside. */
import { describe, expect, it } from "vitest";
import { Command } from "#simulator/chip/control/commands.ts";
import { Wiring } from "#simulator/chip/machine/wiring.ts";
import { command, rewire, type Workplace } from "#simulator/chip/machine/workplace.ts";
import { JOB, type Rig, rig, STICK } from "#test/chip/rig.ts";

function placeOf({ chip, welder }: Rig): Workplace {
  return { address: 1, machine: STICK, chip, boot: () => undefined, welder, player: null, wiring: new Wiring() };
}

function tell(place: Workplace, asked: object): void {
  const parsed = Command.parse(asked);
  if ("do" in parsed) command(place, parsed as Parameters<typeof command>[1]);
}

function welding(): { r: Rig; place: Workplace } {
  const r = rig();
  r.order();
  r.welder.weld({ ...JOB, rodMs: 60_000, shortsPerS: 0 });
  r.run(3_000);
  return { r, place: placeOf(r) };
}

describe("bridged sense leads", () => {
  it.each([
    ["voltage", { volts: false, amps: true }],
    ["current", { volts: true, amps: false }],
    ["both", { volts: false, amps: false }],
  ])("%s: zero there, and the machine goes on", (channel, { volts, amps }) => {
    const { r, place } = welding();
    tell(place, { do: "shortSensor", channel });
    r.run(500);
    expect([Math.abs(r.chip.voltsNow) > 8, Math.abs(r.chip.ampsNow) > 15]).toEqual([volts, amps]);
    expect(r.chip.truth().arcing).toBe(true);
    expect(r.page().header.fault).toBe(0);
    tell(place, { do: "shortSensor", channel, on: false });
    r.run(500);
    expect([Math.abs(r.chip.voltsNow) > 8, Math.abs(r.chip.ampsNow) > 15]).toEqual([true, true]);
  });

  it("stay bridged over a boot of the chip", () => {
    const { r, place } = welding();
    tell(place, { do: "shortSensor", channel: "both" });
    const booted = rig().chip;
    rewire(booted, r.chip);
    expect(booted.sensor.shorted).toBe("both");
  });
});

describe("a modified machine", () => {
  it("has another open-circuit voltage and another load line, until it is put right", () => {
    const { r, place } = welding();
    const arcVolts = r.chip.voltsNow;
    tell(place, { do: "modify", arcVolts: 10, noLoadVolts: 20 });
    r.run(500);
    expect(r.chip.voltsNow - arcVolts).toBeGreaterThan(5);
    tell(place, { do: "stop" });
    r.run(500);
    const modified = r.chip.voltsNow;
    tell(place, { do: "modify" });
    r.run(500);
    expect(modified - r.chip.voltsNow).toBeCloseTo(20, 0);
  });

  it("a recording cannot be modified", () => {
    const place: Workplace = { ...placeOf(rig()), welder: null };
    expect(() => tell(place, { do: "modify", arcVolts: 5 })).toThrow(expect.objectContaining({ code: "chip.badCommand" }));
  });
});
