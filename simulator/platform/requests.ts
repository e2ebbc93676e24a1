/** Answers to what devices ask for: the time, the certificate list, a piece of it. */
import { closeSync, openSync, readSync } from "node:fs";
import { type ListChunk, type Reply, Request, type TimeReply } from "#protocol/events/messages.ts";
import type { DownChannel } from "#protocol/topics.ts";
import { timeText } from "#protocol/trust/wireMessages.ts";
import type { DeviceKeys } from "#simulator/platform/deviceKeys.ts";
import { answerEnvelope } from "#simulator/platform/envelopes.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import type { IssuedList } from "#simulator/platform/listIssuer.ts";

/** The clock of the machine that the simulator runs on, as good as NTP makes it. */
const CLOCK_UNCERTAINTY_MS = 50;
const MAX_REQUEST_BYTES = 4096;

export interface Answer {
  readonly channel: DownChannel;
  readonly message: TimeReply | Reply | ListChunk;
}

/** Undefined for what is not a request of the specification, or asks for a list that is no longer ours. */
export function answerRequest(
  device: string,
  payload: Uint8Array,
  world: { keys: PlatformKeys; deviceKeys: DeviceKeys; list: IssuedList; now: () => number },
): Answer | undefined {
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
    case "list": {
      const { version, size, sha256 } = world.list;
      return { channel: "reply", message: { v: 1, id: request.id, list: request.have >= version ? null : { version, size, sha256 } } };
    }
    case "envelope": {
      const facts = { nowMs: world.now(), uncertaintyMs: CLOCK_UNCERTAINTY_MS, listVersion: world.list.version };
      return { channel: "reply", message: answerEnvelope(request, facts) };
    }
    case "deviceKey":
      return { channel: "reply", message: world.deviceKeys.answer(device, request, world.now()) };
    case "listChunk": {
      const { id, version, offset, length } = request;
      if (version !== world.list.version || offset >= world.list.size) return undefined;
      return { channel: "list", message: { v: 1, id, version, offset, data: readPiece(world.list.path, offset, length) } };
    }
  }
}

function readPiece(path: string, offset: number, length: number): string {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.alloc(length);
    const read = readSync(file, piece, 0, length, offset);
    return piece.subarray(0, read).toString("base64");
  } finally {
    closeSync(file);
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
