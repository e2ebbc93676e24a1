/** The persistence boundary: what cannot be read back as it was given is refused here, before anything is written. */
import type { NewEvent } from "#agent/ports.ts";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { hashHeader, type Lane } from "#protocol/events/event.ts";

/** Even in three bytes a character it fits one message to the broker. */
const PAYLOAD_CHARACTERS_MAX = 64 * 1024;
const DEPTH_MAX = 16;
const UNIX_MS_MAX = 1e14;
const DEVICE_CODE = /^[0-9A-Z]{20}$/;

const LANE_OF_KIND = new Map<number, Lane>(Object.values(DICTIONARY).map((entry) => [entry.kind, entry.lane]));

/** A numbered event with its place in the chain. */
export interface SealedEvent {
  event: NewEvent;
  seq: number;
  payloadText: string;
  hash: HexDigest;
}

/** Canonical text of an event's payload. Throws `journal.badEvent`. Schemas are not checked here: the dictionary's tests and the platform do. */
export function checkedPayload(event: NewEvent): string {
  const { kind, lane, device, session, time } = event;
  if (LANE_OF_KIND.get(kind) !== lane) throw new CodedError("journal.badEvent", `kind ${kind} in lane ${lane}`);
  if (!DEVICE_CODE.test(device)) throw new CodedError("journal.badEvent", "device code");
  if (session !== null && !isCount(session)) throw new CodedError("journal.badEvent", `kind ${kind}: session`);
  const latestFits = time.latestMs === null || isUnixMs(time.latestMs);
  if (!(Number.isFinite(time.monoMs) && time.monoMs >= 0 && isUnixMs(time.earliestMs) && latestFits)) {
    throw new CodedError("journal.badEvent", `kind ${kind}: time`);
  }
  if (Array.isArray(event.payload)) throw new CodedError("journal.badEvent", `kind ${kind}: payload is a list`);
  assertPlain(event.payload, kind, 0);
  const text = canonicalJson(event.payload);
  if (text.length > PAYLOAD_CHARACTERS_MAX) throw new CodedError("journal.badEvent", `kind ${kind}: payload of ${text.length} characters`);
  return text;
}

export function seal(
  event: NewEvent,
  payloadText: string,
  place: { epoch: number; chain: number; seq: number; prev: HexDigest },
): SealedEvent {
  const { device, lane, kind, session, time } = event;
  const { epoch, chain, seq, prev } = place;
  const digest = sha256Hex(payloadText);
  return { event, seq, payloadText, hash: hashHeader({ device, lane, chain, epoch, seq, kind, session, time, digest, prev }) };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isUnixMs(value: number): boolean {
  return isCount(value) && value <= UNIX_MS_MAX;
}

/** JSON would silently turn NaN into null, a Date into text, a Map into {}: none of them is what was meant. */
function assertPlain(value: unknown, kind: number, depth: number): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new CodedError("journal.badEvent", `kind ${kind}: ${value}`);
    return;
  }
  if (typeof value !== "object") throw new CodedError("journal.badEvent", `kind ${kind}: a ${typeof value}`);
  if (depth >= DEPTH_MAX) throw new CodedError("journal.badEvent", `kind ${kind}: nested too deeply`);
  if (Array.isArray(value)) {
    for (const item of value) assertPlain(item, kind, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new CodedError("journal.badEvent", `kind ${kind}: not plain JSON`);
  for (const member of Object.values(value)) {
    if (member !== undefined) assertPlain(member, kind, depth + 1);
  }
}
