/**
 * What a machine asks a phone to sign: here, now, once. Nobody signs the challenge itself: it claims nothing. A forged one earns its
 * forger a signature over a nonce that no machine is waiting for.
 */
import { digestOf } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, hexOf } from "#protocol/list/bytes.ts";
import { asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { encodeDevice, readDevice } from "#protocol/pass/claims.ts";
import { asciiBytes } from "#protocol/pass/coseSign1.ts";
import { CHALLENGE_PREFIX, passBytes, passText } from "#protocol/pass/passText.ts";

export interface Challenge {
  /** Device code of the machine. */
  readonly device: string;
  /** 16 random bytes in lower-case hex. */
  readonly nonce: string;
  /** Of the challenges that the machine has made since its boot, from 1. */
  readonly counter: number;
  /** Boot epoch of the agent. */
  readonly bootId: number;
}

/** By what a response says which challenge it answers. Too short to prove anything: the signature over the challenge proves. */
export interface ChallengeMark {
  /** First 4 bytes of SHA-256 of the device code, in hex. */
  readonly machine: string;
  /** First 8 bytes of the nonce, in hex. */
  readonly nonce: string;
}

const CHALLENGE_VERSION = 1;
const LABEL = { version: 1, device: 2, nonce: 3, counter: 4, bootId: 5 } as const;
const MACHINE_MARK_BYTES = 4;
const NONCE_MARK_BYTES = 8;

/** The bytes that a response's signature covers. */
export function challengeBytes({ device, nonce, counter, bootId }: Challenge): Uint8Array {
  return encodeCbor(
    new Map<number, unknown>([
      [LABEL.version, CHALLENGE_VERSION],
      [LABEL.device, encodeDevice(device)],
      [LABEL.nonce, bytesOfHex(nonce)],
      [LABEL.counter, counter],
      [LABEL.bootId, bootId],
    ]),
  );
}

export function encodeChallenge(challenge: Challenge): string {
  return passText(CHALLENGE_PREFIX, challengeBytes(challenge));
}

/** For phones. Throws `pass.tooLarge`, `pass.notAPass`, `pass.badBase45`, `pass.badCbor`, `pass.badShape`. */
export function decodeChallenge(text: string): Challenge {
  const claims = asMap(decodeCbor(passBytes(CHALLENGE_PREFIX, text)), Object.values(LABEL), "challenge");
  const version = asInteger(claims.get(LABEL.version), 1, 0xffff, "version");
  if (version !== CHALLENGE_VERSION) throw new CodedError("pass.badShape", `version ${version}`);
  return {
    device: readDevice(claims.get(LABEL.device)),
    nonce: hexOf(asBytes(claims.get(LABEL.nonce), 16, 16, "nonce")),
    counter: asInteger(claims.get(LABEL.counter), 1, 0xffff_ffff, "counter"),
    bootId: asInteger(claims.get(LABEL.bootId), 0, Number.MAX_SAFE_INTEGER, "boot id"),
  };
}

export function markOf({ device, nonce }: Challenge): ChallengeMark {
  return { machine: machineMark(device), nonce: nonce.slice(0, 2 * NONCE_MARK_BYTES) };
}

export function machineMark(device: string): string {
  return hexOf(digestOf("ed25519", asciiBytes(device)).subarray(0, MACHINE_MARK_BYTES));
}

export function encodeMark({ machine, nonce }: ChallengeMark): Uint8Array {
  return bytesOfHex(machine + nonce);
}

/** Throws `pass.badShape`. */
export function readMark(value: unknown): ChallengeMark {
  const mark = hexOf(asBytes(value, MACHINE_MARK_BYTES + NONCE_MARK_BYTES, MACHINE_MARK_BYTES + NONCE_MARK_BYTES, "challenge mark"));
  return { machine: mark.slice(0, 2 * MACHINE_MARK_BYTES), nonce: mark.slice(2 * MACHINE_MARK_BYTES) };
}
