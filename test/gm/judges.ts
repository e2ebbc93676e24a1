/** Three implementations of the same algorithms: the one that the product calls, sm-crypto-v2, and OpenSSL's command. */
import { spawnSync } from "node:child_process";
import { createCipheriv, createPrivateKey, createPublicKey, createSign, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sm2, sm4 } from "sm-crypto-v2";
import { createTrustStore, type TrustStore, verifySignature } from "#protocol/crypto.ts";
import { sm2Z } from "#simulator/sm2Z.ts";

const SM2_SPKI = Buffer.from("3059301306072a8648ce3d020106082a811ccf5501822d03420004", "hex");
/** SEC 1 private key within PKCS#8, up to the scalar; between scalar and point. */
const SM2_PKCS8 = Buffer.from("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420", "hex");
const SM2_PKCS8_POINT = Buffer.from("a14403420004", "hex");

/** A key pair as each of the three wants it. */
export interface Sm2Pair {
  readonly privateHex: string;
  /** 04 ‖ x ‖ y. */
  readonly publicHex: string;
  readonly z: Uint8Array;
  readonly privateKey: KeyObject;
  readonly trust: TrustStore;
  readonly privateFile: string;
  readonly publicFile: string;
}

export function sm2Pair(scalar: Buffer, folder: string, name: string): Sm2Pair {
  const privateHex = scalar.toString("hex");
  const publicHex = sm2.getPublicKeyFromPrivateKey(privateHex);
  const point = Buffer.from(publicHex.slice(2), "hex");
  const spki = Buffer.concat([SM2_SPKI, point]);
  const privateKey = createPrivateKey({
    key: Buffer.concat([SM2_PKCS8, scalar, SM2_PKCS8_POINT, point]),
    format: "der",
    type: "pkcs8",
  });
  const [privateFile, publicFile] = [join(folder, `${name}.pem`), join(folder, `${name}.pub.pem`)];
  writeFileSync(privateFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(publicFile, createPublicKey({ key: spki, format: "der", type: "spki" }).export({ type: "spki", format: "pem" }));
  const trust = createTrustStore([{ id: "pair", algorithm: "sm2", publicKeySpki: spki, purposes: ["command"] }]);
  return { privateHex, publicHex, z: sm2Z(point), privateKey, trust, privateFile, publicFile };
}

/** DER signatures over a message; `path` is a file that holds it. */
export const SIGNERS = {
  node: (pair: Sm2Pair, message: Buffer) => createSign("sm3").update(pair.z).update(message).sign(pair.privateKey),
  smCrypto: ({ privateHex, publicHex }: Sm2Pair, message: Buffer) =>
    Buffer.from(sm2.doSignature(message, privateHex, { hash: true, der: true, publicKey: publicHex }), "hex"),
  openssl: ({ privateFile }: Sm2Pair, _message: Buffer, path: string) => openssl([...OPENSSL_SM2, "-sign", privateFile, path]),
} as const;

export const VERIFIERS = {
  product: ({ trust }: Sm2Pair, message: Buffer, signature: Buffer) =>
    verifySignature(trust, "command", { algorithm: "sm2", keyId: "pair", value: signature }, message, null).ok,
  smCrypto: ({ publicHex }: Sm2Pair, message: Buffer, signature: Buffer) =>
    sm2.doVerifySignature(message, signature.toString("hex"), publicHex, { hash: true, der: true }),
  openssl: ({ publicFile }: Sm2Pair, _message: Buffer, signature: Buffer, path: string) => {
    writeFileSync(`${path}.sig`, signature);
    return openssl([...OPENSSL_SM2, "-verify", publicFile, "-signature", `${path}.sig`, path]).includes("Verified OK");
  },
} as const;

const OPENSSL_SM2 = ["dgst", "-sm3", "-sigopt", "distid:1234567812345678"];

/** SM3 of many files by one call; hex, in order. */
export function opensslDigests(paths: readonly string[]): string[] {
  const out = openssl(["dgst", "-sm3", "-r", ...paths]).toString("utf8");
  return out
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(0, 64));
}

export type Sm4Mode = "cbc" | "ctr";

/** Whole blocks, no padding. */
export const CIPHERS = {
  node: (mode: Sm4Mode, key: Buffer, iv: Buffer, text: Buffer) => createCipheriv(`sm4-${mode}`, key, iv).setAutoPadding(false).update(text),
  smCrypto: (mode: Sm4Mode, key: Buffer, iv: Buffer, text: Buffer) => {
    if (mode === "cbc") return Buffer.from(sm4.encrypt(text, key, { mode, iv, padding: "none", output: "array" }));
    const pad = Buffer.from(sm4.encrypt(counters(iv, text.length / 16), key, { mode: "ecb", padding: "none", output: "array" }));
    return pad.map((byte, at) => byte ^ (text[at] ?? 0));
  },
  openssl: (mode: Sm4Mode, key: Buffer, iv: Buffer, text: Buffer) =>
    openssl(["enc", `-sm4-${mode}`, "-nopad", "-K", key.toString("hex"), "-iv", iv.toString("hex")], text),
} as const;

/** sm-crypto-v2 has no CTR: its block cipher over the counters gives one. */
function counters(iv: Buffer, blocks: number): Buffer {
  const first = BigInt(`0x${iv.toString("hex")}`);
  const texts = Array.from({ length: blocks }, (_, at) =>
    BigInt.asUintN(128, first + BigInt(at))
      .toString(16)
      .padStart(32, "0"),
  );
  return Buffer.from(texts.join(""), "hex");
}

let calls = 0;

/** Invocations so far. */
export function opensslCalls(): number {
  return calls;
}

function openssl(argv: readonly string[], input?: Buffer): Buffer {
  calls += 1;
  const { stdout, status, stderr } = spawnSync("openssl", argv, { maxBuffer: 2 ** 26, ...(input ? { input } : {}) });
  // A signature that does not hold is an answer too.
  if (status !== 0 && !stdout.includes("Verification failure") && !stderr.includes("Verification failure")) {
    throw new Error(`openssl ${argv.join(" ").slice(0, 200)}: ${stderr.toString("utf8").slice(0, 300)}`);
  }
  return stdout;
}
