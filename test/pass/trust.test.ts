/** Signed messages down: each text byte for byte, bound to its device, and every other one refused. */
import { describe, expect, test } from "vitest";
import { type Algorithm, createTrustStore, KEY_PURPOSES, type KeyPurpose, linkMac, sha256Hex } from "#protocol/crypto.ts";
import type { Command, Signature } from "#protocol/events/messages.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";
import { cryptoSelfTest } from "#protocol/trust/selfTest.ts";
import { verifyCommand, verifyTime, verifyWatermark } from "#protocol/trust/wireMessages.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { seededRandom, testKey, testTrust, trustedKey } from "#test/list/fixtures.ts";

const DEVICE = "3709832SDHJ00000001X";
const NONCE = "0123456789abcdef";
const TRUST = testTrust();
const coded = (code: string) => expect.objectContaining({ code });

function signed(algorithm: Algorithm, text: string): Signature {
  return { algorithm, keyId: `test-${algorithm}`, value: base64FromBytes(signBytes(testKey(algorithm), Buffer.from(text, "utf8"))) };
}

describe.each(["ed25519", "sm2"] as const)("signed with %s", (algorithm) => {
  const signature = signed(algorithm, `arcgate-time/1\n${DEVICE}\n${NONCE}\n1767225600123\n40`);
  const reply = { v: 1, id: "t1", nonce: NONCE, utcMs: 1_767_225_600_123, uncertaintyMs: 40, signature } as const;

  test("the platform's time", () => {
    expect(verifyTime(TRUST, DEVICE, NONCE, reply)).toEqual({ utcMs: 1_767_225_600_123, uncertaintyMs: 40 });
    expect(() => verifyTime(TRUST, DEVICE, "fedcba9876543210", reply)).toThrow(coded("trust.staleNonce"));
    for (const change of [{ utcMs: reply.utcMs + 1 }, { uncertaintyMs: 0 }, { signature: { ...signature, value: "AAAA" } }]) {
      expect(() => verifyTime(TRUST, DEVICE, NONCE, { ...reply, ...change })).toThrow(coded("trust.badSignature"));
    }
    expect(() => verifyTime(TRUST, `${DEVICE.slice(0, 19)}Y`, NONCE, reply)).toThrow(coded("trust.badSignature"));
  });

  test("a watermark", () => {
    const hash = "ab".repeat(32);
    const watermark = { upTo: 1234, hash, signature: signed(algorithm, `arcgate-watermark/1\n${DEVICE}\nlegal\n3\n1234\n${hash}`) };
    const stream = { device: DEVICE, lane: "legal", chain: 3 } as const;
    expect(verifyWatermark(TRUST, stream, watermark)).toEqual({ ...stream, upTo: 1234, hash });
    for (const change of [{ lane: "telemetry" }, { chain: 4 }, { device: "X" }] as const) {
      expect(() => verifyWatermark(TRUST, { ...stream, ...change }, watermark)).toThrow(coded("trust.badSignature"));
    }
    expect(() => verifyWatermark(TRUST, stream, { ...watermark, upTo: 1235 })).toThrow(coded("trust.badSignature"));
  });

  test("a command", () => {
    const command: Command["command"] = { do: "lock", device: DEVICE, id: "c1", issuedMs: 1_767_225_600_000 };
    const text = `arcgate-command/1\n{"device":"${DEVICE}","do":"lock","id":"c1","issuedMs":1767225600000}`;
    const message: Command = { v: 1, command, signature: signed(algorithm, text) };
    expect(verifyCommand(TRUST, DEVICE, message)).toEqual(command);
    expect(() => verifyCommand(TRUST, `${DEVICE.slice(0, 19)}Y`, message)).toThrow(coded("trust.otherDevice"));
    const changed = { ...message, command: { ...command, id: "c2" } };
    expect(() => verifyCommand(TRUST, DEVICE, changed)).toThrow(coded("trust.badSignature"));
  });

  test("a key serves its own purposes only", () => {
    const asks: Partial<Record<KeyPurpose, boolean>> = {};
    for (const purpose of KEY_PURPOSES) {
      const trust = createTrustStore([trustedKey(algorithm, { purposes: [purpose] })]);
      try {
        verifyTime(trust, DEVICE, NONCE, reply);
        asks[purpose] = true;
      } catch (error) {
        expect(error).toMatchObject({ code: "trust.unknownKey" });
        asks[purpose] = false;
      }
    }
    const none = {
      list: false,
      credential: false,
      watermark: false,
      command: false,
      grant: false,
      policy: false,
      device: false,
      keyset: false,
      release: false,
    };
    expect(asks).toEqual({ ...none, time: true });
  });

  test("no bit of a signature can be changed", () => {
    const value = bytesFromBase64(signature.value);
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * value.length; bit += 1) {
      const changed = Uint8Array.from(value);
      changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        verifyTime(TRUST, DEVICE, NONCE, { ...reply, signature: { ...signature, value: base64FromBytes(changed) } });
        accepted.push(bit);
      } catch (error) {
        expect(error).toMatchObject({ code: "trust.badSignature" });
      }
    }
    expect(accepted).toEqual([]);
  });
});

test("the self-test passes on this machine", () => {
  expect(cryptoSelfTest).not.toThrow();
});

test("the link MAC is what it was: HMAC-SHA-256 over tag and parts, cut to 8 bytes", () => {
  const mac = linkMac(Buffer.from("Jefe"), "what do ya want ", Buffer.from("for "), Buffer.from("nothing?"));
  expect(Buffer.from(mac).toString("hex")).toBe("5bdcc146bf60754e");
  expect(sha256Hex("abc")).toBe(sha256Hex(Buffer.from("abc")));
});

test("base64 comes back, at every length", () => {
  const random = seededRandom(9);
  for (let length = 0; length < 100; length += 1) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
    expect(base64FromBytes(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    expect(bytesFromBase64(base64FromBytes(bytes))).toEqual(bytes);
  }
});
