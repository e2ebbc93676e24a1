import type { LinkTotals, MachineStatus } from "#agent/core/link.ts";
import { CHIP_FAULTS, LEASE_RESULTS, OPENED_BY, STATUS } from "#protocol/chip/arcgateChip.ts";
import type { PageHeader, Totals } from "#protocol/chip/link.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A page's header in the words of the port. A value without a meaning is link.badAnswer. */
export function statusOf(header: PageHeader): MachineStatus {
  const has = (bit: number) => (header.status & bit) !== 0;
  return {
    commandedClosed: has(STATUS.commandedClosed),
    mirrorClosed: has(STATUS.mirrorClosed),
    eStop: has(STATUS.eStop),
    enclosureOpen: has(STATUS.enclosureOpen),
    sensorMissing: has(STATUS.sensorMissing),
    fault: named(CHIP_FAULTS, header.fault, "fault"),
    openedBy: named(OPENED_BY, header.openedBy, "openedBy"),
    leaseHeld: has(STATUS.leaseHeld),
    leaseRemainingMs: header.leaseRemainingMs,
    leaseResult: named(LEASE_RESULTS, header.leaseResult, "leaseResult"),
    uptimeMs: header.uptimeMs,
    startPresses: header.startPresses,
    voltageVolts: header.voltageVolts,
    currentAmps: header.currentAmps,
    lostWindows: header.lostWindows,
    nextSeq: header.nextSeq,
  };
}

export function linkTotals(totals: Totals): LinkTotals {
  const { mac: _mac, reserved: _reserved, closed, ...counts } = totals;
  return { ...counts, closed: closed === 1 };
}

function named<const T extends readonly string[]>(names: T, value: number, field: string): T[number] {
  const name = names[value];
  if (name === undefined) throw new CodedError("link.badAnswer", `${field} ${value}`);
  return name;
}
