/** How brokers say no. */
import { CodedError } from "#protocol/errors/codedError.ts";

/** Protocol level on the wire: 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

/** 3.1.1's CONNACK "unacceptable protocol version", which old brokers answer to an MQTT 5 CONNECT, and 5's own reason. */
const VERSION_REFUSALS: readonly number[] = [0x01, 0x84];

export function isVersionRefusal(error: Error): boolean {
  const code = reasonCode(error);
  return code !== undefined && VERSION_REFUSALS.includes(code);
}

/** For people: a refusal by the broker with its code, or what the network said. */
export function rejectionText(error: Error): string {
  const code = reasonCode(error);
  return code === undefined ? error.message : new CodedError("sync.refusedByBroker", `${error.message}, code ${code}`).message;
}

function reasonCode(error: Error): number | undefined {
  return "code" in error && typeof error.code === "number" ? error.code : undefined;
}
