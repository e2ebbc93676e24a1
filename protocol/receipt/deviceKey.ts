/** The platform's word on a device's own key: with it a stranger can believe what the device signed. */
import { type HolderKey, readFrom, type TrustStore, type Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { type CoseSigner, encodeSign1, parseSign1, verifySign1 } from "#protocol/pass/coseSign1.ts";

const DOMAIN = "arcgate-device-key/1";
const VERSION = 1;
const LABEL = { version: 1, device: 2, publicKey: 3, issuedS: 4 } as const;
const DEVICE_CODE = /^[0-9A-Z]{20}$/;

export interface DeviceKey {
  readonly device: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Seconds since 1970, UTC. */
  readonly issuedS: number;
}

/** COSE_Sign1 by a platform key of purpose `device`. */
export function encodeDeviceKey({ device, publicKey, issuedS }: DeviceKey, signer: CoseSigner): Uint8Array {
  const claims = new Map<number, unknown>([
    [LABEL.version, VERSION],
    [LABEL.device, device],
    [LABEL.publicKey, publicKey],
    [LABEL.issuedS, issuedS],
  ]);
  return encodeSign1(DOMAIN, encodeCbor(claims), signer);
}

/** Throws `pass.*`. */
export function decodeDeviceKey(bytes: Uint8Array, trust: TrustStore): Verified<DeviceKey> {
  const object = parseSign1(bytes);
  const claims = asMap(decodeCbor(object.payload), Object.values(LABEL), "device key");
  const device = claims.get(LABEL.device);
  if (claims.get(LABEL.version) !== VERSION || typeof device !== "string" || !DEVICE_CODE.test(device)) {
    throw new CodedError("pass.badShape", "device key");
  }
  const publicKey = Uint8Array.from(asBytes(claims.get(LABEL.publicKey), 32, 32, "public key"));
  const issuedS = asInteger(claims.get(LABEL.issuedS), 0, 0xffff_ffff, "issued");
  return verifySign1(trust, "device", DOMAIN, object, { device, publicKey, issuedS });
}

/** What receipts of the device are checked with. */
export function keyOfDevice(attested: Verified<DeviceKey>): Verified<HolderKey> {
  return readFrom(attested, { algorithm: "ed25519", publicKey: attested.publicKey });
}
