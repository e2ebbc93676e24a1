import { CodedError } from "#protocol/errors/codedError.ts";
import { Ack } from "#protocol/events/messages.ts";

const ACK_BYTES_MAX = 64 * 1024;

/** Reads `down/ack`. Throws `sync.badMessage`; bounded before it is parsed. */
export function readAck(payload: Uint8Array): Ack {
  if (payload.length > ACK_BYTES_MAX) throw new CodedError("sync.badMessage", `acknowledgement of ${payload.length} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch (cause) {
    throw new CodedError("sync.badMessage", "acknowledgement is no JSON", { cause });
  }
  const parsed = Ack.safeParse(value);
  if (!parsed.success) throw new CodedError("sync.badMessage", parsed.error.issues[0]?.path.join(".") ?? "");
  return parsed.data;
}

/** A message up. */
export function jsonBytes(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
