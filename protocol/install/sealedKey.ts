/** A chip's budget key on its way to the platform: the installer makes it, and neither the module nor whoever sees the voucher learns it. */
import { openSecret, sealSecret } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex } from "#protocol/list/bytes.ts";
import { asciiBytes } from "#protocol/pass/coseSign1.ts";
import { SEAL } from "#protocol/trust/encodings.ts";

const DOMAIN = "arcgate-budget-key/1";
const BUDGET_KEY_BYTES = 32;
export const SEALED_KEY_BYTES = SEAL.keyBytes + BUDGET_KEY_BYTES + SEAL.tagBytes;

export interface KeyedChip {
  readonly device: string;
  /** 12 bytes in lower-case hex. */
  readonly uid: string;
}

/** `sealingKey`: the platform's, X25519; `ephemeral`: 32 random bytes that are used for nothing else. */
export function sealBudgetKey(budgetKey: Uint8Array, chip: KeyedChip, sealingKey: Uint8Array, ephemeral: Uint8Array): Uint8Array {
  if (budgetKey.length !== BUDGET_KEY_BYTES) throw new RangeError(`${budgetKey.length} bytes`);
  return sealSecret(budgetKey, { domain: DOMAIN, about: aboutChip(chip) }, sealingKey, ephemeral);
}

/** Throws `provision.badSeal`: sealed for another platform, for another chip, or changed. */
export function openBudgetKey(sealed: Uint8Array, chip: KeyedChip, privateKey: Uint8Array): Uint8Array {
  const budgetKey = openSecret(sealed, { domain: DOMAIN, about: aboutChip(chip) }, privateKey);
  if (budgetKey?.length !== BUDGET_KEY_BYTES) throw new CodedError("provision.badSeal", chip.device);
  return budgetKey;
}

function aboutChip({ device, uid }: KeyedChip): Uint8Array {
  return Uint8Array.from([...asciiBytes(device), ...bytesOfHex(uid)]);
}
