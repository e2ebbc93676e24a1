/** From what was found to a configuration that the agent's loader takes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "#agent/shell/system/configFile.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { FoundChip, FoundDevice, FoundMeter, FoundRelay } from "#scripts/install/discover/device.ts";
import { type ConfigWish, factsFrom, type PairWish } from "#scripts/install/discover/fromFindings.ts";
import { CHIP_LINE } from "#scripts/install/discover/searchPlan.ts";
import type { PortFindings } from "#scripts/install/discover/searchPort.ts";
import { writeConfig } from "#scripts/install/discover/writeConfig.ts";

const SLOW: LineSettings = { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 2 };
const CODES = ["370983ZARCG00000001X", "370983ZSIMU00000002V"] as const;

const chip = (address: number, more: Partial<FoundChip> = {}): FoundChip => ({
  ...{ kind: "chip", address, state: "locked", deviceCode: CODES[0], uid: "00", firmware: "1.0.0", bootCount: 1, remarks: [] },
  ...{ sensorRangeAmps: 600, sensorRangeVolts: 200 },
  ...more,
});
const told = { certain: true, allows: [], lacks: [], remarks: [] };
const meter: FoundMeter = { kind: "meter", address: 1, map: "pzem-017", rangeAmps: 300, volts: 0, amps: 0, ...told };
const relay: FoundRelay = { kind: "relay", address: 2, map: "relay-plain", ...told };
const PAIR: PairWish = { meter: 1, relay: 2, coil: 0, device: CODES[1], port: null };

const on = (port: string, line: LineSettings, ...devices: FoundDevice[]): PortFindings => ({
  ...{ port, trouble: null, found: devices.map((device) => ({ line, device })) },
});

let folder: string;
let wish: ConfigWish;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-found-"));
  wish = {
    ...{ folder, broker: "mqtts://platform.example:8883", dataFolder: "/var/lib/arcgate", pairs: [], flashOn: [] },
    ...{ designation: "ZX7-400", designations: new Map(), keys: new Map() },
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const configOf = (findings: PortFindings[], more: Partial<ConfigWish> = {}) =>
  readConfig(writeConfig(factsFrom(findings, { ...wish, ...more }), folder, { force: true }));
const refusal = (findings: PortFindings[], more: Partial<ConfigWish> = {}): string => {
  try {
    configOf(findings, more);
    return "written";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
};

describe("a configuration out of what was found", () => {
  it("has chips and pairs, each bus with the settings that were found, and the folder's own files", () => {
    writeFileSync(join(folder, "ca.pem"), "");
    const findings = [on("/dev/ttyUSB0", CHIP_LINE, chip(4)), on("/dev/ttyUSB1", SLOW, meter, relay)];
    const config = configOf(findings, { pairs: [PAIR], designations: new Map([[CODES[1], "BX1-315"]]) });
    expect(config.buses.map(({ port, baudRate, stopBits }) => [port, baudRate, stopBits])).toEqual([
      ["/dev/ttyUSB0", 115_200, 1],
      ["/dev/ttyUSB1", 9_600, 2],
    ]);
    expect(config.buses[0]?.machines[0]).toMatchObject({ address: 4, linkKeyFile: join(folder, "link.key") });
    expect(config.buses[1]?.machines[0]).toMatchObject({ designation: "BX1-315", policy: { class: "monitored" } });
    expect(config.broker.tls).toEqual({ caFile: join(folder, "ca.pem") });
  });

  it("takes the installer's word that a board has timed outputs", () => {
    const [bus] = configOf([on("/dev/ttyUSB1", SLOW, meter, relay)], { pairs: [PAIR], flashOn: [2] }).buses;
    expect(bus?.machines[0]).toMatchObject({ relay: { map: "relay-flash-on" }, policy: { class: "enforced" } });
  });

  it("gives each of several chips a key file of its own, and a converter the rate that its devices leave the factory with", () => {
    const findings = [on("tcp://10.0.0.9:502", { ...SLOW, baudRate: 4_800 }, chip(1), chip(2, { deviceCode: CODES[1] }))];
    const [bus] = configOf(findings).buses;
    expect([bus?.baudRate, bus?.stopBits, bus?.machines.length]).toEqual([115_200, 1, 2]);
    expect(bus?.machines[1]).toMatchObject({ linkKeyFile: join(folder, `${CODES[1]}.key`) });
  });

  it("is refused where something is missing or does not go together", () => {
    const pairOnly = on("/dev/a", SLOW, meter, relay);
    expect(refusal([on("/dev/a", CHIP_LINE, chip(247, { state: "bare", deviceCode: "" }))])).toBe("discover.badFacts");
    expect(refusal([pairOnly])).toBe("discover.badFacts");
    expect(refusal([pairOnly], { pairs: [{ ...PAIR, meter: 2, relay: 1 }] })).toBe("discover.badFacts");
    expect(refusal([pairOnly, { ...pairOnly, port: "/dev/b" }], { pairs: [PAIR] })).toBe("discover.badFacts");
    expect(refusal([pairOnly], { pairs: [PAIR], designation: null })).toBe("discover.badFacts");
    const mixed = [{ ...pairOnly, found: [...pairOnly.found, { line: CHIP_LINE, device: chip(9) }] }];
    expect(refusal(mixed, { pairs: [PAIR] })).toBe("discover.badFacts");
  });
});
