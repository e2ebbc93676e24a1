/**
 * A module's certificate request (PKCS#10, RFC 2986): P-256, the device code as common name, nothing else. Two devices' requests differ in
 * name, key and signature alone, so that these three stand for the whole of it where room is dear. Specification: README "Installation".
 */
import { type HolderKey, uncompressedPoint } from "#protocol/crypto.ts";
import { bytesOfHex } from "#protocol/list/bytes.ts";
import { asciiBytes } from "#protocol/pass/coseSign1.ts";

const DEVICE_CHARACTERS = 20;
const COORDINATE_BYTES = 32;
/** CertificationRequestInfo: version 0; subject CN as UTF8String; SubjectPublicKeyInfo of P-256; no attributes. */
const INFO = {
  beforeDevice: "30818102010030" + "1f" + "311d301b0603550403" + "0c14",
  beforePoint: "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
  end: "a000",
} as const;
const ECDSA_WITH_SHA256 = "300a06082a8648ce3d040302";

/** The bytes that the module's own key signs, ES256. `device`: 20 characters. */
export function requestInfo(device: string, publicKey: HolderKey["publicKey"]): Uint8Array {
  if (device.length !== DEVICE_CHARACTERS) throw new RangeError(`device: ${device.length} characters`);
  return joined(
    bytesOfHex(INFO.beforeDevice),
    asciiBytes(device),
    bytesOfHex(INFO.beforePoint),
    uncompressedPoint("es256", publicKey),
    bytesOfHex(INFO.end),
  );
}

/** The whole request in DER. `signature`: r ‖ s, 64 bytes, over `info`. */
export function encodeRequest(info: Uint8Array, signature: Uint8Array): Uint8Array {
  const numbers = joined(unsigned(signature.subarray(0, COORDINATE_BYTES)), unsigned(signature.subarray(COORDINATE_BYTES)));
  const value = tagged(0x03, joined(Uint8Array.of(0), tagged(0x30, numbers)));
  return tagged(0x30, joined(info, bytesOfHex(ECDSA_WITH_SHA256), value));
}

/** INTEGER: the shortest form of a number that is never negative. */
function unsigned(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  return tagged(0x02, (shortest[0] ?? 0) > 0x7f ? joined(Uint8Array.of(0), shortest) : shortest);
}

/** Lengths below 256 are all that a request has. */
function tagged(tag: number, content: Uint8Array): Uint8Array {
  const length = content.length > 0x7f ? [0x81, content.length] : [content.length];
  return joined(Uint8Array.of(tag, ...length), content);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
