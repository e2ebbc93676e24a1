/** What is published on the topics. Every message is one JSON object; `up/events` may be deflated (see `batch.ts`). */
import { z } from "zod";
import { LANES } from "#protocol/events/event.ts";

/** Signed files that a device fetches, in the order in which it asks. A policy is the device's own; the others are for the whole module. */
export const FILE_KINDS = ["keyset", "policy", "overlay", "base"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

const fileKind = z.enum(FILE_KINDS);
const device = z.string().regex(/^[0-9A-Z]{20}$/);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const unixMs = z.number().int().min(0).max(1e14);
const id = z.string().min(1).max(64);
const signature = z.strictObject({ algorithm: z.enum(["ed25519", "sm2"]), keyId: z.string().max(32), value: z.base64().max(256) });

export const WireEvent = z.strictObject({
  seq: count.min(1),
  epoch: count,
  kind: z.number().int().min(1000).max(5999),
  session: count.nullable(),
  monoMs: z.number().min(0),
  earliestMs: unixMs,
  latestMs: unixMs.nullable(),
  /** Null when thinned: then `digest` is there. */
  payload: z.record(z.string(), z.unknown()).nullable(),
  digest: hex64.optional(),
});

export const EventBatch = z.strictObject({
  v: z.literal(1),
  device,
  lane: z.enum(LANES),
  chain: count,
  /** Hash before the first event. */
  prev: hex64,
  /** Some of it was sent before. */
  reissue: z.boolean(),
  /** Events right before the first of these that the device's card lost. */
  lost: z.strictObject({ fromSeq: count.min(1), toSeq: count.min(1) }).optional(),
  events: z.array(WireEvent).min(1).max(500),
});

export const Ack = z.strictObject({
  v: z.literal(1),
  lane: z.enum(LANES),
  chain: count,
  /** Everything up to here is committed at the platform, but for what is refused. */
  upTo: count,
  refused: z.array(z.strictObject({ seq: count, code: z.string().max(64) })).max(500),
  /** Signed over `arcgate-watermark/1` (README): everything below may be deleted after retention. */
  watermark: z.strictObject({ upTo: count, hash: hex64, signature }).optional(),
});

/** On `up/state`: live snapshots with QoS 0, birth and will with QoS 1. */
export const State = z.strictObject({
  v: z.literal(1),
  online: z.boolean(),
  epoch: count,
  chain: count,
  state: z.string().max(32),
  session: count.nullable(),
  handle: z.string().max(32).nullable(),
  volts: z.number().nullable(),
  amps: z.number().nullable(),
  backlog: count,
});

export const Request = z.discriminatedUnion("want", [
  z.strictObject({ v: z.literal(1), id, want: z.literal("time"), nonce: z.string().min(16).max(64) }),
  z.strictObject({ v: z.literal(1), id, want: z.literal("file"), kind: fileKind, have: count }),
  z.strictObject({
    ...{ v: z.literal(1), id, want: z.literal("fileChunk"), kind: fileKind },
    ...{ version: count, offset: count, length: count.max(65_536) },
  }),
  z.strictObject({
    v: z.literal(1),
    id,
    want: z.literal("envelope"),
    /** Of the chip and its vault. */
    uid: z.string().regex(/^[0-9a-f]{24}$/),
    challenge: z.string().regex(/^[0-9a-f]{16}$/),
    /** Versions in force: no floor goes above them, or a device that is cut off now would stand without a list. */
    have: z.strictObject({ list: count, overlay: count, keyset: count, policy: count }),
  }),
  /** The platform's word on the device's own key: Ed25519, 32 bytes. */
  z.strictObject({ v: z.literal(1), id, want: z.literal("deviceKey"), publicKey: z.base64().length(44) }),
]);

/** On `down/time`: signed over `arcgate-time/1`, device, nonce and utcMs (README). */
export const TimeReply = z.strictObject({ v: z.literal(1), id, nonce: z.string().max(64), utcMs: unixMs, uncertaintyMs: count, signature });

/** On `down/reply`, to `want: "file"`; null when nothing newer exists. The file carries its own signature. */
export const FileReply = z.strictObject({
  v: z.literal(1),
  id,
  kind: fileKind,
  file: z.strictObject({ version: count, size: count, sha256: hex64 }).nullable(),
});

/** On `down/reply`, to `want: "envelope"`; null when the platform gives none. Sealed under the chip's budget key. */
export const EnvelopeReply = z.strictObject({ v: z.literal(1), id, envelope: z.base64().length(72).nullable() });

/** On `down/reply`, to `want: "deviceKey"`: a COSE_Sign1 (README, Receipts); null when the platform knows another key of this device. */
const DeviceKeyReply = z.strictObject({ v: z.literal(1), id, deviceKey: z.base64().max(512).nullable() });

/** On `down/reply`. */
export const Reply = z.union([FileReply, EnvelopeReply, DeviceKeyReply]);

/** On `down/list`, to `want: "fileChunk"`. */
export const FileChunk = z.strictObject({
  ...{ v: z.literal(1), id, kind: fileKind },
  ...{ version: count, offset: count, data: z.base64().max(90_000) },
});

/** On `down/command`: never retained, at most 60 s old. Signed over `arcgate-command/1` and the canonical JSON of `command`. */
export const Command = z.strictObject({
  v: z.literal(1),
  command: z.discriminatedUnion("do", [
    z.strictObject({ do: z.literal("grant"), device, id, issuedMs: unixMs, grant: z.string().max(1024) }),
    z.strictObject({ do: z.literal("lock"), device, id, issuedMs: unixMs }),
    /** Something new is there: the device asks for these files at once. */
    z.strictObject({ do: z.literal("refresh"), device, id, issuedMs: unixMs, kinds: z.array(fileKind).min(1).max(FILE_KINDS.length) }),
    /** How to come back after the next outage: not before `afterS`, and spread over `spreadS`. */
    z.strictObject({ do: z.literal("comeBack"), device, id, issuedMs: unixMs, afterS: count.max(900), spreadS: count.max(900) }),
  ]),
  signature,
});

export type WireEvent = z.infer<typeof WireEvent>;
export type EventBatch = z.infer<typeof EventBatch>;
export type Ack = z.infer<typeof Ack>;
export type State = z.infer<typeof State>;
export type Request = z.infer<typeof Request>;
export type TimeReply = z.infer<typeof TimeReply>;
export type FileReply = z.infer<typeof FileReply>;
export type FileChunk = z.infer<typeof FileChunk>;
export type Reply = z.infer<typeof Reply>;
export type EnvelopeReply = z.infer<typeof EnvelopeReply>;
export type Command = z.infer<typeof Command>;
export const Signature = signature;
export type Signature = z.infer<typeof signature>;
