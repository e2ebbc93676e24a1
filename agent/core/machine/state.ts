import type { TimeInterval } from "#agent/core/clock/interval.ts";
import type { DetectionState } from "#agent/core/detection/detection.ts";
import type { InterlockState } from "#agent/core/interlock/state.ts";
import type { CertificateFacts, Decision, Policy } from "#agent/core/licensing/decide.ts";
import type { Adoption, LinkOrder, LinkReading, MachineStatus, MeterSetup, OfflineBudget } from "#agent/core/link.ts";
import type { PendingWindows } from "#agent/core/machine/telemetry.ts";
import type { MeterState } from "#agent/core/metering/meter.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { EventName, PayloadOf } from "#protocol/events/payloads.ts";

/** What is fixed for one machine while the agent runs. */
export interface MachineSetup {
  device: string;
  policy: Policy;
  meter: Omit<MeterSettings, "windowMs" | "sensorRangeAmps"> & MeterSetup;
}

/** The chip as it was adopted. */
export interface ChipFacts {
  bootId: string;
  uid: string;
  windowMs: number;
  sensorRangeAmps: number;
}

export type LinkState =
  | { at: "down"; code: ErrorCode | null }
  | { at: "adopting" }
  /** `busy`: an exchange is under way; `misses` in a row since the last answer. */
  | { at: "up"; busy: boolean; misses: number };

/** Everything of one machine. Plain JSON: what is durable of it is the checkpoint, written with the events that follow from it. */
export interface MachineState {
  link: LinkState;
  chip: ChipFacts | null;
  interlock: InterlockState;
  meter: MeterState;
  detection: DetectionState;
  /** Session that the windows being metered belong to: outlives the session, for late windows. */
  meteredSession: number | null;
  /** First window not yet metered. */
  nextSeq: number;
  /** Windows below it are in the journal, or in the checkpoint that went with it. */
  durableBelow: number;
  pending: PendingWindows | null;
  /** Telemetry events that wait for the next commit. */
  drafts: EventDraft[];
  status: MachineStatus | null;
  /** End of the last window with the contactor closed, or the grant of a session. Null: the chip booted while nobody watched, so nobody knows. */
  lastClosedChipMs: number | null;
  /** Order sent last: a change is sent at once. */
  sent: Pick<LinkOrder, "mode" | "session"> | null;
  silentSinceMonoMs: number | null;
  /** Left in the chip, as last read; null where nothing counts. */
  budget: OfflineBudget | null;
  /** That it is low was reported. */
  budgetReported: boolean;
  /** Between two refusals the lamp shows red; see `REFUSED_LAMP_MS`. */
  refusedUntilMonoMs: number;
  /** Who worked here last, newest first: the people to remind before their certificates expire. */
  recentHandles: string[];
}

/** An event before it has its number. `agoMs`: so long before now it happened. */
export type EventDraft = { [N in EventName]: { name: N; session: number | null; agoMs: number; payload: PayloadOf<N> } }[EventName];

export type ScanVia = "page" | "platform" | "scanner";

export interface ScanInput {
  type: "scan";
  id: string;
  via: ScanVia;
  handle: string | null;
  listVersion: number | null;
  entry: CertificateFacts | null;
  /** Allocated by the journal; used only when the scan starts a session. */
  sessionId: number;
  journalFull: boolean;
}

export type MachineInput =
  | { type: "tick" }
  | { type: "adopted"; adoption: Adoption }
  | { type: "adoptFailed"; code: ErrorCode; detail: string }
  | { type: "reading"; reading: LinkReading }
  | { type: "linkFailed"; code: ErrorCode }
  | ScanInput
  /** Certificates of those who work here, looked up anew: when a list changes, and (`remind`) by the calendar. */
  | { type: "recheck"; certificates: readonly { handle: string; entry: CertificateFacts | null }[]; remind: boolean }
  | { type: "lock" }
  /** The chip's vault was read. */
  | { type: "budget"; budget: OfflineBudget; isLow: boolean }
  | { type: "note"; draft: EventDraft };

export type MachineEffect =
  /** Before every other effect of the step. */
  | { type: "commit"; drafts: EventDraft[] }
  | { type: "adopt"; setup: MeterSetup }
  | { type: "exchange"; order: LinkOrder; priority: "urgent" | "routine" }
  | { type: "answer"; id: string; decision: Decision; session: number | null };

export interface MachineNow {
  monoMs: number;
  time: TimeInterval;
}

/** A state on its way to the next, with the events found so far. */
export interface Draft {
  state: MachineState;
  drafts: EventDraft[];
}

export interface MachineStep {
  state: MachineState;
  effects: MachineEffect[];
}
