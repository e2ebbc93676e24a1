/** Answers to what devices ask for: the time, the newest file of a kind, a piece of it, an envelope, a word on the device's key. */
import { type FileChunk, type Reply, Request, type TimeReply } from "#protocol/events/messages.ts";
import type { DownChannel } from "#protocol/topics.ts";
import { timeText } from "#protocol/trust/wireMessages.ts";
import type { DeviceKeys } from "#simulator/platform/deviceKeys.ts";
import { answerEnvelope } from "#simulator/platform/envelopes.ts";
import type { FileDesk } from "#simulator/platform/fileDesk.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";

/** The clock of the machine that the simulator runs on, as good as NTP makes it. */
const CLOCK_UNCERTAINTY_MS = 50;
const MAX_REQUEST_BYTES = 4096;

export interface RequestWorld {
  readonly keys: PlatformKeys;
  readonly deviceKeys: DeviceKeys;
  readonly files: FileDesk;
  now(): number;
  /** Of a chip that an installer has registered. */
  budgetKeyOf(uid: string): Uint8Array | undefined;
}

export interface Answer {
  readonly channel: DownChannel;
  readonly message: TimeReply | Reply | FileChunk;
}

/** Undefined for what is not a request of the specification, or asks for a file that is no longer the newest. */
export function answerRequest(device: string, payload: Uint8Array, world: RequestWorld): Answer | undefined {
  const parsed = Request.safeParse(parseJson(payload));
  if (!parsed.success) return undefined;
  const request = parsed.data;
  switch (request.want) {
    case "time": {
      const utcMs = Math.floor(world.now());
      const text = timeText(device, request.nonce, { utcMs, uncertaintyMs: CLOCK_UNCERTAINTY_MS });
      const signature = world.keys.sign("time", text);
      const { id, nonce } = request;
      return { channel: "time", message: { v: 1, id, nonce, utcMs, uncertaintyMs: CLOCK_UNCERTAINTY_MS, signature } };
    }
    case "file": {
      const { id, kind, have } = request;
      const announced = world.files.newest(kind, device)?.announced;
      return { channel: "reply", message: { v: 1, id, kind, file: announced && announced.version > have ? announced : null } };
    }
    case "envelope": {
      const budgetKey = world.budgetKeyOf(request.uid);
      const facts = { nowMs: world.now(), uncertaintyMs: CLOCK_UNCERTAINTY_MS, budgetKey, floors: world.files.versions(device) };
      return { channel: "reply", message: answerEnvelope(request, facts) };
    }
    case "deviceKey":
      return { channel: "reply", message: world.deviceKeys.answer(device, request, world.now()) };
    case "fileChunk": {
      const { id, kind, version, offset, length } = request;
      const file = world.files.newest(kind, device);
      if (!file || version !== file.announced.version || offset >= file.announced.size) return undefined;
      const data = Buffer.from(file.piece(offset, length)).toString("base64");
      return { channel: "list", message: { v: 1, id, kind, version, offset, data } };
    }
  }
}

function parseJson(payload: Uint8Array): unknown {
  if (payload.length > MAX_REQUEST_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
}
