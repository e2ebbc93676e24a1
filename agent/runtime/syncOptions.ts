/** What the sync driver needs, and what it tells. */
import type { LaneState, SyncLimits, SyncState } from "#agent/core/sync/syncState.ts";
import type { After, Clock, Journal, Stream, Uplink, UplinkListener } from "#agent/ports.ts";
import type { VerifyWatermark } from "#agent/runtime/watermarks.ts";
import type { Lane } from "#protocol/events/event.ts";
import type { State } from "#protocol/events/messages.ts";
import type { DownChannel } from "#protocol/topics.ts";

export interface SyncLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface SyncDriverOptions {
  journal: Journal;
  /** Each call is one attempt at one connection. */
  connect: (listener: UplinkListener) => Uplink;
  devices: readonly string[];
  clock: Clock;
  after: After;
  /** In [0, 1). */
  random: () => number;
  /** Longest wait between attempts to connect; 300 s unless told. */
  retryMaxMs?: number;
  /** A machine's live state, for the birth. */
  stateOf: (device: string) => State;
  verifyWatermark: VerifyWatermark;
  /** UTC ms: what is certainly older has been kept for long enough. */
  retainFromMs: () => number;
  /** Every message down that is no acknowledgement. Throw a CodedError to refuse it. */
  onMessage: (device: string, channel: DownChannel, payload: Uint8Array) => void;
  onLink?: (online: boolean, reason: string) => void;
  log: SyncLog;
  limits?: SyncLimits;
}

export interface SyncStatus {
  online: boolean;
  /** Why the last connection ended; empty while online. */
  offlineReason: string;
  /** Events that the platform has not acknowledged, over all streams. */
  backlog: number;
  streams: { device: string; lane: Lane; lastSeq: number; ackedSeq: number; inFlightBatches: number }[];
}

export function statusOf(plan: SyncState, streams: readonly Stream[], offlineReason: string): SyncStatus {
  const each = streams.map((stream, index) => streamStatus(stream, plan.lanes[index]));
  const backlog = each.reduce((sum, { lastSeq, ackedSeq }) => sum + lastSeq - ackedSeq, 0);
  return { online: plan.link === "online", offlineReason, backlog, streams: each };
}

function streamStatus({ device, lane }: Stream, state: LaneState | undefined): SyncStatus["streams"][number] {
  return { device, lane, lastSeq: state?.lastSeq ?? 0, ackedSeq: state?.ackedSeq ?? 0, inFlightBatches: state?.inFlight.length ?? 0 };
}
