/** How brokers say no. */
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

/** Protocol level on the wire: 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

/** 3.1.1's CONNACK "unacceptable protocol version", which old brokers answer to an MQTT 5 CONNECT, and 5's own reason. */
const VERSION_REFUSALS: readonly number[] = [0x01, 0x84];

export function isVersionRefusal(error: Error): boolean {
  const code = reasonCode(error);
  return code !== undefined && VERSION_REFUSALS.includes(code);
}

/** What OpenSSL and Node say of the broker's certificate, and of ours when the broker refuses it by an alert (RFC 8446, 6.2). */
const TLS_FAULTS: readonly [pattern: RegExp, code: ErrorCode][] = [
  [/^CERT_HAS_EXPIRED$/, "sync.tlsExpired"],
  [/^CERT_NOT_YET_VALID$/, "sync.tlsNotYetValid"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "sync.tlsOtherName"],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA|ERR_SSL_CERTIFICATE_VERIFY_FAILED)/, "sync.tlsUntrusted"],
  [/^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)/, "sync.tlsClientRefused"],
  [/^(ERR_SSL_|EPROTO$)/, "sync.tlsFailed"],
];

/** For people: a refusal by the broker or by TLS with its code, or what the network said. */
export function rejectionText(error: Error): string {
  if (error instanceof CodedError) return error.message;
  const code = reasonCode(error);
  if (code !== undefined) return new CodedError("sync.refusedByBroker", `${error.message}, code ${code}`).message;
  const name = "code" in error && typeof error.code === "string" ? error.code : "";
  const fault = TLS_FAULTS.find(([pattern]) => pattern.test(name));
  return new CodedError(fault?.[1] ?? "sync.offline", fault ? name : error.message || name).message;
}

function reasonCode(error: Error): number | undefined {
  return "code" in error && typeof error.code === "number" ? error.code : undefined;
}
