/** What the receiver says about each event of a batch. */

import { z } from "zod";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { EventErrorCode } from "#protocol/errors/event.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { DICTIONARY, eventName } from "#protocol/events/dictionary.ts";
import type { Lane } from "#protocol/events/event.ts";
import { WireEvent } from "#protocol/events/messages.ts";
import { type EventName, PAYLOADS } from "#protocol/events/payloads.ts";
import { isWireEvent } from "#protocol/events/wireShape.ts";

export type Verdict = { ok: true; name: EventName } | { ok: false; code: EventErrorCode };

/** An event as sent, with what was worked out about it. */
export interface JudgedEvent {
  event: WireEvent;
  /** Canonical JSON of the payload; null when it was thinned. */
  payloadText: string | null;
  digest: HexDigest;
  verdict: Verdict;
}

/** Enough of an event to number and hash it; what else is wrong with it concerns that event alone. */
const Chainable = z.object({
  seq: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  epoch: z.number(),
  kind: z.number(),
  session: z.number().nullable(),
  monoMs: z.number(),
  earliestMs: z.number(),
  latestMs: z.number().nullable(),
  payload: z.unknown(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** No payload of the dictionary nests deeper than two; what does is not walked. */
const PAYLOAD_DEPTH_MAX = 16;

/** Judges the event at `index` of a batch. Throws `event.badShape` when it cannot even be given its place in the chain. */
export function judgeEvent(candidate: unknown, index: number, lane: Lane): JudgedEvent {
  const shapely = isWireEvent(candidate) || WireEvent.safeParse(candidate).success;
  if (!shapely && !Chainable.safeParse(candidate).success) throw new CodedError("event.badShape", `events.${index}`);
  // The candidate itself, not zod's copy: what is hashed and stored is exactly what was sent.
  const event = candidate as WireEvent;
  const verdict: Verdict = shapely ? judgePayload(event, lane) : { ok: false, code: "event.badShape" };
  if (!verdict.ok && !isShallow(event.payload, PAYLOAD_DEPTH_MAX))
    throw new CodedError("event.badShape", `events.${index}: nested too deep`);
  const payloadText = event.payload === null ? null : canonicalJson(event.payload);
  return withDigest(event, payloadText, verdict, index);
}

function judgePayload(event: WireEvent, lane: Lane): Verdict {
  const name = eventName(event.kind);
  if (!name) return { ok: false, code: "event.unknownKind" };
  if (DICTIONARY[name].lane !== lane) return { ok: false, code: "event.wrongLane" };
  if (event.payload === null) return lane === "telemetry" ? { ok: true, name } : { ok: false, code: "event.payloadMissing" };
  return PAYLOADS[name].safeParse(event.payload).success ? { ok: true, name } : { ok: false, code: "event.badPayload" };
}

function withDigest(event: WireEvent, payloadText: string | null, verdict: Verdict, index: number): JudgedEvent {
  if (payloadText === null) {
    if (event.digest === undefined) throw new CodedError("event.badShape", `events.${index}: neither payload nor digest`);
    return { event, payloadText, digest: event.digest, verdict };
  }
  const digest = sha256Hex(payloadText);
  const altered = event.digest !== undefined && event.digest !== digest;
  return { event, payloadText, digest, verdict: altered ? { ok: false, code: "event.badDigest" } : verdict };
}

function isShallow(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== "object") return true;
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1));
}
