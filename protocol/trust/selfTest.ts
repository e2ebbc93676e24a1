/** Known answers that every algorithm must give before anything is energised: a library without SM2 must not be found out by a welder. */
import {
  type Algorithm,
  createTrustStore,
  digestOf,
  type HolderKey,
  linkMac,
  sameBytes,
  sha256Hex,
  type TrustedKey,
  verifyHolder,
  verifySignature,
} from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

interface SignatureVector {
  readonly spki: string;
  readonly message: string;
  readonly signature: string;
}

const SIGNATURES: Readonly<Record<Algorithm, SignatureVector>> = {
  // RFC 8032, 7.1, test 2.
  ed25519: {
    spki: "302a300506032b6570032100" + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  // GM/T 0003.5, A.2: "message digest", user ID 1234567812345678.
  sm2: {
    spki:
      "3059301306072a8648ce3d020106082a811ccf5501822d03420004" +
      "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
      "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
    message: "6d65737361676520646967657374",
    signature:
      "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
      "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
  },
};

/** RFC 6979, A.2.5: "sample" with SHA-256; r ‖ s. */
const ES256 = {
  point: "03" + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
  message: "73616d706c65",
  signature:
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
};

/** FIPS 180-4 and GB/T 32905, of "abc". */
const SHA256_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
/** RFC 4231, test case 2, first 8 bytes. */
const HMAC_JEFE = "5bdcc146bf60754e";

/** Throws `list.cryptoSelfTest` and names the algorithm that failed. */
export function cryptoSelfTest(): void {
  const abc = new TextEncoder().encode("abc");
  expect("SHA-256", () => sha256Hex(abc) === SHA256_ABC && sameBytes(digestOf("ed25519", abc), fromHex(SHA256_ABC)));
  expect("SM3", () => sameBytes(digestOf("sm2", abc), fromHex(SM3_ABC)));
  const mac = () => linkMac(new TextEncoder().encode("Jefe"), "what do ya want ", new TextEncoder().encode("for nothing?"));
  expect("HMAC-SHA-256", () => sameBytes(mac(), fromHex(HMAC_JEFE)));
  expect("Ed25519", () => verifiesRightly("ed25519"));
  expect("SM2", () => verifiesRightly("sm2"));
  expect("ES256", es256VerifiesRightly);
}

/** The known signature holds; with one bit of the message or of the signature changed it does not. */
function verifiesRightly(algorithm: Algorithm): boolean {
  const vector = SIGNATURES[algorithm];
  const key: TrustedKey = { id: "known", algorithm, publicKeySpki: fromHex(vector.spki), purposes: ["list"] };
  const trust = createTrustStore([key]);
  const holds = (message: Uint8Array, value: Uint8Array) =>
    verifySignature(trust, "list", { algorithm, keyId: "known", value }, message, true).ok;
  const message = fromHex(vector.message);
  const value = fromHex(vector.signature);
  return holds(message, value) && !holds(lastBitFlipped(message), value) && !holds(message, lastBitFlipped(value));
}

/** Only a key that a signature vouches for verifies as a holder's: here the known Ed25519 signature does. */
function es256VerifiesRightly(): boolean {
  const key: HolderKey = { algorithm: "es256", publicKey: fromHex(ES256.point) };
  const { spki, message: vouching, signature: voucher } = SIGNATURES.ed25519;
  const trust = createTrustStore([{ id: "known", algorithm: "ed25519", publicKeySpki: fromHex(spki), purposes: ["list"] }]);
  const verdict = verifySignature(trust, "list", { algorithm: "ed25519", keyId: "known", value: fromHex(voucher) }, fromHex(vouching), key);
  if (!verdict.ok) return false;
  const holds = (message: Uint8Array, value: Uint8Array) => verifyHolder(verdict.fact, value, message, true) !== undefined;
  const message = fromHex(ES256.message);
  const value = fromHex(ES256.signature);
  return holds(message, value) && !holds(lastBitFlipped(message), value) && !holds(message, lastBitFlipped(value));
}

function expect(algorithm: string, check: () => boolean): void {
  let passed: boolean;
  try {
    passed = check();
  } catch (cause) {
    throw new CodedError("list.cryptoSelfTest", algorithm, { cause });
  }
  if (!passed) throw new CodedError("list.cryptoSelfTest", algorithm);
}

function lastBitFlipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
