/** What can be read back as it was given. The journal refuses anything else before it writes, and who commits asks here which event that was. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { EventTime, Lane } from "#protocol/events/event.ts";

/** Even in three bytes a character it fits one message to the broker. */
const PAYLOAD_CHARACTERS_MAX = 64 * 1024;
/** A longer one could not be inflated again. */
const CHECKPOINT_CHARACTERS_MAX = 1024 * 1024;
const DEPTH_MAX = 16;
const UNIX_MS_MAX = 1e14;
const DEVICE_CODE = /^[0-9A-Z]{20}$/;

const LANE_OF_KIND = new Map<number, Lane>(Object.values(DICTIONARY).map((entry) => [entry.kind, entry.lane]));

/** An event that has no number yet. `payload` fits the dictionary's schema of `kind`. */
export interface UnnumberedEvent {
  device: string;
  lane: Lane;
  kind: number;
  session: number | null;
  time: EventTime;
  payload: object;
}

/** Canonical text of an event's payload. Throws `journal.badEvent`. Schemas are not checked here: the dictionary's tests and the platform do. */
export function checkedPayload(event: UnnumberedEvent): string {
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

/** A machine's state as text. Throws `journal.badCheckpoint`. */
export function checkedCheckpoint(device: string, state: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(state, finiteOnly);
  } catch (cause) {
    throw new CodedError("journal.badCheckpoint", `${device}: ${String(cause)}`, { cause });
  }
  if (text === undefined) throw new CodedError("journal.badCheckpoint", `${device}: nothing`);
  if (text.length > CHECKPOINT_CHARACTERS_MAX) throw new CodedError("journal.badCheckpoint", `${device}: ${text.length} characters`);
  return text;
}

/** A number that became null would be another state. */
function finiteOnly(key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${key}: ${value}`);
  return value;
}

/** A whole number from 0 on. */
export function isCount(value: number): boolean {
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
