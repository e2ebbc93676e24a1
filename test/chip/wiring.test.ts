/** What is wired wrong, and how the chip's page shows it. */
import { describe, expect, it } from "vitest";
import { CHIP_FAULTS, STATUS } from "#protocol/chip/arcgateChip.ts";
import { Command, type CommandInput } from "#simulator/chip/control/commands.ts";
import { WIRING_FAULTS, Wiring, type WiringFault } from "#simulator/chip/machine/wiring.ts";
import { command, rewire, type Workplace } from "#simulator/chip/machine/workplace.ts";
import { startPart } from "#simulator/chip/silicon/partProcess.ts";
import { onPty } from "#test/chip/onPty.ts";
import { JOB, type Rig, rig, STICK } from "#test/chip/rig.ts";

interface Bench extends Rig {
  tell(asked: CommandInput): void;
}

function bench(...faults: WiringFault[]): Bench {
  const r = rig();
  const place: Workplace = {
    address: 1,
    machine: STICK,
    chip: r.chip,
    boot: () => undefined,
    welder: r.welder,
    player: null,
    wiring: new Wiring(),
  };
  const tell = (asked: CommandInput): void => {
    command(place, Command.parse(asked) as Parameters<typeof command>[1]);
  };
  for (const fault of faults) tell({ do: "wiring", fault });
  return { ...r, tell };
}

/** Signed means of a window in the middle of a rod, as the page tells them. */
function burning(r: Bench): { volts: number; amps: number } {
  r.order();
  r.welder.weld({ ...JOB, rodMs: 60_000, shortsPerS: 0 });
  r.run(3_000);
  const { voltageVolts: volts, currentAmps: amps } = r.page().header;
  return { volts, amps };
}

const page = (r: Bench) => {
  const { header } = r.page();
  const shows = (bit: keyof typeof STATUS) => (header.status & STATUS[bit]) !== 0;
  return { shows, fault: CHIP_FAULTS[header.fault], startPresses: header.startPresses, amps: header.currentAmps };
};

const closed = (...faults: WiringFault[]): Bench => {
  const r = bench(...faults);
  r.order();
  r.run(1_000);
  return r;
};

