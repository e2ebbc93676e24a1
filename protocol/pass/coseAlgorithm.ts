/** The numbers by which COSE names signature schemes. */
import { HOLDER_ALGORITHMS, type HolderAlgorithm } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** EdDSA and ES256 are registered; SM2 with SM3 is not, and takes the first number for private use. */
export const COSE_ALGORITHM: Readonly<Record<HolderAlgorithm, number>> = { ed25519: -8, es256: -7, sm2: -65_537 };

/** Throws `pass.badShape`. */
export function algorithmOfCose(number: unknown, name: string): HolderAlgorithm {
  const algorithm = HOLDER_ALGORITHMS.find((known) => COSE_ALGORITHM[known] === number);
  if (!algorithm) throw new CodedError("pass.badShape", `${name} ${String(number).slice(0, 20)}`);
  return algorithm;
}
