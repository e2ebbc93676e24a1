import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesToWords, decodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import { carryEnvelope, isFromPlatform, sealEnvelope } from "#protocol/chip/envelope.ts";
import { isAuthentic, seal } from "#protocol/chip/link.ts";
import { CALIBRATION, UPDATE } from "#protocol/chip/service.ts";
import type { Block, Decoded } from "#protocol/chip/table.ts";
import { ENVELOPE, FLOORS, VAULT } from "#protocol/chip/vault.ts";

type Values = Record<string, number | string>;
interface Vectors {
  keyHex: string;
  bootNonceHex: string;
  budgetKeyHex: string;
  uidHex: string;
  envelope: { terms: Values; envelopeHex: string; counter: number; wordsHex: string };
  [block: string]: unknown;
}

const VECTORS = JSON.parse(readFileSync("protocol/vectors/chip/vault.json", "utf8")) as Vectors;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const SECRET = { key: bytes(VECTORS.keyHex), bootNonce: bytes(VECTORS.bootNonceHex) };

/** Members in hex become bytes. */
function native(values: Values): Record<string, number | Uint8Array> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? bytes(value) : value]));
}

function hmacByOpenssl(keyHex: string, ...parts: Uint8Array[]): string {
  const args = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${keyHex}`, "-binary"];
  return execFileSync("openssl", args, { input: Buffer.concat(parts) }).toString("hex");
}

const BLOCKS = [
  ["vault", VAULT, "arcgate-vault/1"],
  ["floors", FLOORS, "arcgate-floors/1"],
  ["calibration", CALIBRATION, "arcgate-calibration/1"],
  ["update", UPDATE, "arcgate-update/1"],
] as const satisfies readonly (readonly [string, Block, string])[];

describe("golden vectors of vault, envelope and service", () => {
  it.each(BLOCKS)("%s is sealed and read alike, with the MAC that openssl makes", (name, block: Block, tag) => {
    const { values, wordsHex } = VECTORS[name] as { values: Values; wordsHex: string };
    const sealed = seal(block, { ...native(values), mac: new Uint8Array(8) } as unknown as Decoded<Block>, SECRET);
    expect(Buffer.from(wordsToBytes(sealed)).toString("hex")).toBe(wordsHex);
    const words = bytesToWords(bytes(wordsHex));
    expect(isAuthentic(block, words, SECRET)).toBe(true);
    expect(decodeBlock(block, words)).toMatchObject(native(values));
    const covered = bytes(wordsHex).subarray(0, -8);
    expect(hmacByOpenssl(VECTORS.keyHex, Buffer.from(tag), SECRET.bootNonce, covered).slice(0, 16)).toBe(wordsHex.slice(-16));
  });

  it("an envelope is sealed, carried and believed alike, with the MACs that openssl makes", () => {
    const { terms, envelopeHex, counter, wordsHex } = VECTORS.envelope;
    const [budgetKey, uid] = [bytes(VECTORS.budgetKeyHex), bytes(VECTORS.uidHex)];
    const envelope = sealEnvelope(native(terms) as unknown as Parameters<typeof sealEnvelope>[0], budgetKey, uid);
    expect(Buffer.from(envelope).toString("hex")).toBe(envelopeHex);
    expect(hmacByOpenssl(VECTORS.budgetKeyHex, Buffer.from("arcgate-envelope/1"), uid, envelope.subarray(0, 36)).slice(0, 32)).toBe(
      envelopeHex.slice(-32),
    );
    const block = carryEnvelope(bytes(envelopeHex), counter);
    const words = block && seal(ENVELOPE, block, SECRET);
    expect(words && Buffer.from(wordsToBytes(words)).toString("hex")).toBe(wordsHex);
    expect(words && isFromPlatform(words, budgetKey, uid)).toBe(true);
    const covered = bytes(wordsHex).subarray(0, -8);
    expect(hmacByOpenssl(VECTORS.keyHex, Buffer.from("arcgate-carry/1"), SECRET.bootNonce, covered).slice(0, 16)).toBe(wordsHex.slice(-16));
  });

  it("any single bit flipped in a vault or in floors is not authentic", () => {
    for (const [name, block] of BLOCKS.slice(0, 2)) {
      const { wordsHex } = VECTORS[name] as { wordsHex: string };
      for (let bit = 0; bit < wordsHex.length * 4; bit++) {
        const flipped = bytes(wordsHex);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(isAuthentic(block, bytesToWords(flipped), SECRET), `${name}, bit ${bit}`).toBe(false);
      }
    }
  });
});