const SHOWN: Record<WiringFault, () => void> = {
  currentReversed: () => expect(burning(bench("currentReversed")).amps).toBeCloseTo(-burning(bench()).amps, 0),
  currentSensorHalf: () => expect(burning(bench("currentSensorHalf")).amps).toBeCloseTo(burning(bench()).amps / 2, 0),
  currentSensorUnplugged: () => {
    const r = closed("currentSensorUnplugged");
    expect([page(r).shows("sensorMissing"), page(r).fault]).toEqual([true, "sensorMissing"]);
  },
  currentSensorDrifted: () => {
    const r = bench("currentSensorDrifted");
    r.run(1_000);
    expect(page(r).amps).toBeCloseTo(60, 0);
  },
  voltageReversed: () => expect(burning(bench("voltageReversed")).volts).toBeCloseTo(-burning(bench()).volts, 0),
  voltageLeadsOpen: () => expect(burning(bench("voltageLeadsOpen")).volts).toBe(0),
  voltageLeadsShorted: () => expect(burning(bench("voltageLeadsShorted")).volts).toBe(0),
  coilOpen: () => {
    const r = closed("coilOpen");
    expect([page(r).shows("mirrorClosed"), page(r).fault]).toEqual([false, "mirrorDisagrees"]);
  },
  contactorWelded: () => {
    const r = closed("contactorWelded");
    r.order({ mode: "open" });
    r.run(1_000);
    expect([page(r).shows("mirrorClosed"), page(r).fault]).toEqual([true, "weldedContact"]);
  },
  contactorBypassed: () => {
    const r = bench("contactorBypassed");
    r.welder.weld({ ...JOB, rodMs: 60_000 });
    r.run(3_000);
    expect([page(r).shows("commandedClosed"), page(r).shows("currentPresent"), page(r).fault]).toEqual([false, true, "currentWhileOpen"]);
  },
  mirrorOpen: () => {
    const r = closed("mirrorOpen");
    expect([page(r).shows("mirrorClosed"), page(r).fault]).toEqual([false, "mirrorDisagrees"]);
  },
  mirrorStuck: () => {
    const r = bench("mirrorStuck");
    r.run(1_000);
    expect([page(r).shows("mirrorClosed"), page(r).fault]).toEqual([true, "weldedContact"]);
  },
  leaseIgnored: () => {
    const after = (...faults: WiringFault[]) => {
      const r = closed(...faults);
      r.run(20_000);
      return page(r).shows("commandedClosed");
    };
    expect([after(), after("leaseIgnored")]).toEqual([false, true]);
  },
  eStopNotWired: () => {
    const r = bench("eStopNotWired");
    r.tell({ do: "eStop" });
    expect(page(r).shows("eStop")).toBe(false);
    r.tell({ do: "wiring", fault: "eStopNotWired", on: false });
    expect(page(r).shows("eStop")).toBe(true);
  },
  eStopInverted: () => {
    const r = bench("eStopInverted");
    expect(page(r).shows("eStop")).toBe(true);
    r.tell({ do: "eStop" });
    expect(page(r).shows("eStop")).toBe(false);
  },
  enclosureNotWired: () => {
    const r = bench("enclosureNotWired");
    r.tell({ do: "enclosure" });
    expect(page(r).shows("enclosureOpen")).toBe(false);
  },
  startNotWired: () => {
    const r = bench("startNotWired");
    r.tell({ do: "pressStart" });
    expect([page(r).shows("startButton"), page(r).startPresses]).toEqual([false, 0]);
  },
  startStuck: () => {
    const r = bench("startStuck");
    r.tell({ do: "pressStart" });
    r.run(1_000);
    expect([page(r).shows("startButton"), page(r).startPresses]).toEqual([true, 0]);
  },
};

describe("on the page", () => {
  it.each(WIRING_FAULTS)("%s", (fault) => {
    SHOWN[fault]();
  });

  it("a contactor that is welded shut stays so at the next boot of its chip", () => {
    const r = closed("contactorWelded");
    const booted = rig().chip;
    rewire(booted, r.chip);
    booted.contact.weld(true);
    expect(booted.contact.powers).toBe(true);
  });

  it("a wire that is put right shows nothing any more", () => {
    const r = bench("currentReversed", "voltageLeadsOpen");
    for (const fault of ["currentReversed", "voltageLeadsOpen"] as const) r.tell({ do: "wiring", fault, on: false });
    expect(burning(r)).toEqual(burning(bench()));
  });
});

describe("both kinds of process take it", () => {
  const { path, started, atEnd } = onPty();
  it("a chip, at its address", async () => {
    const chip = await started({ addresses: [3, 4] });
    expect(chip.command({ do: "wiring", fault: "eStopInverted", at: 4 })).toMatchObject({ address: 4, wiring: ["eStopInverted"] });
    expect(chip.command({ do: "truth", at: 3 })).toMatchObject({ wiring: [] });
    expect(() => chip.command({ do: "wiring", fault: "eStopInverted", at: 5 })).toThrow("chip.badCommand");
  });

  it("a part, over its boots", async () => {
    const line = { tty: path("part"), baud: 115_200, paced: false };
    const part = await startPart({ ...line, silicon: "f030", flash: path("flash"), serial: "1" });
    atEnd(() => part.close());
    part.command({ do: "wiring", fault: "coilOpen" });
    part.command({ do: "power", on: false });
    expect(part.command({ do: "power", on: true })).toMatchObject({ wiring: ["coilOpen"] });
    expect(part.command({ do: "wiring", fault: "coilOpen", on: false })).toMatchObject({ wiring: [] });
  });
});
