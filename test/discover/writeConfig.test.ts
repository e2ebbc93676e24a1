/** What the installer's tool writes, read by the agent's own loader. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkBusBudget } from "#agent/core/busBudget.ts";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { budgetMachine, lineSettings } from "#agent/shell/system/machineSettings.ts";
import { buildDeviceCode } from "#protocol/codes/deviceCode.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import type { BusFacts, ConfigFacts, MachineFacts } from "#scripts/install/discover/configFacts.ts";
import { writeConfig } from "#scripts/install/discover/writeConfig.ts";

const deviceOf = (serial: number) =>
  buildDeviceCode({ division: "370983", process: "Z", maker: "ARCG", serial: `${serial}`.padStart(8, "0") }, SHANDONG_PROFILE.deviceCode);
const chip = (serial: number, address: number): MachineFacts => ({
  ...{ device: deviceOf(serial), address, designation: "ZX7-400", linkKeyFile: `/etc/arcgate/${serial}.key` },
});
const pair = (relayMap: "relay-plain" | "relay-flash-on"): MachineFacts => ({
  ...{ device: deviceOf(9), designation: "BX1-315", meter: { map: "pzem-017", address: 1 }, relay: { map: relayMap, address: 2, coil: 0 } },
});
const FAST = { baudRate: 115_200, parity: "none", stopBits: 1 } as const;
const SLOW = { baudRate: 9_600, parity: "none", stopBits: 2 } as const;
const facts = (first: BusFacts, ...moreBuses: BusFacts[]): ConfigFacts => ({
  ...first,
  moreBuses,
  broker: { url: "mqtts://platform.example:8883", tls: { caFile: "/etc/arcgate/ca.pem" } },
  dataFolder: "/var/lib/arcgate",
});
const one = facts({ bus: { port: "/dev/ttyS1", ...FAST }, machines: [chip(1, 1)] });
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "done";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a configuration that the installer's tool writes", () => {
  it("is what the agent's loader takes: 32 chips on two buses, each within its bus's means", () => {
    const bus = (index: number): BusFacts => ({
      bus: { port: `/dev/ttyS${index}`, ...FAST },
      machines: Array.from({ length: 16 }, (_, at) => chip(index * 16 + at, at + 1)),
    });
    const config = readConfig(writeConfig(facts(bus(1), bus(2)), folder));
    expect(config.buses.map(({ machines }) => machines.length)).toEqual([16, 16]);
    for (const each of config.buses) expect(checkBusBudget(lineSettings(each), each.machines.map(budgetMachine)).ok).toBe(true);
    expect(config.trust.file).toBe(join(folder, "trust.json"));
  });

  it.each([
    ["relay-flash-on", "enforced"],
    ["relay-plain", "monitored"],
  ] as const)("a meter with a board %s makes a machine that is %s", (map, machineClass) => {
    const [bus] = readConfig(writeConfig(facts({ bus: { port: "tcp://10.0.0.9:502", ...SLOW }, machines: [pair(map)] }), folder)).buses;
    expect(bus?.machines[0]?.policy.class).toBe(machineClass);
    expect(bus && checkBusBudget(lineSettings(bus), bus.machines.map(budgetMachine)).ok).toBe(true);
  });

  it("says in both languages what a person may want to change", () => {
    const text = readFileSync(writeConfig(one, folder), "utf8");
    expect(text).toMatch(/^# 焊闸配置 arcgate's configuration\n/);
    expect(text).toContain("# 设备编码，与标签一致 Device code, as on the label");
  });

  it("is replaced by what is written next, whole, and left alone once a person has changed it", () => {
    const file = writeConfig(one, folder);
    writeConfig(facts({ bus: { port: "/dev/ttyS7", ...FAST }, machines: [chip(1, 1)] }), folder);
    expect([readConfig(file).buses[0]?.port, readdirSync(folder)]).toEqual(["/dev/ttyS7", ["arcgate.yaml"]]);
    appendFileSync(file, "log: { level: debug }\n");
    expect(codeOf(() => writeConfig(one, folder))).toBe("discover.configTaken");
    expect(readConfig(file).log.level).toBe("debug");
    expect(codeOf(() => writeConfig(one, folder, { force: true }))).toBe("done");
  });

  it("never takes the place of somebody else's file", () => {
    writeFileSync(join(folder, "arcgate.yaml"), "data: mine\n");
    expect(codeOf(() => writeConfig(one, folder))).toBe("discover.configTaken");
  });

  it.each([
    ["an address twice on a bus", facts({ bus: { port: "/dev/a", ...FAST }, machines: [chip(1, 1), chip(2, 1)] }), "discover.badFacts"],
    ["a device twice", facts({ bus: { port: "/dev/a", ...FAST }, machines: [chip(1, 1), chip(1, 2)] }), "discover.badFacts"],
    ["the bare chips' address", facts({ bus: { port: "/dev/a", ...FAST }, machines: [chip(1, 247)] }), "discover.badFacts"],
    ["a port twice", facts(one, one), "discover.badFacts"],
    ["no machine", facts({ bus: { port: "/dev/a", ...FAST }, machines: [] }), "discover.badFacts"],
    ["a code that is none", facts({ bus: one.bus, machines: [{ ...chip(1, 1), device: "370983ZARCG000000010" }] }), "codes.badDeviceCheck"],
    ["a designation that is none", facts({ bus: one.bus, machines: [{ ...chip(1, 1), designation: "?" }] }), "codes.badDesignation"],
  ])("is not made of %s", (_, bad, code) => {
    expect(codeOf(() => writeConfig(bad, folder))).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
  });
});
