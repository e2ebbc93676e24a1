import { describe, expect, it } from "vitest";
import { createTrustStore } from "#protocol/crypto.ts";
import { decodeBase45 } from "#protocol/pass/base45.ts";
import { encodeDeviceKey } from "#protocol/receipt/deviceKey.ts";
import { encodeInspection, verifyInspection } from "#protocol/receipt/inspection.ts";
import { encodeReceipt, type Receipt } from "#protocol/receipt/receipt.ts";
import { coseSigner, seededRandom, trustedKey } from "#test/list/fixtures.ts";
import { base45, byteStringOf, holderSpki, opensslVerifies, signedParts } from "#test/pass/byHand.ts";
import { bitFlips, codeOf, mutated } from "#test/pass/flips.ts";
import { DEVICE, HANDLE, phoneOf } from "#test/pass/passes.ts";

const TRUST = createTrustStore([trustedKey("ed25519", { purposes: ["device"] })]);
/** A device's key is an Ed25519 key like a phone's. */
const MACHINE = phoneOf("ed25519", 9);
const { publicKey } = MACHINE.holderKey;
const ATTESTED = encodeDeviceKey({ device: DEVICE, publicKey, issuedS: 1_795_000_000 }, coseSigner("ed25519"));

const ALLOWED: Receipt = {
  ...{
    device: DEVICE,
    session: 1_879_048_193_000_001,
    allowed: true,
    handle: HANDLE,
    reason: "listed",
    way: "page",
    purpose: "start",
    category: "2.1",
  },
  ...{
    listVersion: 1_841,
    overlayVersion: 977,
    policyVersion: 12,
    checkListVersion: 3,
    earliestMs: 1_795_219_200_000,
    latestMs: 1_795_219_200_400,
  },
  ...{ limitS: 14_400, idleRelockS: 600, endsBy: "permitEnded", endsMs: 1_795_230_000_000, permit: "P-2026-0042" },
  ...{ guardian: "0f".repeat(16), wouldRefuse: null },
};
const DENIED: Receipt = {
  ...ALLOWED,
  ...{ session: null, allowed: false, handle: null, reason: "pass.replayed", latestMs: null, limitS: null, idleRelockS: null },
  ...{ endsBy: null, endsMs: null, permit: null, guardian: null },
};
const textOf = (receipt: Receipt, key: Uint8Array | null = ATTESTED) => encodeInspection(key, encodeReceipt(receipt, MACHINE.signer));
const judge = (text: string, trust = TRUST, noted: Uint8Array | null = null) => codeOf(() => verifyInspection(text, trust, noted));

describe("a receipt", () => {
  it.each([ALLOWED, DENIED])("comes back as it was: $reason", (receipt) => {
    const text = textOf(receipt);
    expect(verifyInspection(text, TRUST)).toEqual(receipt);
    expect(text).toMatch(/^AG1I:[0-9A-Z $%*+\-./:]+$/);
    expect(text.length).toBeLessThanOrEqual(640);
  });

  it("no single bit of it, or of the word on its key, can be changed", () => {
    const accepted = [...bitFlips("AG1I:", textOf(ALLOWED))].filter(({ text }) => judge(text) === "accepted");
    expect(accepted.map(({ bit }) => bit)).toEqual([]);
  });

  it("is believed on the platform's word, or on a key that was noted, and on nothing else", () => {
    const other = phoneOf("ed25519", 8);
    expect(judge(textOf(ALLOWED), createTrustStore([]))).toBe("receipt.unknownKey");
    expect(judge(textOf(ALLOWED, null))).toBe("receipt.unknownKey");
    expect(verifyInspection(textOf(ALLOWED, null), TRUST, publicKey)).toEqual(ALLOWED);
    expect(judge(textOf(ALLOWED, null), TRUST, other.holderKey.publicKey)).toBe("receipt.badSignature");
    // What the platform says of another machine vouches for nothing here.
    expect(judge(textOf({ ...ALLOWED, device: "370983ZTEST000000010" }))).toBe("receipt.otherDevice");
    expect(judge(encodeInspection(ATTESTED, encodeReceipt(ALLOWED, other.signer)))).toBe("receipt.badSignature");
  });

  it("of any other kind of text is refused with a code, whatever it is", () => {
    for (const text of ["", "AG1:ABC", "https://example.invalid/w/1", `AG1I:${"0".repeat(2_000)}`]) {
      expect(judge(text)).toBe("receipt.damaged");
    }
    const random = seededRandom(20_261_127);
    for (let run = 0; run < 2_000; run++) {
      const text = mutated("AG1I:", textOf(ALLOWED), (limit) => Math.floor(random() * limit));
      if (text !== textOf(ALLOWED)) expect(judge(text), `run ${run}: ${text.slice(0, 80)}`).toMatch(/^receipt\./);
    }
  });

  it("is verified by openssl from the specification's text alone", () => {
    const bytes = base45(textOf(ALLOWED).slice("AG1I:".length));
    expect(bytes).toEqual(Buffer.from(decodeBase45(textOf(ALLOWED).slice("AG1I:".length))));
    // An array of two byte strings of 24 to 255 bytes: the word on the key, and the receipt.
    expect([bytes.readUInt8(0), bytes.readUInt8(1)]).toEqual([0x82, 0x58]);
    const word = bytes.subarray(3, 3 + bytes.readUInt8(2));
    const head = bytes.readUInt8(3 + word.length) === 0x59 ? 3 : 2;
    const machine = signedParts(bytes.subarray(3 + word.length + head));
    const spki = holderSpki("ed25519", Buffer.from(publicKey).toString("hex"));
    expect(opensslVerifies("ed25519", spki, machine.signed(Buffer.from("arcgate-receipt/1")), machine.signature)).toBe(true);
    const platform = signedParts(word);
    expect(platform.payload.includes(byteStringOf(Buffer.from(publicKey)))).toBe(true);
    const { publicKeySpki } = trustedKey("ed25519");
    expect(opensslVerifies("ed25519", publicKeySpki, platform.signed(Buffer.from("arcgate-device-key/1")), platform.signature)).toBe(true);
  });
});
