/** The module's own key: made at the first start, never leaves its folder. Ed25519, PKCS#8 in PEM, for the owner's eyes only. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { DeviceSigner } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const FILE = "device.key";
const PUBLIC_BYTES = 32;

/** Throws `config.badKey` for a file that is there and holds no such key: a new one would make the machine another device. */
export function openDeviceKey(folder: string): DeviceSigner {
  const path = join(folder, FILE);
  if (!existsSync(path)) makeKey(folder, path);
  const key = readKey(path);
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    algorithm: "ed25519",
    publicKey: new Uint8Array(spki.subarray(-PUBLIC_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

function readKey(path: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw new CodedError("config.badKey", path, { cause });
  }
  throw new CodedError("config.badKey", `${path}: not Ed25519`);
}

/** Written beside and renamed, each made durable: a power cut leaves the key whole or not there. */
function makeKey(folder: string, path: string): void {
  const { privateKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const file = openSync(`${path}.new`, "w", 0o600);
  writeSync(file, privateKey);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  const directory = openSync(folder, "r");
  fsyncSync(directory);
  closeSync(directory);
}
