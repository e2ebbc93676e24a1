/** What is said of machines and of scans: to the page, to the platform, to the phone. */
import { sessionOf } from "#agent/core/interlock/common.ts";
import { waitsForS } from "#agent/core/machine/guardian.ts";
import { isArcing, totals } from "#agent/core/metering/meter.ts";
import {
  type AgentReport,
  ENDING_TEXT,
  GUARDIAN_TEXT,
  type MachineReport,
  refusedReply,
  type ScanReply,
  STATE_TEXT,
} from "#agent/core/status.ts";
import type { ReturnSlot } from "#agent/core/sync/retry.ts";
import type { Journal } from "#agent/ports.ts";
import { deadLettersOf } from "#agent/runtime/deadLetters.ts";
import type { MachineDriver, ScanAnswer } from "#agent/runtime/machineDriver.ts";
import type { Receipts } from "#agent/runtime/receipts.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import type { VaultKeeper } from "#agent/runtime/vaultKeeper.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import type { Lane } from "#protocol/events/event.ts";
import type { Request, State } from "#protocol/events/messages.ts";

/** What the agent wants of its connection to the platform. */
export interface PlatformLink {
  readonly online: boolean;
  readonly offlineReason: string;
  backlog(device: string, lane: Lane): number;
  request(device: string, request: Request): Promise<void>;
  publishState(device: string, state: State): void;
  /** When to come back after the next outage, in the platform's word. */
  comeBack(slot: ReturnSlot): void;
  /** Deletes what the platform holds for good and retention no longer asks for; gives the rows freed. */
  forgetConfirmed(): number;
}

/** What a machine's scanner said of itself last: null while it works, or while there is none. */
export interface ScannerHealth {
  code: ErrorCode | null;
}

export interface ReportedMachine {
  driver: MachineDriver;
  designation: string;
  scanner: ScannerHealth;
  /** Null where there is no vault. */
  vault: VaultKeeper | null;
}

interface ReportPorts {
  receipts: Pick<Receipts, "inspection" | "decision">;
  journal: Journal;
  platform: PlatformLink;
}

export function machineReport(machine: ReportedMachine, { journal, platform, receipts }: ReportPorts): MachineReport {
  const { driver, designation, scanner } = machine;
  const { state, device } = driver;
  const session = sessionOf(state.interlock);
  const { ending } = state.licence ?? { ending: null };
  const { waiting } = state;
  const lastSeq = (lane: Lane) => journal.stream({ device, lane }).lastSeq;
  return {
    device,
    designation,
    state: state.interlock.at,
    text: waiting && state.interlock.at === "locked" ? GUARDIAN_TEXT : STATE_TEXT[state.interlock.at],
    fault: state.interlock.at === "faulted" ? state.interlock.fault : null,
    linkCode: state.link.at === "down" ? state.link.code : null,
    scanner: scanner.code === null ? null : { code: scanner.code, zh: ERRORS[scanner.code].zh, en: ERRORS[scanner.code].en },
    session: session?.id ?? null,
    handle: session?.handle ?? null,
    ending: ending ? { ...ENDING_TEXT[ending.cause], ...ending } : null,
    awaitingGuardian: waiting ? { handles: waiting.guardians, forS: waitsForS(waiting, state) } : null,
    policyVersion: driver.policy.version,
    arcing: isArcing(state.meter),
    volts: state.status?.voltageVolts ?? null,
    amps: state.status?.currentAmps ?? null,
    totals: totals(state.meter),
    offlineBudget: state.budget,
    inspection: receipts.inspection(device),
    decision: receipts.decision(device),
    journalled: { legal: lastSeq("legal"), telemetry: lastSeq("telemetry") },
    backlog: { legal: platform.backlog(device, "legal"), telemetry: platform.backlog(device, "telemetry") },
    // Asked when it is read: live states, every second, do not.
    get deadLetters() {
      return deadLettersOf(journal, device);
    },
  };
}

/** What status and display page show. */
export function agentReport(
  machines: readonly ReportedMachine[],
  list: AgentReport["list"],
  ports: ReportPorts & { version: string; time: Timekeeper },
): AgentReport {
  const { version, journal, platform, time } = ports;
  return {
    version,
    epoch: journal.epoch,
    online: platform.online,
    offlineReason: platform.offlineReason,
    list,
    time: { ...time.now(), source: time.source },
    journalBytes: journal.sizeBytes(),
    machines: machines.map((machine) => machineReport(machine, ports)),
  };
}

/** For the `state` topic; a machine that is not there yet is unlinked. */
export function liveState(machine: ReportedMachine | undefined, ports: ReportPorts): State {
  const base = { v: 1 as const, online: true, epoch: ports.journal.epoch, chain: ports.journal.chain };
  if (!machine) return { ...base, state: "unlinked", session: null, handle: null, volts: null, amps: null, backlog: 0 };
  const { state, session, handle, volts, amps, backlog } = machineReport(machine, ports);
  return { ...base, state, session, handle, volts, amps, backlog: backlog.legal + backlog.telemetry };
}

/** What is said of a machine whose agent is gone: the will, and the goodbye. */
export function offlineState(boot: { epoch: number; chain: number }): State {
  return {
    v: 1,
    online: false,
    epoch: boot.epoch,
    chain: boot.chain,
    state: "offline",
    session: null,
    handle: null,
    volts: null,
    amps: null,
    backlog: 0,
  };
}

export function replyTo({ decision, session }: ScanAnswer): ScanReply {
  if (!decision.allow) return refusedReply(decision.code);
  if (decision.rule === "guardian") {
    return { allowed: true, zh: "监护人已登记，请全程监护", en: "The guardian is on record: stay with the work", session };
  }
  if (decision.wouldRefuse === null) return { allowed: true, zh: "扫码通过，可以开机", en: "Allowed: the machine may be used", session };
  const { zh, en } = ERRORS[decision.wouldRefuse];
  return { allowed: true, zh: `可以开机，但已记录：${zh}`, en: `Allowed, but on record: ${en}`, session };
}
