/** Keys, lists and noise that the tests of lists and passes share. The keys sign nothing outside of tests. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Algorithm, createTrustStore, KEY_PURPOSES, type TrustedKey, type TrustStore } from "#protocol/crypto.ts";
import type { ListReader } from "#protocol/list/certificateList.ts";
import type { ListEntry } from "#protocol/list/entry.ts";
import type { CoseSigner } from "#protocol/pass/coseSign1.ts";
import { type Keyset, keysetText, type SignedKeyset } from "#protocol/trust/keyset.ts";
import { type SigningKey, signBytes } from "#simulator/platform/keys.ts";
import { issueList } from "#simulator/platform/listIssuer.ts";

export const ISSUED_MS = Date.UTC(2026, 0, 1);

const SM2_POINT =
  "2a347133bd116bf2eadf2ccca7b1ee3df118c3c9953784b17aac494e111b3032ec13f231116a18898884637ba4076215d04c9c750db6bba84c27b94fdb6e8ec5";
const KEY_DER: Readonly<Record<Algorithm, { pkcs8: string; spki: string }>> = {
  ed25519: {
    pkcs8: "302e020100300506032b657004220420cc1ab1b309a0b7173936802355552353bf925a6c25602aeaf567eb48437c5de7",
    spki: "302a300506032b65700321008187c53c5bf4f2268afd85a5e24841dbfdac6dbf2a8c395147417d2d257710a9",
  },
  sm2: {
    pkcs8: `308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420867d231517c9c103723b43235833e1940643a1dde7e109d2fd08349dc7156b04a14403420004${SM2_POINT}`,
    spki: `3059301306072a8648ce3d020106082a811ccf5501822d03420004${SM2_POINT}`,
  },
};

export function testKey(algorithm: Algorithm): SigningKey {
  const { pkcs8, spki } = KEY_DER[algorithm];
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8, "hex"), format: "der", type: "pkcs8" });
  return { id: `test-${algorithm}`, algorithm, privateKey, publicKeySpki: Buffer.from(spki, "hex") };
}

export function coseSigner(algorithm: Algorithm): CoseSigner {
  const key = testKey(algorithm);
  return { algorithm, keyId: key.id, sign: (message) => signBytes(key, message) };
}

export function trustedKey(algorithm: Algorithm, change: Partial<TrustedKey> = {}): TrustedKey {
  const { id, publicKeySpki } = testKey(algorithm);
  return { id, algorithm, publicKeySpki, purposes: KEY_PURPOSES, ...change };
}

/** Two roots that nobody else has: each seed is a plain number, repeated. */
function rootKey(name: "current" | "next"): SigningKey {
  const seed = Buffer.alloc(32, name === "current" ? 0x51 : 0x52);
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from(ED25519_PKCS8, "hex"), seed]), format: "der", type: "pkcs8" });
  return {
    id: `root-${name}`,
    algorithm: "ed25519",
    privateKey,
    publicKeySpki: createPublicKey(privateKey).export({ type: "spki", format: "der" }),
  };
}

export function testRoots(): TrustedKey[] {
  return (["current", "next"] as const)
    .map(rootKey)
    .map(({ id, algorithm, publicKeySpki }) => ({ id, algorithm, publicKeySpki, purposes: ["keyset"] }));
}

const ED25519_PKCS8 = "302e020100300506032b657004220420";

/** Both test keys for everything, but for `change`. */
export function testSignedKeyset(change: Partial<Keyset> = {}, root: "current" | "next" = "current"): SignedKeyset {
  const keys = (["ed25519", "sm2"] as const).map((algorithm) => {
    const { id, publicKeySpki } = testKey(algorithm);
    const purposes: Keyset["keys"][number]["purposes"] = [
      "list",
      "credential",
      "time",
      "watermark",
      "command",
      "grant",
      "policy",
      "device",
      "release",
    ];
    return { id, algorithm, publicKey: Buffer.from(publicKeySpki).toString("base64"), purposes };
  });
  const keyset: Keyset = { v: 1, version: 1, issuedMs: ISSUED_MS, retiredRoots: [], keys, ...change };
  const signer = rootKey(root);
  const value = Buffer.from(signBytes(signer, keysetText(keyset))).toString("base64");
  return { keyset, signature: { algorithm: signer.algorithm, keyId: signer.id, value } };
}

export function testTrust(): TrustStore {
  return createTrustStore([trustedKey("ed25519"), trustedKey("sm2")]);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-list-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface SmallList {
  algorithm?: Algorithm;
  version?: number;
  size?: number;
  seed?: number;
  people?: readonly ListEntry[];
}

/** Issues a list into `path` and gives what the platform announces. */
export function issueSmallList(path: string, { algorithm = "ed25519", version = 1, size = 400, seed = 1, people = [] }: SmallList = {}) {
  return issueList({ path, version, issuedMs: ISSUED_MS, seed, size, people, key: testKey(algorithm) });
}

export function smallListBytes(options: SmallList = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-list-"));
  try {
    const path = join(folder, "small.list");
    issueSmallList(path, options);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function readerOf(bytes: Uint8Array): ListReader {
  return {
    size: bytes.length,
    read: (offset, into) => {
      const piece = bytes.subarray(offset, offset + into.length);
      into.set(piece);
      return piece.length;
    },
  };
}

/** Numbers from 0 to below 1 that a seed determines (a 32-bit xorshift with a multiply). */
export function seededRandom(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2545_f491) >>> 0) / 2 ** 32;
  };
}
