/** What the configuration says of buses and machines, in the terms of the core and of the serial shell. */
import { readFileSync } from "node:fs";
import type { BudgetMachine } from "#agent/core/busBudget.ts";
import type { MachineSetup } from "#agent/core/machine/state.ts";
import type { BusSettings, MachineSettings } from "#agent/shell/system/configSchema.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { requiredCategory } from "#protocol/codes/workCategories.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";

export function lineSettings({ baudRate, parity, stopBits }: BusSettings): LineSettings {
  return { baudRate, dataBits: 8, parity, stopBits };
}

/** Meter constants from the designation, limits from the policy. Errors: those of the device code and the designation. */
export function machineSetup(machine: MachineSettings): Omit<MachineSetup, "keepsVault"> {
  const { code } = parseDeviceCode(machine.device, SHANDONG_PROFILE.deviceCode);
  const { process, arcMinAmps, alternating, ratedAmps, ratedDutyCycle } = parseDesignation(machine.designation);
  return {
    device: code,
    policy: installersPolicy(code, machine.policy),
    processCategory: requiredCategory(process),
    meter: { arcMinAmps, alternating, ratedAmps, ratedDutyCycle: machine.ratedDutyCycle ?? ratedDutyCycle },
  };
}

/** Version 0: it was never signed, and gives way to the first policy that is. */
function installersPolicy(device: string, installer: MachineSettings["policy"]): Policy {
  return {
    v: 1,
    device,
    version: 0,
    issuedMs: 0,
    machineClass: installer.class,
    category: null,
    permits: { required: false, guardiansScan: false, list: [] },
    specialPeriods: [],
    binding: { to: "anyone" },
    checkList: null,
    sessionMaximumS: installer.sessionMaximumS,
    idleRelockS: installer.idleRelockS,
    offline: { listAgeMaximumH: null, credentialNewerThanList: "allowOnce" },
    expiryRule: "earliest",
    warnDaysBeforeExpiry: installer.warnDaysBeforeExpiry,
    place: null,
  };
}

export function budgetMachine(machine: MachineSettings): BudgetMachine {
  const common = { device: machine.device, enforced: machine.policy.class === "enforced" };
  if ("address" in machine) return { ...common, kind: "chip", address: machine.address };
  return { ...common, kind: "foreign", meter: machine.meter, relay: machine.relay };
}

type ForeignSettings = Extract<MachineSettings, { meter: object }>;
type BusMachine =
  | { device: string; map: "arcgate-chip"; address: number; linkKey: Uint8Array }
  | Pick<ForeignSettings, "device" | "meter" | "relay">;

/** What the serial shell opens a bus with. */
export function busConfig(settings: BusSettings): LineSettings & { port: string; machines: BusMachine[] } {
  const machines = settings.machines.map(
    (machine): BusMachine =>
      "address" in machine
        ? { device: machine.device, map: "arcgate-chip", address: machine.address, linkKey: linkKeyOf(machine) }
        : { device: machine.device, meter: machine.meter, relay: machine.relay },
  );
  return { ...lineSettings(settings), port: settings.port, machines };
}

/** 32 bytes, from the configuration or from the file that it names. */
function linkKeyOf(machine: Extract<MachineSettings, { address: number }>): Uint8Array {
  const text = machine.linkKey ?? (machine.linkKeyFile ? readKeyFile(machine.linkKeyFile) : "");
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new CodedError("config.badKey", machine.device);
  return new Uint8Array(Buffer.from(text, "hex"));
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new CodedError("config.badKey", file, { cause: error });
  }
}
