/** The module's own TLS key, made in the folder that becomes its own, and never said to anybody. */
import { createPrivateKey, createPublicKey, ECDH, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { encodeRequest, requestInfo } from "#protocol/install/certificateRequest.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { fileText, keepFile, pem } from "#scripts/install/provision/files.ts";

const POINT_BYTES = 65;

export interface ModuleKey {
  /** P-256, compressed point, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** ES256: r ‖ s. */
  sign(message: Uint8Array): Uint8Array;
}

/** A key that is there stays: machines on one module have the same, where it was put into their folders. */
export function openModuleKey(folder: string): ModuleKey {
  const path = machineFile(folder, "ownKey");
  const kept = fileText(path);
  const privateKey = kept === undefined ? newKeyAt(path) : createPrivateKey(kept);
  const point = createPublicKey(privateKey).export({ type: "spki", format: "der" }).subarray(-POINT_BYTES);
  const publicKey = new Uint8Array(ECDH.convertKey(point, "prime256v1", undefined, undefined, "compressed") as Buffer);
  return { publicKey, sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }) };
}

/** Writes the certificate request, and gives its signature: the proof that the module holds its key. */
export function writeRequest(folder: string, device: string, key: ModuleKey): Uint8Array {
  const info = requestInfo(device, key.publicKey);
  const proof = key.sign(info);
  keepFile(machineFile(folder, "request"), pem("CERTIFICATE REQUEST", encodeRequest(info, proof)));
  return proof;
}

function newKeyAt(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  keepFile(path, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  return privateKey;
}
