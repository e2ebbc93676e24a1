/** OpenSSL's command line judges the golden credentials, read by hand from the specification's text: no decoder of ours is used for that. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Algorithm } from "#protocol/crypto.ts";
import { decodeCredential, type HolderAlgorithm } from "#protocol/pass/credential.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { temporaryFolder } from "#test/list/fixtures.ts";

interface CredentialVector {
  algorithm: Algorithm;
  keyId: string;
  holderAlgorithm: HolderAlgorithm;
  holderPublicKeyHex: string;
  handle: string;
  text: string;
}

const PATH = join(import.meta.dirname, "../../protocol/vectors/pass/credentials.json");
const { trust, credentials } = JSON.parse(readFileSync(PATH, "utf8")) as {
  trust: { keyset: { keyset: { keys: { id: string; publicKey: string }[] } } };
  credentials: CredentialVector[];
};

/** Base45 by the definition, on whole numbers. */
function base45(text: string): Buffer {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const groups = text.match(/.{1,3}/gs) ?? [];
  return Buffer.concat(
    groups.map((group) => {
      const value = [...group].reduceRight((sum, character) => sum * 45 + alphabet.indexOf(character), 0);
      return group.length === 3 ? Buffer.of(value >> 8, value & 255) : Buffer.of(value);
    }),
  );
}

/** A byte string's head and content at `offset`, of fewer than 256 bytes. */
function byteString(bytes: Buffer, offset: number): { head: number; content: Buffer; end: number } {
  const first = bytes.readUInt8(offset);
  const head = first === 0x58 ? 2 : 1;
  const length = first === 0x58 ? bytes.readUInt8(offset + 1) : first - 0x40;
  const end = offset + head + length;
  return { head, content: bytes.subarray(offset + head, end), end };
}

describe.each(credentials)("$algorithm for a holder with $holderAlgorithm", (vector) => {
  test("openssl verifies the signature over the Sig_structure", () => {
    const bytes = base45(vector.text.slice("AG1:".length));
    expect(bytes.readUInt8(0)).toBe(0x84);
    const header = byteString(bytes, 1);
    expect(bytes.readUInt8(header.end)).toBe(0xa0);
    const payload = byteString(bytes, header.end + 1);
    const signature = byteString(bytes, payload.end);
    expect(signature.end).toBe(bytes.length);
    const signed = Buffer.concat([
      Buffer.from("846a5369676e617475726531", "hex"),
      bytes.subarray(1, header.end),
      Buffer.of(0x54),
      Buffer.from("arcgate-credential/1", "ascii"),
      bytes.subarray(header.end + 1, payload.end),
    ]);
    expect(header.content.includes(Buffer.from(vector.keyId))).toBe(true);
    expect(opensslVerifies(vector, signed, signature.content)).toBe(true);
    expect(opensslVerifies(vector, Buffer.concat([signed, Buffer.of(0)]), signature.content)).toBe(false);
  });

  test("decodes to the vector's members", () => {
    const { algorithm: _algorithm, keyId: _keyId, text, holderAlgorithm, holderPublicKeyHex, ...claims } = vector;
    const { holderKey, ...decoded } = decodeCredential(text, trustFromFile(trust));
    expect(decoded).toEqual(claims);
    expect([holderKey.algorithm, Buffer.from(holderKey.publicKey).toString("hex")]).toEqual([holderAlgorithm, holderPublicKeyHex]);
  });
});

function opensslVerifies({ algorithm, keyId }: CredentialVector, message: Uint8Array, signature: Uint8Array): boolean {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  writeFileSync(path("key.der"), Buffer.from(trust.keyset.keyset.keys.find(({ id }) => id === keyId)?.publicKey ?? "", "base64"));
  writeFileSync(path("message"), message);
  writeFileSync(path("signature"), signature);
  const input = ["-pubin", "-keyform", "DER", "-inkey", path("key.der"), "-in", path("message"), "-sigfile", path("signature"), "-rawin"];
  const sm2 = algorithm === "sm2" ? ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] : [];
  try {
    return execFileSync("openssl", ["pkeyutl", "-verify", ...input, ...sm2], { stdio: "pipe" }).includes("Verified Successfully");
  } catch {
    return false;
  }
}
