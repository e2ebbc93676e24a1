/** Passes taken apart and judged from the specification's text alone: by hand, and by OpenSSL's command line. No decoder of ours is used. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HolderAlgorithm } from "#protocol/crypto.ts";
import { temporaryFolder } from "#test/list/fixtures.ts";

/** Base45 by the definition, on whole numbers. */
export function base45(text: string): Buffer {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const groups = text.match(/.{1,3}/gs) ?? [];
  return Buffer.concat(
    groups.map((group) => {
      const value = [...group].reduceRight((sum, character) => sum * 45 + alphabet.indexOf(character), 0);
      return group.length === 3 ? Buffer.of(value >> 8, value & 255) : Buffer.of(value);
    }),
  );
}

/** A byte string of fewer than 65,536 bytes at `offset`. `whole` is head and content. */
function byteString(bytes: Buffer, offset: number): { whole: Buffer; content: Buffer; end: number } {
  const first = bytes.readUInt8(offset);
  const head = first === 0x59 ? 3 : first === 0x58 ? 2 : 1;
  const length = first === 0x59 ? bytes.readUInt16BE(offset + 1) : first === 0x58 ? bytes.readUInt8(offset + 1) : first - 0x40;
  const end = offset + head + length;
  return { whole: bytes.subarray(offset, end), content: bytes.subarray(offset + head, end), end };
}

export interface Parts {
  header: Buffer;
  payload: Buffer;
  signature: Buffer;
  /** The Sig_structure with this external_aad. */
  signed(externalAad: Buffer): Buffer;
}

export function signedParts(bytes: Buffer): Parts {
  const header = byteString(bytes, 1);
  const payload = byteString(bytes, header.end + 1);
  const signature = byteString(bytes, payload.end);
  if (bytes.readUInt8(0) !== 0x84 || bytes.readUInt8(header.end) !== 0xa0 || signature.end !== bytes.length)
    throw new RangeError("no COSE_Sign1");
  return {
    header: header.content,
    payload: payload.content,
    signature: signature.content,
    signed: (externalAad) => {
      const start = Buffer.from("846a5369676e617475726531", "hex");
      return Buffer.concat([start, header.whole, byteStringOf(externalAad), payload.whole]);
    },
  };
}

export function byteStringOf(content: Buffer): Buffer {
  const head = content.length < 24 ? [0x40 + content.length] : [0x58, content.length];
  return Buffer.concat([Buffer.from(head), content]);
}

/** `signature` as the pass has it: ES256 is r ‖ s, for which OpenSSL wants DER. */
export function opensslVerifies(algorithm: HolderAlgorithm, spki: Uint8Array, message: Uint8Array, signature: Buffer): boolean {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  writeFileSync(path("key.der"), spki);
  writeFileSync(path("message"), message);
  writeFileSync(path("signature"), algorithm === "es256" ? derOf(signature) : signature);
  const input = ["-pubin", "-keyform", "DER", "-inkey", path("key.der"), "-in", path("message"), "-sigfile", path("signature"), "-rawin"];
  const digest = {
    ed25519: [],
    es256: ["-digest", "sha256"],
    sm2: ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"],
  }[algorithm];
  try {
    return execFileSync("openssl", ["pkeyutl", "-verify", ...input, ...digest], { stdio: "pipe" }).includes("Verified Successfully");
  } catch {
    return false;
  }
}

const HOLDER_SPKI: Readonly<Record<HolderAlgorithm, string>> = {
  ed25519: "302a300506032b6570032100",
  es256: "3039301306072a8648ce3d020106082a8648ce3d030107032200",
  sm2: "3039301306072a8648ce3d020106082a811ccf5501822d032200",
};

export function holderSpki(algorithm: HolderAlgorithm, publicKeyHex: string): Buffer {
  return Buffer.from(HOLDER_SPKI[algorithm] + publicKeyHex, "hex");
}

function derOf(signature: Buffer): Buffer {
  const numbers = [signature.subarray(0, 32), signature.subarray(32)].map((number) => {
    const first = number.findIndex((byte) => byte !== 0);
    const short = number.subarray(first);
    const positive = short.readUInt8(0) > 127 ? Buffer.concat([Buffer.of(0), short]) : short;
    return Buffer.concat([Buffer.of(2, positive.length), positive]);
  });
  const content = Buffer.concat(numbers);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
