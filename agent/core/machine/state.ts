import type { TimeInterval } from "#agent/core/clock/interval.ts";
import type { DetectionState } from "#agent/core/detection/detection.ts";
import type { InterlockState } from "#agent/core/interlock/state.ts";
import type { Decision } from "#agent/core/licensing/decide.ts";
import type { CertificateFacts, Guardian, HolderFacts, SoftEnd } from "#agent/core/licensing/facts.ts";
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { Adoption, LinkOrder, LinkReading, MachineStatus, MeterSetup, OfflineBudget } from "#agent/core/link.ts";
import type { PendingWindows } from "#agent/core/machine/telemetry.ts";
import type { MeterState } from "#agent/core/metering/meter.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";
import type { CategoryId } from "#protocol/codes/workCategories.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { EventName, PayloadOf } from "#protocol/events/payloads.ts";
import type { Policy } from "#protocol/policy/policy.ts";

/** What is fixed for one machine while the agent runs, but for the policy, which a newer one replaces. */
export interface MachineSetup {
  device: string;
  policy: Policy;
  /** What the machine's process requires of a certificate. */
  processCategory: CategoryId;
  /** The chip holds floors and a budget: nothing starts before this process has read them. */
  keepsVault: boolean;
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

/** What the running session was granted on, looked at again while it runs. */
export interface SessionLicence extends Omit<HolderFacts, "processCategory" | "time"> {
  session: number;
  /** What will end it first, by the policy and the time of the last tick; null while nothing does. */
  ending: { cause: EndingCause; inS: number } | null;
  /** Of the warnings before the end, the last one given. */
  told: { cause: EndingCause; withinS: number } | null;
}

export type EndingCause = SoftEnd["cause"] | "sessionLimit";

/** A guardian's scan that a start may still use. Counted by the chip's window clock, like everything that a restart must not change. */
export interface GuardScan extends Guardian {
  way: PassFacts["way"];
  atChipMs: number;
}

/** A welder's scan that lacks only its guardian. */
export interface WaitingStart {
  scan: ScanInput;
  handle: string;
  /** These handles, or (empty) anybody with a certificate. */
  guardians: readonly string[];
  atChipMs: number;
}

export interface SessionSums
  extends Pick<PayloadOf<"unaccounted">, "arcMs" | "chargeAmpereSeconds" | "energyJoules" | "strikes" | "shorts"> {
  session: number;
}

/** Everything of one machine. Plain JSON: what is durable of it is the checkpoint, written with the events that follow from it. */
export interface MachineState {
  link: LinkState;
  chip: ChipFacts | null;
  interlock: InterlockState;
  meter: MeterState;
  detection: DetectionState;
  /** Session that the windows being metered belong to: outlives the session, for late windows. */
  meteredSession: number | null;
  /** What of a session was said to be unaccounted, lest the chip's next boot say it again; null or missing: nothing. */
  unaccounted?: SessionSums | null;
  /** What was metered of the session before this one: the chip's account of it goes on until it hears of this one; null or missing: nothing. */
  relieved?: SessionSums | null;
  /** First window not yet metered. */
  nextSeq: number;
  /** Windows below it are in the journal, or in the checkpoint that went with it. */
  durableBelow: number;
  pending: PendingWindows | null;
  /** Telemetry events that wait for the next commit. */
  drafts: EventDraft[];
  /** Since when windows or events wait for a commit; null while none do. */
  waitsSinceMonoMs: number | null;
  status: MachineStatus | null;
  /** End of the last window with the contactor closed, or the grant of a session. Null: the chip booted while nobody watched, so nobody knows. */
  lastClosedChipMs: number | null;
  /** Order sent last: a change is sent at once. */
  sent: Pick<LinkOrder, "mode" | "session"> | null;
  silentSinceMonoMs: number | null;
  /** This process has read the chip's vault: what a checkpoint says of it may be an older disk's. */
  vaultRead: boolean;
  /** Left in the chip, as last read; null where nothing counts. */
  budget: OfflineBudget | null;
  /** That it is low was reported. */
  budgetReported: boolean;
  /** Least policy version that the chip lets pass; an older one was put back. */
  policyFloor: number;
  /** Between two refusals the lamp shows red; see `REFUSED_LAMP_MS`. */
  refusedUntilMonoMs: number;
  /** While a warning before the session's end sounds. */
  warnedUntilMonoMs: number;
  /** Who worked here last, newest first: the people to remind before their certificates expire. */
  recentHandles: string[];
  /** Version last said to be in force. */
  policyVersion: number;
  licence: SessionLicence | null;
  guardScan: GuardScan | null;
  waiting: WaitingStart | null;
  /** Credentials younger than the list that have had their once. */
  usedOnce: readonly { handle: string; issuedMs: number }[];
  /** Counter of the last grant that was decided on: an older one is spent. 0: none. */
  lastGrantCounter: number;
}

/** An event before it has its number. `agoMs`: so long before now it happened. */
export type EventDraft = { [N in EventName]: { name: N; session: number | null; agoMs: number; payload: PayloadOf<N> } }[EventName];

export interface ScanInput {
  type: "scan";
  id: string;
  /** Null when what was shown is no pass for this machine now; then `refusal` says why. */
  pass: PassFacts | null;
  refusal: ErrorCode | null;
  /** Of the grant that the pass is; null for a response. */
  grant: { counter: number; categories: number } | null;
  /** Of the list's base, and of its overlay (0: none). */
  listVersion: number | null;
  overlayVersion: number;
  listIssuedMs: number | null;
  entry: CertificateFacts | null;
  /** Allocated by the journal; used only when the scan starts a session. */
  sessionId: number;
  journalFull: boolean;
}

/** Certificates of those who work here, looked up anew: when a list changes, and (`remind`) by the calendar. */
export interface RecheckInput {
  type: "recheck";
  certificates: readonly { handle: string; entry: CertificateFacts | null }[];
  listIssuedMs: number | null;
  remind: boolean;
}

export type MachineInput =
  | { type: "tick" }
  | { type: "adopted"; adoption: Adoption }
  | { type: "adoptFailed"; code: ErrorCode; detail: string }
  | { type: "reading"; reading: LinkReading }
  | { type: "linkFailed"; code: ErrorCode }
  | ScanInput
  | RecheckInput
  /** A newer policy: this step's setup has it already. */
  | { type: "policy"; policy: Policy }
  | { type: "lock" }
  /** The chip's vault was read. */
  | { type: "vault"; budget: OfflineBudget; policyFloor: number }
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
