/** What an inspector's phone reads from a machine: its last receipt, with the platform's word on the key that signed it. */
import { type HolderKey, type TrustStore, type Verified, vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";
import { asArray, asBytes, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { decodeDeviceKey, keyOfDevice } from "#protocol/receipt/deviceKey.ts";
import { decodeReceipt, type Receipt } from "#protocol/receipt/receipt.ts";

const INSPECTION_PREFIX = "AG1I:";
const INSPECTION_MAX_CHARACTERS = 1024;

/** `deviceKey`: as the platform gave it, or null while the machine has never been on line. */
export function encodeInspection(deviceKey: Uint8Array | null, receipt: Uint8Array): string {
  return INSPECTION_PREFIX + encodeBase45(encodeCbor([deviceKey, receipt]));
}

/**
 * With the platform's keys alone; or, for a machine that was never on line, with its public key (32 bytes) as the installer has noted it.
 * Throws `receipt.damaged`, `receipt.unknownKey` (nobody vouches for the device's key), `receipt.badSignature`, `receipt.otherDevice`.
 */
export function verifyInspection(text: string, trust: TrustStore, notedKey: Uint8Array | null = null): Verified<Receipt> {
  try {
    const [keyItem, receiptItem] = partsOf(text);
    const attested = keyItem === null ? null : decodeDeviceKey(asBytes(keyItem, 1, 512, "device key"), trust);
    const noted = notedKey && vouchedFor<HolderKey>({ algorithm: "ed25519", publicKey: notedKey });
    const key = attested ? keyOfDevice(attested) : noted;
    if (!key) throw new CodedError("receipt.unknownKey");
    const receipt = decodeReceipt(asBytes(receiptItem, 1, 512, "receipt"), key);
    if (attested && attested.device !== receipt.device) throw new CodedError("receipt.otherDevice", attested.device);
    return receipt;
  } catch (error) {
    throw error instanceof CodedError ? inReceiptTerms(error) : error;
  }
}

function partsOf(text: string): readonly unknown[] {
  if (text.length > INSPECTION_MAX_CHARACTERS || !text.startsWith(INSPECTION_PREFIX)) throw new CodedError("receipt.damaged");
  return asArray(decodeCbor(decodeBase45(text.slice(INSPECTION_PREFIX.length))), 2, "inspection");
}

/** A receipt is made of the pass's parts, but whoever checks one is told of a receipt. */
function inReceiptTerms(cause: CodedError): CodedError {
  if (cause.code.startsWith("receipt.")) return cause;
  if (cause.code === "pass.unknownKey") return new CodedError("receipt.unknownKey", cause.detail, { cause });
  const forged = cause.code === "pass.badSignature" || cause.code === "pass.badHolderSignature";
  return new CodedError(forged ? "receipt.badSignature" : "receipt.damaged", cause.detail, { cause });
}
