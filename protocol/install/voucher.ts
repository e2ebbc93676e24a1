/**
 * What an installer vouches for: this chip has this device code, this module this key. One QR code, which a platform can take from paper
 * where there is no network. Specification: README "Installation".
 */
import { type HolderKey, type Verified, verifyHolder, vouchedFor } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { requestInfo } from "#protocol/install/certificateRequest.ts";
import { SEALED_KEY_BYTES } from "#protocol/install/sealedKey.ts";
import { bytesOfHex, hexOf } from "#protocol/list/bytes.ts";
import { asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { encodeDevice, readDevice } from "#protocol/pass/claims.ts";
import {
  asciiBytes,
  encodeHolderSign1,
  type HolderSign1,
  type HolderSigner,
  parseHolderSign1,
  verifyHolderSign1,
} from "#protocol/pass/coseSign1.ts";
import { passBytes, passText, VOUCHER_PREFIX } from "#protocol/pass/passText.ts";

const DOMAIN = "arcgate-voucher/1";
const VERSION = 1;
const LABEL = { version: 1, installer: 2, device: 3, uid: 4, issue: 5, issuedS: 6, publicKey: 7, proof: 8, sealedBudgetKey: 9 } as const;
const INSTALLER_BYTES = 8;
const UID_BYTES = 12;

export interface Voucher {
  /** Id of the installer who signs, 16 hex digits. */
  readonly installer: string;
  readonly device: string;
  /** The chip's, 24 hex digits. */
  readonly uid: string;
  /** Rises with each time that the chip was provisioned. */
  readonly issue: number;
  /** Seconds since 1970, UTC, by the installer's clock. */
  readonly issuedS: number;
  /** The module's own: P-256, compressed point, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** The module's signature over its certificate request: r ‖ s, 64 bytes. */
  readonly proof: Uint8Array;
  readonly sealedBudgetKey: Uint8Array;
}

/** A voucher read, and nothing of it verified: `voucher.installer` says whose key is to be tried. */
export interface UnverifiedVoucher {
  readonly voucher: Voucher;
  readonly object: HolderSign1;
}

export function encodeVoucher(voucher: Voucher, signer: HolderSigner): string {
  const { installer, device, uid, issue, issuedS, publicKey, proof, sealedBudgetKey } = voucher;
  const claims = new Map<number, unknown>([
    [LABEL.version, VERSION],
    [LABEL.installer, bytesOfHex(installer)],
    [LABEL.device, encodeDevice(device)],
    [LABEL.uid, bytesOfHex(uid)],
    [LABEL.issue, issue],
    [LABEL.issuedS, issuedS],
    [LABEL.publicKey, publicKey],
    [LABEL.proof, proof],
    [LABEL.sealedBudgetKey, sealedBudgetKey],
  ]);
  return passText(VOUCHER_PREFIX, encodeHolderSign1(asciiBytes(DOMAIN), encodeCbor(claims), signer));
}

/** Throws `pass.tooLarge`, `pass.notAPass`, `pass.badBase45`, `pass.badCbor`, `pass.badShape`. */
export function parseVoucher(text: string): UnverifiedVoucher {
  const object = parseHolderSign1(passBytes(VOUCHER_PREFIX, text));
  const claims = asMap(decodeCbor(object.payload), Object.values(LABEL), "voucher");
  const version = asInteger(claims.get(LABEL.version), 1, 0xffff, "version");
  if (version !== VERSION) throw new CodedError("pass.badShape", `version ${version}`);
  const voucher: Voucher = {
    installer: hexOf(asBytes(claims.get(LABEL.installer), INSTALLER_BYTES, INSTALLER_BYTES, "installer")),
    device: readDevice(claims.get(LABEL.device)),
    uid: hexOf(asBytes(claims.get(LABEL.uid), UID_BYTES, UID_BYTES, "uid")),
    issue: asInteger(claims.get(LABEL.issue), 1, 0xffff_ffff, "issue"),
    issuedS: asInteger(claims.get(LABEL.issuedS), 0, 0xffff_ffff, "issued"),
    publicKey: Uint8Array.from(asBytes(claims.get(LABEL.publicKey), 33, 33, "public key")),
    proof: Uint8Array.from(asBytes(claims.get(LABEL.proof), 64, 64, "proof")),
    sealedBudgetKey: Uint8Array.from(asBytes(claims.get(LABEL.sealedBudgetKey), SEALED_KEY_BYTES, SEALED_KEY_BYTES, "sealed key")),
  };
  return { voucher, object };
}

/** `installerKey`: by the platform's own record. Throws `pass.badHolderSignature`, and `provision.badProof` where the module does not hold its key. */
export function verifyVoucher({ voucher, object }: UnverifiedVoucher, installerKey: Verified<HolderKey>): Verified<Voucher> {
  const verified = verifyHolderSign1(installerKey, asciiBytes(DOMAIN), object, voucher);
  const { device, publicKey, proof } = voucher;
  if (!isPossessed(device, publicKey, proof)) throw new CodedError("provision.badProof", device);
  return verified;
}

function isPossessed(device: string, publicKey: Uint8Array, proof: Uint8Array): boolean {
  const info = infoOf(device, publicKey);
  return info !== undefined && verifyHolder(vouchedFor({ algorithm: "es256", publicKey }), proof, info, device) !== undefined;
}

/** Undefined for a key that is no point of its curve. */
function infoOf(device: string, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return requestInfo(device, publicKey);
  } catch {
    return undefined;
  }
}
