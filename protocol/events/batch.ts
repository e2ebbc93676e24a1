/**
 * The payload of `up/events`: one EventBatch as JSON (first byte `{`), or byte 0x01 and the same JSON raw-deflated.
 * The deflater is handed in, so that the protocol stays pure; both ends pass node:zlib's.
 */

import { z } from "zod";
import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { EventTime } from "#protocol/events/event.ts";
import { EventBatch } from "#protocol/events/messages.ts";
import { type JudgedEvent, judgeEvent } from "#protocol/events/verdict.ts";

/** As published, deflated or not. */
export const PUBLISHED_BYTES_MAX = 256 * 1024;
/** After inflating. */
export const INFLATED_BYTES_MAX = 4 * 1024 * 1024;
export const BATCH_EVENTS_MAX = 500;

const DEFLATED = 0x01;
const OPENING_BRACE = 0x7b;

export type Deflate = (bytes: Uint8Array) => Uint8Array;
/** Throws when the stream is damaged or would give more than `maxBytes`. */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Uint8Array;

export type BatchHead = Omit<EventBatch, "v" | "events">;

/** What the sender's journal holds of an event. A row that was thinned has `payloadText` null. */
export interface BatchRow {
  seq: number;
  epoch: number;
  kind: number;
  session: number | null;
  time: EventTime;
  /** Canonical JSON: it is put into the batch as it stands. */
  payloadText: string | null;
  digest: HexDigest;
}

/** A batch whose shape and numbering hold. Single events in it may still be refused. */
export interface DecodedBatch extends BatchHead {
  events: JudgedEvent[];
}

/** Bytes to publish. `event.tooLarge` when they pass a bound: send fewer rows. */
export function encodeBatch(head: BatchHead, rows: readonly BatchRow[], deflate?: Deflate): Uint8Array {
  if (rows.length > BATCH_EVENTS_MAX) throw new CodedError("event.tooLarge", `${rows.length} events`);
  const { device, lane, chain, prev, reissue, lost } = head;
  const opening = JSON.stringify({ v: 1, device, lane, chain, prev, reissue, lost }).slice(0, -1);
  const json = new TextEncoder().encode(`${opening},"events":[${rows.map(eventText).join(",")}]}`);
  if (json.length > INFLATED_BYTES_MAX) throw new CodedError("event.tooLarge", `${json.length} bytes`);
  const published = deflate ? withMarker(deflate(json)) : json;
  if (published.length > PUBLISHED_BYTES_MAX) throw new CodedError("event.tooLarge", `${published.length} bytes published`);
  return published;
}

/**
 * Reads a published batch. Throws a CodedError when the batch as a whole cannot be read: it is then neither stored nor acknowledged.
 * An event that the dictionary refuses keeps its place in the chain and carries its code, so that it stalls nothing.
 */
export function decodeBatch(payload: Uint8Array, inflate: Inflate): DecodedBatch {
  const parsed = Envelope.safeParse(parseJson(jsonBytes(payload, inflate)));
  if (!parsed.success) throw new CodedError("event.badShape", firstIssue(parsed.error));
  const { v: _v, events, ...head } = parsed.data;
  return { ...head, events: events.map((event, index) => judgeEvent(event, index, head.lane)) };
}

/** The envelope alone: its events are judged one by one. */
const Envelope = EventBatch.extend({ events: z.custom<unknown[]>(isListOfEvents, `not a list of 1 to ${BATCH_EVENTS_MAX} events`) });

function isListOfEvents(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 1 && value.length <= BATCH_EVENTS_MAX;
}

function eventText(row: BatchRow): string {
  const { seq, epoch, kind, session, time, payloadText, digest } = row;
  const opening = `{"seq":${seq},"epoch":${epoch},"kind":${kind},"session":${session},"monoMs":${time.monoMs}`;
  const interval = `"earliestMs":${time.earliestMs},"latestMs":${time.latestMs}`;
  return `${opening},${interval},"payload":${payloadText}${payloadText === null ? `,"digest":"${digest}"` : ""}}`;
}

function withMarker(deflated: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(deflated.length + 1);
  bytes[0] = DEFLATED;
  bytes.set(deflated, 1);
  return bytes;
}

function jsonBytes(payload: Uint8Array, inflate: Inflate): Uint8Array {
  if (payload.length > PUBLISHED_BYTES_MAX) throw new CodedError("event.tooLarge", `${payload.length} bytes published`);
  if (payload[0] === OPENING_BRACE) return payload;
  if (payload[0] !== DEFLATED) throw new CodedError("event.badJson", `first byte ${payload[0] ?? "missing"}`);
  try {
    return inflate(payload.subarray(1), INFLATED_BYTES_MAX);
  } catch (cause) {
    throw new CodedError("event.badDeflate", cause instanceof Error ? cause.message : "", { cause });
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new CodedError("event.badJson", cause instanceof Error ? cause.message.slice(0, 120) : "", { cause });
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join(".")}: ${issue.message}`.slice(0, 200) : "";
}
