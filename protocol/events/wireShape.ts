/** The schema `WireEvent`, by hand: it is asked for every event that arrives. */
import type { WireEvent } from "#protocol/events/messages.ts";

const KIND_MIN = 1000;
const KIND_MAX = 5999;
const UNIX_MS_MAX = 1e14;
const HEX64 = /^[0-9a-f]{64}$/;
/** All members but `digest`, which may be missing. */
const MEMBERS_ALWAYS_THERE = 8;

/** True only for what the schema takes too; the schema has the last word on what is false here. For values out of JSON.parse. */
export function isWireEvent(candidate: unknown): candidate is WireEvent {
  if (!isRecord(candidate)) return false;
  const { seq, epoch, kind, session, monoMs, earliestMs, latestMs, payload, digest } = candidate;
  const members = digest === undefined ? MEMBERS_ALWAYS_THERE : MEMBERS_ALWAYS_THERE + 1;
  return (
    Object.keys(candidate).length === members &&
    isCount(seq) &&
    seq >= 1 &&
    isCount(epoch) &&
    isCount(kind) &&
    kind >= KIND_MIN &&
    kind <= KIND_MAX &&
    (session === null || isCount(session)) &&
    isDuration(monoMs) &&
    isUnixMs(earliestMs) &&
    (latestMs === null || isUnixMs(latestMs)) &&
    (payload === null || isRecord(payload)) &&
    (digest === undefined || (typeof digest === "string" && HEX64.test(digest)))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isUnixMs(value: unknown): boolean {
  return isCount(value) && value <= UNIX_MS_MAX;
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
}
